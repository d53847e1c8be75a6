//! Where the rep was (R1-R3): fixes, causes of gaps, breaks, private time, reasons.

mod excuses;
mod fold;
mod grounds;
mod no_go;
mod oddities;
mod outside;
mod records;
mod stays;
mod track;
mod view;

use serde::{Deserialize, Serialize};

use super::Name;
pub use crate::judge::LiveStatus;
use crate::judge::PlaceVerdict;
pub use excuses::REFUSED;
pub(super) use excuses::excuses;
pub(super) use fold::rule_day;
pub use fold::{Presence, fold};
pub use grounds::explain;
pub(super) use grounds::grounds;
pub use records::{
    BreakEnded, BreakStarted, Cause, CauseNoted, FixTaken, LocationAnswered, PrivateEnded, PrivateStarted,
    ReasonDeclined, ReasonGiven, Seen, Stood,
};
pub use track::Track;
pub(super) use view::view;

/// Seconds of the window by status, and counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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

/// What presence says of a day besides its spans.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PresenceView {
    /// Provisional, at `now`.
    pub live: LiveStatus,
    /// First fix inside, in the window.
    pub first_inside_ms: Option<i64>,
    /// Time of the newest fix.
    pub last_fix_ms: Option<i64>,
    /// Signed distance of the newest usable fix.
    pub last_edge_mm: Option<i64>,
    /// Why there were gaps, as facts.
    pub causes: Vec<CauseSeen>,
    /// Reasons that wait for a person's approval.
    pub reasons: Vec<ReasonSeen>,
    /// Where the phone's own view of a fix differed.
    pub differences: Vec<Difference>,
    /// Fixes set aside, since they were reached and left at impossible speeds.
    #[serde(default)]
    pub set_aside: Vec<Name>,
}

impl PresenceView {
    /// Without what was seen by the minute.
    pub(super) fn summary(&self) -> Self {
        Self {
            live: self.live,
            ..Self::default()
        }
    }
}

/// A cause, with its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CauseSeen {
    /// When, milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// What.
    pub cause: Cause,
}

/// A reason the rep gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReasonSeen {
    /// The record.
    pub record: Name,
    /// What it says.
    pub reason: ReasonGiven,
    /// When it was recorded, trusted time, milliseconds since 1970 (UTC).
    #[serde(default)]
    pub given_ms: i64,
    /// Whether an approved exception answers it.
    pub approved: bool,
    /// A person did not take it for an excuse, and no exception was approved since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined: Option<Declined>,
}

impl ReasonSeen {
    /// Whether a person still has to say something to it.
    pub fn waits(&self) -> bool {
        !self.approved && self.declined.is_none()
    }
}

/// What a person said to a reason that was not taken for an excuse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Declined {
    /// When, milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// Who.
    pub by: String,
    /// Why.
    pub words: String,
}

/// Where the phone's own verdict of a fix differs from the server's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Difference {
    /// The fix.
    pub fix: Name,
    /// What the phone saw.
    pub phone: PlaceVerdict,
    /// What is ruled.
    pub ruled: PlaceVerdict,
}
