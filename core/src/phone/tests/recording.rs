//! When the rep's place is asked for, when that begins next, and what the rep is told of it.

use super::*;
use crate::{judge::LiveStatus, phone::replaced};

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
/// From the opening to the end of the window.
const WINDOW_MS: i64 = 510 * MINUTE_MS;

/// A phone whose rep agreed.
fn agreed(folder: &TempDir) -> Phone {
    let phone = phone_in(folder.path());
    phone.answer_location(&stamp(-HOUR_MS), true).unwrap();
    phone
}

fn put_leaves(phone: &Phone, leaves: &[(i64, i64)]) {
    for (n, (from, to)) in leaves.iter().enumerate() {
        let leave = Exception {
            id: format!("leave-{n}"),
            rep: "rep-li".into(),
            reason: ExceptionKind::Leave,
            from_ms: OPENING_MS + from,
            to_ms: OPENING_MS + to,
            approved_by: "boss".into(),
        };
        put(phone, &leave.id.clone(), &Document::Exception(leave));
    }
}

/// In words: what is done, and the seconds that it names.
fn says(recording: Recording) -> (&'static str, i64) {
    match recording {
        Recording::Off => ("off", 0),
        Recording::Waits { next, soon: true } => ("soon", next.in_s),
        Recording::Waits { next, soon: false } => ("waits", next.in_s),
        Recording::Rests { ends_in_s } => ("rests", ends_in_s),
        Recording::Records { ends_in_s } => ("records", ends_in_s),
    }
}

#[test]
fn a_place_is_asked_for_in_the_window_of_who_agreed_and_in_none_of_his_own_time() {
    let folder = TempDir::new().unwrap();
    let phone = agreed(&folder);
    put_leaves(&phone, &[(5 * HOUR_MS, 6 * HOUR_MS)]);
    let at = |ms: i64| says(phone.recording(&stamp(ms)).unwrap());
    let cases = [
        ("long before", -90 * MINUTE_MS - 1, ("waits", 5_401)),
        ("so early that it stays", -90 * MINUTE_MS, ("soon", 5_400)),
        ("a breath before", -1, ("soon", 1)),
        ("the opening", 0, ("records", 5 * 3_600)),
        ("on leave", 5 * HOUR_MS, ("soon", 3_600)),
        ("after it", 6 * HOUR_MS, ("records", 9_000)),
        ("a breath before the close", WINDOW_MS - 1, ("records", 1)),
        ("the close", WINDOW_MS, ("waits", (DAY_MS - WINDOW_MS) / 1000)),
    ];
    for (what, ms, expected) in cases {
        assert_eq!(at(ms), expected, "{what}");
    }

    phone.break_start(&stamp(HOUR_MS)).unwrap();
    let (what, break_s) = at(HOUR_MS);
    assert_eq!(what, "rests");
    assert_eq!(at(HOUR_MS + break_s * 1000).0, "records", "it ends by itself");
    phone.private_start(&stamp(4 * HOUR_MS)).unwrap();
    assert_eq!(at(4 * HOUR_MS), ("rests", 3_600), "until leave");
    phone.private_end(&stamp(4 * HOUR_MS)).unwrap();

    phone.answer_location(&stamp(4 * HOUR_MS), false).unwrap();
    assert_eq!(at(4 * HOUR_MS).0, "off");
    assert_eq!(phone.openings(&stamp(4 * HOUR_MS)).unwrap(), []);
    phone.answer_location(&stamp(4 * HOUR_MS), true).unwrap();
    let told = |tx: &rusqlite::Transaction<'_>| replaced::note(tx, OPENING_MS);
    phone.with(|store| store.write(told)).unwrap();
    assert_eq!(at(4 * HOUR_MS).0, "off", "another phone has its place");
}

#[test]
fn who_was_not_asked_is_not_recorded() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    assert_eq!(phone.recording(&stamp(0)).unwrap(), Recording::Off);
    assert_eq!(phone.today(&stamp(0)).unwrap().recording, Recording::Off);
}

