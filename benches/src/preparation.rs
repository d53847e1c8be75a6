//! What an index costs before the first answer.

use std::time::Instant;

use onbeat_core::place::{Area, Districts};
use serde::Serialize;

use crate::{memory::bytes_of, rounds::median, shapes::Set};

const ROUNDS: usize = 9;
/// Bytes of a vertex's coordinates.
const COORDINATES: usize = 16;

#[derive(Serialize)]
pub struct Line {
    pub set: &'static str,
    pub vertices: usize,
    /// Preparing an area of each shape, all together, milliseconds.
    pub areas_ms: f64,
    /// What they hold in times the coordinates.
    pub areas_memory: f64,
    /// The same of all as districts.
    pub districts_ms: f64,
    pub districts_memory: f64,
}

/// Prepares the shapes of a set.
pub fn measure(set: &Set) -> Line {
    let areas = || {
        set.shapes
            .iter()
            .map(|(_, shape)| Area::prepare(shape))
            .collect::<Vec<_>>()
    };
    let districts = || Districts::prepare(&set.shapes);
    let coordinates = (set.vertices() * COORDINATES) as f64;
    Line {
        set: set.name,
        vertices: set.vertices(),
        areas_ms: milliseconds(areas),
        areas_memory: bytes_of(areas).0 as f64 / coordinates,
        districts_ms: milliseconds(districts),
        districts_memory: bytes_of(districts).0 as f64 / coordinates,
    }
}

fn milliseconds<T>(make: impl Fn() -> T) -> f64 {
    let once = |_| {
        let begun = Instant::now();
        let made = make();
        let took = begun.elapsed().as_secs_f64() * 1000.0;
        drop(made);
        took
    };
    median((0..ROUNDS).map(once).collect())
}
