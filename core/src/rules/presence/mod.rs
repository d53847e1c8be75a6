//! Where the rep was (R1-R3): fixes, causes of gaps, breaks, private time, reasons.

mod records;

pub use records::{
    BreakEnded, BreakStarted, Cause, CauseNoted, FixTaken, PrivateEnded, PrivateStarted, ReasonGiven, Seen, Stood,
};

use serde::{Deserialize, Serialize};

use super::{Difference, Name};

/// Provisional status, kind in tone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum LiveStatus {
    /// Nothing known for now.
    #[default]
    Unknown,
    /// Inside.
    Inside,
    /// At the edge.
    Edge,
    /// Two outside votes: the rep is told.
    SeemsLeaving,
    /// Three outside votes: the board says so.
    PossiblyOutside,
}

/// What presence says of a day besides its spans.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
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
}

/// A cause, with its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CauseSeen {
    /// When, milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// What.
    pub cause: Cause,
}

/// A reason the rep gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonSeen {
    /// The record.
    pub record: Name,
    /// What it says.
    pub reason: ReasonGiven,
    /// Whether an approved exception answers it.
    pub approved: bool,
}
