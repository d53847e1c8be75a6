#![allow(clippy::unwrap_used)]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::http::StatusCode;
use onbeat_core::{record::Hash, rules::sign_in::SignedIn};
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::{
    clock::SystemClock,
    desk::{DeskError, DeskResult, Fault},
    fold,
    store::{
        Change, ViewQuery, ViewRow,
        postgres::{Postgres, cluster::Cluster},
        snapshot::{Row, Sink},
    },
    testing::{Phone, REP, World, at},
};

/// A phone with a morning of fixes, sent.
async fn morning(world: &World, rep: &str) -> Phone {
    let mut phone = world.enrol(rep).await;
    phone.anchor(world, at(8, 0), 0).await;
    for minute in 1..60 {
        phone.fix(at(8, minute), 0);
    }
    world.set_time(at(9, 0));
    world.pushed(&phone, 0).await;
    phone
}

/// What no ordinary morning leaves: an erased body, a text that PostgreSQL can't keep, half a photo, a mark.
async fn oddities(world: &World, phone: &Phone) {
    let line = crate::store::LogLine {
        stream: phone.stream.clone(),
        epoch: 1,
        branch: String::new(),
    };
    let cell = crate::store::Cell {
        kind: "odd".into(),
        key: "\0\u{1}库存".into(),
        body: "a\0b\u{1}".into(),
        expires_ms: Some(1),
    };
    let change = Change {
        erase: vec![(line, 3)],
        cells: vec![cell],
        blobs: vec![(Hash::of([0, 255]), vec![0, 255])],
        mark: vec!["odd/1".into(), "odd/0".into()],
        ..Change::default()
    };
    world.app.store.commit(change).await.unwrap();
    let half = Hash::of("a photo");
    world.app.store.append_blob(&half, 0, b"a ".to_vec()).await.unwrap();
    world.app.store.append_blob(&half, 2, b"pho".to_vec()).await.unwrap();
}

async fn backed_up(world: &World, file: &Path) -> Backup {
    backup(world.folder.path(), None, file, world.app.now_ms())
        .await
        .unwrap()
}

async fn restored(file: &Path, data: &Path, despite_faults: bool) -> DeskResult<Restored> {
    let what = Restore {
        file,
        data,
        database: None,
        receipts: &[],
        despite_faults,
    };
    restore(&what, Arc::new(SystemClock)).await
}

/// What was ruled of [`REP`].
async fn views(world: &World) -> Vec<ViewRow> {
    let mut all = world.views(&["day", "visit", "finding", "register"]).await;
    all.retain(|view| view.body.contains(&format!("\"rep\":\"{REP}\"")));
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_is_whole_and_phones_go_on_from_it() {
    let world = Arc::new(World::new().await);
    let mut phone = morning(&world, REP).await;
    fold::drain(&world.app).await.unwrap();
    let before = views(&world).await;
    assert!(!before.is_empty());

    // Another phone sends one record after the other all the while, and has begun to. Its times cannot be true, which
    // says nothing against the server that keeps them.
    let (busy, done) = (world.clone(), Arc::new(AtomicBool::new(false)));
    let mut other = world.enrol("li").await;
    let stop = done.clone();
    let (began, begun) = tokio::sync::oneshot::channel();
    let load = tokio::spawn(async move {
        other.fix(at(8, 0), 0);
        busy.pushed(&other, 0).await;
        began.send(()).unwrap();
        while !stop.load(Ordering::Relaxed) && other.records.len() < 400 {
            let from = other.records.len();
            other.fix(at(8, 0) + from as i64 * 1_000, 0);
            busy.pushed(&other, from).await;
        }
        other
    });
    begun.await.unwrap();
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("backup");
    let made = backed_up(&world, &file).await;
    done.store(true, Ordering::Relaxed);
    let other = load.await.unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(made.holds.streams, 3);

    // More comes after it, which the server acknowledges and then loses.
    let from = phone.records.len();
    let signed_in = SignedIn {
        fix_seq: Some(2),
        fix_epoch: Some(1),
        note: String::new(),
    };
    phone.write(at(9, 0), &signed_in);
    world.pushed(&phone, from).await;
    let newest = json!(phone.records.len());
    let feed = world.get("/api/v1/feed", &phone.token).await.1;

    let data = TempDir::new_in(place.path()).unwrap();
    let come_back = restored(&file, data.path(), false).await.unwrap();
    assert_eq!((&come_back.holds, come_back.sha256), (&made.holds, made.sha256));
    assert_eq!((come_back.proof.streams, come_back.proof.faulty()), (3, 0));
    assert!(come_back.proof.doubtful > 0);
    let again = World::open(data, None, at(9, 0)).await;
    assert_eq!(views(&again).await, before);
    let days = ViewQuery {
        kind: "day".into(),
        limit: 9,
        ..ViewQuery::default()
    };
    let days = again.app.store.views(&days).await.unwrap();
    let mark = days.iter().map(|day| format!("day/{}", day.key)).collect();
    again
        .app
        .commit(Change {
            mark,
            ..Change::default()
        })
        .await
        .unwrap();
    fold::drain(&again.app).await.unwrap();
    assert_eq!(views(&again).await, before, "folded from nothing, they are the same");

    let path = format!("/api/v1/streams/{}/head", phone.stream);
    let (_, head) = again.get(&path, &phone.token).await;
    assert_eq!(head["lines"][0]["seq"], from, "{head}");
    again.pushed(&phone, from).await;
    assert_eq!(again.get(&path, &phone.token).await.1["lines"][0]["seq"], newest);
    again.pushed(&other, 0).await;
    let cursor = feed["cursor"].as_str().unwrap();
    let (status, _) = again.get(&format!("/api/v1/feed?after={cursor}"), &phone.token).await;
    assert_eq!(status, StatusCode::GONE, "it reads the feed anew");
}

/// Draws, by a seed that is printed.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let seed = std::env::var("ONBEAT_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = seed.unwrap_or(20_261_126);
        println!("ONBEAT_SEED={seed}");
        Self(seed)
    }

    /// Less than `end` (SplitMix64).
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }
}

