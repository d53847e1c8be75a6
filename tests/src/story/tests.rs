//! The story keeps to what it says of itself: checked against the real boroughs, before any engine runs.
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use chrono::{Datelike, Weekday};
use onbeat_core::{reading::Provider, rules::FindingKind};

use onbeat_core::rules::{DayCounts, DayView, presence::PresenceView, sign_in::SignInView};

use super::{map::Region, reps::BORDER_WALK, *};

static STORY: LazyLock<Story> = LazyLock::new(|| Story::new(include_str!("../../data/nyc-boroughs.geojson"), 1));

fn day(rep: &str) -> &'static DayStory {
    STORY.days.iter().find(|day| day.rep == rep).unwrap()
}

/// Signed distances of the true place to the edge of the area, in a stretch of the day.
fn edges(day: &DayStory, from: &str, to: &str, step_s: usize) -> Vec<f64> {
    let moments = (at(from)..at(to)).step_by(step_s * 1000);
    moments.map(|t| STORY.edge_m(day, day.path.position(t))).collect()
}

fn least(distances: &[f64]) -> f64 {
    distances.iter().copied().fold(f64::INFINITY, f64::min)
}

fn most(distances: &[f64]) -> f64 {
    distances.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

#[test]
fn the_day_is_a_tuesday_and_its_window_is_local() {
    assert_eq!(DATE.weekday(), Weekday::Tue);
    assert_eq!(at("08:00"), 1_778_587_200_000); // 2026-05-12T12:00:00Z: New York is four hours behind in May
    assert_eq!(at("16:30") - at("08:00"), 510 * 60_000);
    assert_eq!(time_of(at("12:10")), "12:10");
}

#[test]
fn sixteen_reps_and_three_hundred_customers() {
    assert_eq!(STORY.days.len(), 16);
    assert_eq!(STORY.customers.len(), 300);
    let ids: std::collections::BTreeSet<_> = STORY.customers.iter().map(|c| &c.id).collect();
    assert_eq!(ids.len(), 300);
    for customer in &STORY.customers {
        assert!(
            STORY.map.region(day(customer.rep).district).contains(customer.place),
            "{}",
            customer.id
        );
    }
}

#[test]
fn reps_who_are_inside_are_well_inside_all_day() {
    for rep in ["ada", "hal", "jim", "kay", "leo", "mia", "ned", "ora"] {
        let inside = least(&edges(day(rep), "08:00", "16:30", 180));
        assert!(inside > 400.0, "{rep} comes within {inside} m of the edge");
    }
}

/// Rep, then the stretch of the window in which he is out, then how far he gets at least.
#[test]
fn reps_who_are_out_are_out_when_the_story_says() {
    let out = [
        ("ben", "12:10", "12:55", 1_400.0),
        ("cleo", "12:10", "12:55", 1_000.0),
        ("dan", "08:00", "08:50", 1_900.0),
        ("ida", "13:08", "14:18", 1_800.0),
    ];
    for (rep, from, to, far_m) in out {
        let day = day(rep);
        for t in (at("08:00")..at("16:30")).step_by(180_000) {
            let beside = [at(from), at(to)].iter().any(|edge| (edge - t).abs() < 120_000);
            let outside = STORY.edge_m(day, day.path.position(t)) < 0.0;
            let said = (at(from)..at(to)).contains(&t);
            assert!(beside || outside == said, "{rep} at {}", time_of(t));
        }
        let far = -least(&edges(day, from, to, 300));
        assert!(far > far_m, "{rep} gets {far} m out");
    }
}

#[test]
fn excursions_cross_the_edge_at_the_minute() {
    for (rep, time) in [
        ("ben", "12:10"),
        ("ben", "12:55"),
        ("cleo", "12:10"),
        ("cleo", "12:55"),
        ("dan", "08:50"),
    ] {
        let place = day(rep).path.position(at(time));
        let edge = STORY.map.region(day(rep).district).edge_m(place);
        assert!(edge.abs() < 5.0, "{rep} is {edge} m from the edge at {time}");
    }
}

#[test]
fn dan_is_two_kilometres_out_and_no_stay_of_his_is_long() {
    assert!((STORY.edge_m(day("dan"), day("dan").path.position(at("08:00"))) + 2_000.0).abs() < 150.0);
    assert!(at("08:40") - at("08:00") < 45 * 60_000);
}

#[test]
fn eva_walks_along_the_edge_all_day() {
    let distances = edges(day("eva"), "08:00", "16:30", 60);
    assert!(least(&distances) > 30.0 && most(&distances) < 80.0);
    assert!(BORDER_WALK[0].metres_to(BORDER_WALK[3]) > 300.0, "more than a stay");
    assert!(day("eva").path.last().0 >= at("16:40"));
}

#[test]
fn fay_crosses_the_hole_twice_in_under_two_minutes() {
    let district = STORY.map.region(YARD_DISTRICT);
    let moments = (at("08:00")..at("16:30")).step_by(2_000);
    let outside_s = 2 * moments
        .filter(|t| !district.contains(day("fay").path.position(*t)))
        .count();
    assert!((200..230).contains(&outside_s), "{outside_s} s in the hole");
    let hole = Region::square(YARD, 900.0);
    assert!(hole.contains(YARD) && !district.contains(YARD));
    assert!(STORY.map.region("Staten Island").contains(YARD));
    assert!((STORY.edge_m(day("fay"), YARD) + 450.0).abs() < 1.0);
}

#[test]
fn gus_never_leaves_his_sixty_metres() {
    let market = STORY.map.region(MARKET_DISTRICT);
    let day = day("gus");
    for t in (at("07:00")..at("16:40")).step_by(10_000) {
        assert!(market.contains(day.path.position(t)));
    }
    let (low, high) = market.bounds();
    assert!((low.metres_to(high) - 60.0 * 2.0_f64.sqrt()).abs() < 0.1);
}

#[test]
fn visits_take_place_at_the_customer() {
    for day in &STORY.days {
        let mut site = 0;
        for (t, what) in &day.happenings {
            if let What::CheckIn(index) = what {
                site = *index;
            }
            if matches!(what, What::CheckIn(_) | What::CheckOut) {
                let away = day.path.position(*t).metres_to(day.sites[site].place);
                assert!(
                    away < 1.0,
                    "{} is {away} m from the customer at {}",
                    day.rep,
                    time_of(*t)
                );
            }
        }
    }
}

#[test]
fn signing_in_follows_the_first_minutes_inside() {
    for day in STORY.days.iter().filter(|day| day.rep != "pia") {
        let first = (at("08:00")..at("16:30")).step_by(60_000);
        let inside = first
            .into_iter()
            .find(|t| STORY.edge_m(day, day.path.position(*t)) > 0.0)
            .unwrap();
        let signed_in = day.expect.sign_in_ms.unwrap();
        assert!((inside..inside + 15 * 60_000).contains(&signed_in), "{}", day.rep);
    }
    assert_eq!(day("pia").expect.sign_in_ms, None);
}

#[test]
fn no_two_reps_work_side_by_side() {
    for (index, one) in STORY.days.iter().enumerate() {
        for other in &STORY.days[index + 1..] {
            let together = (at("08:00")..at("16:30")).step_by(300_000);
            let near = together
                .filter(|t| one.path.position(*t).metres_to(other.path.position(*t)) < 300.0)
                .count();
            assert!(near < 6, "{} and {}", one.rep, other.rep);
        }
    }
}

#[test]
fn errors_of_a_street_have_the_size_they_are_given() {
    let day = day("ada");
    let still = Path::begin("07:00", day.sites[0].place);
    let mut sensor = Sensor::new(Noise::STREET, Random::new(7, "street"));
    let fixes: Vec<_> = (0..20_000)
        .map(|i| sensor.fix(&still, at("08:00") + i * 60_000))
        .collect();
    let truth = day.sites[0].place;
    let away2 = fixes.iter().map(|f| {
        truth
            .metres_to(Point::new(f.lat_e9 as f64 / 1e9, f.lon_e9 as f64 / 1e9))
            .powi(2)
    });
    let rms = (away2.sum::<f64>() / 20_000.0).sqrt();
    assert!((rms / (4.0 * 2.0_f64.sqrt()) - 1.0).abs() < 0.05, "{rms} m");
    let claims = fixes.iter().map(|f| f.accuracy_mm.unwrap());
    assert!(claims.clone().min().unwrap() >= 4_000 && claims.max().unwrap() <= 12_000);
}

#[test]
fn hals_fixes_jump_and_claim_to_be_good() {
    let day = day("hal");
    let mut run = 0;
    let mut runs = Vec::new();
    for step in day.timeline().iter().filter(|step| step.what == What::Fix) {
        let fix = step.fix.as_ref().unwrap();
        let seen = Point::new(fix.lat_e9 as f64 / 1e9, fix.lon_e9 as f64 / 1e9);
        let away = seen.metres_to(day.path.position(step.at_ms));
        assert!((5_000..=60_000).contains(&fix.accuracy_mm.unwrap()));
        if away > 200.0 {
            assert!(away < 1_500.0);
            run += 1;
        } else if run > 0 {
            runs.push(std::mem::take(&mut run));
        }
    }
    assert!(runs.len() >= 15, "{} jumps", runs.len());
    assert!(runs.contains(&1) && runs.iter().any(|n| *n >= 3) && runs.iter().all(|n| *n <= 5));
}

#[test]
fn phones_are_read_as_the_story_says() {
    let seen = |rep: &str, from: &str, to: &str| {
        let within = move |h: &Happening| (at(from)..at(to)).contains(&h.at_ms);
        day(rep).timeline().into_iter().filter(within).collect::<Vec<_>>()
    };
    assert!(seen("ora", "12:50", "14:50").iter().all(|h| h.fix.is_none()));
    assert!(seen("leo", "10:40:01", "10:43:59").is_empty());
    assert!(
        seen("ida", "13:00", "14:30")
            .iter()
            .all(|h| h.fix.as_ref().unwrap().simulated)
    );
    assert!(
        seen("jim", "13:11", "16:40")
            .iter()
            .all(|h| h.at_ms - h.wall_ms == 2_400_000)
    );
    assert!(
        seen("gus", "08:00", "16:30")
            .iter()
            .all(|h| h.fix.as_ref().unwrap().provider == Provider::Network)
    );
    for day in &STORY.days {
        let fixes = day
            .timeline()
            .into_iter()
            .filter_map(|h| h.fix)
            .map(|f| (f.lat_e9, f.lon_e9));
        let mut fixes: Vec<_> = fixes.collect();
        let count = fixes.len();
        fixes.dedup();
        assert_eq!(count, fixes.len(), "{}: no two fixes in a row are identical", day.rep);
    }
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let again = Story::new(include_str!("../../data/nyc-boroughs.geojson"), 1);
    for (one, other) in STORY.days.iter().zip(&again.days) {
        let fixes = |day: &DayStory| day.timeline().into_iter().map(|h| h.fix).collect::<Vec<_>>();
        assert_eq!(fixes(one), fixes(other));
    }
    let other = Story::new(include_str!("../../data/nyc-boroughs.geojson"), 2);
    assert_ne!(day("ada").timeline()[0].fix, other.days[0].timeline()[0].fix);
}

#[test]
fn adverse_days_are_only_those_the_story_makes() {
    let found: Vec<_> = STORY
        .days
        .iter()
        .flat_map(|day| day.expect.findings.iter().map(|f| (day.rep, f.kind)))
        .collect();
    assert_eq!(
        found,
        [
            ("ben", FindingKind::LeftArea),
            ("dan", FindingKind::OutsideAtOpening),
            ("ned", FindingKind::LogBroken)
        ]
    );
}

/// A day that is as [`Expect::nothing_found`] wants it.
fn quiet_day() -> DayView {
    DayView {
        rep: "ada".into(),
        day: DATE,
        window: None,
        closed: true,
        spans: Vec::new(),
        counts: DayCounts {
            inside_s: 510 * 60,
            ..DayCounts::default()
        },
        presence: PresenceView::default(),
        sign_in: SignInView::default(),
        visits: Vec::new(),
        findings: Vec::new(),
        basis: Vec::new(),
    }
}

#[test]
fn whatever_differs_is_named() {
    let mut expect = Expect::nothing_found();
    assert_eq!(expect.differences(&quiet_day()), [""; 0]);

    type Spoil = fn(&mut DayView);
    let cases: [(Spoil, &str); 5] = [
        (|day| day.closed = false, "not closed"),
        (|day| day.counts.outside_s = 60, "1.0 min outside"),
        (|day| day.counts.unknown_s = 900, "15.0 min unknown"),
        (|day| day.counts.inside_s = 0, "0.0 min inside"),
        (
            |day| day.sign_in.at_ms = Some(at("08:05")),
            "signed in 08:05, must be never",
        ),
    ];
    for (spoil, word) in cases {
        let mut day = quiet_day();
        spoil(&mut day);
        let wrong = expect.differences(&day);
        assert!(wrong.iter().any(|line| line.contains(word)), "{word}: {wrong:?}");
    }

    expect.findings = vec![Adverse::new(FindingKind::LeftArea, "12:09", "12:56", 30.0)];
    expect.visits = vec![Visit {
        customer: "ada-1".into(),
        during_ms: (at("09:00"), at("10:00")),
    }];
    let wrong = expect.differences(&quiet_day());
    assert!(
        wrong[0].starts_with("no finding") && wrong[1].starts_with("visits []"),
        "{wrong:?}"
    );
}
