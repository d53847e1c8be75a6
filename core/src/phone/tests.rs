#![allow(clippy::unwrap_used)]
//! The phone's calls on a real encrypted folder, with a key in software.

mod recording;
mod screens;
mod shown;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use ring::{
    rand::{SecureRandom, SystemRandom},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    store::{log, reference},
    *,
};
use crate::{
    judge::PlaceVerdict,
    place::{Point, Shape},
    policy::Policy,
    reading::Fix,
    record::{Body, Certificate, CertificateFields, Grade, Hash, Payload, PublicKey, Record, Signature, Tip},
    reference::{AreaBlob, Customer, Decision, District, Document, Exception, ExceptionKind, FindingState, Look, Rep},
    rules::{
        Finding, FindingKind, Name, Noted, NotedRecord,
        clock::ClockMoved,
        log::StreamForked,
        presence::{Cause, FixTaken},
        sign_in::SignedIn,
        signs::{Integrity, Sign, SignsNoted, Trace},
        together,
        visit::{CheckedIn, Outcome, Report},
    },
    time::{ClockAnchor, Interval, When},
};

const KEY: [u8; 32] = [5; 32];
/// Wednesday 2026-01-21, 08:00 in Shanghai: the window opens.
const OPENING_MS: i64 = 1_768_953_600_000;
const MINUTE_MS: i64 = 60_000;
const BOOT: &str = "00112233445566aa";

/// A key in memory, a clock that stands where it is put.
pub(super) struct SoftPlatform {
    pair: EcdsaKeyPair,
    elapsed_ms: AtomicI64,
}

impl SoftPlatform {
    pub(super) fn new() -> Self {
        let random = SystemRandom::new();
        let bytes = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        Self {
            pair: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes.as_ref(), &random).unwrap(),
            elapsed_ms: AtomicI64::new(0),
        }
    }
}

impl Platform for SoftPlatform {
    fn sign(&self, message: Vec<u8>) -> Result<Vec<u8>, SignError> {
        Ok(self
            .pair
            .sign(&SystemRandom::new(), &message)
            .unwrap()
            .as_ref()
            .to_vec())
    }
    fn public_key(&self) -> Result<Vec<u8>, SignError> {
        Ok(self.pair.public_key().as_ref().to_vec())
    }
    fn new_key(&self) -> Result<Vec<u8>, SignError> {
        self.public_key()
    }
    fn random(&self, n: u32) -> Vec<u8> {
        let mut bytes = vec![0; n as usize];
        SystemRandom::new().fill(&mut bytes).unwrap();
        bytes
    }
    fn elapsed_ms(&self) -> i64 {
        self.elapsed_ms.load(Ordering::Relaxed)
    }
}

/// A certificate of rep-li's stream; `key` tells keys apart.
pub(super) fn certificate(epoch: u32, key: u8, heads: &[Hash]) -> Certificate {
    let mut point = [key; 65];
    point[0] = 4;
    Certificate::new(CertificateFields {
        stream: "5f0c3a1e9b7d4826a1c4e8f00b2d6c93".into(),
        epoch,
        rep: "rep-li".into(),
        key: PublicKey::from_bytes(&point).unwrap(),
        grade: Grade::Software,
        heads: heads.to_vec(),
        issued_at: 1,
        demo: true,
        kid: "3a50db68046e2012".into(),
        sig: Signature(vec![0; 64]),
    })
}

/// `ms` after the opening of the window, the wall clock right.
pub(super) fn stamp(ms: i64) -> Stamp {
    Stamp {
        at_ms: OPENING_MS + ms,
        elapsed_ms: 10_000_000 + ms,
        boot: BOOT.into(),
    }
}

/// At the centre of the district plus `north_e9`, `minutes` after the opening.
fn reading(minutes: i64, north_e9: i64) -> Reading {
    Reading {
        at: stamp(minutes * MINUTE_MS),
        fix: Some(Fix {
            lat_e9: 31_230_000_000 + north_e9,
            lon_e9: 121_470_000_000,
            accuracy_mm: Some(10_000),
            age_ms: 0,
            provider: Default::default(),
            satellites: Some(8),
            speed_mm_s: None,
            simulated: false,
            approximate: false,
            still: false,
        }),
    }
}

