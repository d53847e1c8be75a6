//! What a sensor says at one moment: the leaf below everything else.
//!
//! All quantities are integers, since the record that carries them is hashed and judged on both sides
//! from the same bytes.

mod fix;
mod stamp;

pub use fix::{Fix, Provider};
pub use stamp::{BootId, Stamp};

/// "Now and here": the only way a call into the engine learns the time or the place.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
pub struct Reading {
    /// When.
    pub at: Stamp,
    /// Where, if the platform knew.
    pub fix: Option<Fix>,
}