#[test]
fn openings_are_the_next_ten_windows_without_leave() {
    let folder = TempDir::new().unwrap();
    let phone = agreed(&folder);
    // Wednesday, half past eight: today's window is open already. Leave on Thursday, and on Monday until ten, in two
    // parts.
    put_leaves(
        &phone,
        &[
            (DAY_MS - 1, 2 * DAY_MS - 1),
            (5 * DAY_MS, 5 * DAY_MS + HOUR_MS),
            (5 * DAY_MS + HOUR_MS, 5 * DAY_MS + 2 * HOUR_MS),
        ],
    );
    let now_ms = 30 * MINUTE_MS;
    let openings = phone.openings(&stamp(now_ms)).unwrap();
    let days: Vec<f64> = openings
        .iter()
        .map(|opening| (opening.at_ms - OPENING_MS) as f64 / DAY_MS as f64)
        .collect();
    let monday = 5.0 + 2.0 / 24.0;
    assert_eq!(days, [2.0, monday, 6.0, 7.0, 8.0, 9.0, 12.0, 13.0, 14.0, 15.0]);
    for opening in openings {
        assert_eq!(opening.in_s, (opening.at_ms - OPENING_MS - now_ms) / 1000);
        assert_eq!(opening.reminds_in_s, opening.in_s - 300);
    }
    let outcome = phone.on_fix(&reading(9 * 60, 0)).unwrap();
    assert_eq!(
        outcome.next_due_s,
        2 * 86_400 - 9 * 3_600,
        "the next recording is on Friday"
    );
}

#[test]
fn five_minutes_before_an_opening_the_rep_may_be_reminded() {
    let folder = TempDir::new().unwrap();
    let phone = agreed(&folder);
    let reminds_in_s = |ms: i64| match phone.recording(&stamp(ms)).unwrap() {
        Recording::Waits { next, .. } => next.reminds_in_s,
        other => panic!("{other:?}"),
    };
    let cases = [(-HOUR_MS, 3_300), (-300_000, 0), (-1_000, 0)];
    assert_eq!(cases.map(|(ms, _)| reminds_in_s(ms)), cases.map(|(_, in_s)| in_s));
}

/// Whatever a fix is worth, and wherever it lies: the next is due no later than recording ends.
#[test]
fn no_fix_is_due_after_the_close() {
    let folder = TempDir::new().unwrap();
    let phone = agreed(&folder);
    for minutes in [400, 480, 500, 508, 509] {
        let outcome = phone.on_fix(&reading(minutes, 0)).unwrap();
        let (what, ends_in_s) = says(outcome.recording);
        assert_eq!((what, ends_in_s), ("records", (510 - minutes) * 60));
        assert!(
            outcome.next_due_s <= ends_in_s,
            "in minute {minutes}: {}",
            outcome.next_due_s
        );
    }
    let mut last = reading(509, 0);
    last.at = stamp(WINDOW_MS - 500);
    assert_eq!(phone.on_fix(&last).unwrap().next_due_s, 1, "rounded up");
}

#[test]
fn a_departure_is_told_once_and_again_after_the_rep_was_back() {
    let folder = TempDir::new().unwrap();
    let phone = agreed(&folder);
    let far = 30_000_000;
    let mut told = Vec::new();
    for minutes in 0..40 {
        let north = if (5..20).contains(&minutes) || minutes >= 28 {
            far
        } else {
            0
        };
        let outcome = phone.on_fix(&reading(minutes, north + minutes)).unwrap();
        let leaves = matches!(outcome.live, LiveStatus::SeemsLeaving | LiveStatus::PossiblyOutside);
        assert!(leaves || !outcome.tells_leaving);
        if outcome.tells_leaving {
            told.push(minutes);
        }
    }
    assert_eq!(told.len(), 2, "{told:?}");
    assert!((5..20).contains(&told[0]) && told[1] >= 28, "{told:?}");
}

#[test]
fn who_went_out_of_sight_is_not_told_again_nor_is_who_said_why_until_that_time_is_over() {
    let folder = TempDir::new().unwrap();
    let phone = agreed(&folder);
    let mut told = Vec::new();
    for minutes in 0..120 {
        let mut reading = reading(minutes, if minutes >= 5 { 30_000_000 + minutes } else { minutes });
        // In a building for a while, and back there later.
        let unseen = (12..24).contains(&minutes);
        if let Some(fix) = reading.fix.as_mut().filter(|_| unseen) {
            fix.accuracy_mm = Some(5_000_000);
        }
        if phone.on_fix(&reading).unwrap().tells_leaving {
            told.push(minutes);
        }
        if minutes == 30 {
            assert!(phone.give_reason_now(&reading.at, ExceptionKind::Goods).unwrap());
        }
    }
    // The reason reaches an hour ahead.
    assert_eq!(told.len(), 2, "{told:?}");
    assert!((5..12).contains(&told[0]) && (90..95).contains(&told[1]), "{told:?}");
}

