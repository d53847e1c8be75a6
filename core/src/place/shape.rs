use super::{PlaceError, Point};

/// A valid multipolygon: parts with holes; rings closed, wound as RFC 7946 says, nowhere crossing.
/// Coordinates are kept as integers of 1e-9 degrees, so that a blob is the shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    // filled by the place module
}

impl Shape {
    /// From rings of points: a part is its shell and its holes. Any winding; closing point optional.
    ///
    /// # Errors
    /// [`PlaceError`] names part, ring and vertex.
    pub fn new(parts: Vec<Vec<Vec<Point>>>) -> Result<Self, PlaceError> {
        let _ = parts;
        unimplemented!()
    }
    /// A disc as a 72-gon with vertices `radius_m` from the centre on the ellipsoid.
    pub fn disc(centre: Point, radius_m: f64) -> Self {
        let _ = (centre, radius_m);
        unimplemented!()
    }
    /// Compact bytes, the same for the same shape: what travels as a blob.
    pub fn to_bytes(&self) -> Vec<u8> {
        unimplemented!()
    }
    /// Reads [`Shape::to_bytes`].
    ///
    /// # Errors
    /// [`PlaceError`] on bytes that are none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PlaceError> {
        let _ = bytes;
        unimplemented!()
    }
    /// The rings: part, ring (shell first), closed.
    pub fn parts(&self) -> Vec<Vec<Vec<Point>>> {
        unimplemented!()
    }
    /// Vertices, closing points not counted.
    pub fn vertex_count(&self) -> usize {
        unimplemented!()
    }
    /// Area in square metres, good to a percent: decides which of two districts is the smaller.
    pub fn area_m2(&self) -> f64 {
        unimplemented!()
    }
}
