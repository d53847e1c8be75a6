//! What screens show and what their buttons do: each by one call.

use std::{
    io::{Read, Write},
    net::TcpListener,
};

use super::*;
use crate::{
    phone::{LookReason, replaced, store::Store},
    record::KeyFile,
};

fn written(phone: &Phone) -> Vec<String> {
    let kinds = kinds(phone).into_iter();
    kinds.filter(|kind| kind.starts_with("visit.")).collect()
}

#[test]
fn the_report_that_is_written_comes_with_the_check_out_and_an_empty_one_is_asked_for_later() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    let first = phone.check_in(&reading(1, 0), "c-17".into(), String::new()).unwrap();
    phone.check_out(&reading(2, 0), &Report::empty(first.clone())).unwrap();
    assert_eq!(written(&phone), ["visit.checked_in", "visit.checked_out"]);
    let today = phone.today(&stamp(2 * MINUTE_MS)).unwrap();
    assert_eq!(today.day.visits[0].report, None);

    let second = phone.check_in(&reading(3, 0), "c-17".into(), String::new()).unwrap();
    let report = Report {
        feedback: "smaller boxes".into(),
        ..Report::empty(second.clone())
    };
    phone.save_draft(&report).unwrap();
    phone.check_out(&reading(4, 0), &report).unwrap();
    assert_eq!(
        written(&phone)[2..],
        ["visit.checked_in", "visit.reported", "visit.checked_out"]
    );
    assert_eq!(phone.draft(&second).unwrap(), None, "it went with the report");
    let absent = Report {
        outcome: Outcome::Absent,
        ..Report::empty(second)
    };
    assert!(!absent.is_empty(), "that nobody was there is said too");
}

#[test]
fn a_visit_is_shown_with_what_is_typed_before_what_was_reported() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    let visit = phone.check_in(&reading(1, 0), "c-17".into(), String::new()).unwrap();
    let now = stamp(5 * MINUTE_MS);
    let shown = |day: Option<&str>| phone.visit(&now, &visit, day).unwrap();
    assert_eq!(shown(None).unwrap().report, Report::empty(visit.clone()));
    let said = |words: &str| Report {
        content: words.into(),
        ..Report::empty(visit.clone())
    };
    phone.save_report(&reading(2, 0), &said("first")).unwrap();
    assert_eq!(shown(None).unwrap().report, said("first"), "to be mended");
    phone.save_draft(&said("second")).unwrap();
    let seen = shown(Some("2026-01-21")).unwrap();
    assert_eq!((seen.report, seen.zone.as_str()), (said("second"), "Asia/Shanghai"));
    assert_eq!(seen.visit.visit, visit);
    assert_eq!(shown(Some("2026-01-20")), None, "not of that day");
    let keep = |tx: &rusqlite::Transaction<'_>| crate::phone::store::set_draft(tx, &visit, Some("of another version"));
    phone.with(|store| store.write(keep)).unwrap();
    assert_eq!(
        shown(None).unwrap().report,
        said("of another version"),
        "no words get lost"
    );
}

#[test]
fn my_records_are_a_day_with_its_neighbours_who_looked_and_why_and_the_receipts() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    let finding = "d".repeat(64);
    let whys = [&finding, &"a".repeat(32), "emergency", "asked by the customer"];
    for (n, why) in whys.into_iter().enumerate() {
        let look = Look {
            rep: "rep-li".into(),
            by: "boss".into(),
            at_ms: n as i64,
            day: if n == 3 {
                Look::ALL_DAYS.into()
            } else {
                "2026-01-21".into()
            },
            why: why.into(),
        };
        put(&phone, &format!("look-{n}"), &Document::Look(look));
    }
    let records = phone.my_records(&stamp(MINUTE_MS), None).unwrap();
    let days = [records.before, records.day.day, records.after].map(|day| day.to_string());
    assert_eq!(days, ["2026-01-20", "2026-01-21", "2026-01-22"]);
    assert_eq!(
        (records.zone.as_str(), records.now_ms),
        ("Asia/Shanghai", OPENING_MS + MINUTE_MS)
    );
    let seen: Vec<_> = records
        .looks
        .into_iter()
        .map(|look| (look.day.is_some(), look.why))
        .collect();
    let words = "asked by the customer".into();
    assert_eq!(
        seen,
        [
            (false, LookReason::Said { words }),
            (true, LookReason::Emergency),
            (true, LookReason::Visit),
            (true, LookReason::Finding),
        ]
    );
    let earlier = phone.my_records(&stamp(MINUTE_MS), Some("2026-01-19")).unwrap();
    assert_eq!(earlier.day.day.to_string(), "2026-01-19");
}

