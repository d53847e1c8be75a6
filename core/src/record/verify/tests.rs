#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use serde::{Deserialize, Serialize};

use super::{FaultCode as Code, *};
use crate::{
    reading::Stamp,
    record::{
        Anchor, Body, CertificateFields, Grade, Hash, Head, KeyFile, Payload, PublicKey, Record, RecordError,
        ServerKey, Signature, Tip, Unsigned, read_lines,
    },
};

const STREAM: &str = "5f0c3a1e9b7d4826a1c4e8f00b2d6c93";
const OTHER: &str = "00000000000000000000000000000001";
const BASE_MS: i64 = 1_768_953_600_000;
const MINUTE_MS: i64 = 60_000;

#[derive(Serialize, Deserialize)]
struct Noted {
    text: String,
}
impl Payload for Noted {
    const TYPE: &'static str = "test.noted";
}

#[derive(Serialize, Deserialize)]
struct AnchoredBody {
    anchor: Anchor,
    sent_elapsed_ms: i64,
    received_elapsed_ms: i64,
}
impl Payload for AnchoredBody {
    const TYPE: &'static str = "clock.anchored";
}

/// A phone and a server with real keys.
struct Keys {
    phone: EcdsaKeyPair,
    server: Ed25519KeyPair,
}

impl Keys {
    fn new() -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        Self {
            phone: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap(),
            server: Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap(),
        }
    }

    fn phone_key(&self) -> PublicKey {
        PublicKey::from_bytes(self.phone.public_key().as_ref()).unwrap()
    }

    fn server_key(&self) -> PublicKey {
        PublicKey::from_bytes(self.server.public_key().as_ref()).unwrap()
    }

    fn ring(&self) -> KeyRing {
        let keys = vec![ServerKey::first(self.server_key(), BASE_MS - 1)];
        KeyRing::trust(&KeyFile { keys, recovery: None }, None).unwrap()
    }

    fn by_phone<T: Signable>(&self, unsigned: Unsigned<T>) -> T {
        let sign = |message: &[u8]| {
            let signature = self.phone.sign(&SystemRandom::new(), message)?;
            Ok::<_, ring::error::Unspecified>(Signature(signature.as_ref().to_vec()))
        };
        unsigned.sign(sign).unwrap()
    }

    fn by_server<T: Signable>(&self, unsigned: Unsigned<T>) -> T {
        let signature = self.server.sign(&unsigned.message());
        unsigned.signed(Signature(signature.as_ref().to_vec()))
    }

    fn certificate(&self, stream: &str, epoch: u32, heads: Vec<Hash>, issued_at: i64) -> Certificate {
        Certificate::new(self.by_server(Unsigned::new(CertificateFields {
            stream: stream.into(),
            epoch,
            rep: "rep-1".into(),
            key: self.phone_key(),
            grade: Grade::Software,
            heads,
            issued_at,
            demo: false,
            kid: self.server_key().kid(),
            sig: Signature::default(),
        })))
    }
}

/// Writes a log item by item; an item is its text.
struct Writer<'a> {
    keys: &'a Keys,
    tip: Tip,
    branch: String,
    items: Vec<String>,
}

fn stamp(minute: i64) -> Stamp {
    Stamp {
        at_ms: BASE_MS + minute * MINUTE_MS,
        elapsed_ms: minute * MINUTE_MS,
        boot: "00112233445566aa".into(),
    }
}

impl<'a> Writer<'a> {
    fn new(keys: &'a Keys, stream: &str) -> Self {
        let certificate = keys.certificate(stream, 1, Vec::new(), BASE_MS);
        Self {
            keys,
            tip: Tip::of_certificate(&certificate),
            branch: String::new(),
            items: vec![Line::Certificate(certificate).to_ndjson()],
        }
    }

    fn push(&mut self, line: Line) {
        self.items.push(line.to_ndjson());
    }

    fn write(&mut self, at: Stamp, payload: &impl Payload) -> Record {
        let salt = Hash::of(format!("{at:?} {}", self.items.len())).0[..16]
            .try_into()
            .unwrap();
        let record = Record::write(&self.tip, &Body::new(salt, at, payload)).unwrap();
        self.tip.advance(&record).unwrap();
        self.push(Line::Record(record.clone()));
        record
    }

    fn note(&mut self, at: Stamp, text: &str) -> Record {
        self.write(at, &Noted { text: text.into() })
    }

