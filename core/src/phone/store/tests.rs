#![allow(clippy::unwrap_used)]
//! The file: locks, keys, damage, a full disk, and what becomes of the log in it.

use std::{fs, path::Path};

use tempfile::TempDir;

use super::*;
use crate::{
    phone::tests::{certificate, stamp},
    record::{Body, Certificate, Hash, Head, Receipt, Signature},
    rules::{presence::BreakStarted, sign_in::SignedIn},
    time::{ClockAnchor, Clocks},
};

const KEY: [u8; 32] = [3; 32];

fn open(folder: &Path) -> Store {
    Store::open(folder, &KEY).unwrap()
}

fn enrolled(folder: &Path) -> Store {
    let mut store = open(folder);
    store.write(|tx| log::adopt(tx, &certificate(1, 1, &[]))).unwrap();
    store
}

/// Appends `n` breaks, one a minute from minute `from` on.
fn append(store: &mut Store, from: i64, n: i64) {
    for minute in from..from + n {
        let body = Body::new([minute as u8; 16], stamp(minute * 60_000), &BreakStarted {});
        append_body(store, &body).unwrap();
    }
}

fn append_body(store: &mut Store, body: &Body) -> Result<(), PhoneError> {
    store.write(|tx| {
        let (mut tip, state) = log::tip(tx)?.unwrap();
        let at_ms = body.at.at_ms;
        log::append(tx, &mut tip, state, &NewRow { body, at_ms })
    })
}

fn receipt(store: &mut Store, epoch: u32, seq: u64) {
    let hash = log::hash_at(store.connection(), epoch, "", seq).unwrap().unwrap();
    let receipt = Receipt {
        stream: certificate(1, 1, &[]).stream.clone(),
        epoch,
        branch: String::new(),
        seq,
        hash,
        received_at: 9,
        kid: String::new(),
        sig: Signature(vec![0; 64]),
    };
    store.write(|tx| log::put_receipt(tx, &receipt)).unwrap();
}

/// Checks that an epoch's main line is one chain from its certificate, and answers its length.
fn chained(store: &Store, certificate: &Certificate) -> u64 {
    let mut prev = certificate.hash();
    let records = log::raw(store.connection(), certificate.epoch, "", 0, 100_000).unwrap();
    for (record, seq) in records.iter().zip(1..) {
        let head = Head::parse(&record.head).unwrap();
        assert_eq!((head.seq, head.prev), (seq, prev));
        if let Some(body) = &record.body {
            assert_eq!(Hash::of(body), head.body);
        }
        prev = Hash::of(&record.head);
        assert_eq!(prev, record.hash);
    }
    records.len() as u64
}

#[test]
fn one_process_has_the_folder() {
    let folder = TempDir::new().unwrap();
    let first = open(folder.path());
    assert!(matches!(Store::open(folder.path(), &KEY), Err(PhoneError::AlreadyOpen)));
    // What a child that was forked meanwhile has of it, until it runs its program.
    let child = first._lock.0.try_clone().unwrap();
    drop(first);
    open(folder.path());
    drop(child);
}

#[test]
fn a_wrong_key_touches_nothing() {
    let folder = TempDir::new().unwrap();
    append(&mut enrolled(folder.path()), 0, 3);
    let before = fs::read(folder.path().join(FILE)).unwrap();
    for with_tag in [true, false] {
        if !with_tag {
            fs::remove_file(folder.path().join(KEY_CHECK)).unwrap();
        }
        assert!(matches!(
            Store::open(folder.path(), &[4; 32]),
            Err(PhoneError::WrongKey)
        ));
        assert_eq!(fs::read(folder.path().join(FILE)).unwrap(), before);
    }
    assert_eq!(chained(&open(folder.path()), &certificate(1, 1, &[])), 3);
}

#[test]
fn nothing_stands_in_the_file_in_the_clear() {
    let folder = TempDir::new().unwrap();
    let mut store = enrolled(folder.path());
    append(&mut store, 0, 3);
    for entry in fs::read_dir(folder.path()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        for secret in [&b"break.started"[..], b"SQLite format 3", b"rep-li"] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        }
    }
}

