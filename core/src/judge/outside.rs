//! The starting rule: which fixes are charged as outside.
//!
//! Errors of satellite fixes are correlated over minutes and jump, so single fixes prove nothing. A run is
//! charged when the median position of the minutes around each of its fixes lies outside, for long enough,
//! and something that indoor positioning can't fake backs it.

use std::ops::RangeInclusive;

use super::{
    PlaceVerdict, RulingInput,
    fix::{radius_mm, side},
    gap::Waits,
    median::{Median, sliding},
    sequence::Sighting,
};
use crate::time::Interval;

/// Fixes from first to last, charged as outside. Places in the sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) first: usize,
    pub(super) last: usize,
}

/// All charged runs, in order.
pub(super) fn runs(fixes: &[Sighting], input: &RulingInput<'_>, waits: &Waits<'_>) -> Vec<Run> {
    let counts = counting(fixes, input);
    let mut runs = Vec::new();
    let mut next = 0;
    while let Some(start) = (next..fixes.len()).find(|i| counts[*i]) {
        let end = stretch_end(start, fixes, &counts, waits);
        runs.extend(charge(start..=end, fixes, input, waits));
        next = end + 1;
    }
    join_still(runs, fixes, waits)
}

/// Which fixes count towards a charge: the median around them is outside, and the rep is not seen inside.
fn counting(fixes: &[Sighting], input: &RulingInput<'_>) -> Vec<bool> {
    let inside_min = input.policy.ruling.crossing_fixes.max(1) as usize;
    let medians = sliding(fixes, input.policy.ruling.half_width_s.saturating_mul(1000));
    (0..fixes.len())
        .map(|i| !seen_inside(i, fixes, inside_min) && median_outside(&medians[i], input))
        .collect()
}

/// Last fix of the stretch of counting fixes that begins at `start`: no wait in it is longer than the medians span.
fn stretch_end(start: usize, fixes: &[Sighting], counts: &[bool], waits: &Waits<'_>) -> usize {
    let goes_on = |end: &usize| counts[*end] && waits.vouched(fixes[*end].at_ms - fixes[*end - 1].at_ms);
    start + (start + 1..fixes.len()).take_while(goes_on).count()
}

fn median_outside(median: &Median, input: &RulingInput<'_>) -> bool {
    let policy = &input.policy;
    median.fixes >= policy.ruling.fixes_min as usize && {
        let edge_mm = input.area.edge_distance(median.point()).map(|edge| edge.edge_mm);
        let radius_mm = radius_mm(median.accuracy_mm, &policy.fix);
        side(edge_mm, radius_mm, input.edge_tolerance_m) == PlaceVerdict::Outside
    }
}

/// Whether a fix is one of at least `min` in a row whose whole disc is inside.
fn seen_inside(at: usize, fixes: &[Sighting], min: usize) -> bool {
    let inside = |fix: &&Sighting| fix.place == PlaceVerdict::Inside;
    let before = fixes[..at].iter().rev().take(min).take_while(inside).count();
    let after = fixes[at..].iter().take(min).take_while(inside).count();
    after > 0 && before + after >= min
}

/// Charges a stretch from its first to its last fix that is itself outside, if it is long and backed.
fn charge(
    stretch: RangeInclusive<usize>,
    fixes: &[Sighting],
    input: &RulingInput<'_>,
    waits: &Waits<'_>,
) -> Option<Run> {
    let is_outside = |i: &usize| fixes[*i].place == PlaceVerdict::Outside;
    let first = stretch.clone().find(is_outside)?;
    let last = stretch.rev().find(is_outside)?;
    let long = fixes[last].at_ms - fixes[first].at_ms >= input.policy.ruling.outside_min_s.saturating_mul(1000);
    if !long {
        return None;
    }
    let backed = fixes[first..=last].iter().any(Sighting::proves)
        || seen_crossing(fixes[..=first].iter().rev(), input, waits)
        || seen_crossing(fixes[last..].iter(), input, waits);
    backed.then_some(Run { first, last })
}

/// Follows the path away from a run, step by plausible step, to fixes in a row that are inside.
fn seen_crossing<'f>(mut path: impl Iterator<Item = &'f Sighting>, input: &RulingInput<'_>, waits: &Waits<'_>) -> bool {
    let Some(mut here) = path.next() else { return false };
    let mut inside = 0;
    for next in path {
        let (a, b) = if here.at_ms <= next.at_ms {
            (here, next)
        } else {
            (next, here)
        };
        if !waits.vouched(b.at_ms - a.at_ms) || !a.reaches(b, input.policy.unknown.top_speed_kmh) {
            return false;
        }
        inside = if next.place == PlaceVerdict::Inside {
            inside + 1
        } else {
            0
        };
        if inside >= input.policy.ruling.crossing_fixes {
            return true;
        }
        here = next;
    }
    false
}

/// Two charged runs between which the phone stood still at one place are one.
fn join_still(runs: Vec<Run>, fixes: &[Sighting], waits: &Waits<'_>) -> Vec<Run> {
    let mut joined: Vec<Run> = Vec::with_capacity(runs.len());
    for run in runs {
        match joined.last_mut() {
            Some(before) if before.last + 1 == run.first && stood_between(before.last, run.first, fixes, waits) => {
                before.last = run.last;
            }
            _ => joined.push(run),
        }
    }
    joined
}

fn stood_between(a: usize, b: usize, fixes: &[Sighting], waits: &Waits<'_>) -> bool {
    let gap = Interval {
        from_ms: fixes[a].at_ms,
        to_ms: fixes[b].at_ms,
    };
    waits.still(&[&fixes[a], &fixes[b]], gap)
}
