use serde::{Deserialize, Serialize};

/// Random name of one boot of one device, 16 lower-case hex digits.
///
/// Random, because Apple's required-reason rules forbid sending the system's own boot time
/// (<https://developer.apple.com/documentation/bundleresources/privacy_manifest_files/describing_use_of_required_reason_api>).
pub type BootId = String;

/// One moment as a device saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
pub struct Stamp {
    /// Wall clock, milliseconds since 1970-01-01T00:00:00Z. Whoever holds the device can change it.
    pub at_ms: i64,
    /// Milliseconds since the app's first reading in this boot, counting sleep. Nobody can change it.
    pub elapsed_ms: i64,
    /// Which boot `elapsed_ms` counts in.
    pub boot: BootId,
}
