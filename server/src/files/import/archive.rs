//! Zip archives, read as far as they stay small: what an entry claims of its size is not believed.

use std::io::{self, Cursor, Read};

use zip::ZipArchive;

use super::FileError;

/// All entries unpacked.
const UNPACKED_MAX_BYTES: u64 = 64 * 1024 * 1024;
const ENTRIES_MAX: usize = 1_000;

/// Whether a file begins as a zip archive does.
pub(super) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// The entries whose names `wanted` wants, unpacked.
pub(super) fn entries(bytes: &[u8], wanted: impl Fn(&str) -> bool) -> Result<Vec<(String, Vec<u8>)>, FileError> {
    let mut archive = open(bytes)?;
    let (mut found, mut left) = (Vec::new(), UNPACKED_MAX_BYTES);
    for index in 0..archive.len() {
        let entry = archive
            .by_index(index)
            .map_err(|error| FileError::Archive(error.to_string()))?;
        let name = entry
            .name()
            .map_err(|error| FileError::Archive(error.to_string()))?
            .into_owned();
        if !wanted(&name) {
            continue;
        }
        let mut unpacked = Vec::new();
        left -= copied(entry, left, &mut unpacked)?;
        found.push((name, unpacked));
    }
    Ok(found)
}

/// Unpacks everything once to nowhere, for readers that would unpack without bounds.
pub(super) fn check(bytes: &[u8]) -> Result<(), FileError> {
    let mut archive = open(bytes)?;
    let mut left = UNPACKED_MAX_BYTES;
    for index in 0..archive.len() {
        let entry = archive
            .by_index(index)
            .map_err(|error| FileError::Archive(error.to_string()))?;
        left -= copied(entry, left, &mut io::sink())?;
    }
    Ok(())
}

fn open(bytes: &[u8]) -> Result<ZipArchive<Cursor<&[u8]>>, FileError> {
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| FileError::Archive(error.to_string()))?;
    if archive.len() > ENTRIES_MAX {
        Err(bomb())
    } else {
        Ok(archive)
    }
}

fn copied(entry: impl Read, left: u64, to: &mut impl io::Write) -> Result<u64, FileError> {
    let bytes = io::copy(&mut entry.take(left + 1), to).map_err(|error| FileError::Archive(error.to_string()))?;
    if bytes > left { Err(bomb()) } else { Ok(bytes) }
}

fn bomb() -> FileError {
    FileError::Bomb {
        mib: UNPACKED_MAX_BYTES / 1024 / 1024,
        entries: ENTRIES_MAX,
    }
}
