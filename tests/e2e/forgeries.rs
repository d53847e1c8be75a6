//! Whatever is done to a log, a database or a photo behind the product's back: it is named.

use std::{fs, path::PathBuf, process::Command};

use onbeat_core::{
    record::{Body, Hash, Payload, Record, Tip},
    rules::visit::PhotoTaken,
};
use onbeat_tests::{
    load,
    raw_phone::{BOOT, RawPhone},
    story::at,
    world::photo,
};
use rusqlite::Connection;
use serde_json::json;

use crate::bed::{Bed, REP};

/// Another rep, in Brooklyn.
const OTHER: &str = "ada";

/// An exported log as its items (a certificate, a record of two lines, a seal, a receipt), and how to check it.
struct Evidence {
    bed: Bed,
    items: Vec<String>,
}

impl Evidence {
    fn export(bed: Bed) -> Self {
        let items = items(&bed.verified_log(REP));
        Self { bed, items }
    }

    /// `onbeat verify`: its exit code, and the first fault's code.
    fn verify(&self, log: &[u8], more: &[&str]) -> (i32, String) {
        let [log_file, keys_file] = ["log.ndjson", "keys.json"].map(|name| self.file(name));
        fs::write(&log_file, log).unwrap();
        let run = Command::new(&self.bed.binaries.onbeat)
            .args(["verify", "--format", "json"])
            .arg(&log_file)
            .arg("--keys")
            .arg(&keys_file)
            .args(more)
            .output()
            .unwrap();
        let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap_or_default();
        let fault = report["faults"][0]["code"].as_str().unwrap_or_default();
        (run.status.code().unwrap(), fault.to_owned())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.bed.folder.path().join(name)
    }
}

fn items(log: &str) -> Vec<String> {
    let (mut items, mut lines) = (Vec::new(), log.lines());
    while let Some(line) = lines.next() {
        let body = is_record(line).then(|| lines.next().unwrap());
        items.push(
            [Some(line), body]
                .into_iter()
                .flatten()
                .map(|line| format!("{line}\n"))
                .collect(),
        );
    }
    items
}

fn is_record(item: &str) -> bool {
    item.starts_with("{\"v\":")
}

fn read(item: &str) -> Record {
    let mut lines = item.lines().map(ToOwned::to_owned);
    Record::from_lines(lines.next().unwrap(), lines.next()).unwrap()
}

/// A record that truly follows another one, and says what that one says at another accuracy.
fn added_behind(item: &str) -> String {
    let record = read(item);
    let tip = Tip {
        stream: record.head.stream.clone(),
        epoch: record.head.epoch,
        seq: record.head.seq,
        hash: record.hash,
    };
    let body = record
        .body_line
        .unwrap()
        .replace("\"accuracy_mm\":9000", "\"accuracy_mm\":8000");
    let added = Record::write(&tip, &Body::parse(&body).unwrap()).unwrap();
    format!("{}\n{}\n", added.head_line, added.body_line.unwrap())
}

/// What is done to the items; the index is that of a record in the midst of the log, a fix like those around.
type Forge = fn(&mut Vec<String>, usize, &[String]);

const FORGERIES: &[(&str, Forge, &str)] = &[
    (
        "a body changed",
        |items, i, _| items[i] = items[i].replace("\"accuracy_mm\":9000", "\"accuracy_mm\":8000"),
        "changed",
    ),
    (
        "body and head changed",
        |items, i, _| items[i] = added_behind(&items[i - 1]),
        "changed",
    ),
    ("a record removed", |items, i, _| drop(items.remove(i)), "removed"),
    (
        "ten records removed",
        |items, i, _| drop(items.drain(i - 5..i + 5)),
        "removed",
    ),
    (
        "a record added",
        |items, i, _| items.insert(i + 1, added_behind(&items[i])),
        "added",
    ),
    ("two records swapped", |items, i, _| items.swap(i, i + 1), "reordered"),
    (
        "a record moved",
        |items, i, _| {
            let moved = items.remove(i);
            items.insert(i + 4, moved);
        },
        "reordered",
    ),
    (
        "a batch played again",
        |items, i, _| {
            let again = items[i - 4..=i].to_vec();
            items.splice(i + 1..i + 1, again);
        },
        "replayed",
    ),
    (
        "another rep's records spliced in",
        |items, i, other| {
            let records = other.iter().filter(|item| is_record(item)).take(5).cloned();
            items.splice(i..i, records);
        },
        "spliced",
    ),
    (
        "another rep's tail",
        |items, i, other| {
            items.truncate(i);
            items.extend(other[i..].iter().cloned());
        },
        "spliced",
    ),
];