fn code(refused: DeskResult<Restored>) -> String {
    refused
        .map(|_| "restored".to_owned())
        .unwrap_or_else(|error| error.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_restores_nothing() {
    let world = World::new().await;
    morning(&world, REP).await;
    let place = tempfile::tempdir().unwrap();
    let (file, data) = (place.path().join("backup"), place.path().join("data"));
    backed_up(&world, &file).await;
    let whole = fs::read(&file).unwrap();
    let mut random = Random::new();
    for case in 0..200 {
        let mut bytes = whole.clone();
        let at = random.below(bytes.len());
        match case % 4 {
            0 => bytes.truncate(at),
            1 => bytes[at] ^= 1 << random.below(8),
            2 => drop(bytes.remove(at)),
            _ => bytes.insert(at, b' '),
        }
        fs::write(&file, &bytes).unwrap();
        assert_eq!(
            code(restored(&file, &data, true).await),
            "damaged",
            "case {case} at {at}"
        );
        assert!(!data.exists(), "case {case} at {at}");
    }
    fs::write(&file, &whole).unwrap();
    restored(&file, &data, false).await.unwrap();
}

/// Writes a file whose sum is right.
fn write_with_sum(file: &Path, text: &str) {
    fs::write(file, format!("{text}{{\"sha256\":\"{}\"}}\n", Hash::of(text))).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_file_is_found_by_its_chains() {
    let world = World::new().await;
    let phone = morning(&world, REP).await;
    let place = tempfile::tempdir().unwrap();
    let (file, data) = (place.path().join("backup"), place.path().join("data"));
    backed_up(&world, &file).await;
    let text = fs::read_to_string(&file).unwrap();
    let (rows, _) = text.trim_end().rsplit_once("\n{\"end\"").unwrap();
    // One fix a hand's breadth elsewhere; the sums of the rows and of the file are made anew.
    let body = phone.records[5].body_line.as_deref().unwrap();
    let moved = body.replace("31230000000", "31230000001");
    let escaped = |body: &str| serde_json::to_string(body).unwrap();
    assert!(rows.contains(&escaped(body)) && moved != body);
    let forged = rows.replace(&escaped(body), &escaped(&moved));
    let mut counter = tally::Counter::new();
    for row in forged.lines().skip(1) {
        counter.add(&serde_json::from_str(row).unwrap());
    }
    let end = json!({"end": counter.tally()});
    write_with_sum(&file, &format!("{forged}\n{end}\n"));

    let refused = restored(&file, &data, false).await.unwrap_err();
    assert_eq!((refused.fault, refused.code.as_str()), (Fault::Altered, "unproved"));
    assert!(
        refused.rows[0].message.contains("record 6 of epoch 1"),
        "{:?}",
        refused.rows
    );
    assert_eq!(fs::read_dir(&data).unwrap().count(), 0);
    let kept = restored(&file, &data, true).await.unwrap();
    assert_eq!(kept.proof.faulty(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_never_written_over() {
    let world = World::new().await;
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("backup");
    backed_up(&world, &file).await;
    let again = backup(world.folder.path(), None, &file, 0).await.unwrap_err();
    assert_eq!(again.code, "output");
    assert_eq!(code(restored(&file, world.folder.path(), true).await), "not_empty");
    let to = Place::Folder(place.path().join("data"));
    let running = relocate(world.folder.path(), None, &to).await.unwrap_err();
    assert_eq!(running.code, "locked");
    let nowhere = backup(place.path(), None, &place.path().join("b"), 0)
        .await
        .unwrap_err();
    assert_eq!(nowhere.code, "no_data");
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    // What a newer onbeat wrote is left to it.
    let text = fs::read_to_string(&file).unwrap();
    let (text, _) = text.split_at(text.len() - 78);
    write_with_sum(&file, &text.replacen("\"onbeat_backup\":1", "\"onbeat_backup\":2", 1));
    assert_eq!(code(restored(&file, &place.path().join("data"), true).await), "newer");
}

/// All rows as lines.
#[derive(Default)]
struct Lines(Vec<String>);

impl Sink for Lines {
    type Error = DeskError;

    async fn take(&mut self, row: Row) -> DeskResult<()> {
        self.0.push(serde_json::to_string(&row).unwrap());
        Ok(())
    }
}

async fn lines(place: &Place) -> Vec<String> {
    let mut lines = Lines::default();
    place.rows(&mut lines).await.unwrap();
    lines.0
}

/// Does something once the database takes connections and whoever held it has let go.
async fn once_free<T, F: Future<Output = DeskResult<T>>>(act: impl Fn() -> F) -> T {
    for _ in 0..500 {
        match act().await {
            Err(error) if ["locked", "busy"].contains(&error.code.as_str()) => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            done => return done.unwrap(),
        }
    }
    panic!("the database is still held");
}

#[tokio::test(flavor = "multi_thread")]
async fn there_and_back_again_every_byte_is_the_same() {
    let cluster = Cluster::start(&[]);
    let world = World::new().await;
    let phone = morning(&world, REP).await;
    fold::drain(&world.app).await.unwrap();
    oddities(&world, &phone).await;
    let folder = world.close();
    let (here, there) = (Place::of(folder.path(), None), Place::Database(cluster.url.clone()));
    let begun = lines(&here).await;
    let kinds = [
        "cell", "document", "feed", "record", "ties", "blob", "part", "view", "mark",
    ];
    for kind in kinds {
        let begins = format!("{{\"{kind}\":");
        assert!(begun.iter().any(|line| line.starts_with(&begins)), "no {kind}");
    }
    let moved = once_free(|| relocate(folder.path(), None, &there)).await;
    assert_eq!(
        moved.holds.count("records"),
        begun.iter().filter(|line| line.starts_with("{\"record\"")).count() as u64
    );
    assert_eq!(lines(&there).await, begun);
    assert_eq!(lines(&here).await, begun, "the source is only read");
    let twice = relocate(folder.path(), None, &there).await.unwrap_err();
    assert!(["not_empty", "locked"].contains(&twice.code.as_str()), "{twice:?}");

    // Its folder no longer holds the data itself.
    fs::remove_file(folder.path().join("onbeat.sqlite")).unwrap();
    let back = tempfile::tempdir().unwrap();
    let to = Place::Folder(back.path().join("data"));
    let held = Postgres::connect(&cluster.url).await.unwrap();
    let running = relocate(folder.path(), Some(&cluster.url), &to).await.unwrap_err();
    assert_eq!(running.code, "locked");
    drop(held);
    let home = once_free(|| relocate(folder.path(), Some(&cluster.url), &to)).await;
    assert_eq!(lines(&Place::of(&home.data, None)).await, begun);
    let keys = |data: &Path| fs::read(data.join("keys.json")).unwrap();
    assert_eq!(keys(&home.data), keys(folder.path()));

    // A backup is the same whichever it was made of, and restores into a database too.
    let file = back.path().join("backup");
    let made = backup(folder.path(), Some(&cluster.url), &file, 0).await.unwrap();
    assert_eq!(made.holds, moved.holds);
    let empty = Cluster::start(&[]);
    let data = back.path().join("restored");
    let what = Restore {
        file: &file,
        data: &data,
        database: Some(&empty.url),
        receipts: &[],
        despite_faults: false,
    };
    let again = once_free(|| restore(&what, Arc::new(SystemClock))).await;
    assert_eq!((again.holds, again.proof.faulty()), (moved.holds, 0));
    assert_eq!(keys(&data), keys(folder.path()));
}
