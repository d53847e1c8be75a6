//! The data folder: whether there is one, and whether it is a demo's.

use std::{fs, io, path::Path};

use crate::desk::{DeskError, DeskResult};

/// Its presence marks a folder as a demo's, for ever.
const DEMO: &str = "DEMO";
const DEMO_TEXT: &str = "What this folder holds was played, not lived: its certificates say so.\n";
/// Present in every data folder.
const DATABASE: &str = "onbeat.sqlite";

/// Whether a server ever ran on it.
pub fn exists(data: &Path) -> bool {
    data.join(DATABASE).exists()
}

/// Whether it was made as a demo.
pub fn is_demo(data: &Path) -> bool {
    data.join(DEMO).exists()
}

/// Makes the folder if need be, for its owner alone, and marks a new one as demo if asked.
///
/// # Errors
/// `not_a_demo` where it holds real data already.
pub fn prepare(data: &Path, demo: bool) -> DeskResult<()> {
    let failed = |error: io::Error| {
        let why = format!("data folder {}: {error}", data.display());
        DeskError::environment("data_folder", why)
    };
    if !data.exists() {
        make(data).map_err(failed)?;
    }
    if !demo || is_demo(data) {
        return Ok(());
    }
    if exists(data) {
        let why = format!("{} holds real data: a demo needs a folder of its own", data.display());
        return Err(DeskError::environment("not_a_demo", why));
    }
    fs::write(data.join(DEMO), DEMO_TEXT).map_err(failed)
}

fn make(data: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(data)
}
