use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    Basis, Entry, Finding, Name, Source, clock,
    finding::Found,
    log,
    presence::{self, FixTaken, PresenceView, Seen},
    sign_in::{self, SignInView},
    standing,
    visit::{self, VisitView},
};
use crate::{
    ENGINE_VERSION,
    judge::{Excuse, JudgedFix, PlaceVerdict, Span, judge_fix},
    record::Payload,
    time::Interval,
};

/// The account of one rep's day: what the phone's Today shows and what the supervisor is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
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
    /// Engine version, tz database and hash of the area: what the ruling stands on.
    pub basis: Vec<String>,
}

/// Seconds of the window by status, and counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
pub struct DayCounts {
    /// Inside (covered gaps too).
    pub inside_s: i64,
    /// Edge: compliant.
    pub edge_s: i64,
    /// Outside and not excused.
    pub outside_s: i64,
    /// Unknown and not excused: unaccounted.
    pub unknown_s: i64,
    /// Excused, whatever the status.
    pub excused_s: i64,
    /// Fixes recorded in the window.
    pub fixes: i64,
    /// Of these, unusable.
    pub fixes_unusable: i64,
}

/// Where the phone's own verdict of a fix differs from the server's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
pub struct Difference {
    /// The fix.
    pub fix: Name,
    /// What the phone saw.
    pub phone: PlaceVerdict,
    /// What is ruled.
    pub ruled: PlaceVerdict,
}

/// Folds one rep's day. `entries` are sorted by (trusted time, name) and may reach beyond the day (desk
/// records and late answers); `now_ms` says how far the day is known.
///
/// Neither order nor repetition of the entries changes the view.
pub fn fold_day(basis: &Basis, day: NaiveDate, entries: &[Entry], now_ms: i64) -> DayView {
    let case = Case::new(basis, day, entries, now_ms);
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
        basis: stands_on(basis),
    }
}

/// In order of time, each where it stands.
fn findings(case: &Case<'_>, found: impl Iterator<Item = Found>) -> Vec<Finding> {
    let day = case.day.to_string();
    let mut findings: Vec<Finding> = found
        .map(|found| found.into_finding(&case.basis.rep_id, &day))
        .collect();
    findings.sort_by_key(|finding| (finding.from_ms, finding.to_ms, finding.kind, finding.id));
    standing::apply(&mut findings, case);
    findings
}

fn stands_on(basis: &Basis) -> Vec<String> {
    let area = basis.area_hash.map(|hash| format!("area {hash}"));
    let versions = [
        format!("engine {ENGINE_VERSION}"),
        format!("tzdb {}", chrono_tz::IANA_TZDB_VERSION),
    ];
    versions.into_iter().chain(area).collect()
}

/// One rep's day with its records, as every rule sees it.
pub(super) struct Case<'a> {
    pub(super) basis: &'a Basis,
    pub(super) day: NaiveDate,
    pub(super) window: Option<Interval>,
    pub(super) now_ms: i64,
    pub(super) records: Records<'a>,
    pub(super) fixes: DayFixes,
    pub(super) excuses: Vec<Excuse>,
}

impl<'a> Case<'a> {
    fn new(basis: &'a Basis, day: NaiveDate, entries: &'a [Entry], now_ms: i64) -> Self {
        let records = Records::new(entries);
        let window = basis.schedule.window(day);
        let fixes = DayFixes::new(basis, window, &records, now_ms);
        let mut case = Self {
            basis,
            day,
            window,
            now_ms,
            records,
            fixes,
            excuses: Vec::new(),
        };
        case.excuses = presence::excuses(&case);
        case
    }

    /// The window, up to now.
    pub(super) fn known(&self) -> Option<Interval> {
        self.window.map(|window| Interval {
            from_ms: window.from_ms,
            to_ms: self.now_ms.clamp(window.from_ms, window.to_ms),
        })
    }

    fn closed(&self) -> bool {
        let day = self.window.unwrap_or_else(|| self.basis.schedule.whole_day(self.day));
        self.now_ms >= day.to_ms
    }

    /// The whole window has passed, so what has not happened in it never will.
    pub(super) fn window_passed(&self) -> bool {
        self.window.is_some_and(|window| self.now_ms >= window.to_ms)
    }

    /// Whether an instant belongs to this day and not to another.
    pub(super) fn has(&self, at_ms: i64) -> bool {
        self.basis.schedule.day_of(at_ms) == self.day
    }

    /// What excuses an instant.
    pub(super) fn excuse_at(&self, at_ms: i64) -> Option<&Excuse> {
        self.excuses.iter().find(|excuse| excuse.interval.contains(at_ms))
    }
}

/// The records of a day: sorted by (trusted time, name), each once.
pub(super) struct Records<'a>(Vec<&'a Entry>);

impl<'a> Records<'a> {
    fn new(entries: &'a [Entry]) -> Self {
        let mut sorted: Vec<&Entry> = entries.iter().collect();
        sorted.sort_by(|a, b| (a.when.at_ms, &a.name, a.hash).cmp(&(b.when.at_ms, &b.name, b.hash)));
        sorted.dedup_by(|a, b| a.name == b.name && a.hash == b.hash);
        Self(sorted)
    }

    /// Those of one type. What can't be read is kept as evidence elsewhere, and says nothing here.
    pub(super) fn of<P: Payload>(&self) -> impl Iterator<Item = (&'a Entry, P)> {
        self.0
            .iter()
            .filter_map(|entry| Some((*entry, entry.body.read()?.ok()?)))
    }
}

/// The fixes in the window, judged. A fix whose trusted time lies outside is passed over entirely.
#[derive(Default)]
pub(super) struct DayFixes {
    pub(super) judged: Vec<JudgedFix>,
    pub(super) sources: Vec<Source>,
    pub(super) seen: Vec<Option<Seen>>,
    by_name: BTreeMap<Name, usize>,
}

impl DayFixes {
    fn new(basis: &Basis, window: Option<Interval>, records: &Records<'_>, now_ms: i64) -> Self {
        let mut fixes = Self::default();
        let Some(window) = window else { return fixes };
        for (entry, taken) in records.of::<FixTaken>() {
            if !window.contains(entry.when.at_ms) || entry.when.at_ms > now_ms {
                continue;
            }
            let verdict = judge_fix(&taken.fix, &basis.area, &basis.policy.fix, basis.edge_tolerance_m);
            fixes.by_name.insert(entry.name.clone(), fixes.judged.len());
            fixes.sources.push(entry.source());
            fixes.seen.push(taken.seen);
            fixes.judged.push(JudgedFix {
                at_ms: entry.when.at_ms,
                fix: taken.fix,
                verdict,
            });
        }
        fixes
    }

    /// The fix that a record names by epoch and seq: on the record's own branch, or on the main line before it.
    pub(super) fn named_by(&self, entry: &Entry, epoch: Option<u32>, seq: Option<u64>) -> Option<usize> {
        let mut name = Name {
            epoch: epoch.unwrap_or(entry.name.epoch),
            seq: seq?,
            ..entry.name.clone()
        };
        self.by_name
            .get(&name)
            .or_else(|| {
                name.branch.clear();
                self.by_name.get(&name)
            })
            .copied()
    }

    /// The first usable fix inside.
    pub(super) fn first_inside(&self) -> Option<usize> {
        let inside = |judged: &JudgedFix| judged.verdict.place == PlaceVerdict::Inside;
        self.judged.iter().position(inside)
    }
}
