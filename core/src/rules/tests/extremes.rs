//! A record is a phone's word and may hold any integer.

use proptest::{prelude::*, sample::select};

use super::*;
use crate::{
    reading::Provider,
    rules::{
        clock::ClockMoved,
        presence::{BreakEnded, BreakStarted, PrivateEnded, PrivateStarted, ReasonGiven, Stood},
        sign_in::SignedIn,
        visit::{CheckedIn, CheckedOut},
    },
};

/// Plausible and extreme instants, lengths and coordinates.
fn integer() -> impl Strategy<Value = i64> {
    let edges = vec![
        i64::MIN,
        i64::MIN + 1,
        i64::MIN / 2,
        -1,
        0,
        1,
        90_000_000_000,
        i64::MAX / 2,
        i64::MAX - 1,
        i64::MAX,
    ];
    prop_oneof![select(edges), OPEN_MS..EVENING_MS, any::<i64>()]
}

/// Mostly an instant of the day, so that the rules look at the record at all.
fn instant() -> impl Strategy<Value = i64> {
    prop_oneof![3 => OPEN_MS..EVENING_MS, 1 => integer()]
}

fn some_fix(n: [i64; 4]) -> FixTaken {
    let fix = Fix {
        lat_e9: n[0],
        lon_e9: n[1],
        accuracy_mm: Some(n[2]),
        age_ms: n[3],
        provider: Provider::Gps,
        satellites: Some(n[3] as u32),
        speed_mm_s: Some(n[3]),
        simulated: false,
        approximate: false,
        still: false,
    };
    FixTaken { fix, seen: None }
}

/// A good fix in the district but for its accuracy.
fn near_fix(accuracy_mm: i64) -> FixTaken {
    let fix = crate::testing::fix(HOME, accuracy_mm, Some(9));
    FixTaken { fix, seen: None }
}

fn write(case: &mut Case, at_ms: i64, kind: u8, n: [i64; 4]) {
    let interval = Interval {
        from_ms: n[0],
        to_ms: n[1],
    };
    match kind {
        0 => case.phone(at_ms, &some_fix(n)),
        1 => case.phone(at_ms, &near_fix(n[0])),
        2 => case.phone(
            at_ms,
            &Stood {
                from_elapsed_ms: n[0],
                to_elapsed_ms: n[1],
                source: String::new(),
            },
        ),
        3 => case.phone(
            at_ms,
            &ReasonGiven {
                interval,
                reason: ExceptionKind::Detour,
                note: String::new(),
            },
        ),
        4 => case.phone(at_ms, &BreakStarted {}),
        5 => case.phone(at_ms, &BreakEnded {}),
        6 => case.phone(at_ms, &PrivateStarted {}),
        7 => case.phone(at_ms, &PrivateEnded {}),
        8 => case.phone(at_ms, &ClockMoved { by_ms: n[0] }),
        9 => case.phone(
            at_ms,
            &SignedIn {
                fix_seq: Some(n[0] as u64),
                fix_epoch: Some(n[1] as u32),
                note: String::new(),
            },
        ),
        10 => case.phone(
            at_ms,
            &CheckedIn {
                visit: "v".into(),
                customer: "c-1".into(),
                fix_epoch: None,
                fix_seq: Some(n[0] as u64),
                purpose: String::new(),
            },
        ),
        _ => case.phone(
            at_ms,
            &CheckedOut {
                visit: "v".into(),
                fix_epoch: None,
                fix_seq: None,
            },
        ),
    };
}

proptest! {
    #[test]
    fn no_integer_breaks_a_day_off(
        records in prop::collection::vec((instant(), integer(), 0..12u8, prop::array::uniform4(integer())), 0..40),
    ) {
        let mut case = Case::empty();
        case.customer("c-1", HOME);
        for (at_ms, elapsed_ms, kind, n) in records {
            write(&mut case, OPEN_MS, kind, n);
            let entry = case.entries.last_mut().unwrap();
            (entry.when.at_ms, entry.body.at.at_ms, entry.body.at.elapsed_ms) = (at_ms, n[3], elapsed_ms);
        }
        let view = case.view();
        let known_s: i64 = view.spans.iter().map(|span| (span.to_ms - span.from_ms) / 1000).sum();
        prop_assert!((510 * 60 - view.spans.len() as i64..=510 * 60).contains(&known_s), "{known_s}");
        let basis = case.basis();
        for finding in &view.findings {
            let explanation = crate::rules::explain(&basis, &view, &case.entries, case.now_ms, finding);
            let english = crate::words::said(&explanation, crate::words::Language::En);
            prop_assert!(english.iter().all(|line| !line.contains('{')), "{english:?}");
        }
    }
}

/// What the day says of a silence from minute 300 to 400, with one word of the motion sensor.
fn told(from_elapsed_ms: i64, to_elapsed_ms: i64) -> Vec<FindingKind> {
    let mut case = Case::on_way(&Way(vec![(0.0, HOME), (510.0, HOME)]), &[(300.0, 400.0)]);
    case.customer("c-1", HOME);
    case.sign_in(5.0);
    let stood = Stood {
        from_elapsed_ms,
        to_elapsed_ms,
        source: "significant_motion".into(),
    };
    case.phone(minute(400.5), &stood);
    case.kinds()
}

#[test]
fn a_sensor_speaks_of_what_was_since_the_boot() {
    let elapsed = |at_min: f64| minute(at_min) - OPEN_MS + 1_000_000;
    assert_eq!(told(elapsed(300.0), elapsed(400.0)), []);
    let lies = [
        (i64::MIN, elapsed(400.0)),
        (-1, elapsed(400.0)),
        (elapsed(300.0), elapsed(401.0)),
        (elapsed(300.0), i64::MAX),
        (elapsed(400.0), elapsed(300.0)),
    ];
    for (from_ms, to_ms) in lies {
        assert_eq!(told(from_ms, to_ms), [FindingKind::Unaccounted], "{from_ms} {to_ms}");
    }
}

#[test]
fn a_fix_elsewhere_takes_its_part_of_a_still() {
    let elapsed = |at_min: f64| minute(at_min) - OPEN_MS + 1_000_000;
    let away = |far_m: f64| {
        let mut case = Case::empty();
        case.customer("c-1", HOME);
        case.sign_in(5.0);
        let fix = |place| crate::testing::fix(place, 5_000, Some(9));
        // Once an hour a fix at home, and one elsewhere twice in a row between.
        for (at_min, place) in [
            (0.0, HOME),
            (170.0, HOME),
            (230.0, (far_m, 0.0)),
            (290.0, (far_m, 0.0)),
            (510.0, HOME),
        ] {
            case.fix(minute(at_min).min(WINDOW.to_ms - 1), fix(place));
        }
        let stood = Stood {
            from_elapsed_ms: elapsed(0.0),
            to_elapsed_ms: elapsed(510.0),
            source: "significant_motion".into(),
        };
        case.phone(minute(510.0), &stood);
        (case.view().counts.unknown_s + 30) / 60
    };
    assert_eq!(away(10.0), 0);
    assert_eq!(
        away(2_000.0),
        340,
        "from 170 on: nothing says where the rep was until the last fix"
    );
}
