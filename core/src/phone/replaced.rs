//! Whether this phone is still the rep's: another one that was enrolled for him takes its place.

use rusqlite::Connection;

use super::{
    Phone, PhoneError,
    store::{self, log, photos},
};

/// Since when another phone has the place of this one.
const REPLACED: &str = "replaced_ms";

impl Phone {
    /// Deletes what a replaced phone holds, once all of it has arrived: then it can be enrolled anew.
    ///
    /// # Errors
    /// [`PhoneError::BadInput`] on a phone that is in use, [`PhoneError::StillWaiting`], or the disk's.
    pub fn leave(&self) -> Result<(), PhoneError> {
        self.with(|store| {
            let connection = store.connection();
            if since_ms(connection)?.is_none() {
                return Err(PhoneError::BadInput(
                    "this phone is the rep's: it is left once another took its place".into(),
                ));
            }
            let (records, photos) = (log::waiting(connection)?.0, photos::pending(connection)?.len() as u32);
            if records > 0 || photos > 0 {
                return Err(PhoneError::StillWaiting { records, photos });
            }
            Ok(())
        })?;
        self.wipe()
    }
}

/// Since when another phone has the place of this one.
pub(super) fn since_ms(connection: &Connection) -> Result<Option<i64>, PhoneError> {
    Ok(store::meta(connection, REPLACED)?.and_then(|ms| ms.parse().ok()))
}

/// Nothing new is recorded on a phone that was replaced.
pub(super) fn check(connection: &Connection) -> Result<(), PhoneError> {
    match since_ms(connection)? {
        Some(_) => Err(PhoneError::Replaced),
        None => Ok(()),
    }
}

/// The server told that another phone took its place.
pub(super) fn note(tx: &Connection, now_ms: i64) -> Result<(), PhoneError> {
    if since_ms(tx)?.is_some() {
        return Ok(());
    }
    store::set_meta(tx, REPLACED, &now_ms.to_string())
}

/// The server takes it for the rep's.
pub(super) fn note_in_use(tx: &Connection) -> Result<(), PhoneError> {
    store::drop_meta(tx, REPLACED)
}
