use std::{
    fs::{self, DirBuilder, File},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use crate::{
    desk::{DeskError, DeskResult},
    folder,
    signer::write_private,
};

/// Where its files wait until all of them are right.
const ASIDE: &str = "restoring";

/// A data folder that is being made: no server can start on half of it. It goes if it does not become whole.
pub(super) struct NewFolder {
    data: PathBuf,
    aside: PathBuf,
}

impl NewFolder {
    /// Begins it with the keys.
    ///
    /// # Errors
    /// `not_empty`: something is there; `data_folder`: it can't be made.
    pub(super) fn begin(data: &Path, keys: &str, demo: bool) -> DeskResult<Self> {
        let new = Self {
            data: data.to_owned(),
            aside: data.join(ASIDE),
        };
        let taken = fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_some());
        if taken {
            let why = format!("{} is not empty: name a new folder, or empty this one", data.display());
            return Err(DeskError::environment("not_empty", why));
        }
        let mut private = DirBuilder::new();
        private.recursive(true).mode(0o700);
        private
            .create(&new.aside)
            .and_then(|()| write_private(&new.aside.join(folder::KEYS), keys.as_bytes()))
            .and_then(|()| if demo { folder::mark_demo(&new.aside) } else { Ok(()) })
            .map_err(|error| unusable(data, &error))?;
        Ok(new)
    }

    /// Where its files are until [`NewFolder::finish`].
    pub(super) fn aside(&self) -> &Path {
        &self.aside
    }

    /// Gives the files their place; nobody may have them open.
    pub(super) fn finish(self) -> DeskResult<()> {
        self.put_in_place().map_err(|error| unusable(&self.data, &error))
    }

    fn put_in_place(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.aside)? {
            let entry = entry?;
            fs::rename(entry.path(), self.data.join(entry.file_name()))?;
        }
        File::open(&self.data)?.sync_all()
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.aside);
    }
}

fn unusable(data: &Path, error: &io::Error) -> DeskError {
    DeskError::environment("data_folder", format!("data folder {}: {error}", data.display()))
}
