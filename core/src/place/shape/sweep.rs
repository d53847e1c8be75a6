//! Whether rings cross: one sweep from west to east over all edges, n log n, in exact integers.
//!
//! The edges that the sweep line meets are kept in order from south to north (M. I. Shamos, D. Hoey,
//! Geometric intersection problems, 1976): two that cross are neighbours before they do. Shells are wound
//! counter-clockwise and holes clockwise, so each edge knows on which of its sides the ground lies that it
//! bounds; in a valid shape ground and no ground alternate along the sweep line at every moment. That one
//! rule finds holes outside of their shell, parts upon parts, and rings that cross through a vertex,
//! and lets rings that only touch pass.

use std::{
    cmp::Ordering,
    collections::BTreeSet,
    ops::Bound::{Excluded, Unbounded},
};

use super::{Vertex, closed, rings::CheckedRing, vertex::orientation};
use crate::place::{Fault, PlaceError, Position};

/// A ring may double back on itself for this long, in 1e-9 degrees (1 m): rounding leaves such spurs, which
/// bound no ground.
const SPUR: u64 = 10_000;

/// How the parts of a valid shape lie to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Borders {
    /// They touch at points at most.
    Apart,
    /// Some have a common border.
    Shared,
}

/// Checks all rings against each other and themselves.
pub(super) fn check(parts: &[Vec<CheckedRing>]) -> Result<Borders, PlaceError> {
    let edges = edges_of(parts);
    let mut sweep = Sweep {
        live: BTreeSet::new(),
        misplaced: None,
        borders: Borders::Apart,
    };
    sweep.run(&edges)?;
    sweep.misplaced.map_or(Ok(sweep.borders), Err)
}

/// An edge from its western to its eastern end (south to north if upright).
#[derive(Debug)]
struct Edge<'a> {
    west: Vertex,
    east: Vertex,
    /// The ground it bounds lies north of it (west of it if upright).
    ground_above: bool,
    part: usize,
    ring: &'a CheckedRing,
    vertex: usize,
    id: usize,
}

fn edges_of(parts: &[Vec<CheckedRing>]) -> Vec<Edge<'_>> {
    let mut edges = Vec::with_capacity(parts.iter().flatten().map(|ring| ring.vertices.len()).sum());
    for (part, rings) in parts.iter().enumerate() {
        for ring in rings {
            let ends = closed(&ring.vertices).skip(1);
            for (vertex, (&from, to)) in ring.vertices.iter().zip(ends).enumerate() {
                edges.push(Edge {
                    west: from.min(to),
                    east: from.max(to),
                    ground_above: from < to,
                    part,
                    ring,
                    vertex,
                    id: edges.len(),
                });
            }
        }
    }
    edges
}

impl Edge<'_> {
    fn position(&self) -> Position {
        self.ring.position(self.vertex)
    }

    fn same_ring(&self, other: &Self) -> bool {
        std::ptr::eq(self.ring, other.ring)
    }

    /// On which side of this edge another lies that starts no further west and meets the same sweep line.
    fn side_of_later(&self, later: &Self) -> Ordering {
        let start = orientation(self.west, self.east, later.west);
        let side = if start == 0 {
            orientation(self.west, self.east, later.east)
        } else {
            start
        };
        side.cmp(&0)
    }

    /// Both on one line.
    fn aligned(&self, other: &Self) -> bool {
        orientation(self.west, self.east, other.west) == 0 && orientation(self.west, self.east, other.east) == 0
    }

    /// They cross in a point that ends neither.
    fn crosses(&self, other: &Self) -> bool {
        let parted = |edge: &Self, by: &Self| {
            let west = orientation(by.west, by.east, edge.west).signum();
            west * orientation(by.west, by.east, edge.east).signum() < 0
        };
        parted(self, other) && parted(other, self)
    }
}

/// South to north along the sweep line. Of edges on one line the one with its ground below comes first:
/// between neighbours that share a border lies no ground.
impl Ord for Edge<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let side = if self.west >= other.west {
            other.side_of_later(self)
        } else {
            self.side_of_later(other).reverse()
        };
        side.then(self.ground_above.cmp(&other.ground_above))
            .then(self.id.cmp(&other.id))
    }
}

impl PartialOrd for Edge<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Edge<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Edge<'_> {}

struct Sweep<'a> {
    live: BTreeSet<&'a Edge<'a>>,
    /// The first edge with its ground on the wrong side. A crossing, if one is found later, explains it better.
    misplaced: Option<PlaceError>,
    borders: Borders,
}

