//! `cargo xtask load`, in small: what it measures is whole.

use std::time::Duration;

use onbeat_tests::{
    figures::Figure,
    load::{self, Goal, Ground, Throughput, goals},
    story::Story,
    world::Binaries,
};

fn measured(measure: impl AsyncFnOnce(&Ground<'_>) -> Result<Vec<Figure>, Box<dyn std::error::Error>>) -> Vec<Figure> {
    let story = Story::new(include_str!("../data/nyc-boroughs.geojson"), 1);
    let ground = Ground {
        binaries: &Binaries::find().unwrap(),
        story: &story,
        database: None,
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure(&ground)).unwrap()
}

fn value(figures: &[Figure], name: &str) -> f64 {
    let figure = figures.iter().find(|figure| figure.name == name);
    figure.unwrap_or_else(|| panic!("no {name} in {figures:?}")).value
}

/// A goal of something else would be missed by every run.
fn all_measured(figures: &[Figure], goals: &[Goal]) {
    for goal in goals {
        value(figures, goal.name);
    }
}

#[test]
fn a_load_is_taken_whole() {
    let load = Throughput {
        streams: 6,
        pushes: 2,
        push_records: 10,
        connections: 4,
        stored: Some(200),
    };
    let figures = measured(async |ground| load::throughput(load, ground, |_| {}).await);
    assert_eq!(value(&figures, "errors") + value(&figures, "full_errors"), 0.0);
    assert_eq!(value(&figures, "stored_records"), 120.0);
    for name in [
        "records_per_s",
        "raw_ceiling_per_s",
        "p50_ms",
        "p99_ms",
        "rss_mb",
        "full_share",
    ] {
        assert!(value(&figures, name) > 0.0, "{name}");
    }
    all_measured(&figures, &goals::of_throughput(false, true));
}

#[test]
fn phones_push_each_once() {
    let figures = measured(async |ground| load::phones(7, Duration::from_millis(500), ground, |_| {}).await);
    assert_eq!(value(&figures, "errors"), 0.0);
    assert_eq!(value(&figures, "stored_records"), 7.0 * 60.0);
    all_measured(&figures, &goals::of_phones());
}

#[test]
fn a_day_is_folded_as_it_comes_in() {
    let figures = measured(async |ground| load::folding(Duration::from_secs(1), ground, |_| {}).await);
    assert_eq!(value(&figures, "errors"), 0.0);
    assert_eq!(value(&figures, "stored_records"), 4.0 * 500.0);
    all_measured(&figures, &goals::of_folding());
}

#[test]
fn a_log_is_written_and_verified() {
    let figures = measured(async |ground| load::verify(2_345, ground, |_| {}).await);
    assert!(value(&figures, "verify_records_per_s") > 0.0);
    all_measured(&figures, &goals::of_verify());
}
