//! The phone: an encrypted log and store in one file, the calls that screens make, and sync.
//!
//! [`Phone`] is what shells see. A call takes a [`Reading`] (or a stamp), appends what happened, and returns a
//! view of codes and values; the words of screens stand in the shells, those of findings in `words`. Each call
//! may wait for the disk: shells make them from one background thread. No lock is held over the network, a
//! signature or any other call to the [`Platform`].

mod acts;
mod consent;
mod diagnosis;
mod enrol;
mod error;
mod explain;
mod export;
mod http;
mod integrity;
mod jpeg;
mod map;
mod platform;
mod presence;
mod reasons;
mod recording;
mod replaced;
mod screens;
mod sketch;
mod standing;
mod store;
mod sync;
mod today;
mod trust;
mod views;
mod way;
mod writing;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::NaiveDate;

pub use consent::LocationAnswer;
pub use diagnosis::{Diagnosis, Exit, ExitReason, Start, StartSeen, StartedBy};
pub use enrol::{Device, recover};
pub use error::PhoneError;
pub use explain::Explained;
pub use integrity::SignsShown;
pub use map::{MapArea, MapCustomer, MapHere, MapKind, MapPoint, MapView};
pub use platform::{Platform, SignError};
pub use presence::FixOutcome;
pub use reasons::REASONS_BY_TAP;
pub use recording::{Beginning, Recording};
pub use screens::{LookReason, LookSeen, MyRecords, VisitShown};
pub use sketch::{Sketch, SketchFix, SketchPlace};
pub use standing::Standing;
pub use sync::{AppState, Problem, SyncReport};
pub use today::{Here, Next, Today};
pub use views::{CustomerNear, Heads, LineState, RecordShown};
pub use way::{RunsOn, ways_to};

use crate::{
    policy::Policy,
    reading::{Reading, Stamp},
    record::Hash,
    rules::{Basis, JudgedBy},
};
use store::Store;

/// One phone of one rep.
pub struct Phone {
    platform: Arc<dyn Platform>,
    /// Sealed to the server's recovery key at enrolment.
    db_key: [u8; 32],
    /// `None` once it was wiped.
    store: Mutex<Option<Store>>,
    session: Mutex<Session>,
    /// The reference data, read and prepared; `None` where it has to be read anew.
    basis: Mutex<Option<Prepared>>,
    syncing: tokio::sync::Mutex<()>,
}

/// The documents in force, and those of days of the past that are judged by others.
#[derive(Debug)]
struct Prepared {
    now: Arc<Basis>,
    past: BTreeMap<Hash, Arc<Basis>>,
}

/// What this process has seen.
#[derive(Debug, Default)]
struct Session {
    /// The newest stamp, of this process or of the log's end.
    last: Option<Stamp>,
    /// The start of the process is in the log.
    started: bool,
    /// A call met a full disk: the next one that does not says so.
    storage_was_full: bool,
    /// The rep was told that he seems to be leaving, and was not back since.
    told_leaving: bool,
    /// What the newest sync came to, this process's or the one before it.
    turn: sync::Turn,
}

impl Phone {
    /// Opens the phone's folder, or makes it.
    ///
    /// # Errors
    /// [`PhoneError::AlreadyOpen`], [`PhoneError::WrongKey`] (nothing is touched), [`PhoneError::NewerVersion`],
    /// [`PhoneError::BadInput`] for a key that is not 32 bytes, or the disk's. A damaged file is set aside
    /// (kept under another name) and a new one begun: [`Phone::diagnosis`] tells.
    pub fn open(folder: &Path, db_key: &[u8], platform: Arc<dyn Platform>) -> Result<Self, PhoneError> {
        let db_key = db_key
            .try_into()
            .map_err(|_| PhoneError::BadInput(format!("a database key has 32 bytes, not {}", db_key.len())))?;
        let store = Store::open(folder, &db_key)?;
        let last = store.met(store::log::newest_stamp(store.connection()))?;
        let turn = store.met(sync::turn(store.connection()))?;
        Ok(Self {
            platform,
            db_key,
            store: Mutex::new(Some(store)),
            session: Mutex::new(Session {
                last,
                turn,
                ..Session::default()
            }),
            basis: Mutex::new(None),
            syncing: tokio::sync::Mutex::new(()),
        })
    }

    /// Deletes all that is kept here.
    fn wipe(&self) -> Result<(), PhoneError> {
        if let Some(store) = locked(&self.store).take() {
            store.wipe()?;
        }
        locked(&self.basis).take();
        Ok(())
    }

