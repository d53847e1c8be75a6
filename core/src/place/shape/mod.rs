//! A valid multipolygon: how it is checked, measured and written.

mod bytes;
mod disc;
mod outline;
mod rings;
mod snap;
mod sweep;
mod union;
mod vertex;

use super::{
    PlaceError, Point,
    ellipsoid::{ECCENTRICITY_2, EQUATOR_M, RADIAN},
};
pub(super) use vertex::{Part, Ring, Vertex, closed, twice_area};

/// A valid multipolygon: parts with holes; rings closed, wound as RFC 7946 says, nowhere crossing.
/// Coordinates are kept as integers of 1e-9 degrees, so that a blob is the shape.
///
/// The default is the empty shape: no inside, and no edge.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shape {
    parts: Vec<Part>,
}

impl Shape {
    /// From rings of points: a part is its shell and its holes. Any winding; closing point optional.
    /// Rings and parts may touch at points. Parts with a common border are joined over it.
    ///
    /// # Errors
    /// [`PlaceError`] names part, ring and vertex.
    pub fn new(parts: Vec<Vec<Vec<Point>>>) -> Result<Self, PlaceError> {
        let parts = rings::normalise(&parts)?;
        let borders = sweep::check(&parts)?;
        let parts: Vec<Part> = parts.into_iter().map(rings::into_part).collect();
        Ok(match borders {
            sweep::Borders::Apart => Self { parts },
            sweep::Borders::Shared => {
                let single: Vec<&[Part]> = parts.iter().map(std::slice::from_ref).collect();
                let parts = union::union(&single);
                Self { parts }
            }
        })
    }

    /// From parts that are known to be valid.
    pub(super) fn of_parts(parts: Vec<Part>) -> Self {
        Self { parts }
    }

    /// The parts as kept.
    pub(super) fn as_parts(&self) -> &[Part] {
        &self.parts
    }

    /// The rings: part, ring (shell first), closed.
    pub fn parts(&self) -> Vec<Vec<Vec<Point>>> {
        let points = |ring: &Ring| closed(ring).map(Point::from).collect();
        self.parts
            .iter()
            .map(|part| part.iter().map(points).collect())
            .collect()
    }

    /// Vertices, closing points not counted.
    pub fn vertex_count(&self) -> usize {
        self.parts.iter().flatten().map(Vec::len).sum()
    }

    /// Area in square metres, good to a percent: decides which of two districts is the smaller.
    pub fn area_m2(&self) -> f64 {
        self.parts.iter().flatten().map(|ring| ring_m2(ring)).sum()
    }
}

/// The union: an inner border of two shapes is no edge. The order of the shapes does not matter.
///
/// Parts whose box overlaps that of no other shape's part stay as they are; of the others the edges stay
/// within 1 mm.
pub fn union(shapes: &[Shape]) -> Shape {
    let shapes: Vec<&[Part]> = shapes.iter().map(Shape::as_parts).collect();
    Shape {
        parts: union::union(&shapes),
    }
}

/// Districts that were drawn one by one, with their borders within a metre of each other made one.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// Each, in their order: no edge moved farther, and none that would then cross itself at all.
    pub each: Vec<Shape>,
    /// Their union: no slit is left between them.
    pub whole: Shape,
}

/// Joins districts; their order does not matter.
pub fn join(districts: &[Shape]) -> Joined {
    if let [alone] = districts {
        return Joined {
            each: vec![alone.clone()],
            whole: alone.clone(),
        };
    }
    let each = snap::snapped(districts);
    let mut whole = union(&each);
    for part in &mut whole.parts {
        let mut rings = std::mem::take(part).into_iter();
        part.extend(rings.next());
        part.extend(rings.filter(|hole| !snap::is_slit(hole)));
    }
    Joined { each, whole }
}

/// Signed area of a ring: the trapezoids between its edges and the equator on the ellipsoid.
fn ring_m2(ring: &[Vertex]) -> f64 {
    let corners: Vec<(f64, f64)> = closed(ring)
        .map(Point::from)
        .map(|point| (point.lon * RADIAN, zone_m2(point.lat)))
        .collect();
    let trapezoids = corners.windows(2).map(|edge| {
        let [(west, south), (east, north)] = [edge[0], edge[1]];
        (west - east) * (south + north) / 2.0
    });
    trapezoids.sum()
}

/// Area from the equator to a latitude, of one radian of longitude (J. P. Snyder, Map Projections, USGS 1395, 3-12).
fn zone_m2(lat: f64) -> f64 {
    let e = ECCENTRICITY_2.sqrt();
    let sin = libm::sin(lat * RADIAN);
    let q = sin / (1.0 - ECCENTRICITY_2 * sin * sin) + libm::atanh(e * sin) / e;
    EQUATOR_M * EQUATOR_M * (1.0 - ECCENTRICITY_2) * q / 2.0
}