#[test]
fn today_says_since_when_it_is_recorded_and_when_that_ended() {
    let folder = TempDir::new().unwrap();
    let phone = agreed(&folder);
    let said = |ms: i64| {
        let today = phone.today(&stamp(ms)).unwrap();
        let since = today
            .recorded_since_ms
            .map(|since_ms| (since_ms - OPENING_MS) / MINUTE_MS);
        (
            since,
            match today.standing {
                Standing::Ended { at_ms } => Some(at_ms - OPENING_MS),
                _ => None,
            },
        )
    };
    assert_eq!(said(0), (None, None), "nothing came yet");
    for minutes in 0..20 {
        phone.on_fix(&reading(minutes, minutes)).unwrap();
    }
    assert_eq!(said(20 * MINUTE_MS), (Some(0), None));
    assert_eq!(said(3 * HOUR_MS), (None, None), "nothing comes any more");
    for minutes in 240..260 {
        phone.on_fix(&reading(minutes, minutes)).unwrap();
    }
    assert_eq!(said(260 * MINUTE_MS), (Some(240), None), "what was before is unknown");
    phone.break_start(&stamp(260 * MINUTE_MS)).unwrap();
    assert_eq!(said(270 * MINUTE_MS), (Some(240), None), "the break is no gap");
    assert_eq!(said(WINDOW_MS), (None, Some(WINDOW_MS)));
}

#[test]
fn today_says_when_the_phone_ended_the_app_where_that_left_a_gap() {
    let folder = TempDir::new().unwrap();
    let phone = agreed(&folder);
    let see = |minutes: std::ops::Range<i64>| {
        for minutes in minutes {
            phone.on_fix(&reading(minutes, minutes)).unwrap();
        }
    };
    let ended = |minutes: i64, why: ExitReason| {
        let exit = Exit {
            at_ms: OPENING_MS + minutes * MINUTE_MS,
            why,
            words: None,
        };
        let start = Start {
            due_ms: None,
            by: StartedBy::Alarm,
            exit: Some(exit),
        };
        phone.note_start(&stamp((minutes + 1) * MINUTE_MS), start).unwrap();
    };
    let said = |minutes: i64| {
        let today = phone.today(&stamp(minutes * MINUTE_MS)).unwrap();
        today.exit.map(|exit| ((exit.at_ms - OPENING_MS) / MINUTE_MS, exit.why))
    };
    ended(-60, ExitReason::Memory);
    assert_eq!(said(1), None, "before the window");
    see(2..20);
    ended(10, ExitReason::Memory);
    assert_eq!(said(20), None, "it was back at once");
    ended(20, ExitReason::Itself);
    assert_eq!(said(100), None, "not by the phone");
    ended(22, ExitReason::Hand);
    assert_eq!(said(100), Some((22, ExitReason::Hand)), "nothing came since");
    see(240..260);
    assert_eq!(
        said(260),
        Some((22, ExitReason::Hand)),
        "why the time before is unknown"
    );
    phone.answer_location(&stamp(261 * MINUTE_MS), false).unwrap();
    assert_eq!(said(262), None, "nothing is to be recorded");
    phone.answer_location(&stamp(263 * MINUTE_MS), true).unwrap();
    assert_eq!(said(WINDOW_MS / MINUTE_MS), None, "the window is over");
}

#[test]
fn a_start_that_nothing_was_set_for_was_due_at_the_opening_until_a_place_came() {
    let folder = TempDir::new().unwrap();
    let phone = agreed(&folder);
    let due = |ms: i64| {
        let start = Start {
            due_ms: None,
            by: StartedBy::Opened,
            exit: None,
        };
        phone.note_start(&stamp(ms), start).unwrap();
        phone.diagnosis().unwrap().starts[0].start.due_ms
    };
    assert_eq!(due(-MINUTE_MS), None, "before the window");
    assert_eq!(due(41 * MINUTE_MS), Some(OPENING_MS));
    phone.on_fix(&reading(42, 0)).unwrap();
    assert_eq!(due(60 * MINUTE_MS), None, "it had begun");
    phone.answer_location(&stamp(DAY_MS), false).unwrap();
    assert_eq!(due(DAY_MS + MINUTE_MS), None, "nothing is to be recorded");
}

