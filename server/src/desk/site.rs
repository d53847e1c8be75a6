//! Where a server keeps its data and tells of itself: what its overview shows of the machine.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use super::base_map::BaseMap;

/// The place of a running server.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its data folder.
    pub data: PathBuf,
    /// Where `/metrics` is served, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// What lies under the maps of its pages.
    pub base_map: Option<BaseMap>,
}

impl Site {
    /// Bytes of the files in the data folder; what stands in a database elsewhere is not among them.
    pub fn used_bytes(&self) -> u64 {
        bytes_of(&self.data)
    }
}

/// Links are not followed: they may lead round in a circle.
fn bytes_of(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let bytes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => bytes_of(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    });
    bytes.sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_a_folder_uses_is_the_sum_of_its_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("deep")).unwrap();
        fs::write(folder.path().join("a"), [0; 10]).unwrap();
        fs::write(folder.path().join("deep/b"), [0; 5]).unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("deep/round")).unwrap();
        let link_bytes = fs::symlink_metadata(folder.path().join("deep/round")).unwrap().len();
        let data = folder.path().to_owned();
        let site = Site {
            data,
            metrics: None,
            base_map: None,
        };
        assert_eq!(site.used_bytes(), 15 + link_bytes);
    }
}
