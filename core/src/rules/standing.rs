//! Where findings stand: answers and appeals of the rep, decisions of people.
//!
//! A day may be rebuilt from late data, so answers and decisions carry kind and interval and follow the
//! finding of their kind that overlaps most.

use super::{Answered, Appealed, Fact, Finding, case::Case};
use crate::{
    record::Hash,
    reference::{Decision, FindingState},
    time::Interval,
};

/// A finding that grew beyond a decision by more than this is open again.
const GROWTH_MS: i64 = 60_000;

/// What one person says of one finding.
enum Word<'a> {
    Answered(&'a Answered),
    Appealed(&'a Appealed),
    Decided(&'a Decision),
}

/// Applies all that was said, in the order it was said.
pub(super) fn apply(findings: &mut [Finding], case: &Case<'_>) {
    let answers: Vec<(i64, Answered)> = case
        .records
        .of()
        .map(|(entry, word)| (entry.when.at_ms, word))
        .collect();
    let appeals: Vec<(i64, Appealed)> = case
        .records
        .of()
        .map(|(entry, word)| (entry.when.at_ms, word))
        .collect();
    let mut words: Vec<(i64, Word<'_>)> = Vec::new();
    let day = case.day.to_string();
    words.extend(
        answers
            .iter()
            .filter(|(_, a)| a.day == day)
            .map(|(at, a)| (*at, Word::Answered(a))),
    );
    words.extend(
        appeals
            .iter()
            .filter(|(_, a)| a.day == day)
            .map(|(at, a)| (*at, Word::Appealed(a))),
    );
    words.extend(case.basis.decisions.iter().map(|d| (d.at_ms, Word::Decided(d))));
    words.sort_by_key(|(at_ms, word)| (*at_ms, word.rank()));
    for (at_ms, word) in words {
        if let Some(finding) = word.subject(findings) {
            word.say(finding, at_ms);
        }
    }
}

impl Word<'_> {
    /// Of words of one instant a decision comes last.
    fn rank(&self) -> (u8, Hash) {
        match self {
            Word::Answered(a) => (0, a.finding),
            Word::Appealed(a) => (1, a.finding),
            Word::Decided(d) => (2, d.finding),
        }
    }

    fn about(&self) -> (Hash, String, Interval) {
        let interval = |from_ms, to_ms| Interval { from_ms, to_ms };
        match self {
            Word::Answered(a) => (a.finding, a.kind.code(), interval(a.from_ms, a.to_ms)),
            Word::Appealed(a) => (a.finding, a.kind.code(), interval(a.from_ms, a.to_ms)),
            Word::Decided(d) => (d.finding, d.finding_kind.clone(), interval(d.from_ms, d.to_ms)),
        }
    }

    /// The finding of its kind that overlaps most; of equals, and without overlap, the one of its id.
    fn subject<'f>(&self, findings: &'f mut [Finding]) -> Option<&'f mut Finding> {
        let (id, kind, interval) = self.about();
        let fit = |finding: &Finding| {
            let overlap = finding.interval().intersect(&interval);
            (overlap.map_or(0, |both| both.length_ms()), finding.id == id)
        };
        findings
            .iter_mut()
            .filter(|finding| finding.kind.code() == kind && fit(finding) > (0, false))
            .max_by_key(|finding| fit(finding))
    }

    fn say(&self, finding: &mut Finding, at_ms: i64) {
        match self {
            Word::Answered(_) if finding.state == FindingState::Open => finding.state = FindingState::Answered,
            Word::Answered(_) => {}
            Word::Appealed(_) => {
                // Another person has to decide, so what was decided does not stand meanwhile.
                finding.state = FindingState::Answered;
                finding.facts.insert("appealed_at_ms".into(), Fact::Number(at_ms));
            }
            Word::Decided(decision) => finding.state = decided(finding, decision),
        }
    }
}

/// The decision, unless the finding's evidence grew beyond what was decided on.
fn decided(finding: &Finding, decision: &Decision) -> FindingState {
    let grew = finding.from_ms < decision.from_ms.saturating_sub(GROWTH_MS)
        || finding.to_ms > decision.to_ms.saturating_add(GROWTH_MS);
    if grew { FindingState::Open } else { decision.state }
}
