//! Holds the golden vectors of `tests/vectors/`, made by an independent implementation (`generate.py`).
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::*;

#[derive(Deserialize)]
struct LineCase {
    name: String,
    what: String,
    line: String,
    ok: bool,
}

#[derive(Deserialize)]
struct RecordCase {
    head: String,
    body: String,
    hash: Hash,
}

fn vectors<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap()
}

#[test]
fn lines_are_taken_and_refused_as_the_vectors_say() {
    for case in vectors::<Vec<LineCase>>(include_str!("../../../tests/vectors/lines.json")) {
        let got = match case.what.as_str() {
            "head" => Head::parse(&case.line).map(drop),
            "body" => Body::parse(&case.line).map(drop),
            "certificate" => Certificate::parse(&case.line).map(drop),
            "record" => read_lines(&case.line).try_for_each(|line| line.map(drop)),
            other => panic!("no such kind of line: {other}"),
        };
        assert_eq!(got.is_ok(), case.ok, "{}: {got:?}", case.name);
    }
}

#[test]
fn hashes_and_bytes_are_those_of_the_vectors() {
    for case in vectors::<Vec<RecordCase>>(include_str!("../../../tests/vectors/records.json")) {
        let record = Record::from_lines(case.head.clone(), Some(case.body.clone())).unwrap();
        assert_eq!(record.hash, case.hash);
        assert_eq!(record.head.body, Hash::of(&case.body));
        assert_eq!(
            record.head.to_line(),
            case.head,
            "this version writes heads as the vectors do"
        );
        assert_eq!(record.body().unwrap().unwrap().salt.len(), 32);
    }
}

#[test]
fn a_log_is_read_and_written_byte_for_byte() {
    let text = include_str!("../../../tests/vectors/log.ndjson");
    let mut tip = None;
    let mut written = String::new();
    for line in read_lines(text) {
        let line = line.unwrap();
        written.push_str(&line.to_ndjson());
        match &line {
            Line::Certificate(certificate) => tip = Some(Tip::of_certificate(certificate)),
            Line::Record(record) => tip.as_mut().unwrap().advance(record).unwrap(),
            Line::Seal(seal) => assert_eq!(seal.hash, tip.as_ref().unwrap().hash),
            _ => {}
        }
    }
    assert_eq!(written, text);
    assert_eq!(tip.unwrap().seq, 6);
}

#[test]
fn messages_and_signatures_are_those_of_the_vectors() {
    let all: Value = vectors(include_str!("../../../tests/vectors/signed.json"));
    let key = |name: &str| serde_json::from_value::<PublicKey>(all[name].clone()).unwrap();
    let (phone, server) = (key("phone_key"), key("server_key"));
    fn holds<T: Signable + serde::de::DeserializeOwned>(
        value: &Value,
        message: Option<&Value>,
        key: &PublicKey,
    ) -> bool {
        let signed: T = serde_json::from_value(value.clone()).unwrap();
        if let Some(message) = message {
            assert_eq!(String::from_utf8(signed.message()).unwrap(), message.as_str().unwrap());
        }
        signed.verify(key).is_ok()
    }
    let message = |what: &str| Some(&all["messages"][what]);
    assert!(holds::<Seal>(&all["seal"], message("seal"), &phone));
    assert!(holds::<EpochRequest>(&all["epoch"], message("epoch"), &phone));
    assert!(holds::<Receipt>(&all["receipt"], message("receipt"), &server));
    assert!(holds::<Anchor>(&all["anchor"], message("anchor"), &server));
    assert!(holds::<TlsPins>(&all["pins"], message("pins"), &server));
    let line = include_str!("../../../tests/vectors/log.ndjson")
        .lines()
        .next()
        .unwrap();
    let certificate: Value = serde_json::from_str(line).unwrap();
    assert!(holds::<CertificateFields>(
        &certificate,
        message("certificate"),
        &server
    ));
    for case in all["invalid"].as_array().unwrap() {
        let held = if let Some(seal) = case.get("seal") {
            holds::<Seal>(seal, None, &phone)
        } else if let Some(receipt) = case.get("receipt") {
            holds::<Receipt>(receipt, None, &server)
        } else if let Some(epoch) = case.get("epoch") {
            holds::<EpochRequest>(epoch, None, &phone)
        } else if let Some(pins) = case.get("pins") {
            holds::<TlsPins>(pins, None, &server)
        } else {
            holds::<Anchor>(&case["anchor"], None, &server)
        };
        assert!(!held, "{}", case["name"]);
    }
}

