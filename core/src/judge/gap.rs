//! What a wait between fixes means: whether the next came when it was due, and whether a longer wait leaves room
//! outside.

use super::{
    PlaceVerdict, RulingInput, StillGap,
    due::{next_due_s, travel_ms},
    sequence::Sighting,
};
use crate::{place::distance_m, policy::Policy, time::Interval};

/// When, after `fix`, the next was due at the latest, in milliseconds: the disc is left out, since a phone that wakes a
/// little late has not been silent.
fn due_ms(fix: &Sighting, policy: &Policy) -> i64 {
    next_due_s(Some(fix.edge_mm.saturating_abs()), 0, &[], policy).saturating_mul(1000)
}

/// The waits of one day.
pub(super) struct Waits<'a> {
    policy: &'a Policy,
    still: Vec<Interval>,
}

impl<'a> Waits<'a> {
    /// `fixes` are the usable ones, in order of time.
    pub(super) fn new(input: &RulingInput<'a>, fixes: &[Sighting]) -> Self {
        let still_m = input.policy.unknown.still_m;
        let still = merged(input.still).into_iter();
        Self {
            policy: input.policy,
            still: still.flat_map(|still| uncontradicted(still, fixes, still_m)).collect(),
        }
    }

    /// Whether a fix speaks for the time until the next, or to an end of the window.
    pub(super) fn carries_on(&self, ends: &[&Sighting], wait_ms: i64) -> bool {
        wait_ms <= due_ms(ends[0], self.policy) || self.stood(ends, wait_ms)
    }

    /// Whether the phone said that it stood still, was heard of again in time, and lay at one place.
    fn stood(&self, ends: &[&Sighting], wait_ms: i64) -> bool {
        let heartbeat_ms = self.policy.unknown.heartbeat_s.saturating_mul(1000);
        match ends {
            [from, to] => from.still && wait_ms <= heartbeat_ms && from.apart_m(to) <= self.policy.unknown.still_m,
            _ => false,
        }
    }

    /// Whether two fixes lie in each other's window of the ruling's median.
    pub(super) fn vouched(&self, wait_ms: i64) -> bool {
        wait_ms <= self.policy.ruling.half_width_s.saturating_mul(1000)
    }

    /// Whether too little time is left for going outside and back; one end where the window begins or ends.
    pub(super) fn covered(&self, ends: &[&Sighting], gap: Interval) -> bool {
        let reach_mm = self.policy.unknown.reach_m * 1000.0;
        let travel_ms: f64 = ends
            .iter()
            .map(|end| travel_ms((end.edge_mm as f64 + reach_mm).max(0.0), self.policy))
            .sum();
        gap.length_ms() as f64 - travel_ms < self.policy.unknown.outside_max_s as f64 * 1000.0
    }

    /// Whether the phone stood still in the gap (but for minutes that the ends vouch for) at one place.
    pub(super) fn still(&self, ends: &[&Sighting], gap: Interval) -> bool {
        let stood = self.still.iter().any(|still| {
            self.vouched(still.from_ms.saturating_sub(gap.from_ms))
                && self.vouched(gap.to_ms.saturating_sub(still.to_ms))
        });
        stood
            && match ends {
                [a, b] => distance_m(a.point(), b.point()) <= self.policy.unknown.still_m,
                _ => true,
            }
    }
}

/// Whether an end of a gap stands outside: such a gap is never covered.
pub(super) fn any_outside(ends: &[&Sighting]) -> bool {
    ends.iter().any(|end| end.place == PlaceVerdict::Outside)
}

/// Sorted and disjoint.
fn merged(still: &[StillGap]) -> Vec<Interval> {
    let mut intervals: Vec<Interval> = still.iter().map(|gap| gap.interval).collect();
    intervals.sort_unstable();
    intervals.dedup_by(|later, earlier| {
        let touch = later.from_ms <= earlier.to_ms;
        if touch {
            earlier.to_ms = earlier.to_ms.max(later.to_ms);
        }
        touch
    });
    intervals
}

/// What the fixes leave of a time without motion: between the neighbours of a fix that lies elsewhere than the
/// first and the last of that time, the phone moved, whatever its sensor says.
fn uncontradicted(still: Interval, fixes: &[Sighting], still_m: f64) -> Vec<Interval> {
    let from = fixes.partition_point(|fix| fix.at_ms < still.from_ms);
    let to = fixes.partition_point(|fix| fix.at_ms <= still.to_ms);
    let within = fixes.get(from..to).unwrap_or_default();
    let (Some(first), Some(last)) = (within.first(), within.last()) else {
        return vec![still];
    };
    let here = |fix: &Sighting| fix.apart_m(first).min(fix.apart_m(last)) <= still_m;
    let (mut left, mut from_ms) = (Vec::new(), still.from_ms);
    for pair in within.windows(2) {
        match (here(&pair[0]), here(&pair[1])) {
            (true, false) => left.push(Interval {
                from_ms,
                to_ms: pair[0].at_ms,
            }),
            (false, true) => from_ms = pair[1].at_ms,
            _ => {}
        }
    }
    left.push(Interval { from_ms, ..still });
    left
}
