//! Two reps' phones together for hours: a question, for the server, which sees both.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Basis, Entry, Fact, Finding, FindingKind, Source, case::Case, explain::Grounds, finding::Found};
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

/// When two phones were together in a window, in order: at two of three moments and more, for the policy's time, the
/// middles of the minutes around each lie within the policy's distance and both accuracies; with no silence of
/// either in between. On the way two phones see different moments, so not every one can agree.
pub fn together(a: &[JudgedFix], b: &[JudgedFix], window: Interval, policy: &Policy) -> Vec<Interval> {
    meetings(
        &Middles::new(a, window, policy),
        &Middles::new(b, window, policy),
        policy,
    )
}

/// Where a rep's phone was in the window of a day, to be held against others'.
pub struct Whereabouts {
    rep: String,
    middles: Middles,
    sources: Vec<Source>,
}

impl Whereabouts {
    /// From the records of the day, as [`super::fold_day`] takes them.
    pub fn of(basis: &Basis, day: NaiveDate, entries: &[Entry], now_ms: i64) -> Self {
        let case = Case::new(basis, day, entries, now_ms);
        let nothing = Interval { from_ms: 0, to_ms: 0 };
        let known = case.known().unwrap_or(nothing);
        Self {
            rep: basis.rep_id.clone(),
            middles: Middles::new(&case.fixes.judged, known, &basis.policy),
            sources: case.fixes.sources,
        }
    }

    /// The first and the last fix of a time.
    fn evidence(&self, within: Interval) -> Vec<Source> {
        let seen = self.middles.fixes.iter();
        let mut seen = seen.filter(|fix| (within.from_ms..=within.to_ms).contains(&fix.at_ms));
        let ends = [seen.next(), seen.next_back()].into_iter().flatten();
        ends.map(|fix| self.sources[fix.index as usize].clone()).collect()
    }
}

/// The questions that the phones of several reps raise on a day, by rep: each pair of them is held together. Who was
/// with several at once is asked about the first.
pub fn questions(day: NaiveDate, phones: &[Whereabouts], policy: &Policy) -> BTreeMap<String, Vec<Finding>> {
    let mut asked: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    let mut ask = |whose: &Whereabouts, with: &Whereabouts, interval| {
        let question = question(
            &whose.rep,
            &with.rep,
            &day.to_string(),
            interval,
            whose.evidence(interval),
        );
        let known = asked.entry(whose.rep.clone()).or_default();
        if known.iter().all(|other| other.id != question.id) {
            known.push(question);
        }
    };
    for (n, a) in phones.iter().enumerate() {
        for b in &phones[n + 1..] {
            for interval in meetings(&a.middles, &b.middles, policy) {
                ask(a, b, interval);
                ask(b, a, interval);
            }
        }
    }
    asked
}

fn meetings(a: &Middles, b: &Middles, policy: &Policy) -> Vec<Interval> {
    let silence_ms = policy.unknown.sample_max_s.saturating_mul(1000);
    let near: Vec<(i64, bool)> = (0..a.fixes.len())
        .filter_map(|i| Some((a.fixes[i].at_ms, b.is_near(a, i, silence_ms, policy.visit.together_m)?)))
        .collect();
    let long_ms = policy.visit.together_min.saturating_mul(60_000);
    let seen = near.chunk_by(|(a_ms, _), (b_ms, _)| b_ms - a_ms <= silence_ms);
    seen.flat_map(stretches)
        .filter(|interval| interval.length_ms() >= long_ms)
        .collect()
}

/// Stretches from a near moment to a near one that no more than a third interrupts.
fn stretches(moments: &[(i64, bool)]) -> Vec<Interval> {
    let mut stretches = Vec::new();
    let mut next = 0;
    while let Some(start) = (next..moments.len()).find(|i| moments[*i].1) {
        let (mut near, mut last) = (0, start);
        for (i, (_, is_near)) in moments.iter().enumerate().skip(start) {
            near += usize::from(*is_near);
            if 3 * near < 2 * (i - start + 1) {
                break;
            }
            if *is_near {
                last = i;
            }
        }
        stretches.push(Interval {
            from_ms: moments[start].0,
            to_ms: moments[last].0,
        });
        next = last + 1;
    }
    stretches
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

/// By the rep's own fixes of that time: the other's are nothing that he may see.
pub(super) fn grounds(case: &Case<'_>, finding: &Finding) -> Grounds {
    let policy = &case.basis.policy.visit;
    let fixes = case.fixes.numbered();
    let mut grounds = Grounds::new(finding, &["fix", "ruling", "visit"]);
    grounds.measure = grounds
        .measure
        .number("together_mm", libm::round(policy.together_m * 1000.0) as i64)
        .number("together_min_s", policy.together_min.saturating_mul(60));
    grounds.fixes = fixes.within(finding.interval(), |_| true);
    grounds.deciding = fixes.named(&finding.evidence);
    grounds.condition("long", true, finding, &["duration_s"])
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

    /// Whether this phone was near the other at the other's `i`-th fix; `None` if it was silent then.
    fn is_near(&self, other: &Self, i: usize, silence_ms: i64, together_m: f64) -> Option<bool> {
        let at_ms = other.fixes[i].at_ms;
        let after = self.fixes.partition_point(|fix| fix.at_ms < at_ms);
        let candidates = after.saturating_sub(1)..(after + 1).min(self.fixes.len());
        let nearest = candidates.min_by_key(|j| (self.fixes[*j].at_ms - at_ms).abs());
        let j = nearest.filter(|j| (self.fixes[*j].at_ms - at_ms).abs() <= silence_ms)?;
        let (mine, others) = (&self.middles[j], &other.middles[i]);
        let slack_m = mine.accuracy_mm.saturating_add(others.accuracy_mm) as f64 / 1000.0;
        Some(distance_m(mine.point(), others.point()) <= together_m + slack_m)
    }
}
