//! The way from a cell's western side to a point, and the edges that it meets: each of them changes the side.
//!
//! The way runs a hair's breadth west of the cell's side, to just north of the point's latitude, and then east to
//! just before the point. So it runs through no end of an edge, and all is decided by comparisons and by the sign
//! of a robust determinant (J. R. Shewchuk, Adaptive precision floating-point arithmetic, 1997).

use robust::{Coord, orient2d};

use crate::place::{
    Point,
    area::outline::{Chain, Outline},
};

/// Where the ways in a cell begin: on its western side, at the south; and the edges they may meet.
pub(super) struct Start<'a, C> {
    pub(super) outline: &'a Outline,
    /// The meridian of the cell's side.
    pub(super) west: f64,
    /// Whether the ways begin inside, all edges but for those that cross the meridian left out.
    pub(super) odd: bool,
    /// The edges that meet the cell. Others may be among them if they reach its meridian or lie east of it.
    pub(super) chains: C,
}

/// Where a way ends.
pub(super) struct End {
    /// Inside, just before the point.
    pub(super) inside: bool,
    /// The point lies on an edge.
    pub(super) on_edge: bool,
}

impl<C: Iterator<Item = Chain> + Clone> Start<'_, C> {
    /// Follows the way to a point of the cell or of its borders.
    pub(super) fn follow(&self, to: Point) -> End {
        let (mut inside, mut on_edge) = (self.odd, false);
        for chain in self.chains.clone() {
            for (a, b) in self.outline.edges(chain) {
                inside ^= meets(a, b, self.west, to, &mut on_edge);
            }
        }
        End { inside, on_edge }
    }
}

/// Whether an edge changes the side of the way's end: the way meets an edge if it is above it (or at its end, above
/// that) where it comes to it, and below where it leaves it or ends, or the reverse. An edge that comes from beyond
/// the meridian counts from below it: what that makes odd is in [`Start::odd`].
fn meets(a: Point, b: Point, west: f64, to: Point, on_edge: &mut bool) -> bool {
    let (start, end) = if a.lon <= b.lon { (a, b) } else { (b, a) };
    if start.lon >= to.lon {
        let upright = end.lon == to.lon && (start.lat < to.lat) != (end.lat < to.lat);
        *on_edge |= start.lon == to.lon && (start.lat == to.lat || upright);
        return false;
    }
    let above_start = start.lon >= west && to.lat >= start.lat;
    let above_end = if end.lon < to.lon {
        to.lat >= end.lat
    } else {
        is_above(start, end, to, on_edge)
    };
    above_start != above_end
}

/// Whether a point between an edge's ends lies north of it, or on it.
fn is_above(start: Point, end: Point, point: Point, on_edge: &mut bool) -> bool {
    if point.lat > start.lat.max(end.lat) {
        return true;
    }
    if point.lat < start.lat.min(end.lat) {
        return false;
    }
    let coord = |Point { lon, lat }| Coord { x: lon, y: lat };
    let left = orient2d(coord(start), coord(end), coord(point));
    *on_edge |= left == 0.0;
    left >= 0.0
}
