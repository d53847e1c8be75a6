//! When the rep's place is asked for, and when recording begins next: shells do as it says, and decide nothing of it.

use std::iter;

use rusqlite::Connection;
use serde::Serialize;

use super::{LocationAnswer, Phone, PhoneError, consent, presence, replaced};
use crate::{reading::Stamp, reference::ExceptionKind, rules::Basis, time::Interval};

/// What this phone does about the rep's place. It holds until the time that it names, or until an act changes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Enum)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Recording {
    /// Nothing, on no day: the rep did not agree to it, or another phone took the place of this one.
    Off,
    /// Nothing until then: the window is closed, or the rep is on leave.
    Waits {
        /// When it begins.
        next: Beginning,
        /// So soon that what was started for it stays: it may not be let to start again.
        soon: bool,
    },
    /// A break or private time: what records stays, for the same reason, and asks nobody for the place.
    Rests {
        /// Seconds until that ends, by itself or with the window.
        ends_in_s: i64,
    },
    /// The place is asked for, and kept.
    Records {
        /// Seconds until it ends, with the window or where leave begins.
        ends_in_s: i64,
    },
}

/// When recording begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct Beginning {
    /// Trusted time.
    pub at_ms: i64,
    /// IANA zone in which that is said.
    pub zone: String,
    /// Seconds until then, rounded up: nobody is to be woken a breath before.
    pub in_s: i64,
    /// Seconds until the rep is reminded, 0 where he may be.
    pub reminds_in_s: i64,
}

/// So long before an opening the rep is reminded.
const REMINDS_S: i64 = 5 * 60;
/// What was started so long before an opening waits for it.
const SOON_S: i64 = 90 * 60;
/// The next window opens within these, or the shell asks again: the longest holidays last half as long.
const LOOK_AHEAD_DAYS: u64 = 16;
const OPENINGS_MOST: usize = 10;

impl Phone {
    /// What this phone does about the rep's place now.
    ///
    /// # Errors
    /// [`PhoneError::NotEnrolled`], [`PhoneError::NoReference`] before the first sync, or the disk's.
    pub fn recording(&self, at: &Stamp) -> Result<Recording, PhoneError> {
        let (basis, now_ms) = (self.basis()?, self.trusted_ms(at)?);
        self.with(|store| recording(store.connection(), &basis, now_ms))
    }

    /// Whether an act asks the platform for the place now: where none would be kept, nobody is asked.
    ///
    /// # Errors
    /// [`PhoneError::NotEnrolled`], or the disk's.
    pub fn wants_place(&self, at: &Stamp) -> Result<bool, PhoneError> {
        match self.recording(at) {
            Err(PhoneError::NoReference(_)) => Ok(false),
            recording => Ok(matches!(recording?, Recording::Records { .. })),
        }
    }

    /// When recording begins on the days to come, ten at most, leave taken out: what reminders go by. None where
    /// nothing is to be recorded.
    ///
    /// # Errors
    /// As [`Phone::recording`].
    pub fn openings(&self, at: &Stamp) -> Result<Vec<Beginning>, PhoneError> {
        if self.recording(at)? == Recording::Off {
            return Ok(Vec::new());
        }
        let (basis, now_ms) = (self.basis()?, self.trusted_ms(at)?);
        let openings = openings(&basis, now_ms).take(OPENINGS_MOST);
        Ok(openings.map(|at_ms| opening(&basis, now_ms, at_ms)).collect())
    }
}

/// What this phone does about the rep's place at a moment.
pub(super) fn recording(connection: &Connection, basis: &Basis, now_ms: i64) -> Result<Recording, PhoneError> {
    if replaced::since_ms(connection)?.is_some() || consent::answer(connection)? != LocationAnswer::Agreed {
        return Ok(Recording::Off);
    }
    let Some(ends_ms) = ends_ms(basis, now_ms) else {
        let next = next_opening(basis, now_ms);
        let soon = next.in_s <= SOON_S;
        return Ok(Recording::Waits { next, soon });
    };
    let ends_in_s = seconds(ends_ms - now_ms);
    if let Some(until_ms) = presence::break_until(connection, basis, now_ms)? {
        let ends_in_s = ends_in_s.min(seconds(until_ms - now_ms));
        return Ok(Recording::Rests { ends_in_s });
    }
    Ok(match presence::private_since(connection, basis, now_ms)? {
        Some(_) => Recording::Rests { ends_in_s },
        None => Recording::Records { ends_in_s },
    })
}

