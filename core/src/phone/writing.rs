//! From a reading to records on the disk.
//!
//! One call is one transaction: what the phone noticed by itself (its process started, the wall clock
//! moved), the fix if it may be kept, then the act that names it. Outside the window no place reaches the
//! disk; the act keeps its time.

use rusqlite::Transaction;

use super::{
    Phone, PhoneError, Session, consent, integrity, locked, platform, replaced,
    store::{
        self, NewRow,
        log::{append, clocks_of},
    },
};
use crate::{
    judge::judge_fix,
    reading::{Fix, Reading, Stamp},
    record::{Body, Payload, Salt, Tip},
    rules::{
        Basis,
        clock::ClockMoved,
        presence::{Cause, CauseNoted, FixTaken, Seen},
    },
    time::{Clocks, When},
};

/// Records of one call: at most five noticed ones, a fix, and two acts.
const RECORDS_OF_A_CALL: usize = 8;

/// Names the fix that an act happened at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FixName {
    pub(super) epoch: u32,
    pub(super) seq: u64,
}

/// What came of a call's reading.
#[derive(Debug)]
pub(super) struct Written<T> {
    /// What the act returned.
    pub(super) act: T,
    /// The fix, where it was kept.
    pub(super) fix: Option<FixTaken>,
    /// Trusted time of the reading.
    pub(super) at_ms: i64,
}

/// Appends records within one transaction.
pub(super) struct Pen<'t> {
    tx: &'t Transaction<'t>,
    tip: Tip,
    state: i64,
    salts: Vec<Salt>,
    clocks: &'t Clocks,
}

impl Pen<'_> {
    /// Appends one record and names it.
    ///
    /// # Errors
    /// [`PhoneError::Record`] where it is too long, or the disk's.
    pub(super) fn write<P: Payload>(&mut self, at: &Stamp, payload: &P) -> Result<FixName, PhoneError> {
        let salt = self
            .salts
            .pop()
            .ok_or_else(|| PhoneError::Storage("one call wrote more records than it has salts for".into()))?;
        let body = Body::new(salt, at.clone(), payload);
        let at_ms = self.clocks.trust(at).at_ms;
        append(self.tx, &mut self.tip, self.state, &NewRow { body: &body, at_ms })?;
        Ok(FixName {
            epoch: self.tip.epoch,
            seq: self.tip.seq,
        })
    }

    /// The transaction, for what has to be kept together with the record.
    pub(super) fn transaction(&self) -> &Transaction<'_> {
        self.tx
    }
}

