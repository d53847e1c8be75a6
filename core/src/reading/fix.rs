use serde::{Deserialize, Serialize};

/// One position as the platform reported it, WGS-84.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fix {
    /// Latitude in 1e-9 degrees, positive north.
    pub lat_e9: i64,
    /// Longitude in 1e-9 degrees, positive east.
    pub lon_e9: i64,
    /// Radius the platform reports, in millimetres; absent where it reports none.
    pub accuracy_mm: Option<i64>,
    /// Age of the position at the stamp of its reading.
    #[serde(default)]
    pub age_ms: i64,
    /// Who computed it.
    #[serde(default)]
    pub provider: Provider,
    /// Satellites used, where the platform says so (Android).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub satellites: Option<u32>,
    /// Ground speed in millimetres a second, where valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed_mm_s: Option<i64>,
    /// The platform marked it as simulated (a mock provider, or an external receiver).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
    /// The app holds only the approximate permission: the position is 1-20 km off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approximate: bool,
    /// The motion sensor says that the phone stands still: the next fix is taken when it moves, or at the heartbeat.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub still: bool,
}

/// Where a fix comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Satellites.
    Gps,
    /// Wi-Fi and cell.
    Network,
    /// The platform's blend.
    Fused,
    /// Not said, or a provider this version does not know.
    #[default]
    #[serde(other)]
    Other,
}
