//! Which fixes are charged as outside.
//!
//! Errors of positions last for minutes, jump, and are larger than phones say; so single fixes prove nothing. A
//! run is charged when the middle of the minutes around each of its fixes lies outside, for long enough and by
//! enough, and something that indoor positioning can't fake backs it. `docs/adr/0008` has what it was compared with.

mod proof;

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

pub(super) use proof::{Grounds, grounds};
pub use proof::{Proof, Vote};

use super::{
    PlaceVerdict, RulingInput,
    gap::Waits,
    median::{Median, sliding},
    radius_mm,
    sequence::Sighting,
};
use crate::{place::distance_m, policy::Ruling, time::Interval};

/// Fixes from first to last, charged as outside. Places in the sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) first: usize,
    pub(super) last: usize,
}

/// All charged runs, in order.
pub(super) fn runs(fixes: &[Sighting], input: &RulingInput<'_>, waits: &Waits<'_>) -> Vec<Run> {
    if !fixes.iter().any(|fix| fix.place == PlaceVerdict::Outside) {
        return Vec::new();
    }
    let charged = on_trail(fixes, input, waits, |trail, places| {
        let in_sequence = |run: Run| Run {
            first: places[run.first],
            last: places[run.last],
        };
        trail.runs().into_iter().map(in_sequence).collect()
    });
    join_still(charged, fixes, waits)
}

/// Asks the trail of the steady fixes something; it is told their places in the sequence too.
fn on_trail<T>(
    fixes: &[Sighting],
    input: &RulingInput<'_>,
    waits: &Waits<'_>,
    ask: impl FnOnce(&Trail<'_>, &[usize]) -> T,
) -> T {
    let places = steady(fixes, &input.policy.ruling);
    let steady: Vec<Sighting> = places.iter().map(|place| fixes[*place]).collect();
    let mut trail = Trail::new(&steady, fixes, input, waits);
    trail.waits_ms = places
        .iter()
        .map(|i| fixes[*i].at_ms - fixes[i.saturating_sub(1)].at_ms)
        .collect();
    ask(&trail, &places)
}

/// Fixes looked ahead over for the way back from a jump: bounds the work on a dense track.
const LOOK_AHEAD: usize = 16;

/// The fixes without those that leave for elsewhere and are soon back: a jump of the phone, or too short to matter.
fn steady(fixes: &[Sighting], ruling: &Ruling) -> Vec<usize> {
    let tells_of_satellites = fixes.iter().any(|fix| fix.satellite_backed);
    let mut places = Vec::with_capacity(fixes.len());
    let mut here = 0;
    while here < fixes.len() {
        places.push(here);
        here = back(fixes, here, tells_of_satellites, ruling).unwrap_or(here + 1);
    }
    places
}

/// The fix with which a phone that leaves for elsewhere is soon back. Who was outside and is seen inside is believed
/// sooner, and Wi-Fi takes nothing of satellites' back. But where a phone that tells of satellites says by Wi-Fi alone
/// that he left the place outside, that is a jump for as long as phones jump.
fn back(fixes: &[Sighting], here: usize, tells_of_satellites: bool, ruling: &Ruling) -> Option<usize> {
    let (next, left) = (fixes.get(here + 1)?, &fixes[here]);
    if left.meets(next) {
        return None;
    }
    let was_outside = left.place == PlaceVerdict::Outside;
    let comes_home = was_outside && next.place != PlaceVerdict::Outside;
    let is_back = |later: &usize| {
        let (elsewhere, back) = (&fixes[here + 1..*later], &fixes[*later]);
        let by_wifi = tells_of_satellites && !elsewhere.iter().any(|fix| fix.satellite_backed);
        let soon_s = match (was_outside && by_wifi, comes_home) {
            (true, _) => ruling.leap_min_s,
            (false, true) => ruling.half_width_s,
            (false, false) => ruling.outside_min_s,
        };
        let taken_back = by_wifi || !comes_home || left.satellite_backed == back.satellite_backed;
        let soon = back.at_ms - left.at_ms <= soon_s.saturating_mul(1000);
        soon && taken_back && left.meets(back) && !next.meets(back)
    };
    (here + 2..fixes.len().min(here + 1 + LOOK_AHEAD)).find(is_back)
}

/// What shows that a phone lies still: as long as the quickest sampling of phones, not of recorders.
const STEP_MS: i64 = 20_000;

/// How far outside the middle of the minutes around a fix lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Out {
    /// Not by the disc and the tolerance, or the rep is seen inside.
    No,
    /// By the disc and the tolerance.
    Beyond,
    /// By so much that even a phone that understates grossly can't be inside.
    Clear,
}

