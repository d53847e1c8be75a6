//! Where the rep is: fixes, what explains their absence, breaks, private time.

use std::mem;

use rusqlite::Connection;
use serde::Serialize;

use super::{Phone, PhoneError, Recording, consent, locked, reasons, recording, store::log::newest_of};
use crate::{
    judge::{FixVerdict, LiveStatus, Pace, PlaceVerdict, no_go_edges_mm},
    place::Point,
    reading::{Fix, Reading, Stamp},
    record::Payload,
    rules::{
        Basis,
        presence::{BreakEnded, BreakStarted, Cause, CauseNoted, PrivateEnded, PrivateStarted, Stood},
        visit::{CheckedIn, CheckedOut},
    },
    time::When,
};

/// What a fix changes for the screen and the sampling.
#[derive(Debug, Clone, PartialEq, Serialize, uniffi::Record)]
pub struct FixOutcome {
    /// Seconds until the next fix is due, and no longer than until a phone that stood still moves or recording ends;
    /// until it begins next, where it does not go on.
    pub next_due_s: i64,
    /// What this phone does about the rep's place now.
    pub recording: Recording,
    /// Where its time lies.
    pub when: When,
    /// Whether the place was kept: in the window, and neither on a break, in private time nor on leave.
    pub kept: bool,
    /// The phone's verdict, where the place was kept.
    pub verdict: Option<FixVerdict>,
    /// The provisional status now.
    pub live: LiveStatus,
    /// The rep seems to be leaving and is to be told: once, and again only after he was back, or the time of his reason is over.
    pub tells_leaving: bool,
}

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
        let (live, is_said) = match when {
            When::Within => {
                let day = self.day_at(written.at_ms)?;
                (day.presence.live, reasons::is_said(&day, written.at_ms))
            }
            _ => (LiveStatus::Unknown, false),
        };
        let recording = self.with(|store| recording::recording(store.connection(), &basis, written.at_ms))?;
        let leaves = matches!(live, LiveStatus::SeemsLeaving | LiveStatus::PossiblyOutside);
        let next_due_s = match (&recording, when) {
            (Recording::Waits { next, .. }, _) => next.in_s,
            (_, When::Within) => {
                let due_s = match (&reading.fix, verdict) {
                    (Some(fix), Some(verdict)) => self.due_s(&basis, fix, &verdict, written.at_ms, leaves)?,
                    _ => basis.policy.live.sample_s,
                };
                due_s.min(left_s(&basis, written.at_ms))
            }
            _ => recording::next_opening(&basis, written.at_ms).in_s,
        };
        // Who goes out of sight is not back; who said why is asked nothing until that time is over.
        let may_be = |verdict: &FixVerdict| matches!(verdict.place, PlaceVerdict::Inside | PlaceVerdict::Edge);
        let is_back = when != When::Within || verdict.as_ref().is_some_and(may_be);
        let told = {
            let told = &mut locked(&self.session).told_leaving;
            mem::replace(told, !is_said && (leaves || (*told && !is_back)))
        };
        Ok(FixOutcome {
            next_due_s,
            recording,
            when,
            kept: verdict.is_some(),
            verdict,
            live,
            tells_leaving: leaves && !told && !is_said,
        })
    }

    /// Seconds until the next fix is due after one that was kept.
    fn due_s(
        &self,
        basis: &Basis,
        fix: &Fix,
        verdict: &FixVerdict,
        now_ms: i64,
        leaving: bool,
    ) -> Result<i64, PhoneError> {
        let pace = Pace {
            still: fix.still,
            leaving,
            visit_s: self.visiting_s(basis, now_ms)?,
            left_s: left_s(basis, now_ms),
        };
        let edge_mm = verdict.edge_mm.filter(|_| verdict.unusable.is_none());
        let no_go = no_go_edges_mm(&basis.no_go, Point::from(fix));
        Ok(pace.next_fix_s(edge_mm, verdict.radius_mm.unwrap_or(0), &no_go, &basis.policy))
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

    /// Since when a visit goes on, in seconds.
    fn visiting_s(&self, basis: &Basis, now_ms: i64) -> Result<Option<i64>, PhoneError> {
        let kinds = [CheckedIn::TYPE, CheckedOut::TYPE];
        let since = self.with(|store| open_since(store.connection(), basis, now_ms, kinds))?;
        Ok(since.map(|since| (now_ms - since) / 1000))
    }
}

/// Seconds to the end of the window, or to leave in it.
fn left_s(basis: &Basis, now_ms: i64) -> i64 {
    recording::ends_ms(basis, now_ms).map_or(0, |ends_ms| recording::seconds(ends_ms - now_ms))
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
