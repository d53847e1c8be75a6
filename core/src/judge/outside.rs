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
/// Who was outside and is seen inside is believed sooner.
fn steady(fixes: &[Sighting], ruling: &Ruling) -> Vec<usize> {
    let outside = |place: usize| fixes[place].place == PlaceVerdict::Outside;
    let mut places = Vec::with_capacity(fixes.len());
    let mut here = 0;
    while here < fixes.len() {
        places.push(here);
        let next = here + 1;
        let leaves = next < fixes.len() && !fixes[here].meets(&fixes[next]);
        let soon_s = if leaves && outside(here) && !outside(next) {
            ruling.half_width_s
        } else {
            ruling.outside_min_s
        };
        let back = (next + 1..fixes.len().min(next + LOOK_AHEAD))
            .take_while(|later| leaves && fixes[*later].at_ms - fixes[here].at_ms <= soon_s.saturating_mul(1000))
            .find(|later| fixes[here].meets(&fixes[*later]) && !fixes[next].meets(&fixes[*later]));
        here = back.unwrap_or(next);
    }
    places
}

/// How far outside the middle of the minutes around a fix lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
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
struct Trail<'a> {
    fixes: &'a [Sighting],
    middles: Vec<Median>,
    /// Before each fix the wait without any, set aside or not.
    waits_ms: Vec<i64>,
    out: Vec<Out>,
    /// Whether any fix is backed by satellites: some phones never tell.
    tells_of_satellites: bool,
    input: &'a RulingInput<'a>,
    waits: &'a Waits<'a>,
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
        let edge = self.input.area.edge_distance(middle.point());
        let out_mm = edge.map_or(0, |edge| edge.edge_mm.saturating_neg());
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
            runs.extend(self.charge(start..=end));
            next = end + 1;
        }
        runs
    }

    /// Last fix of the stretch that begins at `start`: no wait in it is longer than the medians span, and no step
    /// faster than anybody travels.
    fn stretch_end(&self, start: usize) -> usize {
        let goes_on = |end: &usize| {
            let (before, fix) = (&self.fixes[*end - 1], &self.fixes[*end]);
            self.out[*end] != Out::No && self.waits.vouched(self.waits_ms[*end]) && self.plausible(before, fix)
        };
        start + (start + 1..self.fixes.len()).take_while(goes_on).count()
    }

    /// Whether a phone that lay still before a fix and after it is elsewhere at once.
    fn leaps_to(&self, i: usize) -> bool {
        let meet = |a: usize, b: usize| self.fixes.get(a).zip(self.fixes.get(b)).is_none_or(|(a, b)| a.meets(b));
        i > 0 && !meet(i - 1, i) && (i < 2 || meet(i - 2, i - 1)) && meet(i, i + 1)
    }

    /// Charges a stretch from its first to its last fix that is itself outside, if it is long, clear, all of one
    /// piece, and backed.
    fn charge(&self, stretch: RangeInclusive<usize>) -> Option<Run> {
        let ruling = &self.input.policy.ruling;
        let is_outside = |i: &usize| self.fixes[*i].place == PlaceVerdict::Outside;
        let first = stretch.clone().find(is_outside)?;
        let last = stretch.rev().find(is_outside)?;
        let run = first..=last;
        let lasts_ms = self.fixes[last].at_ms - self.fixes[first].at_ms;
        let long = lasts_ms >= ruling.outside_min_s.saturating_mul(1000);
        let clear = || 2 * run.clone().filter(|i| self.out[*i] == Out::Clear).count() > last - first;
        (long && clear() && self.backed(&self.piece(&run)?)).then_some(Run { first, last })
    }

    /// The longest part of a run without a leap, if it is long enough, nearly all of the run's fixes are outside, and
    /// most lie where the middle does: two errors in a row are not one stay.
    fn piece(&self, run: &RangeInclusive<usize>) -> Option<RangeInclusive<usize>> {
        let all = run.clone().count();
        let is_outside = |i: &usize| self.fixes[*i].place == PlaceVerdict::Outside;
        let outside = run.clone().filter(is_outside).count();
        let agree = run.clone().filter(|i| self.agrees(*i, *i)).count();
        let leaps: Vec<usize> = run.clone().skip(1).filter(|i| self.leaps_to(*i)).collect();
        let starts = std::iter::once(*run.start()).chain(leaps.iter().copied());
        let ends = leaps.iter().map(|leap| leap - 1).chain([*run.end()]);
        let piece = starts
            .zip(ends)
            .map(|(start, end)| start..=end)
            .max_by_key(|piece| piece.clone().count())?;
        let enough = piece.clone().count() >= self.input.policy.ruling.outside_fixes as usize;
        let one = 3 * agree >= 2 * all || self.tour(&piece, |fix| self.counts_on_the_way(fix));
        (8 * outside >= 7 * all && one && enough).then_some(piece)
    }

    /// Whether some of a run's fixes in a row, all outside and `told` of, are a way by short steps that lasts as long
    /// as a stay must: who drives about is never for ten minutes where the middle of them is.
    fn tour(&self, run: &RangeInclusive<usize>, told: impl Fn(&Sighting) -> bool) -> bool {
        let lasts_ms = self.input.policy.ruling.outside_min_s.saturating_mul(1000);
        let counts = |i: usize| self.fixes[i].place == PlaceVerdict::Outside && told(&self.fixes[i]);
        let mut begun = None;
        for i in run.clone() {
            let goes_on = counts(i) && i > *run.start() && self.short_step(&self.fixes[i - 1], &self.fixes[i]);
            begun = match begun {
                Some(first) if goes_on => Some(first),
                _ => counts(i).then_some(i),
            };
            if begun.is_some_and(|first: usize| self.fixes[i].at_ms - self.fixes[first].at_ms >= lasts_ms) {
                return true;
            }
        }
        false
    }

    /// What tells of a way: satellites, or, of a phone that never tells of any, every fix.
    fn counts_on_the_way(&self, fix: &Sighting) -> bool {
        fix.satellite_backed || !self.tells_of_satellites
    }

    /// A short step, both discs counted: a wrongly mapped access point is far off at once.
    fn short_step(&self, before: &Sighting, after: &Sighting) -> bool {
        self.waits.vouched(after.at_ms - before.at_ms) && self.is_short(before, after)
    }

    fn is_short(&self, before: &Sighting, after: &Sighting) -> bool {
        let slack_m = before.radius_mm.saturating_add(after.radius_mm) as f64 / 1000.0;
        distance_m(before.point(), after.point()) - slack_m <= self.input.policy.ruling.step_max_m
    }

    /// Whether somebody could have gone from one to the other. A recorder that tells of no satellites may be one
    /// that comes out of a tunnel and catches up at once, by a short step.
    fn plausible(&self, before: &Sighting, after: &Sighting) -> bool {
        before.reaches(after, self.input.policy.unknown.top_speed_kmh)
            || (!self.tells_of_satellites && self.is_short(before, after))
    }

    /// Whether a fix lies where the middle of the minutes around another does, both discs counted.
    fn agrees(&self, fix: usize, middle: usize) -> bool {
        let (fix, middle) = (&self.fixes[fix], &self.middles[middle]);
        let slack_mm = fix
            .radius_mm
            .saturating_add(radius_mm(middle.accuracy_mm, &self.input.policy.fix));
        distance_m(fix.point(), middle.point()) * 1000.0 <= slack_mm as f64
    }

    /// Whether satellites agree with the run or tell of a way, or, of a phone that never tells of any, its way was
    /// seen.
    fn backed(&self, run: &RangeInclusive<usize>) -> bool {
        let agreeing = self.input.policy.ruling.backing_fixes.max(1) as usize;
        self.agreeing(run).take(agreeing).count() == agreeing
            || self.tour(run, |fix| fix.satellite_backed)
            || (!self.tells_of_satellites && self.far(run) && self.way_seen(run))
    }

    /// The fixes of a run that are backed by satellites and lie where its middle does: one that jumped does not.
    fn agreeing(&self, run: &RangeInclusive<usize>) -> impl Iterator<Item = usize> {
        run.clone().filter(|i| self.fixes[*i].proves() && self.agrees(*i, *i))
    }

    /// Whether most of a run lies so far outside that no Wi-Fi in the area is mapped there by a little.
    fn far(&self, run: &RangeInclusive<usize>) -> bool {
        let far_mm = self.input.policy.ruling.way_far_m * 1000.0;
        let far = run.clone().filter(|i| self.fixes[*i].edge_mm as f64 <= -far_mm).count();
        2 * far > run.end() - run.start()
    }

    /// Whether the rep was seen to go between a run and the area, step by step.
    fn way_seen(&self, run: &RangeInclusive<usize>) -> bool {
        let before = self.fixes[..=*run.start()].iter().rev();
        self.leads_inside(before) || self.leads_inside(self.fixes[*run.end()..].iter())
    }

    /// Follows a path by short and plausible steps to fixes in a row that are inside.
    fn leads_inside<'f>(&self, mut path: impl Iterator<Item = &'f Sighting>) -> bool {
        let ruling = &self.input.policy.ruling;
        let Some(mut here) = path.next() else { return false };
        let mut inside = 0;
        for next in path {
            let (a, b) = if here.at_ms <= next.at_ms {
                (here, next)
            } else {
                (next, here)
            };
            let goes_on = if inside > 0 {
                self.plausible(a, b)
            } else {
                self.short_step(a, b)
            };
            if !goes_on {
                return false;
            }
            inside = if next.place == PlaceVerdict::Inside {
                inside + 1
            } else {
                0
            };
            if inside >= ruling.crossing_fixes {
                return true;
            }
            here = next;
        }
        false
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