/// A district of some 4 km around the centre, one customer in it.
fn documents() -> (Vec<(String, Document)>, Vec<u8>) {
    let corner = |lat: f64, lon: f64| Point { lat, lon };
    let ring = vec![
        corner(31.21, 121.45),
        corner(31.21, 121.49),
        corner(31.25, 121.49),
        corner(31.25, 121.45),
    ];
    let shape = Shape::new(vec![vec![ring]]).unwrap().to_bytes();
    let hash = Hash::of(&shape);
    let district = District {
        name: "Huangpu".into(),
        shape: hash,
        edge_tolerance_m: None,
    };
    let customer = Customer {
        id: "c-17".into(),
        name: "Corner shop".into(),
        lat_e9: 31_231_000_000,
        lon_e9: 121_470_000_000,
        place_confirmed: false,
        landline: None,
    };
    let rep = Rep {
        name: "Li".into(),
        team: "t-1".into(),
        role: None,
        districts: vec!["d-1".into()],
        customers: vec!["c-17".into()],
    };
    let area = AreaBlob {
        area: hash,
        districts: vec![district.clone()],
        no_go: vec![],
        edge_tolerance_m: 50,
    };
    let documents = vec![
        ("policy".into(), Document::Policy(Policy::default())),
        ("d-1".into(), Document::District(district)),
        ("c-17".into(), Document::Customer(customer)),
        ("rep-li".into(), Document::Rep(rep)),
        ("rep-li".into(), Document::Area(area)),
    ];
    (documents, shape)
}

fn put(phone: &Phone, key: &str, document: &Document) {
    let document = serde_json::to_value(document).unwrap();
    put_item(phone, document["kind"].as_str().unwrap(), key, &document);
}

/// An item of the feed.
fn put_item(phone: &Phone, kind: &str, key: &str, document: &Value) {
    let item = json!({"op": "put", "kind": kind, "key": key, "document": document});
    let items = [serde_json::from_str(&item.to_string()).unwrap()];
    let apply = |tx: &rusqlite::Transaction<'_>| {
        reference::apply(tx, &items, false)?;
        reference::drop_old_noted(tx)
    };
    phone.with(|store| store.write(apply)).unwrap();
    locked(&phone.basis).take();
}

/// A phone that is enrolled and has its reference data.
fn phone_in(folder: &Path) -> Phone {
    let phone = Phone::open(folder, &KEY, Arc::new(SoftPlatform::new())).unwrap();
    if phone.rep().is_ok() {
        return phone;
    }
    phone
        .with(|store| store.write(|tx| log::adopt(tx, &certificate(1, 1, &[]))))
        .unwrap();
    let (documents, shape) = documents();
    for (key, document) in &documents {
        put(&phone, key, document);
    }
    phone
        .with(|store| store.write(|tx| reference::put_blob(tx, &Hash::of(&shape), &shape)))
        .unwrap();
    phone
}

fn kinds(phone: &Phone) -> Vec<String> {
    bodies(phone).into_iter().map(|body| body.kind).collect()
}

fn bodies(phone: &Phone) -> Vec<Body> {
    let raw = phone
        .with(|store| log::raw(store.connection(), 1, "", 1, 10_000))
        .unwrap();
    raw.iter()
        .filter_map(|record| Body::parse(record.body.as_deref()?).ok())
        .collect()
}

/// Every text and blob of the decrypted database.
fn decrypted(folder: &Path) -> String {
    let database = Connection::open(folder.join("phone.db")).unwrap();
    let hex: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    database.pragma_update(None, "key", format!("x'{hex}'")).unwrap();
    let tables: Vec<String> = database
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut all = String::new();
    for table in tables {
        let mut statement = database.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                all.push_str(&format!("{:?}\n", row.get_ref(column).unwrap()));
                if let Ok(bytes) = row.get_ref(column).unwrap().as_bytes() {
                    all.push_str(&String::from_utf8_lossy(bytes));
                }
            }
        }
    }
    all
}

#[test]
fn a_fix_in_the_window_is_kept_with_the_phones_verdict() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    let outcome = phone.on_fix(&reading(10, 0)).unwrap();
    assert!(outcome.kept && outcome.when == When::Within);
    assert_eq!(outcome.verdict.unwrap().place, PlaceVerdict::Inside);
    // Some 1.9 km from the nearest edge at 60 km/h, and a minute.
    assert!((150..=190).contains(&outcome.next_due_s), "{outcome:?}");
    let outside = phone.on_fix(&reading(11, 50_000_000)).unwrap();
    assert_eq!(outside.verdict.unwrap().place, PlaceVerdict::Outside);
    assert_eq!(outside.next_due_s, 60);
    let mut resting = reading(12, 0);
    resting.fix.as_mut().unwrap().still = true;
    assert_eq!(phone.on_fix(&resting).unwrap().next_due_s, 900);
    phone.check_in(&reading(13, 0), "c-17".into(), "order".into()).unwrap();
    resting.at = stamp(13 * MINUTE_MS + 30_000);
    assert_eq!(
        phone.on_fix(&resting).unwrap().next_due_s,
        60,
        "the visit has just begun"
    );
    assert_eq!(
        kinds(&phone),
        ["cause.noted", "fix", "fix", "fix", "fix", "visit.checked_in", "fix"]
    );
    let fix: FixTaken = bodies(&phone)[1].read().unwrap().unwrap();
    let seen = fix.seen.unwrap();
    assert_eq!(seen.verdict, outcome.verdict.unwrap());
    assert!(seen.area.is_some());
}

