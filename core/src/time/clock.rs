use serde::{Deserialize, Serialize};

use crate::reading::{BootId, Stamp};

/// Ties a boot's elapsed time to true time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockAnchor {
    /// The boot.
    pub boot: BootId,
    /// Elapsed time of the moment (the middle of a round trip).
    pub elapsed_ms: i64,
    /// True time of the moment.
    pub at_ms: i64,
    /// How far off that may be (half the round trip).
    pub error_ms: i64,
}

/// When something happened, as far as can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
pub struct Trusted {
    /// Milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// Bound of its error; `None` where only the wall clock says so.
    pub error_ms: Option<i64>,
}

/// All anchors known of a device.
#[derive(Debug, Clone, Default)]
pub struct Clocks {
    // filled by the time module
}

impl Clocks {
    /// From anchors in any order; `drift_ppm` widens the error with the distance from the anchor.
    pub fn new(anchors: impl IntoIterator<Item = ClockAnchor>, drift_ppm: i64) -> Self {
        let _ = (anchors.into_iter().count(), drift_ppm);
        unimplemented!()
    }
    /// The time of a stamp: from the nearest anchor of its boot, else its wall clock, untrusted.
    pub fn trust(&self, stamp: &Stamp) -> Trusted {
        let _ = stamp;
        unimplemented!()
    }
}
