use crate::place::Point;

/// The smallest box, edges included.
#[derive(Debug, Clone, Copy)]
pub(in crate::place) struct Bounds {
    pub(in crate::place) min: Point,
    pub(in crate::place) max: Point,
}

impl Bounds {
    const NOTHING: Self = Self {
        min: Point {
            lon: f64::INFINITY,
            lat: f64::INFINITY,
        },
        max: Point {
            lon: f64::NEG_INFINITY,
            lat: f64::NEG_INFINITY,
        },
    };

    /// Of some points.
    pub(in crate::place) fn of(points: &[Point]) -> Self {
        points.iter().fold(Self::NOTHING, |bounds, &point| {
            bounds.and(Self { min: point, max: point })
        })
    }

    /// Around some boxes.
    pub(in crate::place) fn around(boxes: &[Self]) -> Self {
        boxes.iter().fold(Self::NOTHING, |bounds, &inner| bounds.and(inner))
    }

    fn and(self, other: Self) -> Self {
        Self {
            min: Point {
                lon: self.min.lon.min(other.min.lon),
                lat: self.min.lat.min(other.min.lat),
            },
            max: Point {
                lon: self.max.lon.max(other.max.lon),
                lat: self.max.lat.max(other.max.lat),
            },
        }
    }

    /// Whether an edge may have a point in the box.
    pub(in crate::place) fn may_hold(&self, a: Point, b: Point) -> bool {
        let lons = a.lon.min(b.lon) <= self.max.lon && a.lon.max(b.lon) >= self.min.lon;
        lons && a.lat.min(b.lat) <= self.max.lat && a.lat.max(b.lat) >= self.min.lat
    }
}