#[test]
fn no_place_outside_the_window_reaches_the_disk() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    // Unlike any other number in the file.
    let marked = |minutes: i64| {
        let mut reading = reading(minutes, 0);
        let fix = reading.fix.as_mut().unwrap();
        (fix.lat_e9, fix.lon_e9) = (31_236_543_211, 121_476_543_211);
        reading
    };
    // Before, after, and at night.
    for minutes in [-5, 8 * 60 + 30, 11 * 60, 16 * 60] {
        let outcome = phone.on_fix(&marked(minutes)).unwrap();
        assert!(!outcome.kept && outcome.verdict.is_none());
        assert_ne!(outcome.when, When::Within);
    }
    assert_eq!(phone.on_fix(&marked(-5)).unwrap().next_due_s, 300);
    // The evening's acts keep their time and lose their place.
    let visit = phone.check_in(&marked(9 * 60), "c-17".into(), "late".into()).unwrap();
    phone
        .check_out(&marked(9 * 60 + 5), &Report::empty(visit.clone()))
        .unwrap();
    phone.sign_in(&marked(10 * 60), "evening".into()).unwrap();
    // A position measured before the opening is read after it.
    let mut stale = marked(0);
    stale.fix.as_mut().unwrap().age_ms = 20_000;
    phone.on_fix(&stale).unwrap();
    let checked_in: CheckedIn = bodies(&phone).iter().find_map(Body::read).unwrap().unwrap();
    assert_eq!((checked_in.visit, checked_in.fix_seq), (visit, None));
    assert!(!kinds(&phone).contains(&"fix".into()));
    drop(phone);
    let all = decrypted(folder.path());
    assert!(all.contains("market.signed_in"), "the test reads what it should");
    assert!(!all.contains("36543211") && !all.contains("76543211"));
}

#[test]
fn a_moved_wall_clock_silences_no_phone_and_opens_no_window() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    let anchor = ClockAnchor {
        boot: BOOT.into(),
        elapsed_ms: stamp(0).elapsed_ms,
        at_ms: OPENING_MS,
        error_ms: 20,
    };
    phone
        .with(|store| store.write(|tx| log::put_anchor(tx, &anchor)))
        .unwrap();
    phone.on_fix(&reading(10, 0)).unwrap();
    // The wall clock says night, time since boot says 08:20.
    let mut moved = reading(20, 0);
    moved.at.at_ms += 12 * 60 * MINUTE_MS;
    assert!(phone.on_fix(&moved).unwrap().kept);
    // It says 10:00, and it is evening.
    let mut evening = reading(10 * 60, 0);
    evening.at.at_ms -= 8 * 60 * MINUTE_MS;
    assert!(!phone.on_fix(&evening).unwrap().kept);
    let moves: Vec<i64> = bodies(&phone)
        .iter()
        .filter_map(|body| Some(body.read::<ClockMoved>()?.unwrap().by_ms))
        .collect();
    assert_eq!(moves, [12 * 60 * MINUTE_MS, -20 * 60 * MINUTE_MS]);
}

#[test]
fn a_clock_that_drifts_by_a_minute_is_no_move() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    phone.cause(&stamp(0), Cause::LocationOn).unwrap();
    let mut later = stamp(MINUTE_MS);
    later.at_ms += MINUTE_MS;
    phone.cause(&later, Cause::LocationOn).unwrap();
    assert!(!kinds(&phone).contains(&ClockMoved::TYPE.into()));
}