#[derive(Deserialize)]
struct LogCase {
    file: String,
    receipts: Option<String>,
    lines: Option<Vec<LineOf>>,
    first_fault: Option<FaultOf>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct LineOf {
    epoch: u32,
    branch: Branch,
    records: u64,
    seq: u64,
    sealed_seq: u64,
    erased: u64,
}

#[derive(Debug, PartialEq, Deserialize)]
struct FaultOf {
    code: String,
    epoch: u32,
    branch: Branch,
    seq: u64,
}

#[test]
fn logs_are_verified_as_the_vectors_say() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/logs/");
    let read = |name: &str| std::fs::read_to_string(format!("{folder}{name}")).unwrap();
    let keys = KeyRing::parse(include_str!("../../../tests/vectors/keys.json")).unwrap();
    for case in vectors::<Vec<LogCase>>(include_str!("../../../tests/vectors/logs.json")) {
        let receipts = case.receipts.as_deref().map(read).unwrap_or_default();
        let receipts: Vec<Receipt> = read_lines(&receipts)
            .map(|line| match line.unwrap() {
                Line::Receipt(receipt) => receipt,
                other => panic!("{other:?}"),
            })
            .collect();
        let report = verify::verify(&read(&case.file), &keys, &receipts);
        let first_fault = report.faults.first().map(|fault| FaultOf {
            code: fault.code.as_str().into(),
            epoch: fault.place.epoch,
            branch: fault.place.branch.clone(),
            seq: fault.seq,
        });
        assert_eq!(first_fault, case.first_fault, "{}: {report:#?}", case.file);
        let Some(expected) = case.lines else { continue };
        let lines = report.lines.into_iter().map(|line| LineOf {
            epoch: line.place.epoch,
            branch: line.place.branch,
            records: line.records,
            seq: line.seq,
            sealed_seq: line.sealed_seq,
            erased: line.erased,
        });
        assert_eq!(lines.collect::<Vec<_>>(), expected, "{}", case.file);
    }
}

#[test]
fn the_keys_of_the_vectors_vouch_for_each_other() {
    let text = include_str!("../../../tests/vectors/keys.json");
    let file: KeyFile = vectors(text);
    let ring = KeyRing::trust(&file, None).unwrap();
    assert!(file.keys.iter().all(|key| ring.get(&key.kid).is_some()));
    assert_eq!(serde_json::to_value(&file).unwrap(), vectors::<Value>(text));
    let mut forged = file.clone();
    forged.recovery.as_mut().unwrap().key = file.keys[0].key.clone();
    assert!(matches!(
        KeyRing::trust(&forged, None),
        Err(RecordError::BadSignature { what: "recovery", .. })
    ));
    forged = file.clone();
    forged.keys[1].key = file.keys[0].key.clone();
    assert!(matches!(KeyRing::trust(&forged, None), Err(RecordError::NotA { .. })));
}

#[test]
fn the_fast_reading_of_heads_differs_in_nothing() {
    let cases: Vec<LineCase> = vectors(include_str!("../../../tests/vectors/lines.json"));
    let good = cases[0].line.clone();
    let mut lines: Vec<String> = cases.into_iter().map(|case| case.line).collect();
    for (from, to) in [
        ("\"seq\":1", "\"seq\":01"),
        ("\"seq\":1", "\"seq\":+1"),
        ("\"seq\":1", "\"seq\":-1"),
        ("\"seq\":1", "\"seq\":"),
        ("\"seq\":1", "\"seq\":9223372036854775807"),
        ("\"seq\":1", "\"seq\":9223372036854775808"),
        ("\"epoch\":1", "\"epoch\":4294967296"),
        ("\"}", "\" }"),
        ("\"}", "\"}\n"),
        (",\"seq\"", ", \"seq\""),
    ] {
        lines.push(good.replacen(from, to, 1));
    }
    for line in lines {
        let slow = json::parse(&line).and_then(Head::from_value);
        if let Some(fast) = Head::as_written(&line) {
            assert_eq!(slow.unwrap(), fast, "{line}");
        }
        assert_eq!(
            Head::parse(&line).is_ok(),
            json::parse(&line).and_then(Head::from_value).is_ok(),
            "{line}"
        );
    }
    assert!(Head::as_written(&good).is_some());
}

