//! Where the rep is: fixes, what explains their absence, breaks, private time, reasons.

use std::iter;

use rusqlite::Connection;
use serde::Serialize;

use super::{Phone, PhoneError, consent, store::log::newest_of};
use crate::{
    judge::{FixVerdict, LiveStatus, Pace, no_go_edges_mm},
    place::Point,
    reading::{Fix, Reading, Stamp},
    record::Payload,
    reference::ExceptionKind,
    rules::{
        Basis,
        presence::{BreakEnded, BreakStarted, Cause, CauseNoted, PrivateEnded, PrivateStarted, ReasonGiven, Stood},
        visit::{CheckedIn, CheckedOut},
    },
    time::{Interval, When},
};

/// What a fix changes for the screen and the sampling.
#[derive(Debug, Clone, PartialEq, Serialize, uniffi::Record)]
pub struct FixOutcome {
    /// Seconds until the next fix is due, and no longer than until a phone that stood still moves; outside the
    /// window until it opens next.
    pub next_due_s: i64,
    /// Where its time lies.
    pub when: When,
    /// Whether the place was kept: in the window, and neither on a break, in private time nor on leave.
    pub kept: bool,
    /// The phone's verdict, where the place was kept.
    pub verdict: Option<FixVerdict>,
    /// The provisional status now.
    pub live: LiveStatus,
}

/// The next window opens within these, or the shell asks again: the longest holidays last half as long.
const LOOK_AHEAD_DAYS: u64 = 16;
const OPENINGS_MOST: usize = 10;

impl Phone {
    /// Takes a fix.
    ///
    /// # Errors
    /// [`PhoneError::NotEnrolled`], [`PhoneError::NoReference`] before the first sync, [`PhoneError::Replaced`] and
    /// [`PhoneError::LocationRefused`] (then nothing more is to be recorded), or the disk's.
    pub fn on_fix(&self, reading: &Reading) -> Result<FixOutcome, PhoneError> {
        let basis = self.basis()?;
        if self.with(|store| consent::is_refused(store.connection()))? {
            return Err(PhoneError::LocationRefused);
        }
        let written = self.record(reading, |_, _| Ok(()))?;
        let when = basis.schedule.when(written.at_ms);
        let verdict = written.fix.and_then(|fix| Some(fix.seen?.verdict));
        let live = match when {
            When::Within => self.day_at(written.at_ms)?.presence.live,
            _ => LiveStatus::Unknown,
        };
        let next_due_s = match (when, &reading.fix, verdict) {
            (When::Within, Some(fix), Some(verdict)) => {
                let pace = Pace {
                    still: fix.still,
                    leaving: matches!(live, LiveStatus::SeemsLeaving | LiveStatus::PossiblyOutside),
                    visit_s: self.visiting_s(&basis, written.at_ms)?,
                    left_s: left_s(&basis, written.at_ms),
                };
                due_s(&basis, fix, &verdict, pace)
            }
            (When::Within, ..) => basis.policy.live.sample_s,
            _ => opens_in_s(&basis, written.at_ms),
        };
        Ok(FixOutcome {
            next_due_s,
            when,
            kept: verdict.is_some(),
            verdict,
            live,
        })
    }

    /// The motion sensor says that the phone stood still, in time since boot.
    ///
    /// # Errors
    /// [`PhoneError::BadInput`] for a span that ends before it begins or lies ahead, or the disk's.
    pub fn on_still(&self, at: &Stamp, from_elapsed_ms: i64, to_elapsed_ms: i64) -> Result<(), PhoneError> {
        if from_elapsed_ms >= to_elapsed_ms || to_elapsed_ms > at.elapsed_ms {
            return Err(PhoneError::BadInput(format!(
                "still from {from_elapsed_ms} to {to_elapsed_ms} ms is no span before {} ms",
                at.elapsed_ms
            )));
        }
        let stood = Stood {
            from_elapsed_ms,
            to_elapsed_ms,
            source: "motion".into(),
        };
        self.record_payload(at, &stood).map(drop)
    }

    /// Notes why fixes may be missing.
    ///
    /// # Errors
    /// The disk's.
    pub fn cause(&self, at: &Stamp, cause: Cause) -> Result<(), PhoneError> {
        self.record_payload(at, &CauseNoted { cause }).map(drop)
    }

    /// The rep's break begins: no place is kept until it ends.
    ///
    /// # Errors
    /// The disk's.
    pub fn break_start(&self, at: &Stamp) -> Result<(), PhoneError> {
        self.record_payload(at, &BreakStarted {}).map(drop)
    }

    /// The rep's break ends.
    ///
    /// # Errors
    /// The disk's.
    pub fn break_end(&self, at: &Stamp) -> Result<(), PhoneError> {
        self.record_payload(at, &BreakEnded {}).map(drop)
    }

    /// Private time begins: no place is kept until it ends, and nobody at the desk learns why.
    ///
    /// # Errors
    /// The disk's.
    pub fn private_start(&self, at: &Stamp) -> Result<(), PhoneError> {
        self.record_payload(at, &PrivateStarted {}).map(drop)
    }

