//! A day that is judged anew by corrected documents: what that changes for the rep, and which account stands. A
//! correction may ease; what would burden is proposed to a person and counts for nothing (docs/adr/0011).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{DayCounts, DayView, Finding, FindingKind};
use crate::{record::Payload, reference::FindingState};

/// Desk record: documents count for some days of a rep that were recorded after those days had begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaysRejudged {
    /// Whose.
    pub rep: String,
    /// Which days, in order. Documents that would have burdened one of them do not count for it.
    pub days: Vec<NaiveDate>,
    /// Those of them whose account changed.
    pub eased: Vec<NaiveDate>,
    /// The newest record of the desk's log whose documents count.
    pub desk_seq: u64,
    /// The user who had it done.
    pub by: String,
}
impl Payload for DaysRejudged {
    const TYPE: &'static str = "days.rejudged";
}

/// What another account of a day does to the rep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It holds the same against him.
    Same,
    /// It holds less against him, and nothing that was not held against him before.
    Eased,
    /// It holds something against him that was not, whatever else it takes back.
    Burdened,
}

/// A finding or question that no longer stands as it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Eased {
    /// As it stood.
    pub finding: Finding,
    /// Seconds of it that the other account still speaks of; 0: it is gone.
    pub left_s: i64,
}

/// Two accounts of one day, held against each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comparison {
    /// What the later does to the rep.
    pub effect: Effect,
    /// What it takes back, or says less gravely.
    pub eased: Vec<Eased>,
    /// What it would add, make longer, or say more gravely: for a person to look at with the rep.
    pub added: Vec<Finding>,
    /// Seconds of each status as they stand.
    pub before: DayCounts,
    /// And by the other account.
    pub after: DayCounts,
}

impl Comparison {
    /// Of the account that stands with another of the same day.
    pub fn of(former: &DayView, later: &DayView) -> Self {
        let added = later.findings.iter();
        let added = added.filter(|finding| uncovered_ms(finding, &former.findings, outweighs) > 0);
        let eased = former.findings.iter();
        let eased = eased.filter(|finding| uncovered_ms(finding, &later.findings, outweighs) > 0);
        let mut comparison = Self {
            effect: Effect::Same,
            eased: eased.map(|finding| Eased::of(finding, later)).collect(),
            added: added.cloned().collect(),
            before: former.counts,
            after: later.counts,
        };
        comparison.effect = comparison.weighed();
        comparison
    }

    /// Unknown time accuses nobody: what is to be asked of it is a question among the findings.
    fn weighed(&self) -> Effect {
        let (before, after) = (&self.before, &self.after);
        if !self.added.is_empty() || after.outside_s > before.outside_s {
            Effect::Burdened
        } else if !self.eased.is_empty() || after.outside_s < before.outside_s || after.unknown_s < before.unknown_s {
            Effect::Eased
        } else {
            Effect::Same
        }
    }
}

impl Eased {
    fn of(finding: &Finding, later: &DayView) -> Self {
        let speaks_of_it = |other: &Finding, finding: &Finding| includes(finding.kind, other.kind);
        let left_ms = length_ms(finding) - uncovered_ms(finding, &later.findings, speaks_of_it);
        Self {
            finding: finding.clone(),
            left_s: left_ms / 1000,
        }
    }
}

/// How much of a finding's time those of others leave over that cover it.
fn uncovered_ms(finding: &Finding, others: &[Finding], covers: impl Fn(&Finding, &Finding) -> bool) -> i64 {
    let mut covering: Vec<(i64, i64)> = others
        .iter()
        .filter(|other| covers(other, finding))
        .map(|other| (other.from_ms, other.from_ms.saturating_add(length_ms(other))))
        .collect();
    covering.sort_unstable();
    let to_ms = finding.from_ms.saturating_add(length_ms(finding));
    let (mut reached_ms, mut uncovered) = (finding.from_ms, 0);
    for (from_ms, until_ms) in covering {
        uncovered += from_ms.min(to_ms).saturating_sub(reached_ms).max(0);
        reached_ms = reached_ms.max(until_ms);
    }
    uncovered + to_ms.saturating_sub(reached_ms).max(0)
}

/// At least one instant.
fn length_ms(finding: &Finding) -> i64 {
    finding.to_ms.saturating_sub(finding.from_ms).max(1)
}

/// Whether whoever has heard the first of a time hears nothing worse by the second.
fn outweighs(first: &Finding, second: &Finding) -> bool {
    includes(first.kind, second.kind) && weight(first.state) >= weight(second.state)
}

/// Whether the first says at least what the second does: a question asks less than a finding of the same matter.
fn includes(first: FindingKind, second: FindingKind) -> bool {
    use FindingKind as K;
    first == second
        || matches!(
            (first, second),
            (K::OutsideAtOpening, K::LeftArea | K::Unaccounted | K::LongStay)
                | (K::LeftArea, K::Unaccounted | K::LongStay)
                | (K::AtNoGo, K::PerhapsAtNoGo)
                | (K::NotSignedIn, K::SignedInLate)
        )
}

/// What a person took off the rep must not come back in another shape.
fn weight(state: FindingState) -> u8 {
    match state {
        FindingState::Excused | FindingState::Withdrawn => 0,
        FindingState::Open | FindingState::Answered => 1,
        FindingState::Confirmed => 2,
    }
}