#[test]
fn a_reason_by_one_tap_is_given_while_the_rep_is_away_and_no_longer() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    let given = |minutes: i64| {
        let at = stamp(minutes * MINUTE_MS);
        phone.give_reason_now(&at, ExceptionKind::Goods).unwrap()
    };
    for minutes in 0..20 {
        let north = if minutes >= 5 { 30_000_000 } else { 0 };
        phone.on_fix(&reading(minutes, north + minutes)).unwrap();
        assert!(minutes >= 5 || !given(minutes), "inside");
    }
    assert!(given(20));
    assert_eq!(phone.today(&stamp(21 * MINUTE_MS)).unwrap().away, None);
    assert!(!given(21), "he said so already");
    let day = phone.day(&stamp(20 * MINUTE_MS), "2026-01-21").unwrap();
    let reason = &day.presence.reasons[0].reason;
    assert_eq!(
        (reason.interval.from_ms - OPENING_MS) / MINUTE_MS,
        4,
        "since he was last seen inside"
    );
}

/// A phone that was outside for half an hour, and that finding.
fn out_for_half_an_hour(folder: &TempDir) -> (Phone, Finding) {
    let phone = phone_in(folder.path());
    for minutes in 0..120 {
        let north_e9 = if (60..90).contains(&minutes) { 40_000_000 } else { 0 };
        phone.on_fix(&reading(minutes, north_e9)).unwrap();
    }
    let left = found(&phone, FindingKind::LeftArea).unwrap();
    (phone, left)
}

fn found(phone: &Phone, kind: FindingKind) -> Option<Finding> {
    let day = phone.day(&stamp(DAY_MS), "2026-01-21").unwrap();
    day.findings.into_iter().find(|finding| finding.kind == kind)
}

const DAY_MS: i64 = 1_440 * MINUTE_MS;

#[test]
fn a_reason_for_a_finding_is_offered_for_three_workdays_until_it_is_given_or_decided() {
    let folder = TempDir::new().unwrap();
    let (phone, left) = out_for_half_an_hour(&folder);
    let offered = |ms: i64| phone.explain(&stamp(ms), &left.id).unwrap().reasons_offered;
    // From Wednesday over the days off to the end of Monday, sixteen hours after the window opened.
    let monday_over_ms = 5 * DAY_MS + 16 * 60 * MINUTE_MS;
    assert_eq!(offered(DAY_MS), REASONS_BY_TAP);
    assert_eq!(offered(monday_over_ms - 1), REASONS_BY_TAP);
    assert_eq!(offered(monday_over_ms), []);
    let give = |ms: i64, reason| phone.give_reason_for(&stamp(ms), &left.id, reason).unwrap();
    assert!(!give(monday_over_ms, ExceptionKind::Goods), "too late");
    assert!(!give(DAY_MS, ExceptionKind::Leave), "that is agreed on with the desk");
    assert!(give(DAY_MS, ExceptionKind::Goods));
    assert!(!give(DAY_MS, ExceptionKind::Goods), "once is enough");

    let explained = phone.explain(&stamp(DAY_MS), &left.id).unwrap();
    let [given] = explained.reasons_given.as_slice() else {
        panic!("{:?}", explained.reasons_given)
    };
    assert_eq!(given.reason.interval, left.interval());
    assert!(given.waits());

    let approved = Exception {
        id: "e-1".into(),
        rep: "rep-li".into(),
        reason: ExceptionKind::Goods,
        from_ms: left.from_ms,
        to_ms: left.to_ms,
        approved_by: "boss".into(),
    };
    put(&phone, "e-1", &Document::Exception(approved));
    assert_eq!(found(&phone, FindingKind::LeftArea), None, "it excuses all of it");
}