    /// Private time ends.
    ///
    /// # Errors
    /// The disk's.
    pub fn private_end(&self, at: &Stamp) -> Result<(), PhoneError> {
        self.record_payload(at, &PrivateEnded {}).map(drop)
    }

    /// When recording begins on the days to come, ten at most, leave taken out: what a reminder goes by.
    ///
    /// # Errors
    /// [`PhoneError::NotEnrolled`], [`PhoneError::NoReference`] before the first sync, or the disk's.
    pub fn openings(&self, at: &Stamp) -> Result<Vec<i64>, PhoneError> {
        let (basis, now_ms) = (self.basis()?, self.trusted_ms(at)?);
        Ok(openings(&basis, now_ms).take(OPENINGS_MOST).collect())
    }

    /// Since when a visit goes on, in seconds.
    fn visiting_s(&self, basis: &Basis, now_ms: i64) -> Result<Option<i64>, PhoneError> {
        let kinds = [CheckedIn::TYPE, CheckedOut::TYPE];
        let since = self.with(|store| open_since(store.connection(), basis, now_ms, kinds))?;
        Ok(since.map(|since| (now_ms - since) / 1000))
    }

    /// Gives a reason by one tap; it excuses its interval once a person approves.
    ///
    /// # Errors
    /// [`PhoneError::BadInput`] for an interval without length, or the disk's.
    pub fn give_reason(
        &self,
        at: &Stamp,
        interval: Interval,
        reason: ExceptionKind,
        note: String,
    ) -> Result<(), PhoneError> {
        if interval.length_ms() <= 0 {
            return Err(PhoneError::BadInput("the reason's interval has no length".into()));
        }
        self.record_payload(at, &ReasonGiven { interval, reason, note })
            .map(drop)
    }
}

fn due_s(basis: &Basis, fix: &Fix, verdict: &FixVerdict, pace: Pace) -> i64 {
    let edge_mm = verdict.edge_mm.filter(|_| verdict.unusable.is_none());
    let no_go = no_go_edges_mm(&basis.no_go, Point::from(fix));
    pace.next_fix_s(edge_mm, verdict.radius_mm.unwrap_or(0), &no_go, &basis.policy)
}

/// Seconds to the end of the window.
fn left_s(basis: &Basis, now_ms: i64) -> i64 {
    let window = basis.schedule.window(basis.schedule.day_of(now_ms));
    window.map_or(0, |window| (window.to_ms - now_ms) / 1000)
}

/// When windows begin after `now_ms`, or leave within them ends.
fn openings(basis: &Basis, now_ms: i64) -> impl Iterator<Item = i64> + '_ {
    let today = basis.schedule.day_of(now_ms);
    let days = (0..=LOOK_AHEAD_DAYS).filter_map(move |n| today.checked_add_days(chrono::Days::new(n)));
    let windows = days.filter_map(|day| basis.schedule.window(day));
    windows.filter_map(move |window| {
        let on_leave = |at_ms: &i64| {
            let mut leaves = basis
                .exceptions
                .iter()
                .filter(|exception| exception.reason == ExceptionKind::Leave);
            leaves
                .find(|leave| leave.from_ms <= *at_ms && *at_ms < leave.to_ms)
                .map(|leave| leave.to_ms)
        };
        // One leave may begin where another ends.
        let opening = iter::successors(Some(window.from_ms), on_leave).last()?;
        (now_ms < opening && opening < window.to_ms).then_some(opening)
    })
}

fn opens_in_s(basis: &Basis, now_ms: i64) -> i64 {
    let opening = openings(basis, now_ms)
        .next()
        .unwrap_or(now_ms + LOOK_AHEAD_DAYS as i64 * 86_400_000);
    // Rounded up: a fix at the due time must not lie a breath before the window.
    (opening - now_ms + 999) / 1000
}

/// Until when the rep is on a break: to its end, to the end of its allowance, or to the end of the window.
pub(super) fn break_until(connection: &Connection, basis: &Basis, now_ms: i64) -> Result<Option<i64>, PhoneError> {
    let max_ms = basis.policy.break_time.max_min * 60_000;
    let since = open_since(connection, basis, now_ms, [BreakStarted::TYPE, BreakEnded::TYPE])?;
    Ok(since.map(|since| since + max_ms).filter(|until| now_ms < *until))
}

/// Since when the rep is in private time; it ends by the button or with the window.
pub(super) fn private_since(connection: &Connection, basis: &Basis, now_ms: i64) -> Result<Option<i64>, PhoneError> {
    open_since(connection, basis, now_ms, [PrivateStarted::TYPE, PrivateEnded::TYPE])
}

fn open_since(
    connection: &Connection,
    basis: &Basis,
    now_ms: i64,
    kinds: [&str; 2],
) -> Result<Option<i64>, PhoneError> {
    let Some(window) = basis.schedule.window(basis.schedule.day_of(now_ms)) else {
        return Ok(None);
    };
    if !window.contains(now_ms) {
        return Ok(None);
    }
    let whole_day = basis.schedule.whole_day(basis.schedule.day_of(now_ms));
    let newest = newest_of(connection, kinds, whole_day.from_ms.min(window.from_ms))?;
    Ok(newest.filter(|(kind, _)| kind == kinds[0]).map(|(_, at_ms)| at_ms))
}
