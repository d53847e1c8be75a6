//! What is summed of a day, as a view of its own: small, so that a month of a thousand reps is read at once.

use chrono::NaiveDate;
use onbeat_core::{
    judge::SpanStatus,
    reference::FindingState,
    rules::{Basis, DayCounts, DayView, Finding, FindingKind},
    time::Interval,
};
use serde::{Deserialize, Serialize};

/// A rep's day in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySums {
    /// The rep's id.
    pub rep: String,
    /// The day.
    pub day: NaiveDate,
    /// The team that day.
    pub team: String,
    /// The districts that day.
    pub districts: Vec<String>,
    /// The whole window has passed.
    pub closed: bool,
    /// Length of the window in seconds, 0 on a day off.
    pub window_s: i64,
    /// Seconds of each status.
    pub counts: DayCounts,
    /// The rep signed in.
    pub signed_in: bool,
    /// Visits.
    pub visits: usize,
}

/// Seconds of each status, as people have decided: time outside of a finding that was excused or withdrawn is excused
/// time in every sum. The day's own account goes on showing where the rep was.
fn counted(view: &DayView) -> DayCounts {
    let mut counts = view.counts;
    let forgiven = view.findings.iter().filter(|finding| {
        let of_place = matches!(finding.kind, FindingKind::LeftArea | FindingKind::OutsideAtOpening);
        of_place && matches!(finding.state, FindingState::Excused | FindingState::Withdrawn)
    });
    let forgiven: Vec<Interval> = forgiven.map(Finding::interval).collect();
    let outside = view
        .spans
        .iter()
        .filter(|span| span.status == SpanStatus::Outside && span.excused_by.is_none());
    let within = outside.flat_map(|span| {
        let span = Interval {
            from_ms: span.from_ms,
            to_ms: span.to_ms,
        };
        forgiven.iter().filter_map(move |finding| finding.intersect(&span))
    });
    let forgiven_s = within.map(|interval| interval.length_ms()).sum::<i64>() / 1000;
    counts.outside_s -= forgiven_s.min(counts.outside_s);
    counts.excused_s += forgiven_s.min(view.counts.outside_s);
    counts
}

impl DaySums {
    /// Kind of the view.
    pub const KIND: &str = "sums";

    /// Of a folded day.
    pub(super) fn new(view: &DayView, basis: &Basis) -> Self {
        Self {
            rep: view.rep.clone(),
            day: view.day,
            team: basis.rep.team.clone(),
            districts: basis.rep.districts.clone(),
            closed: view.closed,
            window_s: view.window.map_or(0, |window| window.length_ms() / 1000),
            counts: counted(view),
            signed_in: view.sign_in.at_ms.is_some(),
            visits: view.visits.len(),
        }
    }
}