/// When recording begins next.
pub(super) fn next_opening(basis: &Basis, now_ms: i64) -> Beginning {
    let at_ms = openings(basis, now_ms)
        .next()
        .unwrap_or(now_ms + LOOK_AHEAD_DAYS as i64 * 86_400_000);
    opening(basis, now_ms, at_ms)
}

/// When recording was to begin in the window that is open.
pub(super) fn opened_ms(basis: &Basis, now_ms: i64) -> Option<i64> {
    begins_ms(basis, open_window(basis, now_ms)?).filter(|opened_ms| *opened_ms <= now_ms)
}

/// Until when the leave lasts that the rep is on: one may begin where another ends.
pub(super) fn leave_until(basis: &Basis, at_ms: i64) -> Option<i64> {
    let end = |at_ms: &i64| {
        leaves(basis)
            .find(|leave| leave.contains(*at_ms))
            .map(|leave| leave.to_ms)
    };
    iter::successors(end(&at_ms), end).last()
}

/// From where leave at a window's beginning ends to where leave to its end begins; `None` where all of it is leave.
pub(super) fn worked(basis: &Basis, window: Interval) -> Option<Interval> {
    let begin = |to_ms: &i64| {
        leaves(basis)
            .find(|leave| leave.contains(to_ms - 1))
            .map(|leave| leave.from_ms)
    };
    let to_ms = iter::successors(begin(&window.to_ms), begin).last();
    Some(Interval {
        from_ms: begins_ms(basis, window)?,
        to_ms: to_ms.unwrap_or(window.to_ms),
    })
}

/// When the open window ends, or leave in it begins; `None` where it is not open for the rep.
pub(super) fn ends_ms(basis: &Basis, now_ms: i64) -> Option<i64> {
    let window = open_window(basis, now_ms).filter(|_| leave_until(basis, now_ms).is_none())?;
    let next_leave = leaves(basis).map(|leave| leave.from_ms).filter(|from| *from > now_ms);
    Some(next_leave.fold(window.to_ms, i64::min))
}

fn open_window(basis: &Basis, now_ms: i64) -> Option<Interval> {
    let window = basis.schedule.window(basis.schedule.day_of(now_ms));
    window.filter(|window| window.contains(now_ms))
}

fn leaves(basis: &Basis) -> impl Iterator<Item = Interval> + '_ {
    let leaves = basis
        .exceptions
        .iter()
        .filter(|exception| exception.reason == ExceptionKind::Leave);
    leaves.map(|leave| Interval {
        from_ms: leave.from_ms,
        to_ms: leave.to_ms,
    })
}

/// When windows begin after `now_ms`, or leave within them ends.
fn openings(basis: &Basis, now_ms: i64) -> impl Iterator<Item = i64> + '_ {
    let today = basis.schedule.day_of(now_ms);
    let days = (0..=LOOK_AHEAD_DAYS).filter_map(move |n| today.checked_add_days(chrono::Days::new(n)));
    let windows = days.filter_map(|day| basis.schedule.window(day));
    let ahead = windows.map(move |window| Interval {
        from_ms: window.from_ms.max(now_ms),
        ..window
    });
    let begins = ahead.filter_map(|window| begins_ms(basis, window));
    begins.filter(move |begins_ms| now_ms < *begins_ms)
}

/// When recording begins in a window.
fn begins_ms(basis: &Basis, window: Interval) -> Option<i64> {
    let begins_ms = leave_until(basis, window.from_ms).unwrap_or(window.from_ms);
    (begins_ms < window.to_ms).then_some(begins_ms)
}

fn opening(basis: &Basis, now_ms: i64, at_ms: i64) -> Beginning {
    let in_s = seconds(at_ms - now_ms);
    Beginning {
        at_ms,
        zone: basis.schedule.zone().into(),
        in_s,
        reminds_in_s: (in_s - REMINDS_S).max(0),
    }
}

/// Rounded up.
pub(super) fn seconds(ms: i64) -> i64 {
    (ms + 999) / 1000
}
