//! How often somebody may do something.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use tokio::sync::{Semaphore, SemaphorePermit};

/// How often a phone may do something: so many at once, and one more every so many milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    /// At once.
    pub burst: u32,
    /// One more after this.
    pub every_ms: i64,
}

/// Calls of one phone: 120 a minute, and ten minutes of them at once. A phone that was offline for a month
/// sends its log whole; one that is well needs a call a minute.
pub(crate) const CALLS: Rate = Rate {
    burst: 1_200,
    every_ms: 500,
};
/// Chunks of photos: 12 MiB are 192 of them.
pub const CHUNKS: Rate = Rate {
    burst: 240,
    every_ms: 100,
};
/// Codes tried, from one address: an office that enrols all its phones at once shares one. There is no bound over
/// all addresses, which whoever has many of them could use to shut enrolment for everybody: a code has 256 random
/// bits, so nobody guesses one at any rate, and to try one costs the server a look-up, less than any call of a phone.
pub(crate) const CODES: Rate = Rate {
    burst: 60,
    every_ms: 2_000,
};
/// Quarantined batches whose bytes are kept, of one phone.
pub(crate) const QUARANTINES: Rate = Rate {
    burst: 20,
    every_ms: 60 * 60 * 1000,
};
/// New keys that nothing vouches for, of one phone: Keystores lose one in years, a thief of the token would
/// fill the desk's log. A request that is signed costs nothing here.
pub(crate) const KEYS_LOST: Rate = Rate {
    burst: 5,
    every_ms: 60 * 60 * 1000,
};
/// Callers remembered at once; beyond it the half that is nearest to calling freely again is forgotten.
const CALLERS: usize = 100_000;

/// Pushes that are worked on at once: more would only wait for each other.
const PUSHES_AT_ONCE: usize = 64;
/// KiB of pushes that were read and are not done: some hundreds of those that phones send.
const PUSHES_KIB: usize = 32 * 1024;
/// Pushes that are being read. Be they all as large as they may, that is 256 MiB, inflated.
const READ_AT_ONCE: usize = 256;

/// Who may have a push read and worked on. What waits is bounded by its size, so that an onrush costs no memory; who
/// finds no room is to come again.
#[derive(Debug)]
pub(crate) struct Turns {
    reading: Semaphore,
    room: Semaphore,
    work: Semaphore,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            reading: Semaphore::new(READ_AT_ONCE),
            room: Semaphore::new(PUSHES_KIB),
            work: Semaphore::new(PUSHES_AT_ONCE),
        }
    }
}

impl Turns {
    /// A place to read a push into, until it is dropped.
    pub(crate) fn read(&self) -> Option<SemaphorePermit<'_>> {
        self.reading.try_acquire().ok()
    }

    /// Waits for a turn, if there is room for so many bytes to wait. It ends when what is answered is dropped.
    pub(crate) async fn take(&self, bytes: usize) -> Option<[SemaphorePermit<'_>; 2]> {
        let kib = u32::try_from(bytes / 1024 + 1).ok()?;
        let room = self.room.try_acquire_many(kib).ok()?;
        let work = self.work.acquire().await.ok()?;
        Some([room, work])
    }

    /// Pushes that are worked on now.
    pub(crate) fn at_work(&self) -> u32 {
        let at_work = PUSHES_AT_ONCE.saturating_sub(self.work.available_permits());
        u32::try_from(at_work).unwrap_or(u32::MAX)
    }
}

/// Token buckets by caller, on the App's clock. They live in memory: a restart forgives.
#[derive(Debug, Default)]
pub struct Limits {
    /// By what is done and who does it: the instant at which the bucket is full again.
    full_at: Mutex<HashMap<(&'static str, String), i64>>,
}

impl Limits {
    /// Takes one from the caller's bucket.
    ///
    /// # Errors
    /// The milliseconds until there is one again.
    pub fn take(&self, what: &'static str, who: &str, rate: Rate, now_ms: i64) -> Result<(), i64> {
        let mut buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= CALLERS {
            forget_half(&mut buckets);
        }
        let full_at = buckets.entry((what, who.to_owned())).or_insert(now_ms);
        let capacity_ms = i64::from(rate.burst) * rate.every_ms;
        // A clock that was set back must not shut anyone out: from its new time on, an empty bucket fills.
        *full_at = (*full_at).clamp(now_ms, now_ms + capacity_ms);
        let wait_ms = *full_at - now_ms + rate.every_ms - capacity_ms;
        if wait_ms > 0 {
            return Err(wait_ms);
        }
        *full_at += rate.every_ms;
        Ok(())
    }
}

fn forget_half<K>(buckets: &mut HashMap<K, i64>) {
    let mut full_at: Vec<i64> = buckets.values().copied().collect();
    let (_, median, _) = full_at.select_nth_unstable(buckets.len() / 2);
    let median = *median;
    buckets.retain(|_, full_at| *full_at > median);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn what_is_read_is_bounded_and_places_are_given_back() {
        let turns = Turns::default();
        let mut places: Vec<_> = (0..READ_AT_ONCE).map(|_| turns.read().unwrap()).collect();
        assert!(turns.read().is_none());
        places.pop();
        assert!(turns.read().is_some());
    }

    #[tokio::test]
    async fn what_waits_is_bounded_and_room_is_given_back() {
        let turns = Turns::default();
        let mut at_work = Vec::new();
        for _ in 0..PUSHES_AT_ONCE {
            at_work.push(turns.take(0).await.unwrap());
        }
        assert_eq!(turns.at_work(), PUSHES_AT_ONCE as u32);
        let large = 512 * 1024;
        let mut waiting = Vec::new();
        let full = loop {
            let mut turn = Box::pin(turns.take(large));
            match turn.as_mut().now_or_never() {
                None => waiting.push(turn),
                Some(refused) => break refused,
            }
        };
        assert!(full.is_none());
        assert_eq!(waiting.len(), (PUSHES_KIB - PUSHES_AT_ONCE) / 513);
        drop(at_work);
        assert!(waiting.remove(0).await.is_some());
        drop(waiting);
        assert!(turns.take(large).await.is_some());
        assert_eq!(turns.at_work(), 0);
    }

    #[test]
    fn callers_are_bounded_and_who_called_most_is_remembered() {
        let limits = Limits::default();
        let take = |who: &str| limits.take("x", who, CODES, 0);
        while take("busy").is_ok() {}
        for i in 0..2 * CALLERS {
            assert_eq!(take(&i.to_string()), Ok(()));
        }
        assert!(limits.full_at.lock().map_or(0, |buckets| buckets.len()) <= CALLERS);
        assert!(take("busy").is_err());
    }

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let limits = Limits::default();
        let rate = Rate {
            burst: 3,
            every_ms: 100,
        };
        let take = |now_ms| limits.take("x", "me", rate, now_ms);
        assert_eq!([take(0), take(0), take(0), take(0)], [Ok(()), Ok(()), Ok(()), Err(100)]);
        assert_eq!(take(60), Err(40));
        assert_eq!(take(100), Ok(()));
        assert_eq!(take(100), Err(100));
        assert_eq!(limits.take("x", "another", rate, 100), Ok(()));
        assert_eq!([take(10_000), take(10_000), take(10_000)], [Ok(()); 3]);
        assert_eq!(take(10_000), Err(100));
        assert_eq!(
            [take(-50_000), take(-49_900), take(-49_900)],
            [Err(100), Ok(()), Err(100)],
            "a clock set back waits no longer than one turn"
        );
    }
}
