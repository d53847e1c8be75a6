//! The figures that `cargo xtask bench` prints: what the engine, a phone and the server need.

mod app;
mod company;
mod engine;
mod month;
mod pages;
mod phone;
mod rejudge;
mod server;

use std::{error::Error, fmt, path::Path, thread};

use serde::Serialize;

use crate::{story::Story, world::Binaries};

pub use app::{Goal, Goals, app};
pub use engine::engine;
pub use pages::{Page, Pages, pages};
pub use phone::phone;
pub use rejudge::rejudge;
pub use server::{demo, load, push};

/// One thing measured.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// For programs; ends with its unit.
    pub name: &'static str,
    /// What was measured, and on what.
    pub what: String,
    /// The figure.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
}

impl Figure {
    /// A figure; `what` says what was measured, and on what.
    pub fn new(name: &'static str, what: impl Into<String>, value: f64, unit: &'static str) -> Self {
        let what = what.into();
        Self {
            name,
            what,
            value,
            unit,
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = if self.value < 100.0 { 1 } else { 0 };
        write!(f, "{:>10.digits$} {:<9}  {}", self.value, self.unit, self.what)
    }
}

/// What a run of all measurements says.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    /// Cores of this machine.
    pub cores: usize,
    /// In the order they were measured.
    pub figures: Vec<Figure>,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for figure in &self.figures {
            writeln!(f, "{figure}")?;
        }
        writeln!(f, "on {} cores, shared by the server and what measures it", self.cores)
    }
}

/// Measures everything; `progress` is told what comes next.
///
/// # Errors
/// Whatever part did not do what it was told: a figure of a failed run is none.
pub fn measure(mut progress: impl FnMut(&str)) -> Result<Figures, Box<dyn Error>> {
    let binaries = Binaries::find()?;
    let story = Story::new(include_str!("../../data/nyc-boroughs.geojson"), 1);
    progress("the engine");
    let mut figures = engine(&story);
    progress("a phone");
    figures.extend(phone(&binaries, &story)?);
    progress("pushes to the server");
    figures.extend(push(&binaries, &story)?);
    progress("the server under load");
    figures.extend(load(&binaries, &story)?);
    progress("the server in the demo");
    figures.extend(demo(&binaries, story)?);
    told(figures)
}

/// Measures the judging anew of a month; `progress` is told what comes next.
///
/// # Errors
/// As [`measure`].
pub fn measure_rejudge(progress: impl FnMut(&str)) -> Result<Figures, Box<dyn Error>> {
    let runtime = tokio::runtime::Runtime::new()?;
    told(runtime.block_on(rejudge(&Binaries::find()?, progress))?)
}

/// Measures the desk's pages over a month of a large company; `progress` is told what comes next.
///
/// # Errors
/// As [`measure`].
pub fn measure_pages(progress: impl FnMut(&str)) -> Result<Pages, Box<dyn Error>> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(pages(&Binaries::find()?, progress))
}

/// Measures the phone's core against its goals; `library` is the app's library as it was linked, and `progress` is told
/// what comes next.
///
/// # Errors
/// As [`measure`].
pub fn measure_app(library: &Path, progress: impl FnMut(&str)) -> Result<Goals, Box<dyn Error>> {
    let story = Story::new(include_str!("../../data/nyc-boroughs.geojson"), 1);
    app(&Binaries::find()?, &story, library, progress)
}

fn told(figures: Vec<Figure>) -> Result<Figures, Box<dyn Error>> {
    let cores = thread::available_parallelism()?.get();
    Ok(Figures { cores, figures })
}