#[test]
fn a_damaged_file_is_set_aside_and_kept() {
    // The first page, all later pages, a file cut in half.
    type Damage = fn(&mut Vec<u8>);
    let damages: [Damage; 3] = [
        |bytes| bytes[100..200].fill(0xAA),
        |bytes| {
            bytes
                .chunks_mut(4096)
                .skip(1)
                .for_each(|page| page[100..200].fill(0xAA))
        },
        |bytes| bytes.truncate(bytes.len() / 2),
    ];
    for damage in damages {
        let folder = TempDir::new().unwrap();
        let mut store = enrolled(folder.path());
        append(&mut store, 0, 50);
        store.checkpoint().unwrap();
        drop(store);
        let path = folder.path().join(FILE);
        let mut bytes = fs::read(&path).unwrap();
        damage(&mut bytes);
        fs::write(&path, &bytes).unwrap();

        // The first page is read at once, a later one by who looks for what is in it.
        let store = open(folder.path());
        let found = store.met(log::raw(store.connection(), 1, "", 1, 100));
        assert!(matches!(found, Err(PhoneError::Damaged(_))) || found.unwrap().is_empty());
        drop(store);
        let store = open(folder.path());
        assert_eq!(
            meta(store.connection(), SET_ASIDE).unwrap().as_deref(),
            Some("phone.db.damaged-1")
        );
        assert!(log::tip(store.connection()).unwrap().is_none(), "a new one is begun");
        assert_eq!(fs::read(folder.path().join("phone.db.damaged-1")).unwrap(), bytes);
    }
}

#[test]
fn a_newer_file_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path());
    store.connection().pragma_update(None, "user_version", 99).unwrap();
    drop(store);
    assert!(matches!(
        Store::open(folder.path(), &KEY),
        Err(PhoneError::NewerVersion { found: 99, .. })
    ));
}

#[test]
fn a_full_disk_keeps_what_was_recorded() {
    let folder = TempDir::new().unwrap();
    let mut store = enrolled(folder.path());
    append(&mut store, 0, 5);
    let pages: i64 = store
        .connection()
        .query_row("PRAGMA page_count", [], |row| row.get(0))
        .unwrap();
    let limit = |store: &Store, pages: i64| {
        let set = format!("PRAGMA max_page_count = {pages}");
        store.connection().query_row(&set, [], |_| Ok(())).unwrap();
    };
    limit(&store, pages + 1);
    let long = Body::new(
        [9; 16],
        stamp(0),
        &SignedIn {
            fix_seq: None,
            fix_epoch: None,
            note: "x".repeat(12_000),
        },
    );
    assert!(matches!(append_body(&mut store, &long), Err(PhoneError::StorageFull)));
    assert_eq!(chained(&store, &certificate(1, 1, &[])), 5);
    // Room again: the chain goes on where it was.
    limit(&store, pages + 100);
    append_body(&mut store, &long).unwrap();
    drop(store);
    assert_eq!(chained(&open(folder.path()), &certificate(1, 1, &[])), 6);
}

#[test]
fn a_commit_is_there_though_the_process_never_closed() {
    let folder = TempDir::new().unwrap();
    let mut store = enrolled(folder.path());
    append(&mut store, 0, 10);
    // As a killed process leaves it: the files as they are, the log not checkpointed.
    let copy = TempDir::new().unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    assert_eq!(chained(&open(copy.path()), &certificate(1, 1, &[])), 10);
    drop(store);
}

#[test]
fn erased_bodies_leave_a_chain_and_no_bytes() {
    let folder = TempDir::new().unwrap();
    let mut store = enrolled(folder.path());
    append(&mut store, 0, 4);
    store
        .write(|tx| Ok(tx.execute("UPDATE log SET kind = 'fix' WHERE seq = 2", [])?))
        .unwrap();
    // Only fixes are erased, and each once.
    assert_eq!(store.write(|tx| log::erase(tx, &[(1, 1), (1, 2)])).unwrap(), 1);
    assert_eq!(store.write(|tx| log::erase(tx, &[(1, 2)])).unwrap(), 0);
    store.checkpoint().unwrap();
    assert_eq!(chained(&store, &certificate(1, 1, &[])), 4);
    assert_eq!(fs::metadata(folder.path().join("phone.db-wal")).unwrap().len(), 0);
    let rows = log::rows_between(store.connection(), "s", i64::MIN, i64::MAX).unwrap();
    assert_eq!(rows.iter().filter(|row| row.body.is_none()).count(), 1);
}