#[test]
fn the_first_anchor_of_a_boot_erases_what_lay_outside() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    // The wall clock is eleven hours behind: it is evening.
    phone.on_fix(&reading(60, 1_111_111)).unwrap();
    assert!(kinds(&phone).contains(&"fix".into()));
    let clocks = crate::time::Clocks::new(
        [ClockAnchor {
            boot: BOOT.into(),
            elapsed_ms: stamp(0).elapsed_ms,
            at_ms: OPENING_MS + 11 * 60 * MINUTE_MS,
            error_ms: 20,
        }],
        100,
    );
    let schedule = &phone.basis().unwrap().schedule;
    let erased = phone
        .with(|store| {
            let erased = store.write(|tx| {
                let outside = log::retime(tx, BOOT, &clocks, |at_ms| schedule.when(at_ms) != When::Within)?;
                log::erase(tx, &outside)
            })?;
            store.checkpoint()?;
            Ok(erased)
        })
        .unwrap();
    assert_eq!(erased, 1);
    drop(phone);
    assert!(!decrypted(folder.path()).contains("31231111111"));
}

#[test]
fn breaks_private_time_and_leave_keep_no_place() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    let kept = |minutes: i64| phone.on_fix(&reading(minutes, 0)).unwrap().kept;
    let at = |minutes: i64| stamp(minutes * MINUTE_MS);
    assert!(kept(179));
    phone.break_start(&at(180)).unwrap();
    assert!(!kept(200));
    assert_eq!(
        phone.today(&at(200)).unwrap().break_until_ms,
        Some(OPENING_MS + 240 * MINUTE_MS)
    );
    assert_eq!(phone.today(&at(200)).unwrap().next, Next::EndBreak);
    phone.break_end(&at(210)).unwrap();
    assert!(kept(211));
    phone.private_start(&at(220)).unwrap();
    assert!(!kept(300));
    assert_eq!(phone.today(&at(300)).unwrap().next, Next::EndPrivate);
    phone.private_end(&at(301)).unwrap();
    assert!(kept(302));
    // A break that was never ended lasts as long as a break may.
    phone.break_start(&at(310)).unwrap();
    assert!(!kept(369) && kept(371));
    let leave = Exception {
        id: "x-1".into(),
        rep: "rep-li".into(),
        reason: ExceptionKind::Leave,
        from_ms: at(400).at_ms,
        to_ms: at(420).at_ms,
        approved_by: "boss".into(),
    };
    put(&phone, "x-1", &Document::Exception(leave));
    assert!(kept(399) && !kept(400) && !kept(419) && kept(420));
}

#[test]
fn before_the_first_sync_no_place_is_kept() {
    let folder = TempDir::new().unwrap();
    let phone = Phone::open(folder.path(), &KEY, Arc::new(SoftPlatform::new())).unwrap();
    assert!(matches!(phone.today(&stamp(0)), Err(PhoneError::NotEnrolled)));
    assert!(matches!(
        phone.sign_in(&reading(1, 0), String::new()),
        Err(PhoneError::NotEnrolled)
    ));
    phone
        .with(|store| store.write(|tx| log::adopt(tx, &certificate(1, 1, &[]))))
        .unwrap();
    let visit = phone.check_in(&reading(1, 0), "c-17".into(), String::new());
    assert_eq!(visit.unwrap().len(), 32);
    assert!(!kinds(&phone).contains(&"fix".into()));
    assert!(matches!(phone.today(&stamp(0)), Err(PhoneError::NoReference(_))));
    assert!(phone.diagnosis().unwrap().reference.is_some());
}

#[test]
fn an_act_names_the_fix_it_happened_at() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    phone.sign_in(&reading(1, 0), "here".into()).unwrap();
    assert_eq!(kinds(&phone), ["cause.noted", "fix", "market.signed_in"]);
    let signed_in: SignedIn = bodies(&phone)[2].read().unwrap().unwrap();
    assert_eq!((signed_in.fix_epoch, signed_in.fix_seq), (Some(1), Some(2)));
}

#[test]
fn the_process_and_the_boot_are_noted_once() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    phone.cause(&stamp(0), Cause::BatteryLow).unwrap();
    drop(phone);
    let phone = phone_in(folder.path());
    phone.cause(&stamp(1), Cause::BatteryLow).unwrap();
    phone.cause(&stamp(2), Cause::BatteryLow).unwrap();
    drop(phone);
    let phone = phone_in(folder.path());
    let mut rebooted = stamp(3);
    rebooted.boot = "ffffffffffffffff".into();
    phone.cause(&rebooted, Cause::BatteryLow).unwrap();
    let causes: Vec<String> = bodies(&phone)
        .iter()
        .map(|body| body.fields["cause"].as_str().unwrap().into())
        .collect();
    let expected = "process_started battery_low process_started battery_low battery_low \
                    rebooted process_started battery_low";
    assert_eq!(causes.join(" "), expected);
}

