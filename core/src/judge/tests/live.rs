use super::*;
use crate::{
    judge::{LiveStatus as L, Pace, live, next_due_s},
    testing::{fix, square},
};

/// A fix each minute from the opening on, so far beyond the edge; `None`: no fix.
fn status(beyond_m: &[Option<f64>]) -> L {
    let fixes = (0..).zip(beyond_m).filter_map(|(minute, metres)| {
        Some((
            OPEN_MS + minute * MINUTE_MS,
            fix((1000.0 + (*metres)?, 0.0), 10_000, Some(9)),
        ))
    });
    let day = Day::new(&square(2000.0), fixes.collect());
    let now_ms = OPEN_MS + (beyond_m.len() as i64 - 1) * MINUTE_MS;
    live(&day.judged(), now_ms, &day.policy, 50.0)
}

#[test]
fn votes_tell_the_rep_and_then_the_board() {
    let inside = [Some(-500.0); 3];
    let outside = |minutes: usize| vec![Some(400.0); minutes];
    let table: [(Vec<Option<f64>>, L); 9] = [
        (vec![], L::Unknown),
        (inside.to_vec(), L::Inside),
        (vec![Some(0.0); 3], L::Edge),
        ([&inside[..], &outside(6)].concat(), L::Edge),
        ([&inside[..], &outside(7)].concat(), L::SeemsLeaving),
        ([&inside[..], &outside(10)].concat(), L::PossiblyOutside),
        // An empty vote begins anew, and so does one spent inside.
        ([&outside(7)[..], &[None; 4], &outside(2)].concat(), L::Edge),
        ([&outside(7)[..], &inside, &inside].concat(), L::Inside),
        ([&inside[..], &[None; 12]].concat(), L::Unknown),
    ];
    for (beyond_m, expected) in table {
        assert_eq!(status(&beyond_m), expected, "{beyond_m:?}");
    }
}

#[test]
fn the_next_fix_is_due_when_an_edge_could_be_reached() {
    let policy = Policy::default();
    let table: [(Option<i64>, i64, &[i64], i64); 10] = [
        (Some(5_000_000), 0, &[], 360),
        (Some(5_000_000), 100_000, &[], 354),
        (Some(5_000_000), 9_000_000, &[], 60),
        (Some(100_000_000), 0, &[], 600),
        (Some(100_000), 0, &[], 66),
        (Some(0), 0, &[], 60),
        (Some(-5_000_000), 0, &[], 60),
        (Some(5_000_000), 0, &[-2_000_000, 9_000_000], 180),
        (Some(5_000_000), 0, &[i64::MIN], 360),
        (None, 0, &[], 60),
    ];
    for (area_edge_mm, radius_mm, no_go, due_s) in table {
        assert_eq!(
            next_due_s(area_edge_mm, radius_mm, no_go, &policy),
            due_s,
            "{area_edge_mm:?}, {radius_mm}, {no_go:?}"
        );
    }
}

#[test]
fn a_phone_that_stands_still_rests_and_others_hurry_when_it_matters() {
    let policy = Policy::default();
    let calm = Pace {
        still: false,
        leaving: false,
        visit_s: None,
        left_s: 20_000,
    };
    let still = Pace { still: true, ..calm };
    let (deep, edge, outside) = (Some(5_000_000), Some(0), Some(-1));
    for (name, pace, area_edge_mm, due_s) in [
        ("walking", calm, deep, 360),
        ("still", still, deep, 900),
        ("still at the edge", still, edge, 900),
        ("still where no fix is usable", still, None, 900),
        ("still outside", still, outside, 60),
        ("still, and perhaps leaving", Pace { leaving: true, ..still }, deep, 60),
        ("perhaps leaving", Pace { leaving: true, ..calm }, deep, 60),
        (
            "just checked in",
            Pace {
                visit_s: Some(0),
                ..still
            },
            deep,
            60,
        ),
        (
            "a visit of a minute",
            Pace {
                visit_s: Some(60),
                ..still
            },
            deep,
            900,
        ),
        ("the window ends", Pace { left_s: 200, ..still }, deep, 140),
        ("the window ends at once", Pace { left_s: 60, ..still }, deep, 900),
        ("walking when the window ends", Pace { left_s: 200, ..calm }, deep, 140),
    ] {
        assert_eq!(pace.next_fix_s(area_edge_mm, 0, &[], &policy), due_s, "{name}");
    }
}

#[test]
fn a_still_phone_is_not_silent_until_it_is_due() {
    let at = |beyond_m: f64, still| {
        let mut place = fix((1000.0 + beyond_m, 0.0), 10_000, Some(9));
        place.still = still;
        Day::new(&square(2000.0), vec![(OPEN_MS, place)])
    };
    for (beyond_m, still, minutes, status) in [
        (-500.0, false, 11, L::Unknown),
        (-500.0, true, 11, L::Inside),
        (-500.0, true, 16, L::Unknown),
        // Outside it is due as if it moved.
        (400.0, true, 2, L::Edge),
        (400.0, true, 5, L::Unknown),
    ] {
        let day = at(beyond_m, still);
        let now_ms = OPEN_MS + minutes * MINUTE_MS;
        let seen = live(&day.judged(), now_ms, &day.policy, 50.0);
        assert_eq!(seen, status, "{beyond_m} {still} {minutes}");
    }
}