#[test]
fn a_finding_is_drawn_in_metres_with_all_circles_on_the_ground() {
    let folder = TempDir::new().unwrap();
    let (phone, left) = out_for_half_an_hour(&folder);
    let Explained {
        sketch, explanation, ..
    } = phone.explain(&stamp(DAY_MS), &left.id).unwrap();
    let Sketch {
        width_mm,
        height_mm,
        fixes,
        place,
    } = sketch.unwrap();
    assert_eq!(place, None);
    assert_eq!(fixes.len(), explanation.fixes.len());
    let (north, south) = (fixes.iter().map(|fix| fix.at.y_mm).min().unwrap(), &fixes[0]);
    // 0.04 degrees from south to north at 31.23 N (Vincenty, GeographicLib agrees).
    assert!(
        (south.at.y_mm - north - 4_435_000).abs() < 30_000,
        "{south:?} to {north}"
    );
    for (drawn, fix) in fixes.iter().zip(&explanation.fixes) {
        let radius_mm = drawn.radius_mm.unwrap();
        assert_eq!(
            (drawn.radius_mm, drawn.place),
            (fix.verdict.radius_mm, fix.verdict.place)
        );
        let has_room = |at: i64, size: i64| at >= radius_mm && at + radius_mm <= size;
        assert!(has_room(drawn.at.x_mm, width_mm) && has_room(drawn.at.y_mm, height_mm));
    }
    assert!(fixes.iter().any(|fix| fix.decides));

    let unsigned = found(&phone, FindingKind::NotSignedIn).unwrap();
    let drawn = phone.explain(&stamp(DAY_MS), &unsigned.id).unwrap();
    assert_eq!(drawn.sketch.is_some(), !drawn.explanation.fixes.is_empty());
}

#[test]
fn no_reason_is_offered_for_what_is_decided_or_none_can_excuse() {
    let folder = TempDir::new().unwrap();
    let (phone, left) = out_for_half_an_hour(&folder);
    let offered = |finding: &Finding| phone.explain(&stamp(DAY_MS), &finding.id).unwrap().reasons_offered;
    for kind in [FindingKind::NotSignedIn, FindingKind::Unaccounted] {
        assert_eq!(offered(&found(&phone, kind).unwrap()), [], "{kind:?}");
    }
    let decision = Decision {
        finding: left.id,
        rep: "rep-li".into(),
        finding_kind: left.kind.code(),
        from_ms: left.from_ms,
        to_ms: left.to_ms,
        state: FindingState::Confirmed,
        reason: "no answer".into(),
        by: "boss".into(),
        at_ms: OPENING_MS + 600 * MINUTE_MS,
        on_appeal: false,
    };
    put(&phone, "d-1", &Document::Decision(decision));
    assert_eq!(offered(&left), []);
}

#[test]
fn no_reason_is_offered_on_a_phone_that_was_replaced() {
    let folder = TempDir::new().unwrap();
    let (phone, left) = out_for_half_an_hour(&folder);
    let told = |tx: &rusqlite::Transaction<'_>| replaced::note(tx, OPENING_MS);
    phone.with(|store| store.write(told)).unwrap();
    let offered = phone.explain(&stamp(DAY_MS), &left.id).unwrap().reasons_offered;
    assert_eq!(offered, [], "it records nothing");
}

