//! A finding with all that it stands on.

use chrono::{Days, NaiveDate};
use serde::Serialize;

use super::{
    Phone, PhoneError, RecordShown, Sketch, reasons, replaced,
    store::log,
    views::{desk_records, known_span, shown, stream},
};
use crate::{
    reading::Stamp,
    record::{Hash, Payload},
    reference::{Decision, ExceptionKind, FindingState},
    rules::{
        Answered, Appealed, Basis, Entry, Explanation, Finding, FindingKind, explain, fold_day, presence::ReasonSeen,
    },
};

/// A finding or question, what made it, and what people said.
#[derive(Debug, Clone, PartialEq, Serialize, uniffi::Record)]
pub struct Explained {
    /// What made it: the same that a supervisor is shown.
    pub explanation: Explanation,
    /// It drawn, where it shows fixes.
    pub sketch: Option<Sketch>,
    /// The records it names, as they are written.
    pub evidence: Vec<RecordShown>,
    /// What the rep said.
    pub answers: Vec<Answered>,
    /// What the rep said against a decision.
    pub appeals: Vec<Appealed>,
    /// What people decided.
    pub decisions: Vec<Decision>,
    /// What the rep says to it now is an appeal, and another person decides; else it is an answer.
    pub is_appealed: bool,
    /// The reasons that he gave for time of it, and what a person said to each.
    pub reasons_given: Vec<ReasonSeen>,
    /// The reasons that he may still give for it by one tap, in the order in which they are offered; none on a phone that
    /// another took the place of.
    pub reasons_offered: Vec<ExceptionKind>,
}

/// How far back a finding is looked for.
const LOOK_BACK_DAYS: u64 = 31;

/// Whether what the rep says to it is an appeal: what a person said stands, another one looks at.
pub(super) fn is_appealed(finding: &Finding) -> bool {
    finding.state == FindingState::Confirmed
}

impl Phone {
    /// What made a finding, and what was said of it.
    ///
    /// # Errors
    /// [`PhoneError::NotFound`] where no day of the last month has it, or the disk's.
    pub fn explain(&self, at: &Stamp, finding: &Hash) -> Result<Explained, PhoneError> {
        let (day, finding) = self.find_finding(at, finding)?;
        let basis = self.basis_of(day)?;
        let now_ms = self.trusted_ms(at)?;
        let basis = self.on_day(&basis, day)?;
        let entries = self.entries(&basis, day)?;
        let view = fold_day(&basis, day, &entries, now_ms);
        let reasons_given = reasons::given(&view, &finding);
        let is_replaced = self.with(|store| replaced::since_ms(store.connection()))?.is_some();
        let reasons_offered = if is_replaced {
            Vec::new()
        } else {
            reasons::offered(&basis, &finding, &reasons_given, now_ms)
        };
        let explanation = explain(&basis, &view, &entries, now_ms, &finding);
        Ok(Explained {
            is_appealed: is_appealed(&finding),
            sketch: Sketch::of(&explanation),
            explanation,
            evidence: self.evidence(&basis, day, &finding)?,
            answers: said(&entries, |answer: &Answered| {
                is_of(&finding, &answer.finding, answer.kind, answer.from_ms, answer.to_ms)
            }),
            appeals: said(&entries, |appeal: &Appealed| {
                is_of(&finding, &appeal.finding, appeal.kind, appeal.from_ms, appeal.to_ms)
            }),
            decisions: decisions_of(&basis, &finding),
            reasons_given,
            reasons_offered,
        })
    }

    /// The records that a finding names: the phone's, then the desk's.
    fn evidence(&self, basis: &Basis, day: NaiveDate, finding: &Finding) -> Result<Vec<RecordShown>, PhoneError> {
        let (from_ms, to_ms) = known_span(basis, day);
        self.with(|store| {
            let mut rows = log::rows_between(store.connection(), &stream(store)?, from_ms, to_ms)?;
            rows.retain(|row| finding.evidence.contains(&row.name));
            let mut evidence = shown(store, rows, basis.policy.clock.drift_ppm)?;
            let desks = basis.noted.iter().flat_map(desk_records);
            evidence.extend(desks.filter(|record| finding.evidence.contains(&record.name)));
            Ok(evidence)
        })
    }

    /// The day and the finding of an id, newest day first.
    pub(super) fn find_finding(&self, at: &Stamp, id: &Hash) -> Result<(NaiveDate, Finding), PhoneError> {
        let basis = self.basis()?;
        let now_ms = self.trusted_ms(at)?;
        let today = basis.schedule.day_of(now_ms);
        for back in 0..=LOOK_BACK_DAYS {
            let Some(day) = today.checked_sub_days(Days::new(back)) else {
                break;
            };
            let view = self.day_view(&*self.basis_of(day)?, day, now_ms)?;
            if let Some(found) = view.findings.into_iter().find(|finding| finding.id == *id) {
                return Ok((day, found));
            }
        }
        Err(PhoneError::NotFound {
            what: "finding".into(),
            id: id.to_string(),
        })
    }
}

/// What the rep said, in order.
fn said<P: Payload>(entries: &[Entry], is_wanted: impl Fn(&P) -> bool) -> Vec<P> {
    let words = entries.iter().filter_map(|entry| entry.body.read::<P>()?.ok());
    words.filter(is_wanted).collect()
}

/// A word follows the finding of its kind that it overlaps, should the day have been rebuilt since.
fn is_of(finding: &Finding, of: &Hash, kind: FindingKind, from_ms: i64, to_ms: i64) -> bool {
    *of == finding.id || (kind == finding.kind && from_ms < finding.to_ms && finding.from_ms < to_ms)
}

fn decisions_of(basis: &Basis, finding: &Finding) -> Vec<Decision> {
    let code = finding.kind.code();
    let is_of = |decision: &&Decision| {
        decision.finding == finding.id
            || (decision.finding_kind == code && decision.from_ms < finding.to_ms && finding.from_ms < decision.to_ms)
    };
    basis.decisions.iter().filter(is_of).cloned().collect()
}
