use std::{
    fs,
    path::{Path, PathBuf},
};

use onbeat_core::record::Hash;
use serde::Serialize;

use super::{
    file::{Header, Writer},
    place::Place,
    tally::Tally,
};
use crate::{
    desk::{DeskError, DeskResult},
    folder,
};

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Backup {
    /// Its file.
    pub file: PathBuf,
    /// Of which moment it is, milliseconds since 1970 (UTC).
    pub made_at_ms: i64,
    /// SHA-256 of all bytes before its last line, which says it too.
    pub sha256: Hash,
    /// What it holds.
    pub holds: Tally,
}

/// Writes all that a server keeps into one file, also while it runs: its data as of one moment, and its keys.
///
/// # Errors
/// `no_data`, `database`: there is no server's data; `output`: the file can't be written, or is there already; the
/// store's.
pub async fn backup(data: &Path, database: Option<&str>, file: &Path, now_ms: i64) -> DeskResult<Backup> {
    folder::check_holds_data(data, database.is_some())?;
    let keys = data.join(folder::KEYS);
    let keys = fs::read_to_string(&keys)
        .map_err(|error| DeskError::environment("keys", format!("{}: {error}", keys.display())))?;
    let header = Header::new(now_ms, folder::is_demo(data), keys);
    let mut writer = Writer::create(file, &header)?;
    Place::of(data, database).rows(&mut writer).await?;
    let (holds, sha256) = writer.finish()?;
    Ok(Backup {
        file: fs::canonicalize(file).unwrap_or_else(|_| file.to_owned()),
        made_at_ms: now_ms,
        sha256,
        holds,
    })
}