#[test]
fn what_waits_is_written_anew_with_the_fixes_it_names() {
    let folder = TempDir::new().unwrap();
    let mut store = enrolled(folder.path());
    append(&mut store, 0, 3);
    let signed_in = SignedIn {
        fix_seq: Some(3),
        fix_epoch: Some(1),
        note: "here".into(),
    };
    append_body(&mut store, &Body::new([8; 16], stamp(9), &signed_in)).unwrap();
    store.write(|tx| log::set_aside(tx, 1, "", 3)).unwrap();
    // What is written meanwhile waits too, behind them.
    append(&mut store, 5, 1);
    assert_eq!(log::lines(store.connection()).unwrap()[0].tip_seq, 2);
    assert!(log::has_aside(store.connection()).unwrap());

    let head = log::hash_at(store.connection(), 1, "", 2).unwrap().unwrap();
    let second = certificate(2, 1, &[head]);
    store.write(|tx| log::adopt(tx, &second)).unwrap();
    assert!(!log::has_aside(store.connection()).unwrap());
    assert_eq!(chained(&store, &second), 3);
    let raw = log::raw(store.connection(), 2, "", 1, 10).unwrap();
    let body = Body::parse(raw[1].body.as_deref().unwrap()).unwrap();
    let written: SignedIn = body.read().unwrap().unwrap();
    assert_eq!((written.fix_epoch, written.fix_seq), (Some(2), Some(1)));
    assert_eq!(body.fields["carried_from"], serde_json::json!({"epoch": 1, "seq": 4}));
    assert_eq!(log::waiting(store.connection()).unwrap().0, 5);
    // Each act is seen once, and what was refused is still in the file.
    let rows = log::rows_between(store.connection(), "s", i64::MIN, i64::MAX).unwrap();
    assert_eq!(rows.len(), 5);
    let all: i64 = store
        .connection()
        .query_row("SELECT count(*) FROM log", [], |row| row.get(0))
        .unwrap();
    assert_eq!(all, 8);
}

#[test]
fn after_a_lost_key_what_no_certificate_names_is_written_anew() {
    let folder = TempDir::new().unwrap();
    let mut store = enrolled(folder.path());
    append(&mut store, 0, 4);
    let asked_at = log::hash_at(store.connection(), 1, "", 4).unwrap().unwrap();
    append(&mut store, 4, 2);
    let second = certificate(2, 2, &[asked_at]);
    store.write(|tx| log::adopt(tx, &second)).unwrap();
    let lines = log::lines(store.connection()).unwrap();
    let ends: Vec<(u32, u64)> = lines.iter().map(|line| (line.epoch, line.tip_seq)).collect();
    assert_eq!(ends, [(1, 4), (2, 2)]);
    // Under the same key nothing is left behind: the old epoch's key still seals it.
    append(&mut store, 6, 1);
    store.write(|tx| log::adopt(tx, &certificate(3, 2, &[]))).unwrap();
    assert!(!log::has_aside(store.connection()).unwrap());
    assert_eq!(log::lines(store.connection()).unwrap()[1].tip_seq, 3);
}

#[test]
fn a_branch_is_named_by_its_first_record() {
    let folder = TempDir::new().unwrap();
    let mut store = enrolled(folder.path());
    append(&mut store, 0, 5);
    let first = log::hash_at(store.connection(), 1, "", 4).unwrap().unwrap();
    store.write(|tx| log::adopt(tx, &certificate(2, 1, &[]))).unwrap();
    store.write(|tx| log::make_branch(tx, 1, 4)).unwrap();
    let lines = log::lines(store.connection()).unwrap();
    assert_eq!((lines[0].branch.as_str(), lines[0].tip_seq), ("", 3));
    assert_eq!((lines[1].branch.clone(), lines[1].first_seq), (first.branch(), 4));
}

