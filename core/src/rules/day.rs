use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    Basis, Entry, Finding,
    basis::version,
    case::Case,
    clock,
    finding::Found,
    log,
    presence::{self, DayCounts, PresenceView},
    sign_in::{self, SignInView},
    standing,
    visit::{self, VisitView},
};
use crate::{ENGINE_VERSION, judge::Span, reference::Exception, time::Interval};

/// The account of one rep's day: what the phone's Today shows and what the supervisor is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayView {
    /// The rep's id.
    pub rep: String,
    /// The day in the area's zone.
    pub day: NaiveDate,
    /// The window; `None` on a day off.
    pub window: Option<Interval>,
    /// The whole window has passed: the ruling stands (until late data comes).
    pub closed: bool,
    /// Tile the window, up to now where it is still open.
    pub spans: Vec<Span>,
    /// Seconds of each.
    pub counts: DayCounts,
    /// Presence: live status, causes, phone's differing views.
    pub presence: PresenceView,
    /// The market sign-in.
    pub sign_in: SignInView,
    /// Visits in order.
    pub visits: Vec<VisitView>,
    /// Findings and questions in order of time.
    pub findings: Vec<Finding>,
    /// What the ruling stands on: the versions of engine and tz database, and the hashes of policy, calendar, rep,
    /// customers, area and the day's exceptions (where there are any).
    pub basis: Vec<String>,
}

impl DayView {
    /// What is left of a day whose course and findings are past their time: the sign-in, the visits and the sums.
    pub fn summary(self) -> Self {
        Self {
            spans: Vec::new(),
            findings: Vec::new(),
            presence: self.presence.summary(),
            ..self
        }
    }

    /// Whether no more is there than a [`DayView::summary`] says.
    pub fn is_summary(&self) -> bool {
        self.spans.is_empty() && self.findings.is_empty() && self.presence == self.presence.summary()
    }
}

/// Folds one rep's day. `entries` are sorted by (trusted time, name) and may reach beyond the day (desk
/// records and late answers); `now_ms` says how far the day is known.
///
/// Neither order nor repetition of the entries changes the view.
pub fn fold_day(basis: &Basis, day: NaiveDate, entries: &[Entry], now_ms: i64) -> DayView {
    let mut case = Case::new(basis, day, entries, now_ms);
    case.excuses = presence::excuses(&case);
    let ruled = presence::rule_day(&case);
    let (sign_in, sign_in_found) = sign_in::fold(&case);
    let (visits, visits_found) = visit::fold(&case);
    let clock_found = clock::found(&case).into_iter().collect();
    let found = [ruled.found, sign_in_found, visits_found, clock_found, log::found(&case)];
    DayView {
        rep: basis.rep_id.clone(),
        day,
        window: case.window,
        closed: case.closed(),
        counts: ruled.counts,
        presence: presence::view(&case, &ruled.set_aside),
        spans: ruled.spans,
        sign_in,
        visits,
        findings: findings(&case, found.into_iter().flatten()),
        basis: stands_on(&case),
    }
}

/// In order of time, each where it stands.
fn findings(case: &Case<'_>, found: impl Iterator<Item = Found>) -> Vec<Finding> {
    let day = case.day.to_string();
    let mut findings: Vec<Finding> = found
        .map(|found| found.into_finding(&case.basis.rep_id, &day))
        .collect();
    let told = case.basis.noted.iter().filter(|noted| noted.day == case.day);
    for finding in told.flat_map(|noted| &noted.findings) {
        if findings.iter().all(|known| known.id != finding.id) {
            findings.push(finding.clone());
        }
    }
    findings.sort_by_key(|finding| (finding.from_ms, finding.to_ms, finding.kind, finding.id));
    standing::apply(&mut findings, case);
    findings
}

/// What the ruling stands on: whoever has the same can fold the same.
fn stands_on(case: &Case<'_>) -> Vec<String> {
    let basis = case.basis;
    let day = case.window.unwrap_or_else(|| basis.schedule.whole_day(case.day));
    let of_day = |exception: &&Exception| exception.from_ms < day.to_ms && day.from_ms < exception.to_ms;
    let mut exceptions: Vec<&Exception> = basis.exceptions.iter().filter(of_day).collect();
    exceptions.sort_by(|a, b| a.id.cmp(&b.id));
    let mut versions = basis.versions.clone();
    versions.extend(basis.area_hash.map(|hash| ("area", hash)));
    if !exceptions.is_empty() {
        versions.push(("exceptions", version(&exceptions)));
    }
    let ours = [
        format!("engine {ENGINE_VERSION}"),
        format!("tzdb {}", chrono_tz::IANA_TZDB_VERSION),
    ];
    let documents = versions.into_iter().map(|(name, hash)| format!("{name} {hash}"));
    ours.into_iter().chain(documents).collect()
}
