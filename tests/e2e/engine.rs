//! What a ruling makes of other noise than the demo's.

use onbeat_tests::{alone, story::Story};

#[test]
fn every_day_is_ruled_as_it_was_under_other_noise() {
    let boroughs = include_str!("../data/nyc-boroughs.geojson");
    let mut wrong = Vec::new();
    for seed in 1..=12 {
        let story = Story::new(boroughs, seed);
        let shapes = alone::shapes(&story);
        for day in &story.days {
            let ruled = alone::judge(&alone::basis(&story, &shapes, day), &alone::records(day));
            let differences = day.expect.differences(&ruled).into_iter();
            wrong.extend(differences.map(|difference| format!("seed {seed}, {}: {difference}", day.rep)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
