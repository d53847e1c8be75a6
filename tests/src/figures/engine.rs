use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use onbeat_core::{
    judge::judge_fix,
    place::Area,
    policy::Policy,
    reading::{Fix, Provider},
    record::Payload,
    rules::{Entry, presence::FixTaken},
};

use super::Figure;
use crate::{
    alone,
    story::{DayStory, Story, at},
};

/// Each figure is measured so long.
const MEASURE: Duration = Duration::from_secs(2);
/// Fixes of the day that is folded.
const FIXES: usize = 500;

/// Judging a fix, folding a day.
pub fn engine(story: &Story) -> Vec<Figure> {
    let stops = stops();
    let areas: Vec<Area> = alone::shapes(story)
        .iter()
        .map(|named| Area::prepare(&named.shape))
        .collect();
    let policy = Policy::default().fix;
    let judge = seconds_each(|| {
        for (area, fix) in areas.iter().flat_map(|area| stops.iter().map(move |fix| (area, fix))) {
            black_box(judge_fix(fix, area, &policy, policy.edge_tolerance_m));
        }
    });
    let (basis, entries) = day(story);
    let fold = seconds_each(|| drop(black_box(alone::judge(&basis, &entries))));
    let (n, of) = (stops.len(), areas.len());
    vec![
        Figure {
            name: "judge_fix_ns",
            what: format!("judging one fix: {n} recorded stops, each against all {of} districts of New York"),
            value: judge * 1e9 / (n * of) as f64,
            unit: "ns",
        },
        Figure {
            name: "fold_day_us",
            what: format!("folding a day of {FIXES} fixes"),
            value: fold * 1e6,
            unit: "us",
        },
    ]
}

/// Recorded stops of a vehicle in New York. Accuracies were not recorded: a good one is assumed.
fn stops() -> Vec<Fix> {
    let lines = include_str!("../../data/tracks/nyc-taxi-stops.csv").lines().skip(1);
    let degrees = |text: &str| (text.parse::<f64>().expect("degrees") * 1e9).round() as i64;
    let fix = |line: &str| {
        let mut columns = line.split(',').skip(1).map(degrees);
        let mut next = || columns.next().expect("time, lat, lon");
        Fix {
            lat_e9: next(),
            lon_e9: next(),
            accuracy_mm: Some(10_000),
            age_ms: 0,
            provider: Provider::Gps,
            satellites: None,
            speed_mm_s: None,
            simulated: false,
            approximate: false,
            still: false,
        }
    };
    lines.map(fix).collect()
}

/// The records of the first day that has so many fixes in its window, up to the last of them, and what they are
/// judged by.
fn day(story: &Story) -> (onbeat_core::rules::Basis, Vec<Entry>) {
    let long_enough = |day| Some((day, first_fixes(day)?));
    let (day, entries) = story
        .days
        .iter()
        .find_map(long_enough)
        .expect("some rep's day has so many fixes");
    (alone::basis(story, &alone::shapes(story), day), entries)
}

/// The day's records from 08:00 to its fix of number [`FIXES`]; `None` where it has fewer.
fn first_fixes(day: &DayStory) -> Option<Vec<Entry>> {
    let mut fixes = 0;
    let mut entries = alone::records(day);
    entries.retain(|entry| {
        let within = entry.when.at_ms >= at("08:00") && fixes < FIXES;
        fixes += usize::from(within && entry.body.kind == FixTaken::TYPE);
        within
    });
    (fixes == FIXES).then_some(entries)
}

/// Mean seconds of one run.
fn seconds_each(mut run: impl FnMut()) -> f64 {
    let begun = Instant::now();
    let mut runs = 0_u32;
    while begun.elapsed() < MEASURE {
        run();
        runs += 1;
    }
    begun.elapsed().as_secs_f64() / f64::from(runs)
}