#[test]
fn a_full_disk_is_said_and_noted_afterwards() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    phone.cause(&stamp(0), Cause::BatteryLow).unwrap();
    let limit = |pages: i64| {
        phone
            .with(|store| {
                let set = format!("PRAGMA max_page_count = {pages}");
                Ok(store.connection().query_row(&set, [], |row| row.get::<_, i64>(0))?)
            })
            .unwrap()
    };
    let now = limit(1);
    let note = "x".repeat(2_900);
    let mut recorded = 0;
    let full = (0..50).find_map(|n| match phone.sign_in(&reading(n, 0), note.clone()) {
        Ok(_) => {
            recorded += 1;
            None
        }
        Err(error) => Some(error),
    });
    assert!(matches!(full, Some(PhoneError::StorageFull)));
    let signed_in = |phone: &Phone| kinds(phone).iter().filter(|kind| *kind == SignedIn::TYPE).count();
    assert_eq!(signed_in(&phone), recorded);
    limit(now + 1_000);
    phone.sign_in(&reading(60, 0), note).unwrap();
    assert_eq!(signed_in(&phone), recorded + 1);
    let causes: Vec<_> = bodies(&phone)
        .iter()
        .filter_map(|body| body.fields.get("cause").cloned())
        .collect();
    assert_eq!(causes.last().unwrap(), "storage_full");
}

#[test]
fn a_day_reads_as_the_rules_fold_it() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    for minutes in 0..60 {
        phone.on_fix(&reading(minutes, 0)).unwrap();
    }
    let before = phone.today(&stamp(60 * MINUTE_MS)).unwrap();
    assert_eq!(before.next, Next::SignIn);
    let here = before.here.unwrap();
    assert_eq!(
        (here.at_ms, here.place),
        (OPENING_MS + 59 * MINUTE_MS, PlaceVerdict::Inside)
    );
    assert!(here.edge_mm.unwrap() > 0 && before.open_visit.is_none());
    phone.sign_in(&reading(60, 0), "here".into()).unwrap();
    let visit = phone
        .check_in(&reading(61, 1_000_000), "c-17".into(), "order".into())
        .unwrap();
    let report = Report {
        visit: visit.clone(),
        purpose: "order".into(),
        content: "shelf".into(),
        feedback: "fine".into(),
        next_step: "none".into(),
        outcome: Outcome::Met,
    };
    let draft = Report {
        content: "half a thought".into(),
        ..Report::empty(visit.clone())
    };
    phone.save_draft(&draft).unwrap();
    assert_eq!(phone.draft(&visit).unwrap(), Some(draft));
    let open = phone.today(&stamp(62 * MINUTE_MS)).unwrap();
    assert_eq!(open.open_visit.as_deref(), Some(visit.as_str()));
    assert!(matches!(&open.next, Next::CheckOut { visit: next } if next.visit == visit));
    phone.save_report(&reading(70, 1_000_000), &report).unwrap();
    assert_eq!(phone.draft(&visit).unwrap(), None);
    phone.check_out(&reading(71, 1_000_000), &Report::empty(visit)).unwrap();

    let today = phone.today(&stamp(72 * MINUTE_MS)).unwrap();
    assert!(matches!(&today.next, Next::Visit { customer } if customer.is_none()) && today.open_visit.is_none());
    assert_eq!(today.day.visits[0].report.as_ref(), Some(&report));
    assert_eq!(today.day.visits[0].dwell_s, Some(600));
    assert!(today.day.counts.inside_s > 3_000);
    assert_eq!(today.waiting_records, kinds(&phone).len() as u64);
    assert_eq!(phone.records("2026-01-21").unwrap().len(), kinds(&phone).len());
    assert!(phone.records("yesterday").is_err());

    let near = phone.customers(&reading(72, 0), "corner").unwrap();
    assert!((near[0].distance_mm.unwrap() - 110_850).abs() < 200, "{near:?}");
    assert!(phone.customers(&reading(72, 0), "nobody").unwrap().is_empty());
}

#[test]
fn what_is_written_on_a_later_day_stands_at_its_visit() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    let visit = phone
        .check_in(&reading(60, 1_000_000), "c-17".into(), "order".into())
        .unwrap();
    let other = phone
        .check_in(&reading(24 * 60, 1_000_000), "c-17".into(), "order".into())
        .unwrap();
    let report = |visit: &str, content: &str| Report {
        visit: visit.into(),
        purpose: "order".into(),
        content: content.into(),
        feedback: "fine".into(),
        next_step: "none".into(),
        outcome: Outcome::Met,
    };
    let written = [
        (&visit, 80, "at once"),
        (&other, 24 * 60 + 5, "other"),
        (&visit, 48 * 60, "mended"),
    ];
    for (visit, minutes, content) in written {
        phone
            .save_report(&reading(minutes, 1_000_000), &report(visit, content))
            .unwrap();
    }
    let said = |day: &str| {
        let visits = phone.day(&stamp(49 * 60 * MINUTE_MS), day).unwrap().visits;
        let contents = visits
            .into_iter()
            .map(|visit| visit.report.map(|report| report.content));
        contents.collect::<Vec<_>>()
    };
    assert_eq!(said("2026-01-21"), [Some("mended".to_owned())]);
    assert_eq!(said("2026-01-22"), [Some("other".to_owned())]);
    assert_eq!(said("2026-01-23"), []);
}