/// In words: how the day stands, and the hours from the opening that it names.
fn stands(phone: &Phone, hours: f64) -> (&'static str, Option<f64>) {
    let now_ms = (hours * HOUR_MS as f64) as i64;
    let named = |at_ms: i64| Some((at_ms - OPENING_MS) as f64 / HOUR_MS as f64);
    match phone.today(&stamp(now_ms)).unwrap().standing {
        Standing::Replaced => ("replaced", None),
        Standing::NotAgreed => ("not agreed", None),
        Standing::DayOff => ("day off", None),
        Standing::Begins { at_ms } => ("begins", named(at_ms)),
        Standing::OnLeave { until_ms } => ("leave", until_ms.and_then(named)),
        Standing::Ended { at_ms } => ("ended", named(at_ms)),
        Standing::OnBreak { until_ms } => ("break", named(until_ms)),
        Standing::InPrivate => ("private", None),
        Standing::NotSeen => ("not seen", None),
        Standing::Seen => ("seen", None),
    }
}

#[test]
fn the_day_stands_as_it_is_recorded() {
    type Hours = [(f64, f64)];
    type Stands = (&'static str, Option<f64>);
    let hours = |hours: &Hours| -> Vec<(i64, i64)> {
        let ms = |hours: f64| (hours * HOUR_MS as f64) as i64;
        hours.iter().map(|(from, to)| (ms(*from), ms(*to))).collect()
    };
    // The window is eight and a half hours long.
    let cases: &[(&Hours, f64, Stands)] = &[
        (&[], -1.0, ("begins", Some(0.0))),
        (&[], 0.0, ("not seen", None)),
        (&[], 8.5, ("ended", Some(8.5))),
        (&[], 72.0, ("day off", None)),
        // In the morning, in two parts.
        (&[(-1.0, 1.0), (1.0, 2.0)], -0.5, ("begins", Some(2.0))),
        (&[(-1.0, 1.0), (1.0, 2.0)], 0.5, ("leave", Some(2.0))),
        (&[(-1.0, 1.0), (1.0, 2.0)], 2.0, ("not seen", None)),
        // At noon.
        (&[(4.0, 5.0)], 4.5, ("leave", Some(5.0))),
        (&[(4.0, 5.0)], 9.0, ("ended", Some(8.5))),
        // From the afternoon on, in two parts.
        (&[(6.0, 7.0), (7.0, 16.0)], 6.5, ("leave", None)),
        (&[(6.0, 7.0), (7.0, 16.0)], 9.0, ("ended", Some(6.0))),
        // All day.
        (&[(-8.0, 16.0)], -1.0, ("leave", None)),
        (&[(-8.0, 16.0)], 4.0, ("leave", None)),
        (&[(-8.0, 16.0)], 9.0, ("leave", None)),
        // Of another day.
        (&[(24.0, 40.0)], 4.0, ("not seen", None)),
    ];
    for (leaves, at, expected) in cases {
        let folder = TempDir::new().unwrap();
        let phone = agreed(&folder);
        put_leaves(&phone, &hours(leaves));
        assert_eq!(stands(&phone, *at), *expected, "{leaves:?} at {at}");
    }
}

#[test]
fn the_day_stands_as_the_rep_and_the_desk_have_it() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    for hours in [-1.0, 1.0, 9.0] {
        assert_eq!(stands(&phone, hours).0, "not agreed", "at {hours}");
    }
    phone.answer_location(&stamp(0), true).unwrap();
    phone.on_fix(&reading(60, 0)).unwrap();
    assert_eq!(stands(&phone, 1.0).0, "seen");
    phone.break_start(&stamp(HOUR_MS)).unwrap();
    assert_eq!(stands(&phone, 1.0), ("break", Some(2.0)));
    assert_eq!(stands(&phone, 2.0).0, "seen", "it ends by itself");
    phone.private_start(&stamp(3 * HOUR_MS)).unwrap();
    assert_eq!(stands(&phone, 3.0).0, "private");
    assert_eq!(stands(&phone, 9.0), ("ended", Some(8.5)));
    phone.answer_location(&stamp(9 * HOUR_MS), false).unwrap();
    assert_eq!(stands(&phone, 9.0).0, "not agreed");
    let told = |tx: &rusqlite::Transaction<'_>| replaced::note(tx, OPENING_MS);
    phone.with(|store| store.write(told)).unwrap();
    assert_eq!(stands(&phone, 9.0).0, "replaced");
}
