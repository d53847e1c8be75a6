use serde::{Deserialize, Serialize};

/// Half-open time span, milliseconds since 1970 (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Interval {
    /// First instant in it.
    pub from_ms: i64,
    /// First instant after it.
    pub to_ms: i64,
}

impl Interval {
    /// Length in milliseconds.
    pub fn length_ms(&self) -> i64 {
        self.to_ms.saturating_sub(self.from_ms)
    }
    /// Whether an instant lies in it.
    pub fn contains(&self, at_ms: i64) -> bool {
        (self.from_ms..self.to_ms).contains(&at_ms)
    }
    /// What two spans have in common, if that is longer than nothing.
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        let both = Self {
            from_ms: self.from_ms.max(other.from_ms),
            to_ms: self.to_ms.min(other.to_ms),
        };
        (both.from_ms < both.to_ms).then_some(both)
    }
}
