//! What each ring must be by itself: enough points, on Earth, wound as RFC 7946 says.

use super::{Part, Ring, Vertex, twice_area};
use crate::place::{Fault, PlaceError, Point, Position};

/// A ring and where each of its vertices stood in the input.
#[derive(Debug)]
pub(super) struct CheckedRing {
    pub(super) vertices: Ring,
    sources: Vec<usize>,
    part: usize,
    ring: usize,
}

impl CheckedRing {
    pub(super) fn is_hole(&self) -> bool {
        self.ring > 0
    }
    /// Where a vertex stood in the input.
    pub(super) fn position(&self, vertex: usize) -> Position {
        position(self.part, self.ring, Some(self.sources[vertex]))
    }
}

fn position(part: usize, ring: usize, vertex: Option<usize>) -> Position {
    Position {
        feature: None,
        part: Some(part as u32 + 1),
        ring: Some(ring as u32 + 1),
        vertex: vertex.map(|vertex| vertex as u32 + 1),
    }
}

/// Takes the rings in: no repeated points, shells counter-clockwise, holes clockwise.
pub(super) fn normalise(parts: &[Vec<Vec<Point>>]) -> Result<Vec<Vec<CheckedRing>>, PlaceError> {
    let empty = |part| PlaceError::Faulty {
        at: Position {
            part,
            ..Position::default()
        },
        fault: Fault::Empty,
    };
    if parts.is_empty() {
        return Err(empty(None));
    }
    let rings_of = |(part, rings): (usize, &Vec<Vec<Point>>)| {
        if rings.is_empty() {
            return Err(empty(Some(part as u32 + 1)));
        }
        rings
            .iter()
            .enumerate()
            .map(|(ring, points)| checked(part, ring, points))
            .collect()
    };
    parts.iter().enumerate().map(rings_of).collect()
}

/// The rings alone.
pub(super) fn into_part(rings: Vec<CheckedRing>) -> Part {
    rings.into_iter().map(|ring| ring.vertices).collect()
}

fn checked(part: usize, ring: usize, points: &[Point]) -> Result<CheckedRing, PlaceError> {
    let faulty = |vertex, fault| PlaceError::Faulty {
        at: position(part, ring, vertex),
        fault,
    };
    if points.is_empty() {
        return Err(faulty(None, Fault::Empty));
    }
    let mut taken: Vec<(Vertex, usize)> = Vec::with_capacity(points.len());
    for (source, &point) in points.iter().enumerate() {
        on_earth(point).map_err(|fault| faulty(Some(source), fault))?;
        taken.push((Vertex::from(point), source));
    }
    taken.dedup_by_key(|(vertex, _)| *vertex);
    while taken.len() > 1 && taken[0].0 == taken[taken.len() - 1].0 {
        taken.pop();
    }
    if taken.len() < 3 {
        return Err(faulty(None, Fault::TooFew(taken.len())));
    }
    let next = taken.iter().cycle().skip(1);
    if let Some((far, _)) = taken
        .iter()
        .zip(next)
        .find(|(a, b)| a.0.lon.abs_diff(b.0.lon) > 180_000_000_000)
    {
        return Err(faulty(Some(far.1), Fault::Antimeridian));
    }
    let (mut vertices, mut sources): (Ring, Vec<usize>) = taken.into_iter().unzip();
    if (twice_area(&vertices) < 0) != (ring > 0) {
        vertices.reverse();
        sources.reverse();
    }
    Ok(CheckedRing {
        vertices,
        sources,
        part,
        ring,
    })
}

/// Whether a position can stand in a shape.
pub(super) fn on_earth(Point { lon, lat }: Point) -> Result<(), Fault> {
    if !lon.is_finite() || !lat.is_finite() {
        return Err(Fault::NotFinite);
    }
    if lat.abs() > 90.0 {
        let swapped = lat.abs() <= 180.0 && lon.abs() <= 90.0;
        return Err(if swapped {
            Fault::Swapped { lat, lon }
        } else {
            Fault::Latitude(lat)
        });
    }
    if lon.abs() > 180.0 {
        return Err(Fault::Longitude(lon));
    }
    if lat.abs() > 89.0 { Err(Fault::Pole) } else { Ok(()) }
}
