//! Rules that say from a day's fixes when a rep was outside: ours, those that others use, and other estimators.

pub(crate) mod estimators;
mod hidden_markov;
pub(crate) mod rivals;

use onbeat_core::{
    judge::{JudgedFix, PlaceVerdict},
    place::{Point, distance_m},
    policy::Policy,
};

use crate::day::Day;

/// Time for which a rule says: outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
}

/// The same, as places among usable fixes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) first: usize,
    pub(crate) last: usize,
}

/// The usable fixes of a day, in order.
pub(crate) fn usable<'d>(day: &'d Day<'_>) -> Vec<&'d JudgedFix> {
    day.fixes
        .iter()
        .filter(|judged| judged.verdict.place != PlaceVerdict::Unusable)
        .collect()
}

/// Runs of marked fixes in a row, with no wait between them that is longer than so many milliseconds.
pub(crate) fn runs(fixes: &[&JudgedFix], marked: &[bool], wait_ms: i64) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for i in (0..fixes.len()).filter(|i| marked[*i]) {
        match runs.last_mut() {
            Some(run) if run.last + 1 == i && fixes[i].at_ms - fixes[run.last].at_ms <= wait_ms => run.last = i,
            _ => runs.push(Run { first: i, last: i }),
        }
    }
    runs
}

/// The runs that are long enough, have enough fixes, and that the way between two points of the area can't explain.
pub(crate) fn persistent(
    fixes: &[&JudgedFix],
    runs: &[Run],
    least_ms: i64,
    least_fixes: usize,
    policy: &Policy,
) -> Vec<Stretch> {
    let stretch = |run: &Run| Stretch {
        from_ms: fixes[run.first].at_ms,
        to_ms: fixes[run.last].at_ms,
    };
    let lasting = runs.iter().filter(|run| {
        let Stretch { from_ms, to_ms } = stretch(run);
        to_ms - from_ms >= least_ms && run.last - run.first + 1 >= least_fixes && !in_transit(fixes, run, policy)
    });
    lasting.map(stretch).collect()
}

fn in_transit(fixes: &[&JudgedFix], run: &Run, policy: &Policy) -> bool {
    let in_area = |fix: &&&JudgedFix| fix.verdict.place != PlaceVerdict::Outside;
    let before = fixes[..run.first].iter().rev().find(in_area);
    let after = fixes[run.last + 1..].iter().find(in_area);
    before.zip(after).is_some_and(|(before, after)| {
        let way_m = policy.transit.detour_factor * distance_m(Point::from(&before.fix), Point::from(&after.fix));
        let allowed_ms = policy.transit.base_s * 1000 + (way_m * 3600.0 / policy.transit.speed_kmh) as i64;
        fixes[run.last].at_ms - fixes[run.first].at_ms <= allowed_ms
    })
}
