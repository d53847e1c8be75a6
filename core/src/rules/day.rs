use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Basis, Entry, Finding, Name, presence::PresenceView, sign_in::SignInView, visit::VisitView};
use crate::{judge::PlaceVerdict, judge::Span, time::Interval};

/// The account of one rep's day: what the phone's Today shows and what the supervisor is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
pub fn fold_day(basis: &Basis, day: NaiveDate, entries: &[Entry], now_ms: i64) -> DayView {
    let _ = (basis, day, entries, now_ms);
    unimplemented!()
}