#[test]
fn a_finding_is_explained_and_answered() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    for minutes in 0..120 {
        let north_e9 = if (60..90).contains(&minutes) { 40_000_000 } else { 0 };
        phone.on_fix(&reading(minutes, north_e9)).unwrap();
    }
    let end = stamp(10 * 60 * MINUTE_MS);
    let Today { day, next, here, .. } = phone.today(&end).unwrap();
    assert_eq!((next, here), (Next::Rest, None));
    let left = day
        .findings
        .iter()
        .find(|finding| finding.kind == crate::rules::FindingKind::LeftArea);
    let id = left.unwrap().id;
    let explained = phone.explain(&end, &id).unwrap();
    assert!(
        explained
            .explanation
            .fixes
            .iter()
            .any(|fix| fix.verdict.place == PlaceVerdict::Outside)
    );
    assert!(!explained.evidence.is_empty() && explained.answers.is_empty());
    phone.answer(&end, &id, "the customer called".into()).unwrap();
    let explained = phone.explain(&end, &id).unwrap();
    assert_eq!(explained.answers[0].text, "the customer called");
    assert_eq!(
        explained.explanation.finding.state,
        crate::reference::FindingState::Answered
    );
    let nothing = phone.explain(&end, &Hash([0; 32]));
    assert!(matches!(nothing, Err(PhoneError::NotFound { .. })));
}

/// A desk's log that says that the rep's log forked, an hour into the window.
fn forked() -> (NotedRecord, Hash) {
    let tip = Tip {
        stream: "de".repeat(16),
        epoch: 1,
        seq: 41,
        hash: Hash::of("the record before"),
    };
    let forked = StreamForked {
        rep: "rep-li".into(),
        stream: "5f0c3a1e9b7d4826a1c4e8f00b2d6c93".into(),
        epoch: 1,
        seq: 7,
    };
    let record = Record::write(&tip, &Body::new([1; 16], stamp(60 * MINUTE_MS), &forked)).unwrap();
    let (head, body) = (record.head_line, record.body_line.unwrap());
    (NotedRecord { head, body }, record.hash)
}

fn note(phone: &Phone, day: &str, records: Vec<NotedRecord>, findings: Vec<Finding>) {
    let noted = Noted {
        judged_by: None,
        rep: "rep-li".into(),
        day: day.parse().unwrap(),
        records,
        findings,
    };
    put_item(phone, Noted::KIND, day, &serde_json::to_value(noted).unwrap());
}

/// What the server alone can find comes by the feed: as a record that the phone folds, or as the finding.
#[test]
fn what_the_server_found_is_shown_explained_answered_and_appealed() {
    const DAY: &str = "2026-01-21";
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    let evening = stamp(600 * MINUTE_MS);
    phone.cause(&evening, Cause::BatteryLow).unwrap();
    let (record, hash) = forked();
    let interval = Interval {
        from_ms: OPENING_MS,
        to_ms: OPENING_MS + 120 * MINUTE_MS,
    };
    let together = together::question("rep-li", "rep-wu", DAY, interval, Vec::new());
    note(&phone, DAY, vec![record.clone()], vec![together.clone()]);

    let of = |kind| {
        let day = phone.day(&evening, DAY).unwrap();
        let found: Vec<_> = day
            .findings
            .into_iter()
            .filter(|finding| finding.kind == kind)
            .collect();
        assert_eq!(found.len(), 1, "{kind:?}");
        found[0].clone()
    };
    let forked = of(FindingKind::LogForked);
    assert_eq!(
        forked.id,
        Finding::id_of("rep-li", DAY, FindingKind::LogForked, Some(&hash))
    );
    assert_eq!(of(FindingKind::PhonesTogether), together);
    let shown = phone.records(DAY).unwrap();
    assert_eq!(shown.last().unwrap().body.as_ref(), Some(&record.body), "{shown:?}");
    assert_eq!(
        phone.explain(&evening, &forked.id).unwrap().evidence,
        [shown.last().unwrap().clone()]
    );

    // Told as a finding too, it is still one.
    note(&phone, DAY, vec![record], vec![together, forked.clone()]);
    for kind in [FindingKind::LogForked, FindingKind::PhonesTogether] {
        let found = of(kind);
        phone.answer(&evening, &found.id, "a new battery".into()).unwrap();
        assert_eq!(of(kind).state, FindingState::Answered);
        let decision = Decision {
            finding: found.id,
            rep: "rep-li".into(),
            finding_kind: kind.code(),
            from_ms: found.from_ms,
            to_ms: found.to_ms,
            state: FindingState::Confirmed,
            reason: "no answer".into(),
            by: "boss".into(),
            at_ms: evening.at_ms + MINUTE_MS,
            on_appeal: false,
        };
        put(&phone, &found.id.to_string(), &Document::Decision(decision));
        assert_eq!(of(kind).state, FindingState::Confirmed);
        phone
            .appeal(&stamp(602 * MINUTE_MS), &found.id, "he was not there".into())
            .unwrap();
        assert_eq!(of(kind).state, FindingState::Answered);
        let explained = phone.explain(&evening, &found.id).unwrap();
        assert_eq!(
            (
                explained.answers.len(),
                explained.appeals.len(),
                explained.decisions.len()
            ),
            (1, 1, 1)
        );
    }
}

