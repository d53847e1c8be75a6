use geo::{Coord, LineString, SimplifyIdx};

use super::{Ring, Shape, closed};
use crate::place::{Point, ellipsoid::Scale};

/// Edges that are thinned at a time, and their ends kept: over a zigzag the algorithm calls itself once for each, and
/// takes time by their square.
const STRETCH: usize = 256;

impl Shape {
    /// The rings with fewer vertices, to be drawn and never to be judged by: part, ring (shell first), closed. The
    /// line strays at most about `tolerance_m` from the edge (D. Douglas and T. Peucker, Cartographica 10, 1973);
    /// parts and holes that shrink to a point are left out, and small ones that shrink to a line.
    pub fn outline(&self, tolerance_m: f64) -> Vec<Vec<Vec<Point>>> {
        let parts = self.as_parts().iter().map(|part| {
            let mut rings = part.iter().map(|ring| thinned(ring, tolerance_m));
            let shell = rings.next().unwrap_or_default();
            let holes = rings.filter(|hole| is_ring(hole));
            [shell].into_iter().chain(holes).collect::<Vec<_>>()
        });
        parts
            .filter(|part| part.first().is_some_and(|shell| is_ring(shell)))
            .collect()
    }
}

fn is_ring(points: &[Point]) -> bool {
    points.len() >= 4
}

fn thinned(ring: &Ring, tolerance_m: f64) -> Vec<Point> {
    let points: Vec<Point> = closed(ring).map(Point::from).collect();
    let Some(first) = points.first() else { return points };
    let scale = Scale::at(first.lat);
    let flat = |point: &Point| Coord {
        x: point.lon * scale.east(0.0),
        y: point.lat * scale.north(0.0),
    };
    let flat: Vec<Coord> = points.iter().map(flat).collect();
    let is_near = |at: &Coord| (*at - flat[0]).x.hypot((*at - flat[0]).y) <= tolerance_m;
    if flat.iter().all(is_near) {
        return vec![*first];
    }
    let last = points.len() - 1;
    let mut kept = Vec::new();
    for from in (0..last).step_by(STRETCH) {
        let to = last.min(from + STRETCH);
        let line = LineString::from(flat[from..=to].to_vec());
        let ends = line.simplify_idx(tolerance_m).into_iter().map(|vertex| from + vertex);
        // The next stretch begins where this one ends.
        kept.extend(ends.filter(|vertex| *vertex < to));
    }
    kept.push(last);
    kept.into_iter().map(|vertex| points[vertex]).collect()
}
