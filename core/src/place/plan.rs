use super::{Point, ellipsoid::Scale};

/// A flat plan of some ground, to be drawn and never judged by: each degree is as long as in its middle.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    north: f64,
    west: f64,
    south: f64,
    east: f64,
    scale: Scale,
}

impl Plan {
    /// Of the ground that holds all of the points; `None` without any.
    pub fn holding(points: impl IntoIterator<Item = Point>) -> Option<Self> {
        let mut points = points.into_iter();
        let Point { lat, lon } = points.next()?;
        let (north, west, south, east) = points.fold((lat, lon, lat, lon), |(north, west, south, east), point| {
            let (lat, lon) = (point.lat, point.lon);
            (north.max(lat), west.min(lon), south.min(lat), east.max(lon))
        });
        let scale = Scale::at((north + south) / 2.0);
        Some(Self {
            north,
            west,
            south,
            east,
            scale,
        })
    }

    /// Width and height in metres.
    pub fn size_m(&self) -> (f64, f64) {
        let corner = Point {
            lat: self.south,
            lon: self.east,
        };
        self.at_m(corner)
    }

    /// Metres east and south of the north-west corner.
    pub fn at_m(&self, point: Point) -> (f64, f64) {
        let east_m = (point.lon - self.west) * self.scale.east(0.0);
        let south_m = (self.north - point.lat) * self.scale.north(0.0);
        (east_m, south_m)
    }
}
