#![allow(clippy::unwrap_used)]

use std::{fs::Permissions, os::unix::fs::PermissionsExt};

use onbeat_core::record::Hash;

use super::*;
use crate::store::NewRecord;

const PLACE: &str = "31.230416-place-that-must-go";

fn record(seq: u64, body: String) -> Change {
    Change {
        append: vec![NewRecord {
            line: line(),
            seq,
            hash: Hash::of(seq.to_string()),
            head: format!("head {seq}"),
            body: Some(body),
            received_ms: 0,
            keys: vec!["day/r/1".into()],
        }],
        ..Change::default()
    }
}

fn line() -> LogLine {
    LogLine {
        stream: "s".into(),
        epoch: 1,
        branch: String::new(),
    }
}

fn holds(folder: &Path, needle: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_has_one_server() {
    let folder = tempfile::tempdir().unwrap();
    let first = Sqlite::open(folder.path()).unwrap();
    assert!(matches!(Sqlite::open(folder.path()), Err(StoreError::Locked(_))));
    drop(first);
    Sqlite::open(folder.path()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_folder_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(Sqlite::open(folder.path()).unwrap());
    let file = Connection::open(folder.path().join("onbeat.sqlite")).unwrap();
    let newest = crate::store::schema::newest(&schema::runner());
    let newer = "INSERT INTO refinery_schema_history SELECT version + 1, name, applied_on, checksum
                 FROM refinery_schema_history ORDER BY version DESC LIMIT 1";
    file.execute_batch(newer).unwrap();
    drop(file);
    let refused = Sqlite::open(folder.path()).err().unwrap();
    let (found, known) = (newest + 1, newest);
    assert!(
        matches!(refused, StoreError::Newer { found: f, known: k } if (f, k) == (found, known)),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).unwrap();
    for seq in 1..100 {
        store.commit(record(seq, "x".repeat(1_000))).await.unwrap();
    }
    assert_eq!(store.faults().await.unwrap(), []);
    drop(store);
    let file = folder.path().join(FILE);
    let mut bytes = std::fs::read(&file).unwrap();
    let newest = bytes.len() - 8_192;
    bytes[newest..].fill(0xA5);
    std::fs::write(&file, bytes).unwrap();
    let faults = Sqlite::open(folder.path()).unwrap().faults().await.unwrap();
    assert!(matches!(&faults[..], [StoreFault::Damaged { .. }, ..]), "{faults:?}");
}

/// All that the schema says.
fn said(db: &Connection) -> Vec<String> {
    let mut all = db
        .prepare("SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master ORDER BY 1")
        .unwrap();
    let rows = all.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn an_upgraded_file_equals_a_fresh_one() {
    let mut fresh = Connection::open_in_memory().unwrap();
    schema::upgrade(&mut fresh, Target::Latest).unwrap();
    let newest = crate::store::schema::newest(&schema::runner());
    for version in 1..=newest {
        let mut old = Connection::open_in_memory().unwrap();
        schema::upgrade(&mut old, Target::Version(version as i32)).unwrap();
        schema::upgrade(&mut old, Target::Latest).unwrap();
        assert_eq!(said(&old), said(&fresh), "from step {version}");
    }
    // As the first servers left it.
    let mut first = Connection::open_in_memory().unwrap();
    let schema = include_str!("migrations/V1__begin.sql");
    first
        .execute_batch(&format!("{schema} PRAGMA user_version = 1"))
        .unwrap();
    schema::upgrade(&mut first, Target::Latest).unwrap();
    assert_eq!(said(&first), said(&fresh));
}

#[test]
fn open_days_of_an_older_file_are_folded_again() {
    let mut old = Connection::open_in_memory().unwrap();
    schema::upgrade(&mut old, Target::Version(2)).unwrap();
    for (key, kind, closed) in [("r/1", "day", 1), ("r/2", "day", 0), ("v", "visit", 0)] {
        let view = "INSERT INTO view (kind, key, scope, at_ms, body) VALUES (?, ?, '', 0, '') RETURNING id";
        let id: i64 = old.query_row(view, [kind, key], |row| row.get(0)).unwrap();
        let field = "INSERT INTO view_field (view, name, int) VALUES (?, 'closed', ?)";
        old.execute(field, [id, closed]).unwrap();
    }
    schema::upgrade(&mut old, Target::Latest).unwrap();
    let marks = read::marks(&old, 9).unwrap();
    assert_eq!(
        marks.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(),
        ["day/r/2"]
    );
}

#[test]
fn records_of_an_older_file_are_found_by_their_keys() {
    let mut old = Connection::open_in_memory().unwrap();
    schema::upgrade(&mut old, Target::Version(5)).unwrap();
    old.execute_batch(
        "INSERT INTO line VALUES (1, 's', 1, ''), (2, 't', 1, '');
         INSERT INTO key VALUES (1, 'day/r/1'), (2, 'day/r/2');
         INSERT INTO log (id, line, seq, hash, head, received_ms)
         VALUES (1, 1, 1, zeroblob(32), '', 0), (2, 1, 2, zeroblob(32), '', 0), (3, 2, 1, zeroblob(32), '', 0),
                (4, 1, 3, zeroblob(32), '', 0), (5, 1, 4, zeroblob(32), '', 0), (6, 1, 5, zeroblob(32), '', 0);
         INSERT INTO log_key VALUES (1, 1), (1, 2), (1, 4), (2, 3), (2, 4), (2, 5), (2, 6);",
    )
    .unwrap();
    schema::upgrade(&mut old, Target::Latest).unwrap();
    let found = |key| {
        let records = read::records_of(&old, key).unwrap();
        records.iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!((found("day/r/1"), found("day/r/2")), (vec![1, 2, 4], vec![3, 4, 5, 6]));
    let rows: u32 = old
        .query_row("SELECT count(*) FROM log_key", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 3);
}

/// What touches a key is read run by run, and is in order by that.
#[test]
fn records_of_a_key_are_found_and_ordered_by_indexes() {
    let mut db = Connection::open_in_memory().unwrap();
    schema::upgrade(&mut db, Target::Latest).unwrap();
    let sql = format!("EXPLAIN QUERY PLAN {} {}", read::LOG, read::OF_KEY);
    let mut plan = db.prepare(&sql).unwrap();
    let steps = plan.query_map([""], |row| row.get::<_, String>(3)).unwrap();
    let steps: Vec<_> = steps.map(Result::unwrap).collect();
    for step in [
        "SEARCH log_key USING PRIMARY KEY (key=?)",
        "SEARCH log USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
    ] {
        assert!(steps.iter().any(|found| found == step), "{steps:#?}");
    }
    assert!(
        !steps
            .iter()
            .any(|step| step.contains("TEMP B-TREE") || step.contains("SCAN log")),
        "{steps:#?}"
    );
}

/// A push writes a row for a key, whatever the number of its records.
#[tokio::test(flavor = "multi_thread")]
async fn records_that_follow_one_another_are_tied_by_one_row() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).unwrap();
    let mut push = Change::default();
    (1..=100).for_each(|seq| push.extend(record(seq, String::new())));
    store.commit(push).await.unwrap();
    let file = Connection::open(folder.path().join(FILE)).unwrap();
    let rows: u32 = file
        .query_row("SELECT count(*) FROM log_key", [], |row| row.get(0))
        .unwrap();
    assert_eq!((rows, store.records_of("day/r/1").await.unwrap().len()), (1, 100));
}

/// A month of sums lies on as many pages as it has days of reps.
#[test]
fn short_views_are_read_from_the_index_alone() {
    let mut db = Connection::open_in_memory().unwrap();
    schema::upgrade(&mut db, Target::Latest).unwrap();
    let plan = |own: &str, column: &str| {
        let sql = format!(
            "EXPLAIN QUERY PLAN SELECT id, kind, key, scope, at_ms, {column} FROM view
             WHERE {own}kind = 'sums' AND {own}scope IN ('a', 'b') AND {own}at_ms >= 5 AND {own}at_ms < 9
             ORDER BY {own}at_ms DESC, {own}key DESC LIMIT 1000"
        );
        db.query_row(&sql, [], |row| row.get::<_, String>(3)).unwrap()
    };
    let index = "USING COVERING INDEX view_brief (kind=? AND at_ms>? AND at_ms<?)";
    assert!(
        plan("view.", read::BRIEF).contains(index),
        "{}",
        plan("view.", read::BRIEF)
    );
    assert!(!plan("view.", "body").contains("COVERING"));
    assert!(!plan("+view.", read::BRIEF).contains("kind=?"));
}

/// The write-ahead log holds what a page held before; an erased body must be gone from there too.
#[tokio::test(flavor = "multi_thread")]
async fn an_erased_body_is_on_no_page_of_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).unwrap();
    // A short body inside its page, and one that overflows to pages of its own.
    for (seq, length) in [(1, 1), (2, 400)] {
        store.commit(record(seq, PLACE.repeat(length))).await.unwrap();
    }
    assert!(holds(folder.path(), PLACE));
    let erase = Change {
        erase: vec![(line(), 1), (line(), 2)],
        ..Change::default()
    };
    store.commit(erase).await.unwrap();
    assert!(!holds(folder.path(), PLACE));
    assert_eq!(store.records(&line(), 1, 9).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_acknowledges_nothing_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open_bounded(folder.path(), Some(100)).unwrap();
    let mut kept = 0;
    let refused = loop {
        match store.commit(record(kept + 1, "x".repeat(10_000))).await {
            Ok(committed) => assert_eq!(committed, Committed::Done),
            Err(error) => break error,
        }
        kept += 1;
        assert!(kept < 1_000, "the disk never fills");
    };
    assert!(matches!(refused, StoreError::Full), "{refused}");
    assert_eq!(store.tip(&line()).await.unwrap().unwrap().seq, kept);

    // Beside one that does not fit, one that does is kept.
    let small = Change {
        mark: vec!["k".into()],
        ..Change::default()
    };
    let (big, small) = tokio::join!(store.commit(record(kept + 1, "x".repeat(10_000))), store.commit(small));
    assert!(matches!(big, Err(StoreError::Full)));
    assert_eq!(small.unwrap(), Committed::Done);
    drop(store);

    let store = Sqlite::open(folder.path()).unwrap();
    assert_eq!(store.tip(&line()).await.unwrap().unwrap().seq, kept);
    let more = record(kept + 1, "x".repeat(10_000));
    assert_eq!(
        store.commit(more).await.unwrap(),
        Committed::Done,
        "with space it goes on"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_can_read_its_files_whatever_the_folder_allows() {
    let folder = tempfile::tempdir().unwrap();
    let set = |path: &Path, mode| std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    set(folder.path(), 0o755);
    let modes = || {
        let files = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap);
        let modes = files.map(|file| {
            let mode = file.metadata().unwrap().permissions().mode() & 0o777;
            (file.file_name().into_string().unwrap(), mode)
        });
        modes.collect::<std::collections::BTreeMap<_, _>>()
    };
    let private = ["lock", FILE, BESIDE[1], BESIDE[0]].map(|name| (name.to_owned(), 0o600));
    let store = Sqlite::open(folder.path()).unwrap();
    store.commit(record(1, "body".into())).await.unwrap();
    assert_eq!(modes(), private.clone().into());
    // As an older server left them, killed in mid-work.
    let copy: Vec<_> = private
        .iter()
        .map(|(name, _)| (name, std::fs::read(folder.path().join(name)).unwrap()))
        .collect();
    drop(store);
    for (name, bytes) in copy {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        set(&folder.path().join(name), 0o644);
    }
    let _store = Sqlite::open(folder.path()).unwrap();
    assert_eq!(modes(), private.into());
}