    fn anchor(&mut self, at: Stamp, server_at: i64) {
        let (sent, received) = (at.elapsed_ms - 400, at.elapsed_ms);
        let anchor = self
            .keys
            .by_server(Anchor::unsigned(&self.tip, server_at, self.keys.server_key().kid()));
        self.write(
            at,
            &AnchoredBody {
                anchor,
                sent_elapsed_ms: sent,
                received_elapsed_ms: received,
            },
        );
    }

    fn seal(&mut self) {
        let seal = self
            .keys
            .by_phone(Seal::unsigned(&self.tip, self.keys.phone_key().kid()));
        self.push(Line::Seal(seal));
    }

    fn receipt(&mut self, received_at: i64) -> Receipt {
        let unsigned = Receipt::unsigned(
            &self.tip,
            self.branch.clone(),
            received_at,
            self.keys.server_key().kid(),
        );
        let receipt = self.keys.by_server(unsigned);
        self.push(Line::Receipt(receipt.clone()));
        receipt
    }

    fn text(&self) -> String {
        self.items.concat()
    }
}

/// Items 0: certificate; 1-3: records; 4, 5: seal and receipt; 6: an anchor's record; 7-9: records 5 to 7;
/// 10, 11: seal and receipt.
fn log<'a>(keys: &'a Keys, stream: &str) -> (Writer<'a>, Vec<Receipt>) {
    let mut log = Writer::new(keys, stream);
    for minute in 1..=3 {
        log.note(stamp(minute), "first batch");
    }
    log.seal();
    let first = log.receipt(BASE_MS + 3 * MINUTE_MS + 1_000);
    log.anchor(stamp(4), BASE_MS + 4 * MINUTE_MS);
    for minute in 5..=7 {
        log.note(stamp(minute), "second batch");
    }
    log.seal();
    let second = log.receipt(BASE_MS + 8 * MINUTE_MS);
    (log, vec![first, second])
}

/// The head line of an item that is a record.
fn head(item: &str) -> Head {
    Head::parse(item.lines().next().unwrap()).unwrap()
}

fn record(item: &str) -> Record {
    let mut lines = item.lines().map(str::to_owned);
    Record::from_lines(lines.next().unwrap(), lines.next()).unwrap()
}

/// Another text in the body, and the head made to fit.
fn rewritten(item: &str) -> String {
    let body = item.lines().nth(1).unwrap().replace("batch", "forgery");
    let head = Head {
        body: Hash::of(&body),
        ..head(item)
    };
    format!("{}\n{body}\n", head.to_line())
}

fn first_fault(report: &Report) -> (Code, u32, &str, u64) {
    let fault = report.faults.first().expect("a fault");
    (fault.code, fault.place.epoch, &fault.place.branch, fault.seq)
}

#[test]
fn a_valid_log_is_complete() {
    let keys = Keys::new();
    let (log, receipts) = log(&keys, STREAM);
    let report = verify(&log.text(), &keys.ring(), &receipts);
    assert!(report.ok, "{report:#?}");
    assert!(report.notices.is_empty(), "{report:#?}");
    let line = &report.lines[0];
    assert_eq!(
        (line.records, line.seq, line.sealed_seq, line.receipted_seq),
        (7, 7, 7, 7)
    );
}

