//! The data folder: whether there is one, and whether it is a demo's.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::Path,
};

use crate::desk::{DeskError, DeskResult};
pub(crate) use crate::signer::FILE as KEYS;

/// Its presence marks a folder as a demo's, for ever.
const DEMO: &str = "DEMO";
const DEMO_TEXT: &str = "What this folder holds was played, not lived: its certificates say so.\n";
/// Present in every data folder whose data stands there.
const FILE: &str = "onbeat.sqlite";

/// Whether a server ever ran on it.
pub fn exists(data: &Path) -> bool {
    data.join(FILE).exists() || data.join(KEYS).exists()
}

/// Refuses to begin anew where the data stands elsewhere, or to leave what stands here.
///
/// # Errors
/// `database` where a server ran on this folder with a database and now none is named, or the other way round.
pub fn check_database(data: &Path, named: bool) -> DeskResult<()> {
    let (here, folder) = (data.join(FILE), data.display());
    let why = match (named, here.exists()) {
        (true, true) => {
            let name = here.display();
            format!(
                "{folder} holds data of its own: go on without --database, or, once they were moved, take {name} out"
            )
        }
        (false, false) if exists(data) => {
            format!("the data of {folder} stands in a database: name it by --database URL")
        }
        _ => return Ok(()),
    };
    Err(DeskError::environment("database", why))
}

/// As [`check_database`], for who needs data that are there.
///
/// # Errors
/// Also `no_data` where no server ever ran.
pub fn check_holds_data(data: &Path, named: bool) -> DeskResult<()> {
    if !exists(data) {
        let why = format!(
            "{} holds no server's data: start one with onbeat serve --data DIR",
            data.display()
        );
        return Err(DeskError::environment("no_data", why));
    }
    check_database(data, named)
}

/// Whether it was made as a demo.
pub fn is_demo(data: &Path) -> bool {
    data.join(DEMO).exists()
}

/// Makes the folder if need be, for its owner alone, and marks a new one as demo if asked. One that others can open
/// is warned of: whoever gave it to them may have had a reason.
///
/// # Errors
/// `not_a_demo` where it holds real data already.
pub fn prepare(data: &Path, demo: bool) -> DeskResult<()> {
    let failed = |error: io::Error| failed(data, &error);
    if !data.exists() {
        make(data).map_err(failed)?;
    }
    if let Some(mode) = open_to_others(data).map_err(failed)? {
        let folder = data.display();
        tracing::warn!("other users of this machine can open {folder} (mode {mode:03o}): run chmod 700 {folder}");
    }
    if !demo || is_demo(data) {
        return Ok(());
    }
    if exists(data) {
        let why = format!("{} holds real data: a demo needs a folder of its own", data.display());
        return Err(DeskError::environment("not_a_demo", why));
    }
    mark_demo(data).map_err(failed)
}

/// What the system says of the folder.
pub(crate) fn failed(data: &Path, error: &io::Error) -> DeskError {
    DeskError::environment("data_folder", format!("data folder {}: {error}", data.display()))
}

/// Marks a folder as a demo's, for ever.
///
/// # Errors
/// Of the file system.
pub(crate) fn mark_demo(data: &Path) -> io::Result<()> {
    fs::write(data.join(DEMO), DEMO_TEXT)
}

/// The folder's mode, where it lets anybody but its owner in.
fn open_to_others(data: &Path) -> io::Result<Option<u32>> {
    let mode = fs::metadata(data)?.permissions().mode() & 0o777;
    Ok((mode & 0o077 != 0).then_some(mode))
}

fn make(data: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(data)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn data_is_looked_for_where_it_stands() {
        let cases: [(&[&str], bool, bool); 6] = [
            (&[], false, true),
            (&[], true, true),
            (&[KEYS, FILE], false, true),
            (&[KEYS, FILE], true, false),
            (&[KEYS], false, false),
            (&[KEYS], true, true),
        ];
        for (files, named, fits) in cases {
            let data = tempfile::tempdir().unwrap();
            files
                .iter()
                .for_each(|file| fs::write(data.path().join(file), "").unwrap());
            assert_eq!(check_database(data.path(), named).is_ok(), fits, "{files:?} {named}");
        }
    }

    #[test]
    fn a_folder_that_others_can_open_is_noticed() {
        let parent = tempfile::tempdir().unwrap();
        let data = parent.path().join("data");
        prepare(&data, false).unwrap();
        assert_eq!(open_to_others(&data).unwrap(), None, "made for its owner alone");
        for (mode, seen) in [(0o755, Some(0o755)), (0o750, Some(0o750)), (0o700, None)] {
            fs::set_permissions(&data, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(open_to_others(&data).unwrap(), seen, "{mode:o}");
        }
    }
}
