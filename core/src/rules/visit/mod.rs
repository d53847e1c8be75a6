//! Visits (R5): check-in, check-out, the report, photos.

mod fold;
mod found;
mod grounds;
mod photos;
mod visits;

use serde::{Deserialize, Serialize};

use super::Name;
use crate::record::{Hash, Payload};
pub(super) use fold::fold;
pub(super) use grounds::grounds;
pub use photos::{PhotoUse, Reuse, reused};

/// Phone record: the rep is at a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedIn {
    /// Random id of the visit, 32 hex digits.
    pub visit: String,
    /// Customer id.
    pub customer: String,
    /// Epoch of the fix it happened at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_epoch: Option<u32>,
    /// Seq of that fix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_seq: Option<u64>,
    /// Code or words.
    pub purpose: String,
}
impl Payload for CheckedIn {
    const TYPE: &'static str = "visit.checked_in";
}

/// Phone record: the rep leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedOut {
    /// The visit.
    pub visit: String,
    /// Epoch of the fix it happened at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_epoch: Option<u32>,
    /// Seq of that fix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_seq: Option<u64>,
}
impl Payload for CheckedOut {
    const TYPE: &'static str = "visit.checked_out";
}

/// How a visit went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Met the customer.
    Met,
    /// Nobody there.
    Absent,
    /// The shop was closed.
    Closed,
    /// The customer did not want to talk.
    Refused,
}

/// Phone record: what was said. The newest counts; earlier ones are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Report {
    /// The visit.
    pub visit: String,
    /// What for.
    pub purpose: String,
    /// What was talked about (拜访内容).
    pub content: String,
    /// What the customer said (客户反馈).
    pub feedback: String,
    /// What comes next.
    pub next_step: String,
    /// How it went.
    pub outcome: Outcome,
}
impl Payload for Report {
    const TYPE: &'static str = "visit.reported";
}

impl Report {
    /// Of a visit of which nothing was said yet.
    pub fn empty(visit: String) -> Self {
        Self {
            visit,
            purpose: String::new(),
            content: String::new(),
            feedback: String::new(),
            next_step: String::new(),
            outcome: Outcome::Met,
        }
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::empty(self.visit.clone())
    }
}

/// Phone record: a photo; its bytes travel as a blob of this hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoTaken {
    /// The visit.
    pub visit: String,
    /// SHA-256 of the bytes as uploaded (EXIF taken off).
    pub blob: Hash,
    /// Length in bytes.
    pub bytes: u64,
    /// `image/jpeg`.
    pub media_type: String,
}
impl Payload for PhotoTaken {
    const TYPE: &'static str = "photo.taken";
}

/// One visit of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitView {
    /// Its id.
    pub visit: String,
    /// Customer id.
    pub customer: String,
    /// Customer's name, if known.
    pub customer_name: Option<String>,
    /// Check-in, milliseconds since 1970 (UTC).
    pub from_ms: i64,
    /// Check-out.
    pub to_ms: Option<i64>,
    /// Dwell in seconds.
    pub dwell_s: Option<i64>,
    /// From the fix of the check-in to the customer's place.
    pub distance_mm: Option<i64>,
    /// What for, as said at check-in or in the report.
    pub purpose: String,
    /// The report, if given.
    pub report: Option<Report>,
    /// Photos.
    pub photos: Vec<Hash>,
    /// The records that made it.
    pub records: Vec<Name>,
    /// In the window (an evening's entry is not).
    pub in_window: bool,
}
