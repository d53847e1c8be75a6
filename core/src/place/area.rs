use super::{Point, Shape};

/// A shape prepared for many questions.
#[derive(Debug, Clone)]
pub struct Area {
    // filled by the place module
}

/// How far from the edge, and where the nearest point of the edge lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EdgeDistance {
    /// Millimetres, positive inside, rounded half away from zero.
    pub edge_mm: i64,
    /// The nearest point of the edge.
    pub nearest: Point,
}

impl Area {
    /// Builds the index. An empty shape (a rep without a district) has no inside; its edge is infinitely far.
    pub fn prepare(shape: &Shape) -> Self {
        let _ = shape;
        unimplemented!()
    }
    /// Whether the point lies inside or on the edge; exact.
    pub fn contains(&self, point: Point) -> bool {
        let _ = point;
        unimplemented!()
    }
    /// Signed distance to the edge, holes and all parts counted; `None` for an empty area.
    pub fn edge_distance(&self, point: Point) -> Option<EdgeDistance> {
        let _ = point;
        unimplemented!()
    }
}

/// Several named areas: which of them holds a point.
#[derive(Debug, Clone)]
pub struct Districts {
    // filled by the place module
}

impl Districts {
    /// From names and shapes.
    pub fn prepare(named: &[(String, Shape)]) -> Self {
        let _ = named;
        unimplemented!()
    }
    /// Name of the district that holds the point; of two the smaller, then by name.
    pub fn holding(&self, point: Point) -> Option<&str> {
        let _ = point;
        unimplemented!()
    }
}