#[test]
fn forgotten_epochs_wait_to_be_written_anew() {
    let folder = TempDir::new().unwrap();
    let mut store = enrolled(folder.path());
    append(&mut store, 0, 2);
    store.write(|tx| log::adopt(tx, &certificate(2, 1, &[]))).unwrap();
    append(&mut store, 2, 3);
    store.write(|tx| log::forget_epochs(tx, 2)).unwrap();
    assert_eq!(log::certificate(store.connection()).unwrap().unwrap().epoch, 1);
    store
        .write(|tx| log::adopt(tx, &certificate(2, 1, &[log::tip(tx)?.unwrap().0.hash])))
        .unwrap();
    let certificate = log::certificate(store.connection()).unwrap().unwrap();
    assert_eq!(chained(&store, &certificate), 3);
}

#[test]
fn only_old_and_receipted_records_go() {
    let folder = TempDir::new().unwrap();
    let mut store = enrolled(folder.path());
    append(&mut store, 0, 10);
    let minute = |n: i64| stamp(n * 60_000).at_ms;
    let kept = |store: &Store| {
        let lines = log::lines(store.connection()).unwrap();
        (lines[0].first_seq, lines[0].tip_seq)
    };
    store.write(|tx| log::prune(tx, minute(100))).unwrap();
    assert_eq!(kept(&store), (1, 10), "nothing is receipted");
    receipt(&mut store, 1, 6);
    store.write(|tx| log::prune(tx, minute(3))).unwrap();
    assert_eq!(kept(&store), (4, 10), "the young stay");
    store.write(|tx| log::prune(tx, minute(100))).unwrap();
    assert_eq!(kept(&store), (7, 10), "what no receipt covers stays");
    receipt(&mut store, 1, 10);
    store.write(|tx| log::prune(tx, minute(100))).unwrap();
    assert_eq!(kept(&store), (10, 10), "the chain goes on from the tip");
    append(&mut store, 10, 1);
    assert_eq!(kept(&store), (10, 11));
}

#[test]
fn entries_come_in_the_order_of_trusted_time() {
    let folder = TempDir::new().unwrap();
    let mut store = enrolled(folder.path());
    append(&mut store, 0, 2);
    append_body(&mut store, &Body::new([1; 16], stamp(-60_000), &BreakStarted {})).unwrap();
    let entries = log::entries(store.connection(), "s", (i64::MIN, i64::MAX), 0, 100).unwrap();
    let seqs: Vec<u64> = entries.iter().map(|entry| entry.name.seq).collect();
    assert_eq!(seqs, [3, 1, 2]);
    assert!(Clocks::default().trust(&stamp(0)).error_ms.is_none());
}

/// The server has all anchors, in whatever order they came: it must reckon by the same one.
#[test]
fn of_anchors_at_one_moment_the_phone_keeps_the_one_that_counts() {
    let anchors = [(40, 500), (20, 900), (20, 800), (60, 100)].map(|(error_ms, at_ms)| ClockAnchor {
        boot: stamp(0).boot,
        elapsed_ms: stamp(0).elapsed_ms,
        at_ms,
        error_ms,
    });
    for turns in 0..anchors.len() {
        let mut in_order = anchors.clone();
        in_order.rotate_left(turns);
        let folder = TempDir::new().unwrap();
        let mut store = enrolled(folder.path());
        for anchor in &in_order {
            store.write(|tx| log::put_anchor(tx, anchor)).unwrap();
        }
        let kept = log::anchors(store.connection(), &stamp(0).boot).unwrap();
        assert_eq!(kept, [anchors[2].clone()], "{in_order:?}");
        let by_all = Clocks::new(in_order, 100).trust(&stamp(60_000));
        assert_eq!(Clocks::new(kept, 100).trust(&stamp(60_000)), by_all);
    }
}

#[test]
fn a_wiped_store_leaves_no_database() {
    let folder = TempDir::new().unwrap();
    let mut store = enrolled(folder.path());
    append(&mut store, 0, 3);
    fs::write(folder.path().join("phone.db.damaged-1"), "old").unwrap();
    store.wipe().unwrap();
    let left: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(left, [LOCK]);
}
