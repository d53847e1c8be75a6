use std::collections::BTreeMap;

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

impl ClockAnchor {
    /// What it makes of an elapsed time of its boot, on a clock that drifts by at most `drift_ppm`.
    pub fn reckon(&self, elapsed_ms: i64, drift_ppm: i64) -> Trusted {
        Tie::from(self).reckon(elapsed_ms, drift_ppm.max(0))
    }
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

/// One anchor within its boot.
#[derive(Debug, Clone, Copy)]
struct Tie {
    elapsed_ms: i64,
    at_ms: i64,
    error_ms: i64,
}

impl From<&ClockAnchor> for Tie {
    fn from(anchor: &ClockAnchor) -> Self {
        Self {
            elapsed_ms: anchor.elapsed_ms,
            at_ms: anchor.at_ms,
            error_ms: anchor.error_ms.max(0),
        }
    }
}

impl Tie {
    /// Saturating throughout: a stamp is a phone's word and may hold anything.
    fn reckon(self, elapsed_ms: i64, drift_ppm: i64) -> Trusted {
        let since_ms = i128::from(elapsed_ms) - i128::from(self.elapsed_ms);
        let drift_ms = (since_ms.abs() * i128::from(drift_ppm) + 999_999) / 1_000_000;
        Trusted {
            at_ms: saturate(i128::from(self.at_ms) + since_ms),
            error_ms: Some(saturate(i128::from(self.error_ms) + drift_ms)),
        }
    }
}

/// All anchors known of a device.
#[derive(Debug, Clone, Default)]
pub struct Clocks {
    /// By boot; sorted by elapsed time, one for each.
    boots: BTreeMap<BootId, Vec<Tie>>,
    drift_ppm: i64,
}

impl Clocks {
    /// From anchors in any order; of two at the same moment the surer counts, of two as sure the earlier. `drift_ppm`
    /// widens the error with the distance from the anchor.
    pub fn new(anchors: impl IntoIterator<Item = ClockAnchor>, drift_ppm: i64) -> Self {
        let mut boots: BTreeMap<BootId, Vec<Tie>> = BTreeMap::new();
        for anchor in anchors {
            let tie = Tie::from(&anchor);
            boots.entry(anchor.boot).or_default().push(tie);
        }
        for ties in boots.values_mut() {
            ties.sort_unstable_by_key(|tie| (tie.elapsed_ms, tie.error_ms, tie.at_ms));
            ties.dedup_by_key(|tie| tie.elapsed_ms);
        }
        Self {
            boots,
            drift_ppm: drift_ppm.max(0),
        }
    }

    /// The time of a stamp: from the nearest anchor of its boot (of two as near, the surer), else its wall
    /// clock, untrusted.
    pub fn trust(&self, stamp: &Stamp) -> Trusted {
        match self.nearest(stamp) {
            Some(tie) => tie.reckon(stamp.elapsed_ms, self.drift_ppm),
            None => Trusted {
                at_ms: stamp.at_ms,
                error_ms: None,
            },
        }
    }

    /// Whether a boot has an anchor.
    pub fn anchored(&self, boot: &str) -> bool {
        self.boots.contains_key(boot)
    }

    fn nearest(&self, stamp: &Stamp) -> Option<&Tie> {
        let ties = self.boots.get(&stamp.boot)?;
        let after = ties.partition_point(|tie| tie.elapsed_ms < stamp.elapsed_ms);
        let neighbours = &ties[after.saturating_sub(1)..ties.len().min(after + 1)];
        neighbours
            .iter()
            .min_by_key(|tie| (tie.elapsed_ms.abs_diff(stamp.elapsed_ms), tie.error_ms))
    }
}

fn saturate(value: i128) -> i64 {
    value.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}
