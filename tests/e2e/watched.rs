//! Runs a program with `watch.c` preloaded: shows when it syncs and acknowledges, and can fill or slow down its disk.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

/// A program under watch. Linux only: it is preloaded.
pub(crate) struct Watched {
    /// Stands in for the program.
    pub(crate) program: PathBuf,
    events: PathBuf,
    full: PathBuf,
    slow: PathBuf,
}

impl Watched {
    /// Puts a script in a folder that runs `program` under watch.
    pub(crate) fn new(program: &Path, folder: &Path) -> Self {
        Self::new_with(program, folder, "")
    }

    /// The same, but files have the place that they have: what is over a full disk is only what makes one longer.
    pub(crate) fn new_of_growth(program: &Path, folder: &Path) -> Self {
        Self::new_with(program, folder, "WATCH_GROWTH=1 ")
    }

    fn new_with(program: &Path, folder: &Path, more: &str) -> Self {
        let name = program.file_name().unwrap().to_str().unwrap();
        let at = |end: &str| folder.join(format!("{name}.{end}"));
        let (library, events, script) = (at("watch.so"), at("events"), at("sh"));
        let (full, slow) = (at("full"), at("slow"));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/e2e/watch.c");
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(&library)
            .args([source, "-ldl"])
            .status();
        assert!(compiled.unwrap().success(), "the C compiler refused watch.c");
        let exports = [
            ("LD_PRELOAD", &library),
            ("WATCH_EVENTS", &events),
            ("WATCH_FULL", &full),
            ("WATCH_SLOW", &slow),
        ];
        let exports: String = exports
            .iter()
            .map(|(name, path)| format!("{name}='{}' ", path.display()))
            .collect();
        fs::write(
            &script,
            format!("#!/bin/sh\nexec env {exports}{more}'{}' \"$@\"\n", program.display()),
        )
        .unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        Self {
            program: script,
            events,
            full,
            slow,
        }
    }

    /// `S` for each sync, `A` for each acknowledgement since the last look.
    pub(crate) fn events(&self) -> String {
        let events = fs::read_to_string(&self.events).unwrap_or_default();
        if self.events.exists() {
            fs::File::options()
                .write(true)
                .open(&self.events)
                .unwrap()
                .set_len(0)
                .unwrap();
        }
        events
    }

    /// Fills the disk, or frees it.
    pub(crate) fn fill_disk(&self, full: bool) {
        stand(&self.full, full);
    }

    /// Slows the disk down, or has it be as fast as it is.
    pub(crate) fn slow_disk(&self, slow: bool) {
        stand(&self.slow, slow);
    }
}

/// Puts a file there, or takes it away.
fn stand(file: &Path, there: bool) {
    if there {
        fs::write(file, "").unwrap();
    } else {
        fs::remove_file(file).unwrap();
    }
}