impl<'a> Sweep<'a> {
    fn run(&mut self, edges: &'a [Edge<'a>]) -> Result<(), PlaceError> {
        let mut starts: Vec<&Edge<'a>> = edges.iter().collect();
        let mut ends = starts.clone();
        starts.sort_unstable_by_key(|edge| (edge.west, edge.id));
        ends.sort_unstable_by_key(|edge| (edge.east, edge.id));
        let (mut starts, mut ends) = (starts.as_slice(), ends.as_slice());
        while let Some(first_end) = ends.first() {
            let point = starts
                .first()
                .map_or(first_end.east, |start| start.west.min(first_end.east));
            let ending = ends.iter().take_while(|edge| edge.east == point).count();
            let starting = starts.iter().take_while(|edge| edge.west == point).count();
            self.pass(&ends[..ending], &starts[..starting])?;
            (ends, starts) = (&ends[ending..], &starts[starting..]);
        }
        Ok(())
    }

    /// Passes one point, where some edges end and some start.
    fn pass(&mut self, ending: &[&'a Edge<'a>], starting: &[&'a Edge<'a>]) -> Result<(), PlaceError> {
        for edge in ending {
            self.live.remove(edge);
        }
        let gaps: Vec<Option<&Edge<'a>>> = ending.iter().map(|edge| self.below(edge)).collect();
        self.live.extend(starting);
        for edge in starting {
            self.meet(self.below(edge), Some(edge))?;
            self.meet(Some(edge), self.above(edge))?;
        }
        for below in gaps {
            let above = below.map_or_else(|| self.live.first().copied(), |edge| self.above(edge));
            self.meet(below, above)?;
        }
        Ok(())
    }

    fn below(&self, edge: &Edge<'a>) -> Option<&'a Edge<'a>> {
        self.live
            .range::<Edge<'a>, _>((Unbounded, Excluded(edge)))
            .next_back()
            .copied()
    }

    fn above(&self, edge: &Edge<'a>) -> Option<&'a Edge<'a>> {
        self.live
            .range::<Edge<'a>, _>((Excluded(edge), Unbounded))
            .next()
            .copied()
    }

    /// Two neighbours on the sweep line; `None` is what lies south or north of all edges.
    fn meet(&mut self, below: Option<&Edge<'a>>, above: Option<&Edge<'a>>) -> Result<(), PlaceError> {
        if let (Some(below), Some(above)) = (below, above) {
            if below.aligned(above) {
                self.run_along(below, above)?;
            } else if below.crosses(above) {
                return Err(crossing(below, above));
            }
        }
        let ground_over = below.filter(|edge| edge.ground_above);
        let ground_under = above.filter(|edge| !edge.ground_above);
        if self.misplaced.is_none() && ground_over.map(|edge| edge.part) != ground_under.map(|edge| edge.part) {
            self.misplaced = misplaced(below, above);
        }
        Ok(())
    }

    fn run_along(&mut self, below: &Edge<'a>, above: &Edge<'a>) -> Result<(), PlaceError> {
        if below.same_ring(above) {
            let (west, east) = (below.west.max(above.west), below.east.min(above.east));
            if west.lon.abs_diff(east.lon).max(west.lat.abs_diff(east.lat)) <= SPUR {
                return Ok(());
            }
            return Err(faulty(below, Fault::OverlapsItself));
        }
        if below.part == above.part {
            return Err(crossing(below, above));
        }
        self.borders = Borders::Shared;
        Ok(())
    }
}

fn faulty(edge: &Edge<'_>, fault: Fault) -> PlaceError {
    PlaceError::Faulty {
        at: edge.position(),
        fault,
    }
}

fn crossing(a: &Edge<'_>, b: &Edge<'_>) -> PlaceError {
    if a.same_ring(b) {
        faulty(a, Fault::CrossesItself)
    } else {
        faulty(a, Fault::CrossesRing(b.position()))
    }
}

/// Names what two neighbours do that don't have the same ground between them.
fn misplaced(below: Option<&Edge<'_>>, above: Option<&Edge<'_>>) -> Option<PlaceError> {
    Some(match (below, above) {
        (None, None) => return None,
        (Some(edge), None) | (None, Some(edge)) if edge.ring.is_hole() => faulty(edge, Fault::HoleOutside),
        (Some(edge), None) | (None, Some(edge)) => faulty(edge, Fault::CrossesItself),
        (Some(a), Some(b)) => match (a.ring.is_hole(), b.ring.is_hole()) {
            _ if a.same_ring(b) => faulty(a, Fault::CrossesItself),
            (true, true) if a.part == b.part => faulty(b, Fault::HolesOverlap(a.position())),
            (false, false) => faulty(b, Fault::PartsOverlap(a.position())),
            (true, _) => faulty(a, Fault::HoleOutside),
            (_, true) => faulty(b, Fault::HoleOutside),
        },
    })
}
