//! What is summed of a day, as a view of its own: small, so that a month of a thousand reps is read at once.

use chrono::NaiveDate;
use onbeat_core::rules::{Basis, DayCounts, DayView};
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
            counts: view.counts,
            signed_in: view.sign_in.at_ms.is_some(),
            visits: view.visits.len(),
        }
    }
}
