//! What must hold for any day: more area never accuses, and neither place on Earth nor the calendar matters.

use super::*;
use crate::{
    judge::{PlaceVerdict, judge_fix},
    place::{Point, union},
    policy::WindowRule,
    testing::{CANYON, Random, STREET, Way, fixes, square, square_at},
    time::{Calendar, Schedule},
};

#[test]
fn more_area_never_turns_inside_into_outside() {
    let small = square(2000.0);
    let policy = Policy::default();
    for seed in 0..40 {
        let mut random = Random(seed);
        let middle = (random.between(-2500.0, 2500.0), random.between(-2500.0, 2500.0));
        let large = Area::prepare(&union(&[
            small.clone(),
            square_at(middle, random.between(100.0, 2000.0)),
        ]));
        let less = Area::prepare(&small);
        for (_, fix) in fixes(
            &Way(vec![(0.0, (0.0, 0.0)), (500.0, (2000.0, 1500.0))]),
            CANYON,
            120.0,
            &[],
            seed,
        ) {
            let [before, after] = [&less, &large].map(|area| judge_fix(&fix, area, &policy.fix, 50.0).place);
            let worse = before == PlaceVerdict::Inside && after != PlaceVerdict::Inside
                || before == PlaceVerdict::Edge && after == PlaceVerdict::Outside;
            assert!(!worse, "seed {seed}: {before:?} became {after:?} at {fix:?}");
        }
    }
}

#[test]
fn the_same_day_elsewhere_on_the_globe_has_the_same_verdicts() {
    // A square of 0.02 by 0.02 degrees of the equator's length, turned to other longitudes and mirrored south.
    let at = |lat: f64, lon: f64, sign: f64| {
        let corner = |(n, e): (f64, f64)| Point {
            lat: lat + sign * n,
            lon: lon + e,
        };
        let ring = [(-0.01, -0.01), (-0.01, 0.01), (0.01, 0.01), (0.01, -0.01)]
            .map(corner)
            .to_vec();
        Area::prepare(&Shape::new(vec![vec![ring]]).unwrap())
    };
    let policy = Policy::default();
    for (lat, lon, sign) in [
        (30.0, -75.0, 1.0),
        (-30.0, 120.0, -1.0),
        (-30.0, 170.0, -1.0),
        (30.0, 0.0, 1.0),
    ] {
        let (home, moved) = (at(30.0, 120.0, 1.0), at(lat, lon, sign));
        for seed in 0..400 {
            let mut random = Random(seed);
            let (north, east) = (random.between(-0.02, 0.02), random.between(-0.02, 0.02));
            let fix_at = |point: Point| Fix {
                lat_e9: libm::round(point.lat * 1e9) as i64,
                lon_e9: libm::round(point.lon * 1e9) as i64,
                ..crate::testing::fix((0.0, 0.0), 20_000, Some(9))
            };
            let here = fix_at(Point {
                lat: 30.0 + north,
                lon: 120.0 + east,
            });
            let there = fix_at(Point {
                lat: lat + sign * north,
                lon: lon + east,
            });
            let [a, b] = [(here, &home), (there, &moved)].map(|(fix, area)| judge_fix(&fix, area, &policy.fix, 50.0));
            assert_eq!(a.place, b.place, "seed {seed} at {lat}, {lon}");
            assert!(
                (a.edge_mm.unwrap() - b.edge_mm.unwrap()).abs() <= 1,
                "seed {seed}: {a:?} {b:?}"
            );
        }
    }
}

/// Windows in which the clock is changed, and across midnight: eight hours of truth are eight hours.
#[test]
fn windows_with_a_changed_clock_and_at_night() {
    let table = [
        // The clock goes forward at 02:00, and back at 03:00 (Berlin 2026), and a night as any other.
        ("Europe/Berlin", "2026-03-28", "22:00", "06:00", 420),
        ("Europe/Berlin", "2026-10-24", "22:00", "06:00", 540),
        ("Europe/Berlin", "2026-03-29", "00:30", "08:30", 420),
        ("Asia/Shanghai", "2026-11-23", "22:00", "06:00", 480),
    ];
    for (zone, day, from, to, minutes) in table {
        let rule = WindowRule {
            zone: zone.into(),
            from: from.into(),
            to: to.into(),
            workdays: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
                .map(String::from)
                .to_vec(),
        };
        let schedule = Schedule::new(&rule, &Calendar::default()).unwrap();
        let window = schedule.window(day.parse().unwrap()).unwrap();
        assert_eq!(window.length_ms(), minutes * MINUTE_MS, "{zone} {day}");
        let way = Way(vec![
            (0.0, (0.0, 0.0)),
            (200.0, (0.0, 0.0)),
            (206.0, (4000.0, 0.0)),
            (260.0, (4000.0, 0.0)),
            (266.0, (0.0, 0.0)),
        ]);
        let mut taken = fixes(&way, STREET, 60.0, &[], 21);
        taken
            .iter_mut()
            .for_each(|(at_ms, _)| *at_ms += window.from_ms - OPEN_MS);
        let case = Day::new(&square(6000.0), taken);
        let judged = case.judged();
        let spans = super::super::rule(&RulingInput {
            window,
            until_ms: window.to_ms,
            ..case.input(&judged)
        });
        let [span] = charged(&spans)[..] else {
            panic!("{zone} {day}: {spans:?}")
        };
        assert!(
            (45 * MINUTE_MS..58 * MINUTE_MS).contains(&(span.to_ms - span.from_ms)),
            "{span:?}"
        );
        assert_eq!(spans.last().map(|span| span.to_ms), Some(window.to_ms));
    }
}
