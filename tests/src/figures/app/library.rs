use std::{collections::BTreeMap, error::Error, fs, path::Path, process::Command};

use serde::Serialize;
use tempfile::TempDir;

use super::{Figure, Goal};

/// Parts that are told by name.
const PARTS: usize = 12;
const MOST_LIBRARY_MB: f64 = 8.0;

/// A part of the library.
#[derive(Debug, Clone, Serialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Bytes of code and data.
    pub bytes: u64,
}

/// The size of the library as an app brings it, and what it is made of.
pub(super) fn library(built: &Path) -> Result<(Goal, Vec<Part>), Box<dyn Error>> {
    let folder = TempDir::new()?;
    let stripped = folder.path().join("stripped");
    let status = Command::new("strip").arg("-o").arg(&stripped).arg(built).status()?;
    if !status.success() {
        return Err(format!("strip does not take {}", built.display()).into());
    }
    let bytes = fs::metadata(&stripped)?.len();
    let symbols = Command::new("nm")
        .args(["--demangle", "--print-size", "--defined-only"])
        .arg(built)
        .output()?;
    let what = format!("core's library for {}, stripped", std::env::consts::OS);
    let goal = Goal::new(
        Figure::new("library_mb", what, bytes as f64 / 1e6, "MB"),
        MOST_LIBRARY_MB,
    );
    Ok((goal, parts(&String::from_utf8_lossy(&symbols.stdout), bytes)))
}

/// Of the symbols as `nm` lists them, address, size, type and name, largest first; what has no name of its own is the
/// rest of all bytes.
fn parts(symbols: &str, bytes: u64) -> Vec<Part> {
    let mut sizes = BTreeMap::<&str, u64>::new();
    for line in symbols.lines() {
        let mut fields = line.splitn(4, ' ').skip(1);
        let (Some(size), Some(kind), Some(name)) = (fields.next(), fields.next(), fields.next()) else {
            continue;
        };
        // What is zero at the start takes no room in the file.
        if !kind.eq_ignore_ascii_case("b") {
            *sizes.entry(crate_of(name)).or_default() += u64::from_str_radix(size, 16).unwrap_or_default();
        }
    }
    let part = |(name, bytes): (&str, u64)| Part {
        name: name.into(),
        bytes,
    };
    let mut parts: Vec<Part> = sizes.into_iter().map(part).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.bytes));
    parts.truncate(PARTS);
    let named: u64 = parts.iter().map(|part| part.bytes).sum();
    parts.push(part((
        "smaller crates, constants without a name (time zones, authorities), tables for unwinding",
        bytes.saturating_sub(named),
    )));
    parts
}

/// The first crate that a demangled name names: `<alloc::vec::Vec<T> as …>::push` is of `alloc`. Names of C have none.
fn crate_of(name: &str) -> &str {
    let path = name.split_once("::").map(|(before, _)| before);
    let start = |before: &str| {
        before
            .rfind(|c: char| !c.is_alphanumeric() && c != '_')
            .map_or(0, |at| at + 1)
    };
    path.map_or("SQLCipher, and ring's C and assembly", |before| {
        &before[start(before)..]
    })
}
