//! Figures of the engine, measured on the story's readings; `cargo xtask bench` runs it optimised.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use onbeat_core::{judge::judge_fix, reading::Fix};
use onbeat_tests::{
    alone,
    story::{DayStory, Story},
};

/// Each figure is measured so long.
const MEASURE: Duration = Duration::from_secs(2);

fn main() {
    let story = Story::new(include_str!("../../data/nyc-boroughs.geojson"), 1);
    let shapes = alone::shapes(&story);
    // Deep inside, along the edge, and out and back.
    for rep in ["ora", "eva", "ben"] {
        let day = story
            .days
            .iter()
            .find(|day| day.rep == rep)
            .expect("a rep of the story");
        let basis = alone::basis(&story, &shapes, day);
        let fixes = fixes(day);
        let (policy, tolerance_m) = (&basis.policy.fix, basis.edge_tolerance_m);
        let one = seconds_each(|| {
            for fix in &fixes {
                black_box(judge_fix(fix, &basis.area, policy, tolerance_m));
            }
        });
        println!("judging one fix, {rep}: {:.0} ns", one / fixes.len() as f64 * 1e9);
        let records = alone::records(day);
        let fold = seconds_each(|| drop(black_box(alone::judge(&basis, &records))));
        println!("folding a day of {} fixes, {rep}: {:.0} us", fixes.len(), fold * 1e6);
    }
}

fn fixes(day: &DayStory) -> Vec<Fix> {
    day.timeline().into_iter().filter_map(|step| step.fix).collect()
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