/// Both ways to read a body take the same lines and read the same in them.
fn body_both_ways(line: &str) {
    match (Body::parse(line), BodyLine::parse(line.into())) {
        (Ok(body), Ok(kept)) => assert_eq!((body.at, body.kind), (kept.at, kept.kind), "{line}"),
        (Err(_), Err(_)) => {}
        (body, kept) => panic!("{line}: {body:?} but {kept:?}"),
    }
}

const BODY: &str = r#"{"salt":"000102030405060708090a0b0c0d0e0f","at":{"at_ms":1,"elapsed_ms":2,"boot":"b"},"type":"fix.taken","lat_e9":5,"seen":{"side":"in"}}"#;

#[test]
fn a_body_in_its_line_is_the_body_in_parts() {
    let array = r#"["000102030405060708090a0b0c0d0e0f",{"at_ms":1,"elapsed_ms":2,"boot":"b"},"fix.taken"]"#;
    assert!(BodyLine::parse(BODY.into()).is_ok());
    body_both_ways(BODY);
    body_both_ways(array);
    for (from, to) in [
        ("\"lat_e9\":5", "\"lat_e9\":5.5"),
        ("\"lat_e9\":5", "\"lat_e9\":5,\"lat_e9\":5"),
        ("\"lat_e9\":5", "\"lat_e9\":5,\"lat\\u005fe9\":5"),
        ("\"lat_e9\":5", "\"lat_e9\":9223372036854775808"),
        ("\"lat_e9\":5", "\"lat_e9\":[[[[[[[[1]]]]]]]]"),
        ("\"lat_e9\":5", "\"lat_e9\":\"\\ud800\""),
        ("\"side\":\"in\"", "\"side\":\"in\",\"side\":\"in\""),
        ("\"type\":\"fix.taken\"", "\"type\":7"),
        ("\"type\":\"fix.taken\"", "\"type\":\"fix\\u002etaken\""),
        ("\"type\":\"fix.taken\",", ""),
        ("0001", "00g1"),
        ("0001", "\\u0030001"),
        ("\"salt\":\"0", "\"salt\":null,\"s\":\"0"),
        ("\"at_ms\":1", "\"at_ms\":\"1\""),
        ("\"boot\":\"b\"", "\"boot\":\"b\",\"more\":1"),
        ("}}", "}} "),
        ("}}", "}}\n"),
        ("}}", "}},"),
        ("{\"salt", "\u{feff}{\"salt"),
    ] {
        body_both_ways(&BODY.replacen(from, to, 1));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_changed_body_in_its_line_is_the_changed_body(at in 0..BODY.len(), put in "[ -~]{0,3}", cut in 0usize..4) {
        let end = (at + cut).min(BODY.len());
        body_both_ways(&format!("{}{put}{}", &BODY[..at], &BODY[end..]));
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in ".{0,300}") {
        parse_all(&text);
    }

    /// A line of the vectors with some of its bytes changed.
    #[test]
    fn no_damaged_line_makes_a_parser_panic(
        which in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let lines: Vec<&str> = include_str!("../../../tests/vectors/log.ndjson").lines().collect();
        let mut bytes = which.get(&lines).as_bytes().to_vec();
        for (at, to) in damage {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        parse_all(&String::from_utf8_lossy(&bytes));
    }
}

/// Whatever is taken is written as it was read.
fn parse_all(text: &str) {
    let _ = (Head::parse(text), Body::parse(text), Batch::parse(text));
    if let Ok(certificate) = Certificate::parse(text) {
        assert_eq!(certificate.line(), text);
    }
    for line in read_lines(text).flatten() {
        if let Line::Record(record) = line {
            assert!(text.contains(&record.head_line));
        }
    }
}