    /// Works on the store, alone. `work` must not call the platform.
    fn with<T>(&self, work: impl FnOnce(&mut Store) -> Result<T, PhoneError>) -> Result<T, PhoneError> {
        let mut store = locked(&self.store);
        let store = store.as_mut().ok_or(PhoneError::Wiped)?;
        let done = work(store);
        store.met(done)
    }

    /// Whose phone it is.
    fn rep(&self) -> Result<String, PhoneError> {
        self.with(|store| {
            let certificate = store::log::certificate(store.connection())?;
            Ok(certificate.ok_or(PhoneError::NotEnrolled)?.rep.clone())
        })
    }

    /// The reference data in force.
    fn basis(&self) -> Result<Arc<Basis>, PhoneError> {
        if let Some(prepared) = locked(&self.basis).as_ref() {
            return Ok(Arc::clone(&prepared.now));
        }
        let rep = self.rep()?;
        let basis = self.with(|store| {
            let connection = store.connection();
            let documents = store::reference::documents(connection)?;
            let blob = |hash: &_| store::reference::blob(connection, hash).ok().flatten();
            let basis = Basis::new(&rep, &documents, blob)?;
            let mut noted = store::reference::noted(connection)?;
            noted.retain(|noted| noted.rep == rep);
            Ok(Arc::new(Basis { noted, ..basis }))
        })?;
        *locked(&self.basis) = Some(Prepared {
            now: Arc::clone(&basis),
            past: BTreeMap::new(),
        });
        Ok(basis)
    }

    /// What a day is judged by: the documents in force, unless the server told others of that day and they have come.
    fn basis_of(&self, day: NaiveDate) -> Result<Arc<Basis>, PhoneError> {
        let now = self.basis()?;
        let told = now.noted.iter().find(|noted| noted.day == day);
        let Some(told) = told.and_then(|noted| noted.judged_by.as_ref()) else {
            return Ok(now);
        };
        let prepared = |prepared: &Prepared| prepared.past.get(&told.documents).cloned();
        if let Some(basis) = locked(&self.basis).as_ref().and_then(prepared) {
            return Ok(basis);
        }
        let Some(past) = self.past_basis(&now, told)? else {
            return Ok(now);
        };
        let mut prepared = locked(&self.basis);
        if let Some(prepared) = prepared.as_mut().filter(|prepared| Arc::ptr_eq(&prepared.now, &now)) {
            prepared.past.insert(told.documents, Arc::clone(&past));
        }
        Ok(past)
    }

    /// `None`: not all that it takes has come.
    fn past_basis(&self, now: &Basis, told: &JudgedBy) -> Result<Option<Arc<Basis>>, PhoneError> {
        self.with(|store| {
            let connection = store.connection();
            let Some(documents) = store::reference::judged_by(connection, told)? else {
                return Ok(None);
            };
            let blob = |hash: &_| store::reference::blob(connection, hash).ok().flatten();
            let past = Basis::new(&now.rep_id, &documents, blob).ok();
            Ok(past.map(|past| {
                // What people said is theirs whatever the day was judged by.
                Arc::new(Basis {
                    exceptions: now.exceptions.clone(),
                    decisions: now.decisions.clone(),
                    noted: now.noted.clone(),
                    ..past
                })
            }))
        })
    }

    /// The policy in force; the shipped one before the first sync.
    fn policy(&self) -> Policy {
        self.basis()
            .map_or_else(|_| Policy::default(), |basis| basis.policy.clone())
    }

    /// The moment of a stamp, as far as can be told.
    fn trusted_ms(&self, at: &Stamp) -> Result<i64, PhoneError> {
        let drift_ppm = self.policy().clock.drift_ppm;
        self.with(|store| {
            let clocks = store::log::clocks_of(store.connection(), [at.boot.as_str()].into_iter(), drift_ppm)?;
            Ok(clocks.trust(at).at_ms)
        })
    }

    /// `at`, moved on by the time that went by since.
    fn since(&self, at: &Stamp) -> Stamp {
        let elapsed_ms = self.platform.elapsed_ms().max(at.elapsed_ms);
        Stamp {
            at_ms: at.at_ms + (elapsed_ms - at.elapsed_ms),
            elapsed_ms,
            boot: at.boot.clone(),
        }
    }
}

/// A reading without a place.
fn without_fix(at: Stamp) -> Reading {
    Reading { at, fix: None }
}

/// A panic of another thread under the lock leaves the data as the last commit left it: go on.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