/// The middle one of the records that hold a fix.
fn middle(items: &[String]) -> usize {
    let fixes: Vec<usize> = (0..items.len())
        .filter(|i| items[*i].contains("\"type\":\"fix\""))
        .collect();
    fixes[fixes.len() / 2]
}

#[test]
fn every_forgery_of_a_log_is_named() {
    let mut bed = Bed::new();
    let (mut phone, mut other) = (bed.phone(REP), bed.phone(OTHER));
    let mut then = bed.now_ms;
    for _ in 0..3 {
        other.take_fixes(then, 10);
        let next = phone.take_fixes(then, 10);
        bed.sync(&mut other, next);
        bed.sync(&mut phone, next);
        then = next;
    }
    let spliced = items(&bed.verified_log(OTHER));
    let evidence = Evidence::export(bed);
    assert_eq!(
        evidence.verify(evidence.items.concat().as_bytes(), &[]),
        (0, String::new())
    );
    let i = middle(&evidence.items);
    for (what, forge, code) in FORGERIES {
        let mut items = evidence.items.clone();
        forge(&mut items, i, &spliced);
        let named = evidence.verify(items.concat().as_bytes(), &[]);
        assert_eq!(named, (1, (*code).to_owned()), "{what}");
    }
    a_cut_tail_is_named_by_receipts(&evidence, i);
    what_is_no_log_is_told_apart(&evidence);
    // Its clock and its time since boot are set back behind the server's signed time.
    let mut bed = evidence.bed;
    let back_dated = phone.fix(at("09:00"));
    phone.player.ask(back_dated).unwrap();
    bed.sync(&mut phone, then + 60_000);
    let (_, code, said) = bed.exported_log(REP);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("the first fault is back_dated"), "{said}");
}

fn a_cut_tail_is_named_by_receipts(evidence: &Evidence, i: usize) {
    let receipts: String = evidence
        .items
        .iter()
        .filter(|item| item.starts_with("{\"receipt\""))
        .cloned()
        .collect();
    assert!(!receipts.is_empty(), "the export ends with the server's receipt");
    let file = evidence.file("receipts.ndjson");
    fs::write(&file, receipts).unwrap();
    let cut = evidence.items[..=i].concat();
    assert_eq!(
        evidence.verify(cut.as_bytes(), &[]),
        (0, String::new()),
        "nothing in the file tells"
    );
    let with_receipts = evidence.verify(cut.as_bytes(), &["--receipts", file.to_str().unwrap()]);
    assert_eq!(with_receipts, (1, "cut".into()));
}

fn what_is_no_log_is_told_apart(evidence: &Evidence) {
    let whole = evidence.items.concat();
    let none = String::new();
    assert_eq!(evidence.verify(b"", &[]), (2, none.clone()), "an empty file");
    assert_eq!(
        evidence.verify(&[0x1f, 0x8b, 0x08, 0xff, 0x00], &[]),
        (2, none),
        "garbage"
    );
    let (code, fault) = evidence.verify(&whole.as_bytes()[..whole.len() / 2], &[]);
    assert!(code == 1 && !fault.is_empty(), "half a log: {code} {fault}");
    let run = Command::new(&evidence.bed.binaries.onbeat)
        .args(["verify", "nowhere.ndjson", "--keys"])
        .arg(evidence.file("keys.json"))
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(3), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(String::from_utf8_lossy(&run.stderr).contains("nowhere.ndjson"));
}

/// What somebody with the server's disk does, and how the exported log is named.
const ALTERATIONS: &[(&str, &str, &str)] = &[
    (
        "a body",
        "UPDATE log SET body = replace(body, '\"accuracy_mm\":9000', '\"accuracy_mm\":8000') WHERE id = ?1",
        "changed",
    ),
    (
        "a body gone",
        "UPDATE log SET body = NULL, head = replace(head, '\"epoch\":1', '\"epoch\":2') WHERE id = ?1",
        "changed",
    ),
    ("a row gone", "DELETE FROM log WHERE id = ?1", "removed"),
];