#[test]
fn a_phone_whose_place_another_took_wants_no_place() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    assert!(!phone.wants_place(&stamp(0)).unwrap(), "nobody was asked");
    phone.answer_location(&stamp(0), true).unwrap();
    assert!(phone.wants_place(&stamp(0)).unwrap());
    assert!(!phone.wants_place(&stamp(-MINUTE_MS)).unwrap());
    let told = |tx: &rusqlite::Transaction<'_>| replaced::note(tx, OPENING_MS);
    phone.with(|store| store.write(told)).unwrap();
    assert!(!phone.wants_place(&stamp(0)).unwrap());
}

#[tokio::test]
async fn a_server_that_wants_to_be_left_alone_is_not_asked_by_a_tap_either() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    phone.sign_in(&reading(0, 0), String::new()).unwrap();
    let tried = |turn: &mut sync::Turn| {
        turn.begin(stamp(0), 0);
        turn.end(stamp(0), true, Some(600));
    };
    tried(&mut locked(&phone.session).turn);

    let now = stamp(MINUTE_MS);
    let told = phone.sync(now.clone()).await.unwrap();
    assert_eq!(told.retry_after_s, Some(540), "it says when");
    assert_eq!(told.problems[0].code, "busy");
    assert!(told.waiting > 0);
    assert_eq!(phone.sync_in_s(&now, AppState::Awake).unwrap(), Some(540));
    let today = phone.today(&now).unwrap();
    assert_eq!(today.held_until_ms, Some(OPENING_MS + 10 * MINUTE_MS));

    let later = stamp(10 * MINUTE_MS);
    assert_eq!(phone.today(&later).unwrap().held_until_ms, None);
    let asked = phone.sync(later).await;
    assert!(
        matches!(asked, Err(PhoneError::NotEnrolled)),
        "this one knows no server"
    );
}

/// A server that answers all alike: it is busy for ten minutes.
fn busy_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut socket in listener.incoming().map_while(Result::ok) {
            let _ = socket.read(&mut [0; 4_096]);
            let answer = "HTTP/1.1 503 Busy\r\nretry-after: 600\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            socket.write_all(answer.as_bytes()).unwrap();
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_disk_that_takes_nothing_more_drops_no_patience_that_the_server_asked_for() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    let enrolment = sync::Enrolment {
        server: busy_server(),
        token: "t".into(),
        root: "3a50db68046e2012".into(),
        keys: KeyFile {
            keys: Vec::new(),
            recovery: None,
        },
        grade: Grade::Software,
        pins: Vec::new(),
        pins_issued_at: 0,
    };
    let keep = |tx: &rusqlite::Transaction<'_>| sync::keep_enrolment(tx, &enrolment);
    phone.with(|store| store.write(keep)).unwrap();
    let fill = |store: &mut Store| Ok(store.connection().pragma_update(None, "query_only", true)?);
    phone.with(fill).unwrap();

    phone.sync(stamp(0)).await.unwrap_err();
    let asked_again_s = phone.sync_in_s(&stamp(0), AppState::Awake).unwrap().unwrap();
    assert!((590..=900).contains(&asked_again_s), "{asked_again_s}");
}

#[test]
fn a_phone_that_is_nobodys_or_was_replaced_and_sent_all_asks_nobody() {
    let due_s = |phone: &Phone| phone.sync_in_s(&stamp(0), AppState::Asleep).unwrap();
    let folder = TempDir::new().unwrap();
    let nobodys = Phone::open(folder.path(), &KEY, Arc::new(SoftPlatform::new())).unwrap();
    assert_eq!(due_s(&nobodys), None);
    for (waits, expected) in [(true, Some(0)), (false, None)] {
        let folder = TempDir::new().unwrap();
        let phone = phone_in(folder.path());
        assert_eq!(due_s(&phone), Some(0), "it was never tried");
        if waits {
            phone.sign_in(&reading(0, 0), String::new()).unwrap();
        }
        let told = |tx: &rusqlite::Transaction<'_>| replaced::note(tx, OPENING_MS);
        phone.with(|store| store.write(told)).unwrap();
        assert_eq!(due_s(&phone), expected, "what it has still goes");
    }
}