/// A day of the past is folded by what the server says it is judged by, once that has come.
#[test]
fn a_past_day_is_folded_by_the_documents_of_that_day() {
    const DAY: &str = "2026-01-21";
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    let evening = stamp(600 * MINUTE_MS);
    let opens = |day: &str| phone.day(&evening, day).unwrap().window.unwrap().from_ms - OPENING_MS;
    let mut then = documents().0;
    for (_, document) in &mut then {
        if let Document::Policy(policy) = document {
            policy.window.from = "10:00".into();
        }
    }
    let (judged_by, bytes) = JudgedBy::of(&then);
    let noted = Noted {
        rep: "rep-li".into(),
        day: DAY.parse().unwrap(),
        records: Vec::new(),
        findings: Vec::new(),
        judged_by: Some(judged_by.clone()),
    };
    put_item(&phone, Noted::KIND, DAY, &serde_json::to_value(noted).unwrap());
    assert_eq!(opens(DAY), 0, "as long as they have not come");
    let missing = phone
        .with(|store| reference::missing_blobs(store.connection()))
        .unwrap();
    assert_eq!(missing, [judged_by.documents], "they are fetched like shapes");
    let kept = |tx: &rusqlite::Transaction<'_>| {
        reference::put_blob(tx, &judged_by.documents, &bytes)?;
        reference::drop_unnamed_blobs(tx)
    };
    phone.with(|store| store.write(kept)).unwrap();
    let day_ms = 24 * 60 * MINUTE_MS;
    assert_eq!((opens(DAY), opens("2026-01-22")), (120 * MINUTE_MS, day_ms));
    assert!(
        phone
            .day(&evening, DAY)
            .unwrap()
            .basis
            .iter()
            .any(|says| says.starts_with("area "))
    );
}

#[test]
fn a_phone_keeps_what_was_noted_of_the_newest_days_and_of_its_own_rep() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    let (record, _) = forked();
    let first: chrono::NaiveDate = "2026-01-01".parse().unwrap();
    for day in first.iter_days().take(40) {
        note(&phone, &day.to_string(), vec![record.clone()], Vec::new());
    }
    let noted = &phone.basis().unwrap().noted;
    assert_eq!(
        (noted.len() as u64, noted[0].day),
        (Noted::DAYS, "2026-01-10".parse().unwrap())
    );
    let others = json!({"rep": "rep-wu", "day": "2026-02-20", "records": [], "findings": []});
    put_item(&phone, Noted::KIND, "2026-02-20", &others);
    assert!(phone.basis().unwrap().noted.iter().all(|noted| noted.rep == "rep-li"));
    // A line that was changed on the way belongs to no record: nothing follows from it.
    let changed = NotedRecord {
        body: record.body.replace("\"seq\":7", "\"seq\":8"),
        ..record
    };
    note(&phone, "2026-01-21", vec![changed], Vec::new());
    let findings = phone.day(&stamp(600 * MINUTE_MS), "2026-01-21").unwrap().findings;
    assert!(
        findings.iter().all(|finding| !finding.kind.is_servers()),
        "{findings:?}"
    );
}

