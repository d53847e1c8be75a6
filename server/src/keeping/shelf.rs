use std::{
    fs, io,
    path::{Path, PathBuf},
};

use chrono::DateTime;

const BEGIN: &str = "onbeat-";
const END: &str = ".backup";

/// The file of a backup on a shelf, by the time it is made at, milliseconds since 1970 (UTC): names have the order of
/// times.
pub fn file_on(shelf: &Path, now_ms: i64) -> PathBuf {
    let made_at = DateTime::from_timestamp_millis(now_ms).unwrap_or_default();
    shelf.join(format!("{BEGIN}{}{END}", made_at.format("%Y%m%dT%H%M%SZ")))
}

/// Removes all backups of a shelf but the newest, and says which. Files of other names are nobody's to remove.
///
/// # Errors
/// The disk's.
pub fn clear(shelf: &Path, keep: usize) -> io::Result<Vec<PathBuf>> {
    let mut backups = Vec::new();
    for file in fs::read_dir(shelf)? {
        let name = file?.file_name();
        let of_shelf = name
            .to_str()
            .filter(|name| name.starts_with(BEGIN) && name.ends_with(END));
        backups.extend(of_shelf.map(|name| shelf.join(name)));
    }
    backups.sort_unstable();
    backups.truncate(backups.len().saturating_sub(keep));
    for old in &backups {
        fs::remove_file(old)?;
    }
    Ok(backups)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const DAY_MS: i64 = 24 * 60 * 60 * 1000;

    #[test]
    fn the_newest_stay_and_nothing_else_goes() {
        let shelf = tempfile::tempdir().unwrap();
        let files: Vec<PathBuf> = (0..5).map(|day| file_on(shelf.path(), day * DAY_MS)).collect();
        let others = ["before-upgrade", "onbeat-19700101T000000Z.backup.new", "notes.backup"]
            .map(|name| shelf.path().join(name));
        for file in files.iter().chain(&others) {
            fs::write(file, "").unwrap();
        }
        assert_eq!(files[1].file_name().unwrap(), "onbeat-19700102T000000Z.backup");
        assert_eq!(clear(shelf.path(), 2).unwrap(), files[..3]);
        assert!(files[3..].iter().chain(&others).all(|file| file.exists()));
        assert_eq!(clear(shelf.path(), 9).unwrap(), Vec::<PathBuf>::new());
    }
}
