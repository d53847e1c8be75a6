//! A data folder is one process's.

use std::{
    fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
    thread,
    time::Duration,
};

use super::{StoreError, StoreResult};

const TRIES: usize = 10;
const PAUSE: Duration = Duration::from_millis(20);

/// Takes the folder, made if need be, as long as the file is open.
///
/// # Errors
/// [`StoreError::Locked`] where another process has it.
pub(crate) fn lock(folder: &Path) -> StoreResult<File> {
    let failed = |e| failed(folder, &e);
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(failed)?;
    let file = private(&folder.join("lock")).map_err(failed)?;
    match patiently(&file) {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked(folder.display().to_string())),
        Err(TryLockError::Error(e)) => Err(failed(e)),
    }
}

/// A process that is just ending, or a child that has not yet begun its own program, holds the folder a moment longer.
fn patiently(file: &File) -> Result<(), TryLockError> {
    for _ in 0..TRIES {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
            done => return done,
        }
    }
    file.try_lock()
}

/// Opens or makes a file that nobody but its owner can read.
pub(super) fn private(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

pub(super) fn failed(folder: &Path, error: &io::Error) -> StoreError {
    StoreError::Database(format!("data folder {}: {error}", folder.display()))
}
