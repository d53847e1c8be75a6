//! Every way a phone and a server can part, and that the phone goes on from it without help.

use std::fs;

use onbeat_core::record::{Grade, Line, read_lines};
use onbeat_tests::world::edit_newest_fix;
use serde_json::{Value, json};

use crate::bed::{Bed, BedPhone, REP};

/// The story's day.
const DAY: &str = "2026-05-12";

/// After whatever happened: the phone records and syncs, and the server has it all in a log that checks.
fn goes_on(bed: &mut Bed, phone: &mut BedPhone, fixes: usize) -> String {
    let then = phone.take_fixes(bed.now_ms + 60_000, 5);
    bed.sync(phone, then);
    let log = bed.verified_log(REP);
    assert_eq!(
        log.matches("\"type\":\"fix\"").count(),
        fixes + 5,
        "all fixes, each once"
    );
    log
}

fn epochs(log: &str) -> u32 {
    let certificates = read_lines(log).filter_map(|line| match line.unwrap() {
        Line::Certificate(certificate) => Some(certificate.epoch),
        _ => None,
    });
    certificates.max().unwrap()
}

fn findings(bed: &Bed, class: &str) -> Vec<Value> {
    let list = bed
        .desk("auditor")
        .get(&format!("/api/v1/findings?rep={REP}&class={class}"))
        .unwrap();
    list["items"].as_array().unwrap().clone()
}

#[test]
fn a_phone_restored_from_a_copy_opens_an_epoch_and_keeps_both_copies() {
    let mut bed = Bed::new();
    let mut phone = bed.phone(REP);
    let copy = bed.folder.path().join("copy");
    let then = phone.take_fixes(bed.now_ms, 10);
    bed.sync(&mut phone, then);
    phone.player.exit().unwrap();
    phone.player.copy_folder(&copy).unwrap();
    phone.player.start().unwrap();
    let then = phone.take_fixes(then, 10);
    bed.sync(&mut phone, then);
    phone.player.exit().unwrap();
    phone.player.restore_folder(&copy).unwrap();
    phone.player.start().unwrap();
    let log = goes_on(&mut bed, &mut phone, 20);
    assert_eq!(epochs(&log), 2);
    bed.settle();
    assert_eq!(
        findings(&bed, "finding"),
        [] as [Value; 0],
        "a fork alone is a question"
    );
    // The phone was enrolled at ten: the time before is asked about too.
    let questions = findings(&bed, "question");
    let kinds: Vec<_> = questions.iter().map(|question| &question["finding"]["kind"]).collect();
    assert_eq!(kinds, ["log_forked", "unaccounted"], "{questions:?}");
    the_rep_sees_and_answers(&mut bed, &mut phone, "log_forked");
}

#[test]
fn a_restored_phone_with_nothing_new_says_so_too() {
    let mut bed = Bed::new();
    let mut phone = bed.phone(REP);
    let copy = bed.folder.path().join("copy");
    phone.player.exit().unwrap();
    phone.player.copy_folder(&copy).unwrap();
    phone.player.start().unwrap();
    let then = phone.take_fixes(bed.now_ms, 10);
    bed.sync(&mut phone, then);
    phone.player.exit().unwrap();
    phone.player.restore_folder(&copy).unwrap();
    phone.player.start().unwrap();
    bed.sync(&mut phone, then);
    let log = goes_on(&mut bed, &mut phone, 10);
    assert_eq!(epochs(&log), 2);
}

#[test]
fn a_lost_key_opens_an_epoch_that_adopts_the_unsealed_tail() {
    let mut bed = Bed::new();
    let mut phone = bed.phone(REP);
    let then = phone.take_fixes(bed.now_ms, 10);
    bed.sync(&mut phone, then);
    let then = phone.take_fixes(then, 10);
    phone.player.exit().unwrap();
    fs::remove_file(phone.player.folder().join("key.p8")).unwrap();
    phone.player.start().unwrap();
    bed.sync(&mut phone, then);
    let log = goes_on(&mut bed, &mut phone, 20);
    let grades: Vec<Grade> = read_lines(&log)
        .filter_map(|line| match line.unwrap() {
            Line::Certificate(certificate) => Some(certificate.grade),
            _ => None,
        })
        .collect();
    assert_eq!(grades, [Grade::Software, Grade::Unconfirmed]);
    bed.settle();
    assert_eq!(findings(&bed, "finding"), [] as [Value; 0], "nobody is accused");
    the_rep_sees_and_answers(&mut bed, &mut phone, "key_replaced");
}

#[test]
fn a_restored_server_gets_again_what_it_lost() {
    let mut bed = Bed::new();
    let mut phone = bed.phone(REP);
    let then = phone.take_fixes(bed.now_ms, 10);
    bed.sync(&mut phone, then);
    let backup = bed.folder.path().join("backup");
    bed.server.kill();
    bed.copy_server_to(&backup);
    bed.server.restart(then).unwrap();
    let then = phone.take_fixes(then, 10);
    bed.sync(&mut phone, then);
    bed.server.kill();
    bed.restore_server_from(&backup);
    bed.server.restart(then).unwrap();
    let log = goes_on(&mut bed, &mut phone, 20);
    assert_eq!(epochs(&log), 1, "the phone did nothing wrong");
}

