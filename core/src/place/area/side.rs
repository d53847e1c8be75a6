//! On which side of the edge: how often a ray to the east meets it. Exact: only the sign of a robust
//! determinant decides (J. R. Shewchuk, Adaptive precision floating-point arithmetic, 1997).

use robust::{Coord, orient2d};

use super::tree::{Node, Tree};
use crate::place::Point;

/// Whether the point lies inside or on the edge. What is not finite lies nowhere.
pub(super) fn holds(tree: &Tree, point: Point) -> bool {
    let finite = point.lon.is_finite() && point.lat.is_finite();
    let on_or_in = |root| crossings_are_odd(tree, root, point).unwrap_or(true);
    finite && tree.root().is_some_and(on_or_in)
}

/// Whether the ray meets the edges in the box an odd number of times; `None` if the point lies on one of them.
fn crossings_are_odd(tree: &Tree, node: Node, point: Point) -> Option<bool> {
    let bounds = tree.bounds(node);
    let beside = point.lat < bounds.min.lat || point.lat > bounds.max.lat;
    if beside || point.lon > bounds.max.lon {
        return Some(false);
    }
    if point.lon < bounds.min.lon {
        return Some(ends_are_parted(tree, node, point));
    }
    let mut odd = false;
    if let Some(chain) = tree.chain(node) {
        for edge in chain.windows(2) {
            odd ^= crosses(edge[0], edge[1], point)?;
        }
    } else {
        for child in tree.children(node) {
            odd ^= crossings_are_odd(tree, child, point)?;
        }
    }
    Some(odd)
}

/// The same for a box that lies wholly east of the point: a chain of edges crosses the ray's line an odd number
/// of times if its ends lie on different sides. In the box are the end of a ring, whole rings, and the
/// beginning of another; if all is one chain of one ring, the ring's start cancels out.
fn ends_are_parted(tree: &Tree, node: Node, point: Point) -> bool {
    let (head, tail) = tree.ends(node);
    let north = |index| tree.point(index).lat > point.lat;
    north(head.first) ^ north(head.ring) ^ north(tail.ring) ^ north(tail.last)
}

/// Whether the ray meets the edge; an edge holds its southern end, not its northern. `None` if the point is on it.
fn crosses(a: Point, b: Point, point: Point) -> Option<bool> {
    if point.lat < a.lat.min(b.lat) || point.lat > a.lat.max(b.lat) || point.lon > a.lon.max(b.lon) {
        return Some(false);
    }
    let (a_north, b_north) = (a.lat > point.lat, b.lat > point.lat);
    if point.lon < a.lon.min(b.lon) {
        return Some(a_north != b_north);
    }
    let coord = |Point { lon, lat }| Coord { x: lon, y: lat };
    let left = orient2d(coord(a), coord(b), coord(point));
    (left != 0.0).then_some(a_north != b_north && (left > 0.0) == b_north)
}
