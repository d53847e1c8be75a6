use clap::ValueEnum;

use crate::{Chosen, Costs, Family, Plan, Report, Stratum, bounds::upper_95};

/// A small run of what `docs/fairness.md` shows: nobody is accused falsely.
#[test]
fn nobody_is_accused_falsely_in_three_hundred_days_a_stratum() {
    let plan = Plan {
        days: 300,
        seed: 7,
        family: Family::Testing,
        rivals: false,
        estimators: false,
        show: false,
    };
    let report = Report::play(plan, Stratum::value_variants(), |_| {});
    for figures in &report.strata {
        let ours = &figures.rules[0];
        assert_eq!(ours.falsely_accused, 0, "{figures}");
        assert!(figures.stratum == Stratum::Mute || ours.found.seen >= 0.9, "{figures}");
        assert!(figures.surfaced().seen >= 0.9, "{figures}");
    }
    let clean = report.strata.iter().find(|figures| figures.stratum == Stratum::Clean);
    assert!(clean.is_some_and(|figures| figures.unknown <= 0.02 && figures.edge <= 0.05));
}

/// The same seed plays the same days, on however many cores.
#[test]
fn a_seed_is_a_run() {
    let run = |seed| {
        let plan = Plan {
            days: 70,
            seed,
            family: Family::Tuning,
            rivals: true,
            estimators: true,
            show: false,
        };
        let report = Report::play(plan, &[Stratum::Edge], |_| {});
        let rules = &report.strata[0].rules;
        rules
            .iter()
            .map(|row| (row.falsely_accused, row.days, row.excursions))
            .collect::<Vec<_>>()
    };
    assert_eq!(run(3), run(3));
    assert_ne!(run(3), run(4));
    assert!(upper_95(0, 77) < 0.05);
}

/// A small run of `cargo xtask fairness --pace`.
#[test]
fn a_phone_that_rests_sees_no_later_what_it_has_to_see() {
    let plan = Plan {
        days: 300,
        seed: 11,
        family: Family::Testing,
        rivals: false,
        estimators: false,
        show: false,
    };
    let costs = Costs::replay(plan, Stratum::Clean);
    let [fixed, distance, motion] = costs.costs.map(|cost| (cost.leaves, cost.latest_s));
    assert!(fixed.0 >= 30 && fixed.1 <= 60.0, "{costs}");
    assert!(distance.0 >= 30 && distance.1 <= 61.0, "{costs}");
    assert!(motion.0 >= 30 && motion.1 <= 61.0, "{costs}");
    assert!(costs.share(Chosen::Distance) < 1.0, "{costs}");
    assert!(costs.share(Chosen::Motion) < 0.4, "{costs}");
}
