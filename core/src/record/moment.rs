//! When a record can have been written: what signed times say of the times it states. `verify` names what cannot
//! be true; the server leaves it out of its ruling.

/// Stated times may be off by so much: clocks are set, readings are recorded a moment after they are made.
pub const TOLERANCE_MS: i64 = 60_000;

/// An instant and how far off it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// Bound of its error, milliseconds.
    pub error_ms: i64,
}

impl Moment {
    /// An instant that a server signed.
    pub fn signed(at_ms: i64) -> Self {
        Self { at_ms, error_ms: 0 }
    }

    /// By how many milliseconds it lies before a bound that it must follow; `None` within errors and tolerance.
    pub fn early_ms(self, bound: Self) -> Option<i64> {
        let early_ms = bound.at_ms.saturating_sub(self.at_ms);
        let slack_ms = TOLERANCE_MS
            .saturating_add(self.error_ms)
            .saturating_add(bound.error_ms);
        (early_ms > slack_ms).then_some(early_ms)
    }

    /// By how many milliseconds it lies after a bound that must follow it; `None` within errors and tolerance.
    pub fn late_ms(self, bound: Self) -> Option<i64> {
        bound.early_ms(self)
    }
}

/// By how many milliseconds time since boot ran backwards from `newest_ms` on; `None` within the tolerance.
pub fn backwards_ms(newest_ms: i64, elapsed_ms: i64) -> Option<i64> {
    let behind_ms = newest_ms.saturating_sub(elapsed_ms);
    (behind_ms > TOLERANCE_MS).then_some(behind_ms)
}
