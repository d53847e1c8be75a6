use proptest::prelude::*;

use crate::{
    judge::{PlaceVerdict as V, Unusable as U, judge_fix},
    place::{Area, union},
    policy::FixUse,
    reading::Fix,
    testing::{fix, square},
};

/// A fix so far north of a district of 2 km, or south of its northern edge where negative.
fn beyond_edge(metres: f64, accuracy_mm: i64) -> Fix {
    fix((1000.0 + metres, 0.0), accuracy_mm, None)
}

#[test]
fn a_fix_is_clear_of_the_edge_or_it_is_edge() {
    let area = Area::prepare(&square(2000.0));
    // Three times the accuracy (20 m at least), and 50 m of tolerance outside.
    let table = [
        (-61.0, 5_000, V::Inside),
        (-59.0, 5_000, V::Edge),
        (0.0, 5_000, V::Edge),
        (109.0, 5_000, V::Edge),
        (112.0, 5_000, V::Outside),
        (-121.5, 40_000, V::Inside),
        (-118.0, 40_000, V::Edge),
        (168.0, 40_000, V::Edge),
        (172.0, 40_000, V::Outside),
        (-452.0, 150_000, V::Inside),
        (5000.0, 150_000, V::Outside),
    ];
    for (metres, accuracy_mm, place) in table {
        let verdict = judge_fix(&beyond_edge(metres, accuracy_mm), &area, &FixUse::default(), 50.0);
        assert_eq!(
            verdict.place, place,
            "{metres} m beyond, accuracy {accuracy_mm} mm: {verdict:?}"
        );
        assert_eq!(verdict.unusable, None);
        let off_mm = verdict.edge_mm.unwrap() as f64 + metres * 1000.0;
        assert!(
            off_mm.abs() < 0.002 * metres.abs() * 1000.0 + 20.0,
            "{metres} m beyond: {verdict:?}"
        );
    }
}

#[test]
fn the_radius_is_three_times_the_accuracy_and_sixty_metres_at_least() {
    let area = Area::prepare(&square(2000.0));
    for (accuracy_mm, radius_mm) in [(1, 60_096), (20_000, 60_096), (50_000, 150_240), (150_000, 450_721)] {
        let verdict = judge_fix(&beyond_edge(0.0, accuracy_mm), &area, &FixUse::default(), 50.0);
        assert_eq!(verdict.radius_mm, Some(radius_mm), "accuracy {accuracy_mm} mm");
    }
}

#[test]
fn what_can_not_be_used_says_why_and_still_how_far() {
    let area = Area::prepare(&square(2000.0));
    let good = beyond_edge(500.0, 10_000);
    let change = |change: fn(&mut Fix)| {
        let mut fix = good.clone();
        change(&mut fix);
        fix
    };
    let table = [
        (change(|f| f.accuracy_mm = None), U::NoAccuracy),
        (change(|f| f.accuracy_mm = Some(0)), U::NoAccuracy),
        (change(|f| f.accuracy_mm = Some(-5)), U::NoAccuracy),
        (change(|f| f.accuracy_mm = Some(150_001)), U::TooWide),
        (change(|f| f.accuracy_mm = Some(i64::MAX)), U::TooWide),
        (change(|f| f.age_ms = 30_001), U::TooOld),
        (change(|f| f.age_ms = i64::MIN), U::TooOld),
        (change(|f| f.simulated = true), U::Simulated),
        (change(|f| f.approximate = true), U::Approximate),
    ];
    for (fix, why) in table {
        let verdict = judge_fix(&fix, &area, &FixUse::default(), 50.0);
        assert_eq!((verdict.place, verdict.unusable), (V::Unusable, Some(why)), "{fix:?}");
        assert!(
            verdict.edge_mm.is_some_and(|mm| (-501_000..-499_000).contains(&mm)),
            "{verdict:?}"
        );
        assert_eq!(verdict.radius_mm, None);
    }
    for (lat_e9, lon_e9) in [(90_000_000_001, 0), (0, -180_000_000_001), (i64::MIN, 0), (0, i64::MAX)] {
        let fix = Fix {
            lat_e9,
            lon_e9,
            ..good.clone()
        };
        let verdict = judge_fix(&fix, &area, &FixUse::default(), 50.0);
        assert_eq!((verdict.unusable, verdict.edge_mm), (Some(U::OutOfRange), None));
    }
}

#[test]
fn a_registered_receiver_may_be_simulated() {
    let area = Area::prepare(&square(2000.0));
    let policy = FixUse {
        external_receiver: true,
        ..FixUse::default()
    };
    let fix = Fix {
        simulated: true,
        ..beyond_edge(-500.0, 5_000)
    };
    assert_eq!(judge_fix(&fix, &area, &policy, 50.0).place, V::Inside);
}

#[test]
fn without_an_area_nobody_is_outside() {
    let area = Area::prepare(&union(&[]));
    let verdict = judge_fix(&beyond_edge(0.0, 5_000), &area, &FixUse::default(), 50.0);
    assert_eq!((verdict.place, verdict.edge_mm), (V::Edge, None));
}

proptest! {
    /// Less known is never more proved.
    #[test]
    fn widening_the_accuracy_never_turns_edge_into_a_side(
        north in -3000.0..3000.0, east in -3000.0..3000.0, narrow in 1..150_000i64, wider in 0..150_000i64,
        tolerance_m in 0.0..500.0,
    ) {
        let area = Area::prepare(&square(2000.0));
        let judge = |accuracy_mm| judge_fix(&fix((north, east), accuracy_mm, None), &area, &FixUse::default(), tolerance_m).place;
        let wide = (narrow + wider).min(150_000);
        prop_assert!(judge(wide) == V::Edge || judge(wide) == judge(narrow));
    }
}
