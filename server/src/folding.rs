//! What the fold worker remembers: nothing that a restart could not find again.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::bases::Bases;

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// What the fold worker remembers: nothing that a restart, or another process, could not find again.
#[derive(Debug)]
pub struct Folding {
    pub(crate) bases: Bases,
    /// One folds at a time: of two, the one that read less might be the last to write.
    pub(crate) turn: tokio::sync::Mutex<()>,
    /// When nothing was due last.
    caught_up: Mutex<Instant>,
    failing: Mutex<HashMap<String, Failing>>,
}

/// A day that could not be folded.
#[derive(Debug, Clone, Copy)]
struct Failing {
    pause: Duration,
    again: Instant,
}

impl Default for Folding {
    fn default() -> Self {
        Self {
            bases: Bases::default(),
            turn: tokio::sync::Mutex::default(),
            caught_up: Mutex::new(Instant::now()),
            failing: Mutex::default(),
        }
    }
}

impl Folding {
    /// Nothing is due now.
    pub(crate) fn caught_up(&self) {
        *self.caught_up.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Since nothing was due: no view is further behind, but for those of days that fail. The worker looks once a
    /// second, so it grows where the worker hangs, too.
    pub(crate) fn lag(&self) -> Duration {
        self.caught_up.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// Days that wait for their next try.
    pub(crate) fn count_failing(&self) -> usize {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Keys that failed and whose next try is not due.
    pub(crate) fn paused(&self) -> Vec<String> {
        let (failing, now) = (
            self.failing.lock().unwrap_or_else(PoisonError::into_inner),
            Instant::now(),
        );
        let paused = failing.iter().filter(|(_, failing)| failing.again > now);
        paused.map(|(key, _)| key.clone()).collect()
    }

    /// It is tried again after twice the pause each time.
    pub(crate) fn failed(&self, key: &str) {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let pause = failing
            .get(key)
            .map_or(FIRST_PAUSE, |last| (last.pause * 2).min(LONGEST_PAUSE));
        let again = Instant::now() + pause;
        failing.insert(key.to_owned(), Failing { pause, again });
    }

    /// It was folded.
    pub(crate) fn folded(&self, key: &str) {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}
