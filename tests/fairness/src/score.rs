//! What the rules said of days, counted against the truth.

use crate::{
    day::second,
    rules::Stretch,
    way::{Outside, WINDOW_S},
};

/// Counts of one rule in one stratum.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    /// Days, with and without an excursion.
    pub(crate) days: u64,
    /// Days with a false accusation.
    pub(crate) accused: u64,
    pub(crate) excursions: u64,
    pub(crate) found: u64,
    /// Sums over found ones, of the difference without its sign.
    pub(crate) start_off_s: f64,
    pub(crate) end_off_s: f64,
}

/// An excursion takes so much longer than the way could have.
const LONGER_S: f64 = 300.0;
/// That of a place at which nobody may be: the way between two points that are one.
const LEAST_ALLOWANCE_S: f64 = 600.0;

impl Tally {
    pub(crate) fn add(&mut self, other: &Self) {
        self.days += other.days;
        self.accused += other.accused;
        self.excursions += other.excursions;
        self.found += other.found;
        self.start_off_s += other.start_off_s;
        self.end_off_s += other.end_off_s;
    }

    /// Counts a day. `lenient`: leaving on the way is no excuse for whom it accuses, so it is none against the rule.
    /// `far_m`: how far out an excursion of this phone must be.
    pub(crate) fn count(&mut self, said: &[Stretch], outside: &[Outside], far_m: f64, lenient: bool) {
        self.days += 1;
        let false_one = |stretch: &Stretch| !is_true(stretch, outside, lenient);
        self.accused += u64::from(said.iter().any(false_one));
        for away in outside.iter().filter(|away| is_excursion(away, far_m)) {
            self.excursions += 1;
            let hits = || said.iter().filter(|stretch| touches(stretch, away));
            let first = hits().map(|stretch| second(stretch.from_ms)).reduce(f64::min);
            let last = hits().map(|stretch| second(stretch.to_ms)).reduce(f64::max);
            if let Some((first, last)) = first.zip(last) {
                self.found += 1;
                self.start_off_s += (first - away.from_s.max(0.0)).abs();
                self.end_off_s += (last - away.to_s.min(WINDOW_S)).abs();
            }
        }
    }
}

/// As the goal of `docs/verdicts.md` has it; it may be cut off by the end of the window.
pub(crate) fn is_excursion(away: &Outside, far_m: f64) -> bool {
    let allowance_s = if away.cut { LEAST_ALLOWANCE_S } else { away.allowance_s };
    away.far_m >= far_m && away.to_s.min(WINDOW_S) - away.from_s >= allowance_s + LONGER_S
}

/// At least half of it was truly outside, and without leave.
pub(crate) fn is_true(stretch: &Stretch, outside: &[Outside], lenient: bool) -> bool {
    let charged = outside.iter().filter(|away| lenient || !away.is_allowed());
    let true_s: f64 = charged.map(|away| overlap_s(stretch, away)).sum();
    let length_s = second(stretch.to_ms) - second(stretch.from_ms);
    if length_s <= 0.0 {
        let at_s = second(stretch.from_ms);
        return outside
            .iter()
            .any(|away| (lenient || !away.is_allowed()) && (away.from_s..=away.to_s).contains(&at_s));
    }
    true_s >= length_s / 2.0
}

fn overlap_s(stretch: &Stretch, away: &Outside) -> f64 {
    (second(stretch.to_ms).min(away.to_s) - second(stretch.from_ms).max(away.from_s)).max(0.0)
}

pub(crate) fn touches(stretch: &Stretch, away: &Outside) -> bool {
    second(stretch.from_ms) <= away.to_s && away.from_s <= second(stretch.to_ms)
}
