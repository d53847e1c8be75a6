//! The clock is injected, so that a played day has its own.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use chrono::{SecondsFormat, TimeZone, Utc};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970 (UTC).
    fn now_ms(&self) -> i64;
}

/// 1970 to 2100: what calendars are asked about. A stamp is a phone's word and may hold anything.
pub fn bounded(at_ms: i64) -> i64 {
    at_ms.clamp(0, 4_102_444_800_000)
}

/// An instant as text, UTC.
pub fn rfc3339(at_ms: i64) -> String {
    let at = Utc.timestamp_millis_opt(at_ms).single();
    at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
        .unwrap_or_default()
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

/// A demo's clock: set by hand, and running on in real time from there.
pub struct DemoClock {
    /// What to add to the time since `began`, so that the clock says what was set.
    shift_ms: AtomicI64,
    began: Instant,
}

impl DemoClock {
    /// A clock that says `at_ms` now.
    pub fn starting_at(at_ms: i64) -> Self {
        Self {
            shift_ms: AtomicI64::new(at_ms),
            began: Instant::now(),
        }
    }

    /// Sets it.
    pub fn set(&self, at_ms: i64) {
        self.shift_ms.store(at_ms - self.ran_ms(), Ordering::Relaxed);
    }

    fn ran_ms(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

impl Clock for DemoClock {
    fn now_ms(&self) -> i64 {
        self.shift_ms.load(Ordering::Relaxed).saturating_add(self.ran_ms())
    }
}
