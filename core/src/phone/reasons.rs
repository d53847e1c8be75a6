//! Reasons by one tap: now, while the rep seems to be leaving, and later for what was found or asked.

use super::{Phone, PhoneError};
use crate::{
    reading::Stamp,
    record::Hash,
    reference::{ExceptionKind, FindingState},
    rules::{
        Basis, DayView, Finding,
        presence::{ReasonGiven, ReasonSeen},
    },
    time::Interval,
};

/// What may be said by one tap, in the order in which it is offered. The others are agreed on beforehand, with the desk.
pub const REASONS_BY_TAP: [ExceptionKind; 5] = [
    ExceptionKind::CustomerCalled,
    ExceptionKind::Goods,
    ExceptionKind::Detour,
    ExceptionKind::Hospital,
    ExceptionKind::Trip,
];

impl Phone {
    /// A reason by one tap, for the time that [`Today::away`] names: whether the rep is still taken for away, and it was
    /// given.
    ///
    /// # Errors
    /// As [`Phone::today`], or the disk's.
    ///
    /// [`Today::away`]: super::Today::away
    pub fn give_reason_now(&self, at: &Stamp, reason: ExceptionKind) -> Result<bool, PhoneError> {
        let Some(away) = self.today(at)?.away else {
            return Ok(false);
        };
        self.give_reason(at, away, reason, String::new())?;
        Ok(true)
    }

    /// A reason by one tap, for the time of a finding or question: whether it was one that
    /// [`Explained::reasons_offered`] still names, and it was given.
    ///
    /// # Errors
    /// As [`Phone::explain`].
    ///
    /// [`Explained::reasons_offered`]: super::Explained::reasons_offered
    pub fn give_reason_for(&self, at: &Stamp, finding: &Hash, reason: ExceptionKind) -> Result<bool, PhoneError> {
        let explained = self.explain(at, finding)?;
        if !explained.reasons_offered.contains(&reason) {
            return Ok(false);
        }
        let interval = explained.explanation.finding.interval();
        self.give_reason(at, interval, reason, String::new())?;
        Ok(true)
    }

    /// Gives a reason; it excuses its interval once a person approves.
    ///
    /// # Errors
    /// [`PhoneError::BadInput`] for an interval without length, or the disk's.
    pub fn give_reason(
        &self,
        at: &Stamp,
        interval: Interval,
        reason: ExceptionKind,
        note: String,
    ) -> Result<(), PhoneError> {
        if interval.length_ms() <= 0 {
            return Err(PhoneError::BadInput("the reason's interval has no length".into()));
        }
        self.record_payload(at, &ReasonGiven { interval, reason, note })
            .map(drop)
    }
}

/// Whether the rep said why he is where he is at a moment, and nobody declined it.
pub(super) fn is_said(day: &DayView, at_ms: i64) -> bool {
    let stands = |seen: &&ReasonSeen| seen.declined.is_none();
    let mut said = day.presence.reasons.iter().filter(stands);
    said.any(|seen| seen.reason.interval.contains(at_ms))
}

/// The reasons that the rep gave for time of a finding, where one can excuse it.
pub(super) fn given(view: &DayView, finding: &Finding) -> Vec<ReasonSeen> {
    let time = finding.interval();
    let is_for = |seen: &&ReasonSeen| finding.kind.is_excusable() && seen.reason.interval.intersect(&time).is_some();
    view.presence.reasons.iter().filter(is_for).cloned().collect()
}

/// The reasons that may still be given for a finding: none once a person decided on it, the policy's workdays are over, or
/// one for all of its time waits for an answer or has a good one.
pub(super) fn offered(basis: &Basis, finding: &Finding, given: &[ReasonSeen], now_ms: i64) -> Vec<ExceptionKind> {
    let is_undecided = matches!(finding.state, FindingState::Open | FindingState::Answered);
    let until = basis
        .schedule
        .until(finding.to_ms - 1, basis.policy.reasons.give_workdays);
    let time = finding.interval();
    let is_said = given
        .iter()
        .any(|seen| seen.declined.is_none() && seen.reason.interval.intersect(&time) == Some(time));
    if finding.kind.is_excusable() && is_undecided && now_ms < until.over_ms && !is_said {
        REASONS_BY_TAP.to_vec()
    } else {
        Vec::new()
    }
}