#[test]
fn who_looked_at_the_trail_is_shown_newest_first() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    let look = |rep: &str, at_ms, why: &str| Look {
        rep: rep.into(),
        by: "boss".into(),
        at_ms,
        day: "2026-01-21".into(),
        why: why.into(),
    };
    let looks = [
        look("rep-li", 1, "emergency"),
        look("rep-li", 2, "a visit"),
        look("rep-wu", 3, "another's"),
    ];
    for (n, look) in looks.iter().enumerate() {
        put(&phone, &format!("look-{n}"), &Document::Look(look.clone()));
    }
    assert_eq!(phone.looks().unwrap(), [looks[1].clone(), looks[0].clone()]);
}

#[test]
fn bad_input_is_named_and_records_nothing() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    let now = reading(1, 0);
    let visit = "0".repeat(32);
    let cases: [(&str, Result<(), PhoneError>); 7] = [
        ("visit", phone.check_out(&now, &Report::empty("x".into()))),
        ("3000", phone.sign_in(&now, "x".repeat(3_001)).map(drop)),
        (
            "customer",
            phone.check_in(&now, "x".repeat(201), String::new()).map(drop),
        ),
        (
            "image/jpeg",
            phone.add_photo(&now, visit.clone(), b"x", "image/png").map(drop),
        ),
        ("JPEG", phone.add_photo(&now, visit, b"x", "image/jpeg").map(drop)),
        ("still", phone.on_still(&now.at, 5, 5)),
        (
            "32 bytes",
            Phone::open(folder.path(), &[1; 16], Arc::new(SoftPlatform::new())).map(drop),
        ),
    ];
    for (why, result) in cases {
        let error = result.unwrap_err().to_string();
        assert!(error.contains(why), "{why}: {error}");
    }
    assert!(kinds(&phone).is_empty());
}

#[test]
fn an_export_verifies_up_to_where_it_was_sealed() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    phone.sign_in(&reading(1, 0), "here".into()).unwrap();
    let text = phone.export_own().unwrap();
    let lines: Vec<_> = crate::record::read_lines(&text).collect::<Result<_, _>>().unwrap();
    assert_eq!(lines.len(), 4, "a certificate and three records");
}

#[test]
fn names_of_the_phones_records_are_those_of_the_server() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    phone.cause(&stamp(0), Cause::BatteryLow).unwrap();
    let shown = phone.records("2026-01-21").unwrap();
    let expected = Name {
        stream: "5f0c3a1e9b7d4826a1c4e8f00b2d6c93".into(),
        epoch: 1,
        branch: String::new(),
        seq: 1,
    };
    assert_eq!((&shown[0].name, shown[0].received_at_ms), (&expected, None));
}

#[test]
fn signs_are_noted_once_for_each_change_and_by_the_places_that_are_kept() {
    let folder = TempDir::new().unwrap();
    let new = TempDir::new().unwrap();
    let nobodys = Phone::open(new.path(), &KEY, Arc::new(SoftPlatform::new())).unwrap();
    nobodys.note_signs(&stamp(0), &[Trace::SuFile]).unwrap();
    assert_eq!(nobodys.diagnosis().unwrap().signs, None);

    let phone = phone_in(folder.path());
    for minute in 0..2 {
        phone.note_signs(&stamp(minute), &[]).unwrap();
    }
    let shown = |phone: &Phone| phone.diagnosis().unwrap().signs.unwrap();
    assert_eq!(shown(&phone).integrity, Integrity::Usual);
    for _ in 0..2 {
        phone.note_signs(&stamp(2), &[Trace::SuFile, Trace::TestKeys]).unwrap();
    }
    assert_eq!(
        (shown(&phone).integrity, &shown(&phone).signs[..]),
        (Integrity::Opened, &[Sign::Root][..])
    );

    let mut mocked = reading(10, 0);
    mocked.fix.as_mut().unwrap().simulated = true;
    phone.on_fix(&mocked).unwrap();
    assert_eq!(shown(&phone).signs, [Sign::Root, Sign::MockApp]);
    drop(phone);
    // A start is no change, and what a shell sees says nothing of places.
    let phone = phone_in(folder.path());
    phone.note_signs(&stamp(11 * MINUTE_MS), &[Trace::SuFile]).unwrap();
    phone.on_fix(&reading(12, 0)).unwrap();
    assert_eq!(shown(&phone).signs, [Sign::Root]);
    let noted = kinds(&phone).iter().filter(|kind| *kind == SignsNoted::TYPE).count();
    assert_eq!(noted, 4);
    let day = phone.day(&stamp(13 * MINUTE_MS), "2026-01-21").unwrap();
    let found: Vec<_> = day.findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(
        found,
        [FindingKind::SimulatedFixes],
        "the place is asked about, the signs are not"
    );
}