impl Phone {
    /// Records a reading and what the rep did at it.
    ///
    /// # Errors
    /// [`PhoneError::NotEnrolled`], [`PhoneError::Replaced`], [`PhoneError::StorageFull`], or what `act` says; then
    /// nothing is kept.
    pub(super) fn record<T>(
        &self,
        reading: &Reading,
        act: impl FnOnce(&mut Pen<'_>, Option<FixName>) -> Result<T, PhoneError>,
    ) -> Result<Written<T>, PhoneError> {
        self.with(|store| replaced::check(store.connection()))?;
        self.append(reading, act)
    }

    /// As [`Phone::record`], on a replaced phone too: what syncing has to write down.
    pub(super) fn append<T>(
        &self,
        reading: &Reading,
        act: impl FnOnce(&mut Pen<'_>, Option<FixName>) -> Result<T, PhoneError>,
    ) -> Result<Written<T>, PhoneError> {
        let salts = (0..RECORDS_OF_A_CALL)
            .map(|_| platform::random(self.platform.as_ref()))
            .collect();
        let basis = self.basis().ok();
        let policy = self.policy();
        let mut session = locked(&self.session);
        let written = self.with(|store| {
            let clocks = clocks_of(
                store.connection(),
                [reading.at.boot.as_str()].into_iter(),
                policy.clock.drift_ppm,
            )?;
            store.write(|tx| {
                let (tip, state) = store::log::tip(tx)?.ok_or(PhoneError::NotEnrolled)?;
                let mut pen = Pen {
                    tx,
                    tip,
                    state,
                    salts,
                    clocks: &clocks,
                };
                session.note(&mut pen, &reading.at, policy.clock.jump_s)?;
                let fix = kept_fix(tx, basis.as_deref(), &clocks, reading)?;
                let name = fix.as_ref().map(|fix| pen.write(&reading.at, fix)).transpose()?;
                if let Some(taken) = &fix {
                    integrity::note_place(&mut pen, &reading.at, &taken.fix)?;
                }
                let act = act(&mut pen, name)?;
                Ok(Written {
                    act,
                    fix,
                    at_ms: clocks.trust(&reading.at).at_ms,
                })
            })
        });
        session.after(&reading.at, &written);
        written
    }

    /// Records an act that needs no place.
    ///
    /// # Errors
    /// As [`Phone::record`].
    pub(super) fn record_payload<P: Payload>(&self, at: &Stamp, payload: &P) -> Result<FixName, PhoneError> {
        let reading = super::without_fix(at.clone());
        Ok(self.record(&reading, |pen, _| pen.write(at, payload))?.act)
    }
}

impl Session {
    /// What the phone notices by itself.
    fn note(&self, pen: &mut Pen<'_>, at: &Stamp, jump_s: i64) -> Result<(), PhoneError> {
        let cause = |cause| CauseNoted { cause };
        if !self.started {
            if self.last.as_ref().is_some_and(|last| last.boot != at.boot) {
                pen.write(at, &cause(Cause::Rebooted))?;
            }
            pen.write(at, &cause(Cause::ProcessStarted))?;
        }
        if self.storage_was_full {
            pen.write(at, &cause(Cause::StorageFull))?;
        }
        let by_ms = self.last.as_ref().map_or(0, |last| moved_by_ms(last, at));
        if by_ms.abs() > jump_s * 1000 {
            pen.write(at, &ClockMoved { by_ms })?;
        }
        Ok(())
    }

    fn after<T>(&mut self, at: &Stamp, written: &Result<Written<T>, PhoneError>) {
        match written {
            Ok(_) => {
                self.last = Some(at.clone());
                self.started = true;
                self.storage_was_full = false;
            }
            Err(PhoneError::StorageFull) => self.storage_was_full = true,
            Err(_) => {}
        }
    }
}

/// How far the wall clock moved against time since boot; 0 across boots.
fn moved_by_ms(before: &Stamp, now: &Stamp) -> i64 {
    if before.boot != now.boot {
        return 0;
    }
    (now.at_ms - now.elapsed_ms) - (before.at_ms - before.elapsed_ms)
}

/// The fix with the phone's own verdict, where it may be kept.
///
/// Before the first sync nobody knows the window, so nothing is kept either.
fn kept_fix(
    tx: &Transaction<'_>,
    basis: Option<&Basis>,
    clocks: &Clocks,
    reading: &Reading,
) -> Result<Option<FixTaken>, PhoneError> {
    let (Some(basis), Some(fix)) = (basis, &reading.fix) else {
        return Ok(None);
    };
    let at_ms = clocks.trust(&reading.at).at_ms;
    // A position measured before the window opened is one outside it, whenever it is read.
    let in_window = [at_ms, at_ms - fix.age_ms.max(0)]
        .iter()
        .all(|at_ms| basis.schedule.when(*at_ms) == When::Within);
    if !in_window || consent::is_refused(tx)? || is_private(tx, basis, at_ms)? {
        return Ok(None);
    }
    Ok(Some(seen(basis, fix)))
}

fn seen(basis: &Basis, fix: &Fix) -> FixTaken {
    FixTaken {
        fix: fix.clone(),
        seen: Some(Seen {
            verdict: judge_fix(fix, &basis.area, &basis.policy.fix, basis.edge_tolerance_m),
            when: When::Within,
            area: basis.area_hash,
        }),
    }
}

/// On a break, in private time or on leave: only start and end are recorded, no place.
fn is_private(tx: &Transaction<'_>, basis: &Basis, at_ms: i64) -> Result<bool, PhoneError> {
    Ok(super::recording::leave_until(basis, at_ms).is_some()
        || super::presence::break_until(tx, basis, at_ms)?.is_some()
        || super::presence::private_since(tx, basis, at_ms)?.is_some())
}
