use crate::place::Point;

/// A position in 1e-9 degrees (0.1 mm). Ordered west to east, then south to north.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::place) struct Vertex {
    pub(in crate::place) lon: i64,
    pub(in crate::place) lat: i64,
}

/// A ring without its closing point.
pub(in crate::place) type Ring = Vec<Vertex>;
/// A shell and its holes.
pub(in crate::place) type Part = Vec<Ring>;

impl From<Point> for Vertex {
    fn from(point: Point) -> Self {
        Self {
            lon: libm::round(point.lon * 1e9) as i64,
            lat: libm::round(point.lat * 1e9) as i64,
        }
    }
}

impl From<Vertex> for Point {
    fn from(vertex: Vertex) -> Self {
        Self::from_e9(vertex.lat, vertex.lon)
    }
}

/// Twice the area of the triangle: positive if `c` lies left of the line from `a` to `b`. Exact.
pub(super) fn orientation(a: Vertex, b: Vertex, c: Vertex) -> i128 {
    let cross = |x1: i64, y1: i64, x2: i64, y2: i64| i128::from(x1) * i128::from(y2) - i128::from(y1) * i128::from(x2);
    cross(b.lon - a.lon, b.lat - a.lat, c.lon - a.lon, c.lat - a.lat)
}

/// Twice the signed area of a ring in square units: positive if wound counter-clockwise. Exact.
pub(in crate::place) fn twice_area(ring: &[Vertex]) -> i128 {
    let triangles = ring.windows(2).map(|edge| orientation(ring[0], edge[0], edge[1]));
    triangles.sum()
}

/// The ring with its first point again at its end.
pub(in crate::place) fn closed(ring: &[Vertex]) -> impl Iterator<Item = Vertex> + '_ {
    ring.iter().chain(ring.first()).copied()
}
