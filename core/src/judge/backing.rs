//! What backs a run: satellites where it lies, or a way that was seen. Indoor positioning can fake neither.

use std::ops::RangeInclusive;

use super::{PlaceVerdict, outside::Trail, sequence::Sighting};
use crate::{place::distance_m, policy::Ruling};

/// How a way between a place and the area was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// Not, or with a leap.
    Unseen,
    /// By short steps, none of them most of the way.
    Steps,
    /// Each disc meets the next.
    Unbroken,
}

/// Fixes that satellites back and that lie where their run does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Backing {
    pub(super) fixes: u32,
    /// From the first to the last.
    pub(super) lasts_s: i64,
}

impl Backing {
    /// Whether they are several, or long apart.
    pub(super) fn suffices(self, ruling: &Ruling) -> bool {
        self.fixes >= ruling.backing_fixes.max(1) || self.lasts_s >= ruling.outside_min_s
    }
}

impl Trail<'_> {
    /// Whether some of a run's fixes in a row, all outside and `told` of, are a way by short steps that lasts as long
    /// as a stay must: who drives about is never for ten minutes where the middle of them is.
    pub(super) fn tour(&self, run: &RangeInclusive<usize>, told: impl Fn(&Sighting) -> bool) -> bool {
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
    pub(super) fn counts_on_the_way(&self, fix: &Sighting) -> bool {
        fix.satellite_backed || !self.tells_of_satellites
    }

    /// A short step, both discs counted: a wrongly mapped access point is far off at once.
    fn short_step(&self, before: &Sighting, after: &Sighting) -> bool {
        self.waits.vouched(after.at_ms - before.at_ms) && self.is_short(before, after)
    }

    fn is_short(&self, before: &Sighting, after: &Sighting) -> bool {
        before.apart_m(after) <= self.input.policy.ruling.step_max_m
    }

    /// Whether somebody could have gone from one to the other. A recorder that tells of no satellites may be one
    /// that comes out of a tunnel and catches up at once, by a short step.
    pub(super) fn plausible(&self, before: &Sighting, after: &Sighting) -> bool {
        before.reaches(after, self.input.policy.unknown.top_speed_kmh)
            || (!self.tells_of_satellites && self.is_short(before, after))
    }

    /// Whether a fix lies where the middle of the minutes around another does, both discs counted.
    pub(super) fn agrees(&self, fix: usize, middle: usize) -> bool {
        let (fix, middle) = (&self.fixes[fix], &self.middles[middle]);
        let slack_mm = fix
            .radius_mm
            .saturating_add(super::radius_mm(middle.accuracy_mm, &self.input.policy.fix));
        distance_m(fix.point(), middle.point()) * 1000.0 <= slack_mm as f64
    }

    /// Whether satellites lie where the run does, thrice or long apart, or tell of a way, or the rep was seen to come
    /// or go.
    pub(super) fn backed(&self, run: &RangeInclusive<usize>) -> bool {
        self.backing(run).suffices(&self.input.policy.ruling)
            || self.tour(run, |fix| fix.satellite_backed)
            || self.way_seen(run)
    }

    /// Satellites where the run lies.
    pub(super) fn backing(&self, run: &RangeInclusive<usize>) -> Backing {
        let agreeing: Vec<&Sighting> = self.agreeing(run).collect();
        let ends = agreeing.first().zip(agreeing.last());
        Backing {
            fixes: agreeing.len() as u32,
            lasts_s: ends.map_or(0, |(first, last)| (last.at_ms - first.at_ms) / 1000),
        }
    }

    /// Whether the rep was seen to come or go. Only of a phone that never tells of satellites short steps suffice,
    /// seen at both ends or to where he goes on.
    pub(super) fn way_seen(&self, run: &RangeInclusive<usize>) -> bool {
        let [came, went] = [self.way(run, true), self.way(run, false)];
        let seen = if self.moves(run) {
            came.max(went)
        } else {
            came.min(went)
        };
        came.max(went) == Way::Unbroken || (!self.tells_of_satellites && seen == Way::Steps)
    }

    /// Whether a run ends far from where it began: a wrongly mapped access point stays where it is.
    fn moves(&self, run: &RangeInclusive<usize>) -> bool {
        let [first, last] = [run.start(), run.end()].map(|i| self.fixes[*i].point());
        distance_m(first, last) > 2.0 * self.input.policy.ruling.step_max_m
    }

    /// The fixes of a run that are backed by satellites and lie where the middle of some minute near does: one that
    /// jumped does not.
    fn agreeing(&self, run: &RangeInclusive<usize>) -> impl Iterator<Item = &Sighting> {
        let half_ms = self.input.policy.ruling.half_width_s.saturating_mul(1000);
        let agrees = move |i: &usize| {
            let near = |j: &usize| (self.fixes[*j].at_ms - self.fixes[*i].at_ms).abs() <= half_ms;
            let before = (*run.start()..*i).rev().take_while(near);
            let after = (*i..=*run.end()).take_while(near);
            self.fixes[*i].proves() && after.chain(before).any(|j| self.agrees(*i, j))
        };
        run.clone().filter(agrees).map(|i| &self.fixes[i])
    }

    /// How the rep was seen to come from the area to the middle of a run, or to go back from there.
    fn way(&self, run: &RangeInclusive<usize>, came: bool) -> Way {
        let middle = run.start() + (run.end() - run.start()) / 2;
        let at_place = |i: &usize| self.agrees(*i, middle);
        if came {
            let first = run.clone().find(at_place);
            first.map_or(Way::Unseen, |first| self.path(self.fixes[..=first].iter().rev()))
        } else {
            let last = run.clone().rev().find(at_place);
            last.map_or(Way::Unseen, |last| self.path(self.fixes[last..].iter()))
        }
    }

    /// Follows a path to fixes in a row that are inside.
    fn path<'f>(&self, mut path: impl Iterator<Item = &'f Sighting>) -> Way {
        let ruling = &self.input.policy.ruling;
        let Some(start) = path.next() else { return Way::Unseen };
        let (mut here, mut inside, mut longest_m, mut unbroken) = (start, 0, 0.0, true);
        for next in path {
            let (a, b) = if here.at_ms <= next.at_ms {
                (here, next)
            } else {
                (next, here)
            };
            let goes_on = self.waits.vouched(b.at_ms - a.at_ms) && self.plausible(a, b);
            if !goes_on || (inside == 0 && !self.is_short(a, b)) {
                return Way::Unseen;
            }
            unbroken &= a.meets(b);
            longest_m = f64::max(longest_m, distance_m(a.point(), b.point()));
            inside = if next.place == PlaceVerdict::Inside {
                inside + 1
            } else {
                0
            };
            if inside >= ruling.crossing_fixes {
                let short = longest_m <= ruling.way_share * distance_m(start.point(), next.point());
                return match (unbroken, short) {
                    (true, _) => Way::Unbroken,
                    (false, true) => Way::Steps,
                    (false, false) => Way::Unseen,
                };
            }
            here = next;
        }
        Way::Unseen
    }
}