/// The steady fixes of a day with the middle around each.
pub(super) struct Trail<'a> {
    pub(super) fixes: &'a [Sighting],
    pub(super) middles: Vec<Median>,
    /// Before each fix the wait without any, set aside or not.
    waits_ms: Vec<i64>,
    out: Vec<Out>,
    /// Whether any fix is backed by satellites: some phones never tell.
    pub(super) tells_of_satellites: bool,
    pub(super) input: &'a RulingInput<'a>,
    pub(super) waits: &'a Waits<'a>,
}

impl<'a> Trail<'a> {
    fn new(fixes: &'a [Sighting], all: &[Sighting], input: &'a RulingInput<'a>, waits: &'a Waits<'a>) -> Self {
        let half_ms = input.policy.ruling.half_width_s.saturating_mul(1000);
        let mut middles = sliding(fixes, half_ms);
        for (middle, fix) in middles.iter_mut().zip(fixes) {
            let from = all.partition_point(|other| other.at_ms < fix.at_ms.saturating_sub(half_ms));
            middle.fixes = all.partition_point(|other| other.at_ms <= fix.at_ms.saturating_add(half_ms)) - from;
        }
        let mut trail = Self {
            fixes,
            middles,
            waits_ms: Vec::new(),
            out: Vec::new(),
            tells_of_satellites: fixes.iter().any(|fix| fix.satellite_backed),
            input,
            waits,
        };
        trail.out = (0..fixes.len()).map(|i| trail.out(i)).collect();
        trail
    }

    fn out(&self, i: usize) -> Out {
        let policy = &self.input.policy;
        let middle = &self.middles[i];
        if middle.fixes < policy.ruling.fixes_min as usize || self.seen_inside(i) {
            return Out::No;
        }
        let edge_mm = self.input.area.edge_mm(middle.point());
        let out_mm = edge_mm.map_or(0, i64::saturating_neg);
        let radius_mm = radius_mm(middle.accuracy_mm, &policy.fix) as f64;
        let beyond_mm = out_mm as f64 - self.input.edge_tolerance_m * 1000.0;
        if beyond_mm >= radius_mm * policy.ruling.proof_radii {
            Out::Clear
        } else if beyond_mm >= radius_mm {
            Out::Beyond
        } else {
            Out::No
        }
    }

    /// Whether a fix is one of some in a row whose whole disc is inside.
    fn seen_inside(&self, at: usize) -> bool {
        let min = self.input.policy.ruling.crossing_fixes.max(1) as usize;
        let inside = |fix: &&Sighting| fix.place == PlaceVerdict::Inside;
        let before = self.fixes[..at].iter().rev().take(min).take_while(inside).count();
        let after = self.fixes[at..].iter().take(min).take_while(inside).count();
        after > 0 && before + after >= min
    }

    fn runs(&self) -> Vec<Run> {
        let mut runs = Vec::new();
        let mut next = 0;
        while let Some(start) = (next..self.fixes.len()).find(|i| self.out[*i] != Out::No) {
            let end = self.stretch_end(start);
            runs.extend(self.parts(start..=end).into_iter().filter_map(|part| self.charge(part)));
            next = end + 1;
        }
        runs
    }

    /// A stretch cut where one fix does not go on from the one before; parts in a row at one place are one.
    fn parts(&self, stretch: RangeInclusive<usize>) -> Vec<RangeInclusive<usize>> {
        let mut parts: Vec<RangeInclusive<usize>> = Vec::new();
        for i in stretch {
            match parts.last_mut() {
                Some(part) if self.linked(i) => *part = *part.start()..=i,
                _ => parts.push(i..=i),
            }
        }
        let mut joined: Vec<RangeInclusive<usize>> = Vec::new();
        for part in parts {
            match joined.last_mut() {
                Some(before) if self.one_place(before, &part) => *before = *before.start()..=*part.end(),
                _ => joined.push(part),
            }
        }
        joined
    }

