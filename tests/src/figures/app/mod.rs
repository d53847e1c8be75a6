//! What the phone's core needs inside an app, held against its goals: time to open, time and syncs to record a fix,
//! memory, and bytes of the library.

mod calls;
mod filled;
mod library;

use std::{error::Error, fmt, path::Path, thread};

use serde::Serialize;

use super::Figure;
use crate::{story::Story, world::Binaries};
use calls::{memory, openings, recordings, syncs};
use filled::Filled;
use library::{Part, library};

/// A figure and what it must not exceed.
#[derive(Debug, Clone, Serialize)]
pub struct Goal {
    /// What was measured.
    #[serde(flatten)]
    pub figure: Figure,
    /// At most so much, in the figure's unit.
    pub most: f64,
    /// It is no more.
    pub good: bool,
}

impl Goal {
    fn new(figure: Figure, most: f64) -> Self {
        let good = figure.value <= most;
        Self { figure, most, good }
    }
}

/// All goals of the phone's core.
#[derive(Debug, Clone, Serialize)]
pub struct Goals {
    /// Cores of this machine.
    pub cores: usize,
    /// One after the other.
    pub goals: Vec<Goal>,
    /// What the library is made of, largest first.
    pub library: Vec<Part>,
}

impl Goals {
    /// None was missed.
    pub fn good(&self) -> bool {
        self.goals.iter().all(|goal| goal.good)
    }
}

impl fmt::Display for Goals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  measured    at most")?;
        for Goal { figure, most, good } in &self.goals {
            let missed = if *good { "" } else { "  MISSED" };
            let Figure { value, unit, what, .. } = figure;
            writeln!(f, "{value:>10.1} {most:>10.1} {unit:<5}  {what}{missed}")?;
        }
        writeln!(f, "in the library:")?;
        for Part { name, bytes } in &self.library {
            writeln!(f, "{:>10.1} kB  {name}", *bytes as f64 / 1e3)?;
        }
        writeln!(f, "on {} cores", self.cores)
    }
}

/// Fills a phone by its own calls, then measures; `built` is the app's library as it was linked.
///
/// # Errors
/// Of the server that enrols the phone, of the phone, or where the system does not tell what is asked.
pub fn app(
    binaries: &Binaries,
    story: &Story,
    built: &Path,
    mut progress: impl FnMut(&str),
) -> Result<Goals, Box<dyn Error>> {
    progress("nothing yet: filling a phone");
    let mut filled = Filled::new(binaries, story)?;
    progress("the phone's core");
    let (recording, synced) = (recordings(&mut filled)?, syncs(&mut filled)?);
    let (opening, memory) = (openings(&mut filled)?, memory(&mut filled)?);
    let (size, parts) = library(built)?;
    Ok(Goals {
        cores: thread::available_parallelism()?.get(),
        goals: vec![opening, recording, synced, memory, size],
        library: parts,
    })
}
