//! Two reps' phones together for hours: a question, for the server, which sees both.

use std::collections::BTreeMap;

use super::{Fact, Finding, FindingKind, Source, finding::Found};
use crate::{
    judge::{
        JudgedFix,
        median::{Median, sliding},
        sequence::{Sequence, Sighting},
    },
    place::distance_m,
    policy::Policy,
    time::Interval,
};

/// When two phones were together in a window, in order: the middles of the minutes around each moment lie
/// within the policy's distance for the policy's time, with no silence of either in between.
pub fn together(a: &[JudgedFix], b: &[JudgedFix], window: Interval, policy: &Policy) -> Vec<Interval> {
    let (a, b) = (Middles::new(a, window, policy), Middles::new(b, window, policy));
    let silence_ms = policy.ruling.half_width_s.saturating_mul(1000);
    let near: Vec<(i64, bool)> = (0..a.fixes.len())
        .map(|i| (a.fixes[i].at_ms, b.is_near(&a, i, silence_ms, policy.visit.together_m)))
        .collect();
    let stretches = near.chunk_by(|(at_a, near_a), (at_b, near_b)| near_a == near_b && at_b - at_a <= silence_ms);
    let long_ms = policy.visit.together_min.saturating_mul(60_000);
    stretches
        .filter(|stretch| stretch[0].1)
        .map(|stretch| Interval {
            from_ms: stretch[0].0,
            to_ms: stretch[stretch.len() - 1].0,
        })
        .filter(|interval| interval.length_ms() >= long_ms)
        .collect()
}

/// The question that a stretch together is, for one of the two reps. `evidence`: fixes of his, in order.
pub fn question(rep: &str, other_rep: &str, day: &str, interval: Interval, evidence: Vec<Source>) -> Finding {
    let mut question = Found::new(FindingKind::PhonesTogether, interval, evidence);
    question.facts = BTreeMap::from([
        ("rep".into(), Fact::Text(other_rep.into())),
        ("duration_s".into(), Fact::Number(interval.length_ms() / 1000)),
    ]);
    question.into_finding(rep, day)
}

/// A phone's usable fixes and the middle of the minutes around each.
struct Middles {
    fixes: Vec<Sighting>,
    middles: Vec<Median>,
}

impl Middles {
    fn new(fixes: &[JudgedFix], window: Interval, policy: &Policy) -> Self {
        let fixes = Sequence::new(fixes, window, policy).kept;
        let middles = sliding(&fixes, policy.ruling.half_width_s.saturating_mul(1000));
        Self { fixes, middles }
    }

    /// Whether this phone was near the other at the other's `i`-th fix.
    fn is_near(&self, other: &Self, i: usize, silence_ms: i64, together_m: f64) -> bool {
        let at_ms = other.fixes[i].at_ms;
        let after = self.fixes.partition_point(|fix| fix.at_ms < at_ms);
        let candidates = after.saturating_sub(1)..(after + 1).min(self.fixes.len());
        let nearest = candidates.min_by_key(|j| (self.fixes[*j].at_ms - at_ms).abs());
        nearest.is_some_and(|j| {
            (self.fixes[j].at_ms - at_ms).abs() <= silence_ms
                && distance_m(self.middles[j].point(), other.middles[i].point()) <= together_m
        })
    }
}
