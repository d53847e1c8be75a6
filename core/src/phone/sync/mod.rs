//! Sync: [`machine`] decides, [`drive`] does. It can be cut at any byte and run again.

mod drive;
mod enrolment;
mod machine;
mod step;
mod turn;
mod wire;

#[cfg(test)]
mod tests;

pub(super) use enrolment::{Enrolment, enrolment, keep_enrolment};
pub use turn::AppState;
pub(super) use turn::{Turn, turn};

use serde::{Deserialize, Serialize};

use super::{
    Phone, PhoneError, locked,
    store::{log, photos},
};
use crate::reading::Stamp;

/// Something that went wrong and is tried again at the next sync.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct Problem {
    /// Stable code: the server's, or `network`, `key_locked`, `untrusted`, `unsettled`, …
    pub code: String,
    /// In words, in English, for the log and the help desk.
    pub message: String,
}

impl Problem {
    fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
        }
    }
}

/// What a sync did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, uniffi::Record)]
pub struct SyncReport {
    /// Records that the server stored in this run.
    pub sent: u64,
    /// Records that still wait for a receipt.
    pub waiting: u64,
    /// Photos that the server has whole since this run.
    pub photos_sent: u32,
    /// Photos that still wait.
    pub photos_waiting: u32,
    /// Documents that changed.
    pub documents: u32,
    /// Epochs opened: a lost key, a restored phone, a refused batch.
    pub epochs_opened: u32,
    /// Bodies erased, since they held places outside the window.
    pub erased: u32,
    /// The server revoked this phone: everything here was deleted.
    pub wiped: bool,
    /// Seconds after which the server wants to be asked again.
    pub retry_after_s: Option<u64>,
    /// What went wrong; empty when all is well.
    pub problems: Vec<Problem>,
}

impl Phone {
    /// Sends what waits and fetches what is new. Can be cut off anywhere and called again; what could not be
    /// done stands in the report. While the server wants to be left alone it is not asked: the report says for how long.
    ///
    /// # Errors
    /// [`PhoneError::NotEnrolled`], [`PhoneError::SyncRunning`], or those of the phone's own storage.
    pub async fn sync(&self, at: Stamp) -> Result<SyncReport, PhoneError> {
        let _running = self.syncing.try_lock().map_err(|_| PhoneError::SyncRunning)?;
        let held_s = locked(&self.session).turn.held_s(&self.since(&at));
        match held_s {
            0 => drive::run(self, at).await,
            held_s => self.left_alone(held_s),
        }
    }

    /// What waits meanwhile.
    fn left_alone(&self, held_s: i64) -> Result<SyncReport, PhoneError> {
        let words = format!("the server wants to be left alone for another {held_s} s");
        self.with(|store| {
            Ok(SyncReport {
                waiting: log::waiting(store.connection())?.0,
                photos_waiting: photos::pending(store.connection())?.len() as u32,
                retry_after_s: Some(held_s as u64),
                problems: vec![Problem::new("busy", words)],
                ..SyncReport::default()
            })
        })
    }
}