/// Name, forgery, expected code and seq.
type Forgery = (&'static str, fn(&mut Vec<String>, &Keys), Code, u64);

const FORGERIES: &[Forgery] = &[
    (
        "a body",
        |items, _| items[2] = items[2].replace("first", "worst"),
        Code::Changed,
        2,
    ),
    (
        "a body's salt",
        |items, _| items[8] = items[8].replacen("salt\":\"", "salt\":\"0", 1),
        Code::Changed,
        6,
    ),
    (
        "a body that is gone",
        |items, _| items[2] = items[2].lines().next().unwrap().to_owned() + "\n",
        Code::Changed,
        2,
    ),
    (
        "a head that is gone",
        |items, _| items[2] = items[2].lines().nth(1).unwrap().to_owned() + "\n",
        Code::Changed,
        2,
    ),
    (
        "a head that is garbled",
        |items, _| items[2] = items[2].replacen("\"seq\"", "\"sea\"", 1),
        Code::Changed,
        2,
    ),
    (
        "a head written anew",
        |items, _| items[2] = rewritten(&items[2]),
        Code::Changed,
        2,
    ),
    (
        "the last of a batch written anew",
        |items, _| items[3] = rewritten(&items[3]),
        Code::Changed,
        3,
    ),
    (
        "the first after a seal written anew",
        |items, _| items[7] = rewritten(&items[7]),
        Code::Changed,
        5,
    ),
    (
        "a head's prev",
        |items, _| {
            let prev = Hash::of("another").to_string();
            items[8] = items[8].replacen(&head(&items[8]).prev.to_string(), &prev, 1);
        },
        Code::Changed,
        6,
    ),
    (
        "a head's seq",
        |items, _| items[8] = items[8].replacen("\"seq\":6", "\"seq\":60", 1),
        Code::Changed,
        6,
    ),
    (
        "a head's seq, lower",
        |items, _| items[8] = items[8].replacen("\"seq\":6", "\"seq\":2", 1),
        Code::Changed,
        6,
    ),
    (
        "all from a record on written anew",
        |items, _| rechain(items, 7..10),
        Code::Changed,
        7,
    ),
    ("one removed", |items, _| drop(items.remove(2)), Code::Removed, 2),
    ("the first removed", |items, _| drop(items.remove(1)), Code::Removed, 1),
    ("two removed", |items, _| drop(items.drain(2..4)), Code::Removed, 2),
    (
        "the last before a seal removed",
        |items, _| drop(items.remove(9)),
        Code::Removed,
        7,
    ),
    (
        "a batch removed with its seal",
        |items, _| drop(items.drain(1..6)),
        Code::Removed,
        1,
    ),
    (
        "one added that names its predecessor",
        |items, _| {
            let added = beside(&items[2], |head| head);
            items.insert(2, added);
        },
        Code::Added,
        2,
    ),
    (
        "one added behind that names its predecessor",
        |items, _| {
            let added = beside(&items[2], |head| head);
            items.insert(3, added);
        },
        Code::Added,
        2,
    ),
    (
        "one added that names nothing",
        |items, _| {
            let added = beside(&items[2], |head| Head {
                prev: Hash::of("nothing"),
                ..head
            });
            items.insert(2, added);
        },
        Code::Added,
        2,
    ),
    (
        "one added with a number of its own",
        |items, _| {
            let added = beside(&items[2], |head| Head {
                seq: 99,
                prev: Hash::of("nothing"),
                ..head
            });
            items.insert(2, added);
        },
        Code::Added,
        2,
    ),
    ("two swapped", |items, _| items.swap(1, 2), Code::Reordered, 1),
    ("the last two swapped", |items, _| items.swap(8, 9), Code::Reordered, 6),
    (
        "one moved up",
        |items, _| {
            let moved = items.remove(9);
            items.insert(7, moved);
        },
        Code::Reordered,
        5,
    ),
    (
        "one moved down",
        |items, _| {
            let moved = items.remove(7);
            items.insert(9, moved);
        },
        Code::Reordered,
        5,
    ),
    (
        "a batch turned round",
        |items, _| items[7..10].reverse(),
        Code::Reordered,
        5,
    ),
    (
        "a record twice",
        |items, _| {
            let again = items[2].clone();
            items.insert(3, again);
        },
        Code::Replayed,
        2,
    ),
    (
        "a batch twice",
        |items, _| {
            let again = items[1..5].to_vec();
            items.extend(again);
        },
        Code::Replayed,
        1,
    ),
    (
        "the certificate twice",
        |items, _| {
            let again = items[0].clone();
            items.insert(4, again);
        },
        Code::Replayed,
        0,
    ),
    (
        "a record of another stream",
        |items, keys| {
            let other = log(keys, OTHER).0.items;
            items.insert(3, other[3].clone());
        },
        Code::Spliced,
        3,
    ),
    (
        "the tail of another stream",
        |items, keys| {
            let other = log(keys, OTHER).0.items;
            items.splice(7.., other[7..].to_vec());
        },
        Code::Spliced,
        5,
    ),
    (
        "a head's epoch",
        |items, _| items[3] = items[3].replacen("\"epoch\":1", "\"epoch\":2", 1),
        Code::Changed,
        3,
    ),
    ("a cut tail", |items, _| items.truncate(6), Code::Cut, 4),
    ("a cut tail in mid-batch", |items, _| items.truncate(9), Code::Cut, 7),
    (
        "a seal of another key",
        |items, _| {
            let other = Keys::new();
            let tip = tip_of(&items[9]);
            items[10] = Line::Seal(other.by_phone(Seal::unsigned(&tip, other.phone_key().kid()))).to_ndjson();
        },
        Code::BadSeal,
        7,
    ),
    (
        "a seal moved",
        |items, _| items[10] = items[10].replacen("\"seq\":7", "\"seq\":6", 1),
        Code::BadSeal,
        6,
    ),
    (
        "a receipt's time",
        |items, _| items[11] = items[11].replacen("received_at\":1", "received_at\":2", 1),
        Code::BadReceipt,
        7,
    ),
    (
        "a receipt for another record",
        |items, keys| {
            let tip = Tip {
                hash: Hash::of("another"),
                ..tip_of(&items[9])
            };
            let receipt = Receipt::unsigned(&tip, String::new(), BASE_MS + 8 * MINUTE_MS, keys.server_key().kid());
            items[11] = Line::Receipt(keys.by_server(receipt)).to_ndjson();
        },
        Code::Changed,
        7,
    ),
    (
        "a certificate's rep",
        |items, _| items[0] = items[0].replacen("rep-1", "rep-2", 1),
        Code::BadCertificate,
        0,
    ),
    (
        "no certificate",
        |items, _| drop(items.remove(0)),
        Code::BadCertificate,
        0,
    ),
    ("nothing", |items, _| items.clear(), Code::BadCertificate, 0),
];

fn tip_of(item: &str) -> Tip {
    let record = record(item);
    Tip {
        stream: record.head.stream,
        epoch: record.head.epoch,
        seq: record.head.seq,
        hash: record.hash,
    }
}

/// Another record for the same place.
fn beside(item: &str, change: fn(Head) -> Head) -> String {
    let body = item.lines().nth(1).unwrap().replace("batch", "addition");
    let head = change(Head {
        body: Hash::of(&body),
        ..head(item)
    });
    format!("{}\n{body}\n", head.to_line())
}

/// Changes the first of some records, and writes the chain behind it anew.
fn rechain(items: &mut [String], range: std::ops::Range<usize>) {
    items[range.start] = rewritten(&items[range.start]);
    for index in range.start + 1..range.end {
        let head = Head {
            prev: record(&items[index - 1]).hash,
            ..head(&items[index])
        };
        items[index] = format!("{}\n{}\n", head.to_line(), items[index].lines().nth(1).unwrap());
    }
}

#[test]
fn each_forgery_is_named_with_its_record() {
    let keys = Keys::new();
    let (log, receipts) = log(&keys, STREAM);
    let mut wrong = Vec::new();
    for (name, forge, code, seq) in FORGERIES {
        let mut items = log.items.clone();
        forge(&mut items, &keys);
        let report = verify(&items.concat(), &keys.ring(), &receipts);
        if report.faults.is_empty() || first_fault(&report) != (*code, u32::from(*name != "nothing"), "", *seq) {
            wrong.push((name, report.faults));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn one_forgery_is_told_as_one_fault() {
    let keys = Keys::new();
    let (log, receipts) = log(&keys, STREAM);
    let several = [
        "all from a record on written anew",
        "the tail of another stream",
        "no certificate",
        "nothing",
    ];
    let mut wrong = Vec::new();
    for (name, forge, ..) in FORGERIES.iter().filter(|(name, ..)| !several.contains(name)) {
        let mut items = log.items.clone();
        forge(&mut items, &keys);
        let report = verify(&items.concat(), &keys.ring(), &receipts);
        if report.faults.len() != 1 {
            wrong.push((name, report.faults));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A stamp of an unknown boot.
fn stamp_in(boot: &str, at_minute: i64, elapsed_minute: i64) -> Stamp {
    Stamp {
        at_ms: BASE_MS + at_minute * MINUTE_MS,
        elapsed_ms: elapsed_minute * MINUTE_MS,
        boot: boot.into(),
    }
}

/// Name, what is written behind the certificate (sealed and receipted in minute 120), the seq of the
/// back-dated record or none.
type Dated = (&'static str, fn(&mut Writer), Option<u64>);

const DATED: &[Dated] = &[
    (
        "a clock set back 40 minutes in an anchored boot",
        |log| {
            log.anchor(stamp_in("a", 10, 10), BASE_MS + 10 * MINUTE_MS);
            log.note(stamp_in("a", 30, 30), "");
            log.note(stamp_in("a", -8, 32), "");
        },
        None,
    ),
    (
        "a wrong clock, anchored afterwards",
        |log| {
            log.note(stamp_in("a", -60 * 24, 5), "");
            log.note(stamp_in("a", 60 * 24, 6), "");
            log.anchor(stamp_in("a", 60 * 24, 10), BASE_MS + 10 * MINUTE_MS);
        },
        None,
    ),
    (
        "a restart with a wrong clock, anchored afterwards",
        |log| {
            log.anchor(stamp_in("a", 10, 10), BASE_MS + 10 * MINUTE_MS);
            log.note(stamp_in("b", -900, 1), "");
            log.anchor(stamp_in("b", -895, 6), BASE_MS + 20 * MINUTE_MS);
        },
        None,
    ),
    (
        "half a minute late in being recorded",
        |log| {
            log.anchor(stamp_in("a", 10, 10), BASE_MS + 10 * MINUTE_MS);
            let mut late = stamp_in("a", 10, 10);
            late.elapsed_ms -= 30_000;
            log.note(late, "");
        },
        None,
    ),
    (
        "time since boot runs backwards",
        |log| {
            log.note(stamp_in("a", 30, 30), "");
            log.note(stamp_in("a", 20, 20), "");
        },
        Some(2),
    ),
    (
        "before the certificate, never anchored",
        |log| {
            log.note(stamp_in("a", -30, 1), "");
        },
        Some(1),
    ),
    (
        "before the anchor, in a boot of its own",
        |log| {
            log.anchor(stamp_in("a", 30, 30), BASE_MS + 30 * MINUTE_MS);
            log.note(stamp_in("a", 31, 31), "");
            log.note(stamp_in("b", 5, 1), "");
            log.note(stamp_in("b", 6, 2), "");
        },
        Some(3),
    ),
    (
        "before the anchor, in a boot anchored afterwards to an earlier time",
        |log| {
            log.anchor(stamp_in("a", 30, 30), BASE_MS + 30 * MINUTE_MS);
            log.note(stamp_in("b", 5, 1), "");
            log.anchor(stamp_in("b", 6, 2), BASE_MS + 6 * MINUTE_MS);
        },
        Some(2),
    ),
    (
        "dated ahead of its receipt, never anchored",
        |log| {
            log.note(stamp_in("a", 300, 1), "");
        },
        Some(1),
    ),
    (
        "dated ahead of its receipt in an anchored boot",
        |log| {
            log.anchor(stamp_in("a", 10, 10), BASE_MS + 10 * MINUTE_MS);
            log.note(stamp_in("a", 20, 500), "");
        },
        Some(2),
    ),
];

#[test]
fn impossible_times_are_told_and_wrong_clocks_are_not() {
    let keys = Keys::new();
    for (name, write, back_dated) in DATED {
        let mut log = Writer::new(&keys, STREAM);
        write(&mut log);
        log.seal();
        let inline = log.text();
        let receipt = log.receipt(BASE_MS + 120 * MINUTE_MS);
        for (text, receipts) in [(log.text(), vec![]), (inline, vec![receipt])] {
            let report = verify(&text, &keys.ring(), &receipts);
            let found = report.faults.first().map(|fault| (fault.code, fault.seq));
            assert_eq!(
                found,
                back_dated.map(|seq| (Code::BackDated, seq)),
                "{name}: {report:#?}"
            );
        }
    }
}

/// A stream whose phone was restored in epoch 1 after record 3: its tail is a branch, epoch 2 names both heads.
fn forked(keys: &Keys) -> (Vec<String>, Vec<Receipt>) {
    let (main, mut receipts) = log(keys, STREAM);
    let mut branch = Writer {
        tip: tip_of(&main.items[3]),
        items: Vec::new(),
        ..Writer::new(keys, STREAM)
    };
    let start = branch.tip.clone();
    let first = branch.note(stamp(9), "restored batch");
    branch.note(stamp(10), "restored batch");
    branch.branch = first.hash.branch();
    branch.seal();
    receipts.push(branch.receipt(BASE_MS + 11 * MINUTE_MS));
    let start = Line::Branch(BranchStart {
        epoch: 1,
        branch: branch.branch.clone(),
        seq: start.seq,
        hash: start.hash,
    });
    let heads = vec![branch.tip.hash, main.tip.hash];
    let certificate = keys.certificate(STREAM, 2, heads, BASE_MS + 11 * MINUTE_MS);
    let mut second = Writer {
        tip: Tip::of_certificate(&certificate),
        items: Vec::new(),
        ..Writer::new(keys, STREAM)
    };
    second.note(stamp(12), "second epoch");
    second.seal();
    receipts.push(second.receipt(BASE_MS + 13 * MINUTE_MS));
    let mut items = main.items;
    items.push(start.to_ndjson());
    items.extend(branch.items);
    items.push(Line::Certificate(certificate).to_ndjson());
    items.extend(second.items);
    (items, receipts)
}

#[test]
fn branches_and_epochs_check() {
    let keys = Keys::new();
    let (items, receipts) = forked(&keys);
    let report = verify(&items.concat(), &keys.ring(), &receipts);
    assert!(report.ok && report.notices.is_empty(), "{report:#?}");
    let seqs: Vec<_> = report
        .lines
        .iter()
        .map(|line| (line.place.epoch, line.records, line.seq))
        .collect();
    assert_eq!(seqs, [(1, 7, 7), (1, 2, 5), (2, 1, 1)]);
}

#[test]
fn forged_branches_and_epochs_are_named() {
    let keys = Keys::new();
    let (items, receipts) = forked(&keys);
    let branch = match read_lines(&items[12]).next().unwrap().unwrap() {
        Line::Branch(start) => start.branch,
        other => panic!("{other:?}"),
    };
    let epoch_one_later = |items: &mut Vec<String>| {
        let certificate = keys.certificate(STREAM, 2, vec![Hash::of("no head")], BASE_MS + 11 * MINUTE_MS);
        items[17] = Line::Certificate(certificate).to_ndjson();
    };
    type Forge<'a> = (&'a str, &'a dyn Fn(&mut Vec<String>), (Code, u32, &'a str, u64));
    let cases: [Forge; 7] = [
        (
            "a branch left out",
            &|items| drop(items.drain(12..17)),
            (Code::Cut, 1, &branch, 5),
        ),
        (
            "a branch's start",
            &|items| items[12] = items[12].replacen("\"seq\":3", "\"seq\":2", 1),
            (Code::Unlinked, 1, &branch, 2),
        ),
        (
            "a branch's first record",
            &|items| items[13] = rewritten(&items[13]),
            (Code::Changed, 1, &branch, 4),
        ),
        (
            "an epoch left out",
            &|items| drop(items.drain(1..17)),
            (Code::Unlinked, 2, "", 0),
        ),
        (
            "the first epoch left out",
            &|items| drop(items.drain(0..17)),
            (Code::Removed, 1, "", 0),
        ),
        (
            "an epoch that names nothing",
            &epoch_one_later,
            (Code::Unlinked, 2, "", 0),
        ),
        (
            "a record of the next epoch",
            &|items| items.insert(9, items[18].clone()),
            (Code::Spliced, 1, "", 7),
        ),
    ];
    for (name, forge, expected) in cases {
        let mut items = items.clone();
        forge(&mut items);
        let report = verify(&items.concat(), &keys.ring(), &receipts);
        assert_eq!(first_fault(&report), expected, "{name}: {report:#?}");
    }
}

#[test]
fn a_tail_adopted_by_the_next_key_is_sealed() {
    let (lost, found) = (Keys::new(), Keys::new());
    let mut log = Writer::new(&lost, STREAM);
    log.note(stamp(1), "sealed in time");
    log.seal();
    log.note(stamp(2), "not sealed in time");
    let named = vec![log.tip.hash];
    let adopted = found.by_phone(Seal::unsigned(&log.tip, found.phone_key().kid()));
    log.push(Line::Seal(adopted));
    for (heads, ok) in [
        (named, true),
        (vec![log.tip.hash, Hash::of("another")], true),
        (vec![Hash::of("another")], false),
    ] {
        let certificate = Line::Certificate(found.certificate(STREAM, 2, heads, BASE_MS + 3 * MINUTE_MS));
        let report = verify(&(log.text() + &certificate.to_ndjson()), &lost.ring(), &[]);
        assert_eq!(report.ok, ok, "{report:#?}");
        assert_eq!(report.lines[0].sealed_seq, if ok { 2 } else { 1 });
    }
}

#[test]
fn erased_unreadable_and_unsealed_are_no_faults() {
    let keys = Keys::new();
    let mut log = Writer::new(&keys, STREAM);
    log.note(stamp(1), "to be erased");
    let erased = log.items[1].lines().next().unwrap().to_owned() + "\nnull\n";
    log.items[1] = erased;
    let body = "{\"of\":\"a later version\"}";
    let head = Head {
        v: 1,
        stream: STREAM.into(),
        epoch: 1,
        seq: 2,
        prev: log.tip.hash,
        body: Hash::of(body),
    };
    log.items.push(format!("{}\n{body}\n", head.to_line()));
    log.tip = tip_of(&log.items[2]);
    log.seal();
    log.note(stamp(3), "in the tail");
    let report = verify(&log.text(), &keys.ring(), &[]);
    assert!(report.ok, "{report:#?}");
    let line = &report.lines[0];
    assert_eq!(
        (line.records, line.erased, line.unreadable, line.sealed_seq),
        (3, 1, 1, 2)
    );
    let notices: Vec<_> = report.notices.iter().map(|notice| (notice.code, notice.seq)).collect();
    assert_eq!(notices, [(NoticeCode::UnsealedTail, 3), (NoticeCode::CompleteTo, 3)]);
}

#[test]
fn a_certificate_must_come_from_a_key_in_its_time() {
    let keys = Keys::new();
    let text = log(&keys, STREAM).0.text();
    let mut first = ServerKey::first(keys.server_key(), BASE_MS - 1);
    first.to = Some(BASE_MS + 4 * MINUTE_MS);
    let ended = KeyRing::trust(
        &KeyFile {
            keys: vec![first],
            recovery: None,
        },
        None,
    )
    .unwrap();
    let codes = |ring: &KeyRing| {
        verify(&text, ring, &[])
            .faults
            .iter()
            .map(|fault| fault.code)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        codes(&ended),
        [Code::BadReceipt],
        "the second receipt is later than the key's end"
    );
    assert_eq!(codes(&KeyRing::default())[0], Code::BadCertificate);
}

#[test]
fn a_new_key_is_trusted_if_the_old_one_signed_it() {
    let keys = Keys::new();
    let next = Ed25519KeyPair::from_seed_unchecked(&[8; 32]).unwrap();
    let next = PublicKey::from_bytes(next.public_key().as_ref()).unwrap();
    let first = ServerKey::first(keys.server_key(), 0);
    let second = keys.by_server(ServerKey::unsigned(next.clone(), 1, first.kid.clone()));
    let ring = |second: &ServerKey, root: Option<&str>| {
        let keys = vec![first.clone(), second.clone()];
        KeyRing::trust(&KeyFile { keys, recovery: None }, root)
    };
    assert!(ring(&second, None).unwrap().get(&next.kid()).is_some());
    let later = ServerKey {
        from: 2,
        ..second.clone()
    };
    assert!(matches!(ring(&later, None), Err(RecordError::BadSignature { .. })));
    let orphan = ServerKey::first(next.clone(), 1);
    assert!(ring(&orphan, None).unwrap().get(&next.kid()).is_none());
    assert!(ring(&second, Some(&next.kid())).unwrap().get(&first.kid).is_none());
    assert!(ring(&second, Some("no such key")).is_err());
}

#[test]
fn streams_stand_one_behind_another() {
    let keys = Keys::new();
    let ((one, first), (other, second)) = (log(&keys, STREAM), log(&keys, OTHER));
    let receipts = [first, second].concat();
    let report = verify(&(one.text() + &other.text()), &keys.ring(), &receipts);
    assert!(report.ok, "{report:#?}");
    let report = verify(&one.text(), &keys.ring(), &receipts);
    assert!(
        report.ok && report.notices[0].code == NoticeCode::OtherStream,
        "{report:#?}"
    );
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let report = verify_reader(&bytes[..], &KeyRing::default(), &[]).unwrap();
        prop_assert!(!report.ok);
    }
}

/// The lines that are no seals and no receipts: of those, a copy or a loss changes nothing.
fn records(lines: &[String]) -> Vec<&String> {
    let witness = |line: &&String| line.starts_with("{\"seal\"") || line.starts_with("{\"receipt\"");
    lines.iter().filter(|line| !witness(line)).collect()
}

fn changed_bytes(text: &str, at: usize, to: u8) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = to;
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn any_changed_byte_is_told(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        thread_local! {
            static FORKED: (String, KeyRing) = {
                let keys = Keys::new();
                (forked(&keys).0.concat(), keys.ring())
            };
        }
        FORKED.with(|(text, ring)| {
            let at = at.index(text.len());
            let report = verify_reader(&changed_bytes(text, at, to)[..], ring, &[]).unwrap();
            prop_assert_eq!(report.ok, text.as_bytes()[at] == to, "byte {} made {}", at, to);
            Ok(())
        })?;
    }

    #[test]
    fn shuffled_lines_are_told(swaps in prop::collection::vec(any::<(prop::sample::Index, prop::sample::Index)>(), 1..8)) {
        thread_local! {
            static LINES: (Vec<String>, KeyRing, Vec<Receipt>) = {
                let keys = Keys::new();
                let (items, receipts) = forked(&keys);
                let text = items.concat();
                (text.lines().map(|line| line.to_owned() + "\n").collect(), keys.ring(), receipts)
            };
        }
        LINES.with(|(lines, ring, receipts)| {
            let mut shuffled = lines.clone();
            for (one, other) in swaps {
                shuffled[one.index(lines.len())] = lines[other.index(lines.len())].clone();
            }
            let shuffled_text = shuffled.concat();
            let report = verify(&shuffled_text, ring, receipts);
            prop_assert!(!report.ok || records(&shuffled) == records(lines));
            prop_assert_eq!(verify_reader(shuffled_text.as_bytes(), ring, receipts).unwrap(), report);
            Ok(())
        })?;
    }
}

#[test]
fn a_file_may_say_that_it_leaves_out_the_beginning() {
    let keys = Keys::new();
    let (log, receipts) = log(&keys, STREAM);
    let tip = tip_of(&log.items[3]);
    let start = |seq, hash| BranchStart {
        epoch: 1,
        branch: String::new(),
        seq,
        hash,
    };
    let text = |start: BranchStart| {
        let mut items = log.items.clone();
        items.splice(1..6, [Line::Branch(start).to_ndjson()]);
        items.concat()
    };
    let report = verify(&text(start(tip.seq, tip.hash)), &keys.ring(), &receipts);
    assert!(report.ok, "{report:#?}");
    assert_eq!(
        (report.notices[0].code, report.lines[0].records),
        (NoticeCode::LeftOut, 4)
    );
    let report = verify(&text(start(tip.seq, Hash::of("another"))), &keys.ring(), &receipts);
    assert_eq!(first_fault(&report), (Code::Changed, 1, "", 4));
    let report = verify(&text(start(2, tip.hash)), &keys.ring(), &receipts);
    assert_eq!(first_fault(&report), (Code::Changed, 1, "", 3));
}

#[derive(Serialize, Deserialize)]
struct Seen {
    desk: String,
    seq: u64,
    hash: Hash,
}
impl Payload for Seen {
    const TYPE: &'static str = "feed.seen";
}

#[test]
fn phones_witness_the_desk() {
    let keys = Keys::new();
    let (desk, _) = log(&keys, OTHER);
    let of = |seq, hash| Seen {
        desk: OTHER.into(),
        seq,
        hash,
    };
    let (third, last) = (tip_of(&desk.items[3]).hash, tip_of(&desk.items[9]).hash);
    let cases = [
        ("what is there", of(3, third), None),
        ("the newest", of(7, last), None),
        ("another record", of(3, last), Some((Code::Contradicted, 3))),
        ("a record beyond the end", of(9, last), Some((Code::Contradicted, 8))),
    ];
    for (name, seen, fault) in cases {
        let mut phone = Writer::new(&keys, STREAM);
        phone.write(stamp(1), &seen);
        phone.seal();
        let report = verify(&(phone.text() + &desk.text()), &keys.ring(), &[]);
        let found = report.faults.first().map(|fault| (fault.code, fault.seq));
        assert_eq!(found, fault, "{name}: {report:#?}");
        let report = verify(&phone.text(), &keys.ring(), &[]);
        assert!(
            report
                .notices
                .iter()
                .any(|notice| notice.code == NoticeCode::OtherStream),
            "{name}: {report:#?}"
        );
    }
}
