use serde::{Deserialize, Serialize};

use crate::{
    place::{Area, Point},
    policy::FixUse,
    reading::Fix,
};

/// On which side of the edge a fix stands, its accuracy counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum PlaceVerdict {
    /// The whole disc is inside.
    Inside,
    /// Neither can be proved: compliant.
    Edge,
    /// The whole disc, and the tolerance, is outside.
    Outside,
    /// Decides nothing.
    Unusable,
}

/// Why a fix decides nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum Unusable {
    /// No accuracy, or one that is not above zero.
    NoAccuracy,
    /// Wider than the policy allows.
    TooWide,
    /// Older than the policy allows.
    TooOld,
    /// Marked as simulated, and no external receiver is registered.
    Simulated,
    /// Only the approximate permission.
    Approximate,
    /// Not a position on Earth.
    OutOfRange,
}

/// One fix, judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
pub struct FixVerdict {
    /// The verdict.
    pub place: PlaceVerdict,
    /// Why it is unusable, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unusable: Option<Unusable>,
    /// Signed distance to the edge, positive inside; absent for an empty area or a position out of range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edge_mm: Option<i64>,
    /// Radius of the disc that holds the true position, in millimetres; absent where unusable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub radius_mm: Option<i64>,
}

/// Judges one fix. `edge_tolerance_m` is that of the area in force.
pub fn judge_fix(fix: &Fix, area: &Area, policy: &FixUse, edge_tolerance_m: f64) -> FixVerdict {
    let _ = (fix, area, policy, edge_tolerance_m, Point::from(fix));
    unimplemented!()
}
