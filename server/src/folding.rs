//! What the fold worker remembers: nothing that a restart could not find again.

use std::{
    collections::{HashMap, HashSet},
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
    seen: Mutex<Seen>,
    failing: Mutex<HashMap<String, Failing>>,
}

/// What was seen of the marks, this server's and others'.
#[derive(Debug)]
struct Seen {
    /// All that was marked by then is folded.
    caught_up: Instant,
    /// Marks that were not worked off yet, of those that there were at `since`.
    owed: HashSet<(String, u64)>,
    since: Instant,
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
            seen: Mutex::new(Seen::new()),
            failing: Mutex::default(),
        }
    }
}

impl Folding {
    /// What is marked now, but for days that fail. `all`: there are no other marks.
    pub(crate) fn looked(&self, marks: Vec<(String, u64)>, all: bool) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.look(marks.into_iter().collect(), all, Instant::now());
    }

    /// No view is further behind, but for those of days that fail. The worker looks once a second, so it grows where
    /// the worker hangs, too.
    pub(crate) fn lag(&self) -> Duration {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.caught_up.elapsed()
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

impl Seen {
    fn new() -> Self {
        let now = Instant::now();
        Self {
            caught_up: now,
            owed: HashSet::new(),
            since: now,
        }
    }

    /// Where there is always some mark, one look is enough to know what the next may find gone. Of too many marks to be
    /// seen at once, those that are seen say nothing of the others.
    fn look(&mut self, marks: HashSet<(String, u64)>, all: bool, now: Instant) {
        self.owed.retain(|mark| marks.contains(mark));
        if !self.owed.is_empty() {
            return;
        }
        self.caught_up = if marks.is_empty() { now } else { self.since };
        if all {
            (self.owed, self.since) = (marks, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_are_as_far_behind_as_the_oldest_mark_at_most() {
        let begun = Instant::now();
        let at = |s| begun + Duration::from_secs(s);
        let mut seen = Seen {
            caught_up: begun,
            owed: HashSet::new(),
            since: begun,
        };
        for (s, marks, all, caught_up_s, why) in [
            (1, &[][..], true, 1, "nothing is marked"),
            (2, &[("a", 1), ("b", 2)], true, 1, "marked since the last look"),
            (3, &[("b", 2), ("c", 3)], true, 1, "one of two is folded"),
            (4, &[("c", 3), ("d", 4)], true, 2, "both are, and others wait"),
            (5, &[("c", 3), ("d", 5)], true, 2, "one of those waits on"),
            (6, &[("d", 5)], true, 4, "marked anew it was folded"),
            (7, &[("e", 6)], false, 6, "all of the last look is folded"),
            (8, &[("f", 7)], false, 6, "there are more than can be seen"),
            (9, &[], true, 9, "at rest"),
        ] {
            let marks = marks.iter().map(|(key, number)| ((*key).to_owned(), *number));
            seen.look(marks.collect(), all, at(s));
            assert_eq!(seen.caught_up, at(caught_up_s), "{s} s: {why}");
        }
    }
}
