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
            let (odd, on_chain) = meets(self.outline.points(chain), self.west, to);
            inside ^= odd;
            on_edge |= on_chain;
        }
        End { inside, on_edge }
    }
}

/// Whether the way meets the edges of a chain an odd number of times, and whether its end lies on one.
///
/// It meets an edge if it is above it where it comes to it and below where it leaves it or ends, or the reverse. So
/// an edge counts for each end that the way has passed above, and for its place above the edge where it ends; what
/// counts at the points between two edges, counts twice. An edge from beyond the meridian counts as if the way came
/// to it from below: what that makes odd is in [`Start::odd`].
fn meets(chain: &[Point], west: f64, to: Point) -> (bool, bool) {
    let passed_above = |end: Point| west <= end.lon && end.lon < to.lon && end.lat <= to.lat;
    let mut odd = passed_above(chain[0]) != passed_above(chain[chain.len() - 1]);
    let (mut on_edge, mut level) = (false, chain[0].lon == to.lon);
    for edge in chain.windows(2) {
        let (a, b) = (edge[0], edge[1]);
        level |= b.lon == to.lon;
        if (a.lon < to.lon) != (b.lon < to.lon) {
            let left = left_of(if a.lon < b.lon { (a, b) } else { (b, a) }, to);
            odd ^= left >= 0.0;
            on_edge |= left == 0.0;
        }
    }
    let on_edge = on_edge || level && chain.windows(2).any(|edge| stands_on(edge[0], edge[1], to));
    (odd, on_edge)
}

/// Positive if a point lies left of an edge, 0 if on its line; exact in that.
fn left_of((start, end): (Point, Point), point: Point) -> f64 {
    let coord = |Point { lon, lat }| Coord { x: lon, y: lat };
    orient2d(coord(start), coord(end), coord(point))
}

/// Whether a point is an end of an edge, or lies on an upright one.
fn stands_on(a: Point, b: Point, point: Point) -> bool {
    let between = a.lat.min(b.lat) <= point.lat && point.lat <= a.lat.max(b.lat);
    a == point || b == point || a.lon == point.lon && b.lon == point.lon && between
}