#[test]
fn a_database_altered_by_hand_is_named() {
    let mut bed = Bed::new();
    let mut phone = bed.phone(REP);
    let then = phone.take_fixes(bed.now_ms, 20);
    bed.sync(&mut phone, then);
    bed.verified_log(REP);
    let before = bed.folder.path().join("before");
    bed.server.kill();
    bed.copy_server_to(&before);
    for (what, sql, fault) in ALTERATIONS {
        bed.restore_server_from(&before);
        let database = Connection::open(bed.server.data().join("onbeat.sqlite")).unwrap();
        database.pragma_update(None, "foreign_keys", false).unwrap();
        let middle = "SELECT id FROM log WHERE body LIKE '%\"type\":\"fix\"%' ORDER BY id LIMIT 1 OFFSET 10";
        let id: i64 = database.query_row(middle, [], |row| row.get(0)).unwrap();
        assert_eq!(database.execute(sql, [id]).unwrap(), 1, "{what}");
        drop(database);
        bed.server.restart(then).unwrap();
        let (_, code, said) = bed.exported_log(REP);
        assert_eq!(code, 1, "{what}: {said}");
        assert!(said.contains(&format!("the first fault is {fault}")), "{what}: {said}");
        bed.server.kill();
    }
}

#[test]
fn other_bytes_under_a_photos_hash_are_refused() {
    let bed = Bed::new();
    let link = bed.server.enrolment_link(REP).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut phone = RawPhone::enrol(load::client(), &link).await.expect("enrolled");
        let (named, swapped) = (photo("named"), photo("other"));
        assert_eq!(named.len(), swapped.len());
        let taken = PhotoTaken {
            visit: "0123456789abcdef".into(),
            blob: Hash::of(&named),
            bytes: named.len() as u64,
            media_type: "image/jpeg".into(),
        };
        let stamp = serde_json::from_value(json!({"at_ms": bed.now_ms, "elapsed_ms": 0, "boot": BOOT})).unwrap();
        let record = phone.write(stamp, &taken);
        assert_eq!(
            phone.push(&phone.sealed(vec![record])).await.0,
            200,
            "{}",
            PhotoTaken::TYPE
        );
        let path = format!("photos/{}?offset=0", taken.blob);
        let (status, answer) = phone.put(&path, swapped).await;
        assert_eq!(
            (status, &answer["error"]["code"]),
            (422, &json!("photo_hash")),
            "{answer}"
        );
        let (status, answer) = phone.put(&path, named).await;
        assert_eq!((status, &answer["complete"]), (200, &json!(true)), "{answer}");
    });
}

#[test]
fn a_photo_swapped_in_the_database_is_not_shown() {
    let mut bed = Bed::new();
    let mut phone = bed.phone(REP);
    let check_in = json!({"do": "check_in", "customer": format!("{REP}-1"), "purpose": "restock",
        "fix": phone.fix(bed.now_ms)["fix"]});
    let visit = phone.ask(bed.now_ms, check_in).unwrap()["visit"]
        .as_str()
        .unwrap()
        .to_owned();
    let picture = json!({"do": "photo", "visit": visit, "media_type": "image/jpeg", "fix": null,
        "bytes_b64": onbeat_core::base64url::encode(photo(REP))});
    let blob: Hash = serde_json::from_value(phone.ask(bed.now_ms, picture).unwrap()["blob"].clone()).unwrap();
    bed.sync(&mut phone, bed.now_ms + 60_000);
    bed.settle();
    let path = format!("/api/v1/visits/{visit}/photos/{blob}");
    bed.desk("auditor").get(&path).unwrap();
    bed.server.kill();
    let database = Connection::open(bed.server.data().join("onbeat.sqlite")).unwrap();
    let swap = "UPDATE blob SET bytes = ?1 WHERE hash = ?2";
    assert_eq!(database.execute(swap, (photo("other"), blob.0)).unwrap(), 1);
    drop(database);
    bed.server.restart(bed.now_ms).unwrap();
    let refused = bed.desk("auditor").get(&path).unwrap_err().to_string();
    assert!(
        refused.contains("altered") && refused.contains(&blob.to_string()),
        "{refused}"
    );
}
