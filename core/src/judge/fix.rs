use serde::{Deserialize, Serialize};

use crate::{
    place::{Area, Point},
    policy::FixUse,
    reading::Fix,
};

/// On which side of the edge a fix stands, its accuracy counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
///
/// The verdict compares the integers it shows, so that whoever holds them can check it. Without an area
/// (a rep to whom nothing is assigned) there is no edge to be beyond of: every usable fix is `edge`.
pub fn judge_fix(fix: &Fix, area: &Area, policy: &FixUse, edge_tolerance_m: f64) -> FixVerdict {
    let edge_mm = on_earth(fix).then(|| area.edge_mm(Point::from(fix))).flatten();
    match usable_accuracy_mm(fix, policy) {
        Err(why) => FixVerdict {
            place: PlaceVerdict::Unusable,
            unusable: Some(why),
            edge_mm,
            radius_mm: None,
        },
        Ok(accuracy_mm) => {
            let radius_mm = radius_mm(accuracy_mm, policy);
            FixVerdict {
                place: side(edge_mm, radius_mm, edge_tolerance_m),
                unusable: None,
                edge_mm,
                radius_mm: Some(radius_mm),
            }
        }
    }
}

/// The reported accuracy of a fix that counts.
pub(crate) fn usable_accuracy_mm(fix: &Fix, policy: &FixUse) -> Result<i64, Unusable> {
    let accuracy_mm = fix.accuracy_mm.filter(|mm| *mm > 0);
    if !on_earth(fix) {
        Err(Unusable::OutOfRange)
    } else if fix.simulated && !policy.external_receiver {
        Err(Unusable::Simulated)
    } else if fix.approximate {
        Err(Unusable::Approximate)
    } else if fix.age_ms.unsigned_abs() > policy.age_max_s.max(0).unsigned_abs().saturating_mul(1000) {
        Err(Unusable::TooOld)
    } else {
        match accuracy_mm {
            None => Err(Unusable::NoAccuracy),
            Some(mm) if mm as f64 > policy.accuracy_max_m * 1000.0 => Err(Unusable::TooWide),
            Some(mm) => Ok(mm),
        }
    }
}

/// What an accuracy is reckoned as: phones understate it.
pub(crate) fn reckoned_mm(accuracy_mm: i64, policy: &FixUse) -> f64 {
    policy.accuracy_factor * (accuracy_mm as f64).max(policy.accuracy_floor_m * 1000.0)
}

/// Radius of the disc that holds the true position with the policy's confidence.
pub(crate) fn radius_mm(accuracy_mm: i64, policy: &FixUse) -> i64 {
    disc_mm(accuracy_mm, policy.confidence, policy)
}

/// Radius of the disc that holds the true position with a probability: a quantile of the Rayleigh
/// distribution, since the errors east and north are taken as normal and alike.
pub(crate) fn disc_mm(accuracy_mm: i64, probability: f64, policy: &FixUse) -> i64 {
    libm::round(sigma_mm(accuracy_mm, policy) * (-2.0 * libm::log(1.0 - probability)).sqrt()) as i64
}

/// Probability with which a disc of a radius holds the true position, in millionths, rounded down; never
/// certain. The inverse of [`disc_mm`].
pub(crate) fn held_ppm(accuracy_mm: i64, radius_mm: i64, policy: &FixUse) -> i64 {
    let sigmas = radius_mm as f64 / sigma_mm(accuracy_mm, policy);
    let held = (1.0 - libm::exp(-0.5 * sigmas * sigmas)) * 1e6;
    (held as i64).clamp(0, 999_999)
}

fn sigma_mm(accuracy_mm: i64, policy: &FixUse) -> f64 {
    reckoned_mm(accuracy_mm, policy) / policy.radius_per_sigma
}

/// The side on which a disc lies wholly, else `Edge`.
pub(crate) fn side(edge_mm: Option<i64>, radius_mm: i64, edge_tolerance_m: f64) -> PlaceVerdict {
    let tolerance_mm = libm::round(edge_tolerance_m * 1000.0) as i64;
    match edge_mm {
        Some(edge_mm) if edge_mm >= radius_mm => PlaceVerdict::Inside,
        Some(edge_mm) if edge_mm.saturating_neg() >= radius_mm.saturating_add(tolerance_mm) => PlaceVerdict::Outside,
        _ => PlaceVerdict::Edge,
    }
}

fn on_earth(fix: &Fix) -> bool {
    fix.lat_e9.unsigned_abs() <= 90_000_000_000 && fix.lon_e9.unsigned_abs() <= 180_000_000_000
}
