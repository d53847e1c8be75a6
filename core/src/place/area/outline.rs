//! The edge of a shape as the indexes see it: its rings one after another, neighbours near each other.

use super::bounds::Bounds;
use crate::place::{Point, Shape, shape::closed};

/// Closed rings, one after another: edge `i` runs from point `i` to point `i + 1` unless a ring ends there.
#[derive(Debug, Clone)]
pub(in crate::place) struct Outline {
    points: Vec<Point>,
    /// The edges of each ring.
    rings: Vec<Chain>,
}

/// Consecutive edges of one ring: from point `first` to point `last`.
#[derive(Debug, Clone, Copy)]
pub(in crate::place) struct Chain {
    pub(super) first: u32,
    pub(super) last: u32,
}

impl Chain {
    /// The same edges in pieces of at most so many.
    pub(super) fn pieces(self, edges: usize) -> impl Iterator<Item = Self> {
        (self.first..self.last).step_by(edges).map(move |first| Self {
            first,
            last: self.last.min(first + edges as u32),
        })
    }
}

impl Outline {
    /// The rings of a shape.
    pub(in crate::place) fn of(shape: &Shape) -> Self {
        let rings = shape.as_parts().iter().flatten();
        let mut rings: Vec<Vec<Point>> = rings.map(|ring| closed(ring).map(Point::from).collect()).collect();
        rings.sort_by_cached_key(|ring| along_z_curve(Bounds::of(ring)));
        let chains = rings.iter().scan(0, |start, ring| {
            let first = *start;
            *start += ring.len() as u32;
            Some(Chain {
                first,
                last: *start - 1,
            })
        });
        Self {
            rings: chains.collect(),
            points: rings.concat(),
        }
    }

    /// The edges of each ring.
    pub(in crate::place) fn rings(&self) -> &[Chain] {
        &self.rings
    }

    /// The points of a chain: each edge runs from one to the next.
    pub(in crate::place) fn points(&self, chain: Chain) -> &[Point] {
        &self.points[chain.first as usize..=chain.last as usize]
    }

    /// The edges of a chain.
    pub(in crate::place) fn edges(&self, chain: Chain) -> impl Iterator<Item = (Point, Point)> + '_ {
        self.points(chain).windows(2).map(|edge| (edge[0], edge[1]))
    }

    /// All edges.
    pub(in crate::place) fn all_edges(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        self.rings.iter().flat_map(|ring| self.edges(*ring))
    }

    /// The box of all.
    pub(in crate::place) fn bounds(&self) -> Bounds {
        Bounds::of(&self.points)
    }
}

/// Place of a box's centre on a Z-order curve over the globe (G. M. Morton, 1966): rings near each other on
/// the ground come near each other in the outline.
fn along_z_curve(bounds: Bounds) -> u64 {
    let cell = |min: f64, max: f64| spread(((min + max + 360.0) * (f64::from(u32::MAX) / 720.0)) as u32);
    cell(bounds.min.lon, bounds.max.lon) | cell(bounds.min.lat, bounds.max.lat) << 1
}

/// The bits of a number, a zero after each.
fn spread(bits: u32) -> u64 {
    let steps = [
        (16, 0x0000_ffff_0000_ffff),
        (8, 0x00ff_00ff_00ff_00ff),
        (4, 0x0f0f_0f0f_0f0f_0f0f),
        (2, 0x3333_3333_3333_3333),
        (1, 0x5555_5555_5555_5555),
    ];
    steps
        .iter()
        .fold(u64::from(bits), |bits, (shift, mask)| (bits | bits << shift) & mask)
}