    /// Whether the middles of two parts lie in each other's disc.
    fn one_place(&self, a: &RangeInclusive<usize>, b: &RangeInclusive<usize>) -> bool {
        let middle = |part: &RangeInclusive<usize>| &self.middles[part.start() + (part.end() - part.start()) / 2];
        let (a, b) = (middle(a), middle(b));
        let radius = |m: &Median| radius_mm(m.accuracy_mm, &self.input.policy.fix);
        distance_m(a.point(), b.point()) * 1000.0 <= radius(a).max(radius(b)) as f64
    }

    /// Whether a fix goes on from the one before: at the same place (Wi-Fi may be mapped off by some metres), or
    /// on a way that satellites tell of.
    fn linked(&self, i: usize) -> bool {
        let (a, b) = (&self.fixes[i - 1], &self.fixes[i]);
        if a.meets(b) {
            return true;
        }
        if a.satellite_backed != b.satellite_backed {
            return distance_m(a.point(), b.point()) <= self.input.policy.ruling.wifi_off_m;
        }
        self.counts_on_the_way(b) && self.plausible(a, b) && !self.leaps_to(i)
    }

    /// Last fix of the stretch that begins at `start`: no wait in it is longer than the medians span.
    fn stretch_end(&self, start: usize) -> usize {
        let goes_on = |end: &usize| self.out[*end] != Out::No && self.waits.vouched(self.waits_ms[*end]);
        start + (start + 1..self.fixes.len()).take_while(goes_on).count()
    }

    /// Whether a phone that lay still before a fix and after it is elsewhere at once: by thrice what it moved in some
    /// seconds around.
    fn leaps_to(&self, i: usize) -> bool {
        let (from, to) = (&self.fixes[i - 1], &self.fixes[i]);
        let far_m = distance_m(from.point(), to.point());
        let still = |a: Option<&Sighting>, b: &Sighting| {
            a.is_none_or(|a| a.meets(b) && 3.0 * distance_m(a.point(), b.point()) < far_m)
        };
        let before = self.fixes.partition_point(|fix| fix.at_ms <= from.at_ms - STEP_MS);
        let after = self.fixes.partition_point(|fix| fix.at_ms < to.at_ms + STEP_MS);
        let before = before.checked_sub(1).and_then(|before| self.fixes.get(before));
        !from.meets(to) && still(before, from) && still(self.fixes.get(after), to)
    }

    /// Charges a stretch from its first to its last fix that is itself outside, if it is long, clear, all of one
    /// piece, and backed.
    fn charge(&self, part: RangeInclusive<usize>) -> Option<Run> {
        let ruling = &self.input.policy.ruling;
        let is_outside = |i: &usize| self.fixes[*i].place == PlaceVerdict::Outside;
        let first = part.clone().find(is_outside)?;
        let last = part.rev().find(is_outside)?;
        let run = first..=last;
        let lasts_ms = self.fixes[last].at_ms - self.fixes[first].at_ms;
        let least_s = if self.came_and_went_at_once(&run) {
            ruling.leap_min_s
        } else {
            ruling.outside_min_s
        };
        let long = lasts_ms >= least_s.saturating_mul(1000) && run.clone().count() >= ruling.outside_fixes as usize;
        let clear = 2 * run.clone().filter(|i| self.out[*i] == Out::Clear).count() > last - first;
        (long && clear && self.is_one(&run) && self.backed(&run)).then_some(Run { first, last })
    }

    /// Whether a phone is elsewhere at once, and at once back where it was: as one that jumps, twice perhaps.
    fn came_and_went_at_once(&self, run: &RangeInclusive<usize>) -> bool {
        let (Some(before), Some(after)) = (run.start().checked_sub(1), self.fixes.get(run.end() + 1)) else {
            return false;
        };
        let (first, last) = (&self.fixes[*run.start()], &self.fixes[*run.end()]);
        let before = &self.fixes[before];
        !before.meets(first) && !last.meets(after) && before.meets(after)
    }

    /// Whether nearly all fixes of a run are outside, and most lie where the middle does or are a way.
    fn is_one(&self, run: &RangeInclusive<usize>) -> bool {
        let all = run.clone().count();
        let is_outside = |i: &usize| self.fixes[*i].place == PlaceVerdict::Outside;
        let outside = run.clone().filter(is_outside).count();
        let agree = run.clone().filter(|i| self.agrees(*i, *i)).count();
        8 * outside >= 7 * all && (3 * agree >= 2 * all || self.tour(run, |fix| self.counts_on_the_way(fix)))
    }
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
