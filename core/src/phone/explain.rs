//! A finding with all that it stands on.

use chrono::{Days, NaiveDate};
use serde::Serialize;

use super::{
    Phone, PhoneError, RecordShown,
    store::{LogRow, log},
    views::{desk_records, shown, stream},
};
use crate::{
    judge::{FixVerdict, judge_fix},
    reading::{Fix, Stamp},
    record::{Body, Hash},
    reference::Decision,
    rules::{Answered, Appealed, Basis, Finding, Name, presence::FixTaken},
};

/// A fix, as it was judged.
#[derive(Debug, Clone, PartialEq, Serialize, uniffi::Record)]
pub struct FixShown {
    /// The record.
    pub name: Name,
    /// Trusted time.
    pub at_ms: i64,
    /// The fix.
    pub fix: Fix,
    /// What it says by the documents in force now.
    pub verdict: FixVerdict,
}

/// A finding or question, the facts and fixes behind it, and what people said.
#[derive(Debug, Clone, PartialEq, Serialize, uniffi::Record)]
pub struct Explanation {
    /// Its day, `YYYY-MM-DD`.
    pub day: String,
    /// The finding with its facts.
    pub finding: Finding,
    /// The records it names.
    pub evidence: Vec<RecordShown>,
    /// The fixes of its interval and of the minutes around it.
    pub fixes: Vec<FixShown>,
    /// What the rep said.
    pub answers: Vec<Answered>,
    /// What the rep said against a decision.
    pub appeals: Vec<Appealed>,
    /// What people decided.
    pub decisions: Vec<Decision>,
}

/// How far back a finding is looked for.
const LOOK_BACK_DAYS: u64 = 31;
/// Minutes around a finding that its map shows.
const MARGIN_MS: i64 = 10 * 60_000;

impl Phone {
    /// All that a finding stands on.
    ///
    /// # Errors
    /// [`PhoneError::NotFound`] where no day of the last month has it, or the disk's.
    pub fn explain(&self, at: &Stamp, finding: &Hash) -> Result<Explanation, PhoneError> {
        let basis = self.basis()?;
        let (day, finding) = self.find_finding(at, finding)?;
        let (from_ms, to_ms) = (finding.from_ms - MARGIN_MS, finding.to_ms + MARGIN_MS);
        self.with(|store| {
            let connection = store.connection();
            let drift_ppm = basis.policy.clock.drift_ppm;
            let whole_day = basis.schedule.whole_day(day);
            let rows = log::rows_between(connection, &stream(store)?, from_ms.min(whole_day.from_ms), i64::MAX)?;
            let said = said_of(&finding, &rows);
            let (named, near): (Vec<_>, Vec<_>) =
                rows.into_iter().partition(|row| finding.evidence.contains(&row.name));
            let clocks = log::clocks_of(connection, near.iter().map(|row| row.stamp.boot.as_str()), drift_ppm)?;
            let fixes = named.iter().chain(&near).filter_map(|row| {
                let at_ms = clocks.trust(&row.stamp).at_ms;
                (from_ms..to_ms)
                    .contains(&at_ms)
                    .then(|| fix_of(&basis, row, at_ms))
                    .flatten()
            });
            let mut fixes: Vec<FixShown> = fixes.collect();
            fixes.sort_by(|a, b| (a.at_ms, &a.name).cmp(&(b.at_ms, &b.name)));
            let mut evidence = shown(store, named, drift_ppm)?;
            let desks = basis.noted.iter().flat_map(desk_records);
            evidence.extend(desks.filter(|record| finding.evidence.contains(&record.name)));
            Ok(Explanation {
                day: day.to_string(),
                evidence,
                fixes,
                answers: said.0,
                appeals: said.1,
                decisions: decisions_of(&basis, &finding),
                finding,
            })
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
            let view = self.day_view(&basis, day, now_ms)?;
            if let Some(found) = view.findings.into_iter().find(|finding| finding.id == *id) {
                return Ok((day, found));
            }
        }
        Err(PhoneError::NotFound {
            what: "finding",
            id: id.to_string(),
        })
    }
}

fn fix_of(basis: &Basis, row: &LogRow, at_ms: i64) -> Option<FixShown> {
    let body = Body::parse(row.body.as_deref()?).ok()?;
    let fix = body.read::<FixTaken>()?.ok()?.fix;
    Some(FixShown {
        name: row.name.clone(),
        at_ms,
        verdict: judge_fix(&fix, &basis.area, &basis.policy.fix, basis.edge_tolerance_m),
        fix,
    })
}

/// An answer follows the finding of its kind that it overlaps, should the day have been rebuilt since.
fn said_of(finding: &Finding, rows: &[LogRow]) -> (Vec<Answered>, Vec<Appealed>) {
    let bodies = rows.iter().filter_map(|row| Body::parse(row.body.as_deref()?).ok());
    let (mut answers, mut appeals) = (Vec::new(), Vec::new());
    for body in bodies {
        if let Some(Ok(answer)) = body.read::<Answered>() {
            answers.push(answer);
        } else if let Some(Ok(appeal)) = body.read::<Appealed>() {
            appeals.push(appeal);
        }
    }
    answers.retain(|answer| answer.finding == finding.id || is_of(finding, answer.kind, answer.from_ms, answer.to_ms));
    appeals.retain(|appeal| appeal.finding == finding.id || is_of(finding, appeal.kind, appeal.from_ms, appeal.to_ms));
    (answers, appeals)
}

fn is_of(finding: &Finding, kind: crate::rules::FindingKind, from_ms: i64, to_ms: i64) -> bool {
    kind == finding.kind && from_ms < finding.to_ms && finding.from_ms < to_ms
}

fn decisions_of(basis: &Basis, finding: &Finding) -> Vec<Decision> {
    let code = serde_json::to_value(finding.kind).ok();
    let code = code.as_ref().and_then(|code| code.as_str()).unwrap_or_default();
    let is_of = |decision: &&Decision| {
        decision.finding == finding.id
            || (decision.finding_kind == code && decision.from_ms < finding.to_ms && finding.from_ms < decision.to_ms)
    };
    basis.decisions.iter().filter(is_of).cloned().collect()
}