#[test]
fn an_edited_log_is_kept_as_evidence_and_the_phone_goes_on() {
    let mut bed = Bed::new();
    let mut phone = bed.phone(REP);
    let then = phone.take_fixes(bed.now_ms, 10);
    phone.player.exit().unwrap();
    edit_newest_fix(phone.player.folder()).unwrap();
    phone.player.start().unwrap();
    bed.sync(&mut phone, then);
    let then = phone.take_fixes(bed.now_ms + 60_000, 5);
    bed.sync(&mut phone, then);
    // What was recorded anew stands behind a time that the server had signed: the log tells so, and a damaged
    // page makes nobody a forger.
    let (log, code, said) = bed.exported_log(REP);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("carried over") && !said.contains("back_dated"), "{said}");
    assert_eq!(log.matches("\"type\":\"fix\"").count(), 15, "all fixes, each once");
    assert_eq!(epochs(&log), 2);
    bed.settle();
    let broken = findings(&bed, "finding");
    assert_eq!(broken.len(), 1, "{broken:?}");
    assert_eq!(broken[0]["finding"]["kind"], "log_broken");
    let quarantine = bed.desk("auditor").get("/api/v1/quarantine").unwrap();
    assert!(quarantine.to_string().contains("body_hash"), "{quarantine}");
    the_rep_sees_and_answers(&mut bed, &mut phone, "log_broken");
}

/// What the server found is on the phone after its next sync, with its evidence; what the rep answers there, a
/// supervisor reads.
fn the_rep_sees_and_answers(bed: &mut Bed, phone: &mut BedPhone, kind: &str) {
    let then = bed.now_ms + 60_000;
    bed.sync(phone, then);
    let found_in = |list: &Value| {
        let found = list.as_array().unwrap().iter().find(|finding| finding["kind"] == kind);
        found.unwrap_or_else(|| panic!("no {kind} in {list}")).clone()
    };
    let day = phone.ask(then, json!({"do": "day", "day": DAY})).unwrap();
    let found = found_in(&day["findings"]);
    assert_eq!(found["state"], "open");
    let explained = phone
        .ask(then, json!({"do": "explain", "finding": found["id"]}))
        .unwrap();
    assert_eq!(explained["evidence"][0]["name"], found["evidence"][0], "{explained}");
    let records = phone.ask(then, json!({"do": "records", "day": DAY})).unwrap();
    let desks = records["records"].as_array().unwrap().last().unwrap();
    assert_eq!(*desks, explained["evidence"][0]);

    let answer = json!({"do": "answer", "finding": found["id"], "text": "the battery was changed"});
    phone.ask(then, answer).unwrap();
    bed.sync(phone, then + 60_000);
    bed.settle();
    let path = format!("/api/v1/findings/{}", found["id"].as_str().unwrap());
    let ruled = bed.supervisor("south").get(&path).unwrap();
    assert_eq!(ruled["finding"]["state"], "answered", "{ruled}");
    assert!(ruled.to_string().contains("the battery was changed"), "{ruled}");
    let day = phone.ask(then, json!({"do": "day", "day": DAY})).unwrap();
    assert_eq!(found_in(&day["findings"])["state"], "answered");
}

#[test]
fn a_revoked_phone_is_wiped_and_what_was_receipted_is_safe() {
    let mut bed = Bed::new();
    let mut phone = bed.phone(REP);
    let then = phone.take_fixes(bed.now_ms, 10);
    bed.sync(&mut phone, then);
    let phones = bed.desk("admin").get("/api/v1/phones").unwrap();
    let listed = phones
        .as_array()
        .unwrap()
        .iter()
        .find(|phone| phone["rep"] == REP)
        .unwrap();
    let stream = listed["stream"].as_str().unwrap().to_owned();
    bed.server.command(&["phones", "revoke", &stream]).unwrap();
    let report = bed.sync_once(&mut phone);
    assert_eq!(report["wiped"], true, "{report}");
    assert!(!phone.player.folder().join("phone.db").exists());
    assert_eq!(bed.verified_log(REP).matches("\"type\":\"fix\"").count(), 10);
}

#[test]
fn a_second_phone_retires_the_first_whose_records_still_come() {
    let mut bed = Bed::new();
    let mut first = bed.phone(REP);
    let then = first.take_fixes(bed.now_ms, 10);
    let mut second = bed.phone(REP);
    bed.sync(&mut first, then);
    let then = second.take_fixes(then, 10);
    bed.sync(&mut second, then);
    let log = bed.verified_log(REP);
    assert_eq!(log.matches("\"type\":\"fix\"").count(), 20);
    let today = first.ask(then, json!({"do": "today"})).unwrap();
    assert!(today["replaced_ms"].is_i64(), "{today}");
    let refused = first.ask(then, json!({"do": "sign_in", "note": ""})).unwrap_err();
    assert!(refused.to_string().contains("another phone"), "{refused}");
    let today = second.ask(then, json!({"do": "today"})).unwrap();
    assert_eq!(today["replaced_ms"], json!(null), "{today}");
}

#[test]
fn thirty_days_offline_come_through_whole() {
    const DAY_MS: i64 = 86_400_000;
    let mut bed = Bed::new();
    let mut phone = bed.phone(REP);
    let mut expected = 0;
    for day in 0..30 {
        // 12 May 2026 is a Tuesday: the phone keeps no places of Saturdays and Sundays.
        let works = !matches!((day + 1) % 7, 5 | 6);
        phone.take_fixes(bed.now_ms + DAY_MS * day, 40);
        expected += if works { 40 } else { 0 };
    }
    let then = bed.now_ms + DAY_MS * 30;
    bed.sync(&mut phone, then);
    assert_eq!(bed.verified_log(REP).matches("\"type\":\"fix\"").count(), expected);
}
