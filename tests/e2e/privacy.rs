//! No place outside the window reaches a disk, on either side, whatever the clock says.

use std::{fs, path::Path};

use onbeat_core::rules::presence::{FixTaken, Seen};
use onbeat_tests::{
    load,
    raw_phone::{BOOT, RawPhone},
    story::at,
};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::bed::{Bed, BedPhone, REP};

/// These digits stand in no place but those that must not be kept.
const TELLTALE: &str = "40733377";

/// A fix whose latitude tells it from all others.
fn telltale(phone: &BedPhone, true_ms: i64, wall_ms: i64) -> Value {
    let mut command = phone.fix(true_ms);
    command["at"]["at_ms"] = json!(wall_ms);
    command["fix"]["lat_e9"] = json!(40_733_377_000_i64);
    command
}

/// Every page of the phone's file, decrypted with its key: deleted rows and free pages included.
fn decrypted(folder: &Path) -> Vec<u8> {
    let key = fs::read(folder.join("db.key")).unwrap();
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let database = Connection::open(folder.join("phone.db")).unwrap();
    database.pragma_update(None, "key", format!("x'{hex}'")).unwrap();
    let pages = database.serialize("main").unwrap().to_vec();
    assert!(holds(&pages, "CREATE TABLE log"), "the database opens with its key");
    pages
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// The files below a folder that hold a text.
fn files_holding(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_holding(&path, text));
        } else if path.is_file() && holds(&fs::read(&path).unwrap(), text) {
            found.push(path.display().to_string());
        }
    }
    found
}

/// The control: a place inside the window is found, so that finding none elsewhere means something.
#[test]
fn a_place_inside_the_window_is_kept_and_found() {
    let mut bed = Bed::new();
    let mut phone = bed.phone(REP);
    let fix = telltale(&phone, bed.now_ms, bed.now_ms);
    phone.player.ask(fix).unwrap();
    let now_ms = bed.now_ms;
    bed.sync(&mut phone, now_ms);
    phone.player.exit().unwrap();
    assert!(holds(&decrypted(phone.player.folder()), TELLTALE));
    assert!(!files_holding(bed.server.data(), TELLTALE).is_empty());
}

#[test]
fn places_before_and_after_the_window_reach_no_disk() {
    let mut bed = Bed::new();
    let mut phone = bed.phone(REP);
    for time in ["05:00", "07:59:59", "16:30", "16:30:01", "23:00"] {
        let fix = telltale(&phone, at(time), at(time));
        phone.player.ask(fix).unwrap();
    }
    let evening = at("18:00");
    phone
        .ask(
            evening,
            json!({"do": "sign_in", "note": "", "fix": telltale(&phone, evening, evening)["fix"]}),
        )
        .unwrap();
    bed.sync(&mut phone, evening);
    phone.player.exit().unwrap();
    assert!(!holds(&decrypted(phone.player.folder()), TELLTALE));
    assert_eq!(files_holding(bed.server.data(), TELLTALE), [] as [String; 0]);
}

#[test]
fn a_clock_set_into_the_window_keeps_no_place() {
    let mut bed = Bed::new();
    let mut phone = bed.phone(REP);
    // The boot is anchored: it is seven in the evening, whatever the clock is set to.
    let fix = telltale(&phone, at("19:00"), at("12:00"));
    phone.player.ask(fix).unwrap();
    bed.sync(&mut phone, at("19:01"));
    phone.player.exit().unwrap();
    assert!(!holds(&decrypted(phone.player.folder()), TELLTALE));
    assert_eq!(files_holding(bed.server.data(), TELLTALE), [] as [String; 0]);
}

#[test]
fn the_first_anchor_of_a_boot_erases_what_it_puts_outside() {
    let mut bed = Bed::new();
    let mut phone = bed.phone(REP);
    phone.reboot();
    let fix = telltale(&phone, at("19:00"), at("12:00"));
    phone.player.ask(fix).unwrap();
    bed.sync(&mut phone, at("19:01"));
    phone.player.exit().unwrap();
    assert!(!holds(&decrypted(phone.player.folder()), TELLTALE));
    assert_eq!(files_holding(bed.server.data(), TELLTALE), [] as [String; 0]);
    bed.verified_log(REP);
}

/// A phone that sends what it must not: the server erases it before its own disk, in quarantine too.
#[test]
fn the_server_erases_what_a_phone_should_not_have_sent() {
    let bed = Bed::new();
    let link = bed.server.enrolment_link(REP).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut phone = RawPhone::enrol(load::client(), &link).await.expect("enrolled");
        let fix = serde_json::from_value(json!({"lat_e9": 40_733_377_000_i64, "lon_e9": -73_795_000_000_i64,
            "accuracy_mm": 9_000, "provider": "gps"}));
        bed.server.set_clock(at("19:30")).unwrap();
        let stamp = serde_json::from_value(json!({"at_ms": at("19:00"), "elapsed_ms": 0, "boot": BOOT}));
        let seen: Option<Seen> = None;
        let record = phone.write(
            stamp.unwrap(),
            &FixTaken {
                fix: fix.unwrap(),
                seen,
            },
        );
        let batch = phone.sealed(vec![record.clone()]);
        let (status, answer) = phone.push(&batch).await;
        assert_eq!(
            (status, &answer["erased"]),
            (200, &json!([{"epoch": 1, "seq": 1}])),
            "{answer}"
        );
        let broken = batch.to_ndjson().replace("\"seq\":1", "\"seq\":2");
        let (status, answer) = phone.push_bytes(None, broken.into_bytes()).await;
        assert!(status == 422 || status == 409, "{status} {answer}");
    });
    assert_eq!(files_holding(bed.server.data(), TELLTALE), [] as [String; 0]);
}
