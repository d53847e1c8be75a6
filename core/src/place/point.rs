use crate::reading::Fix;

/// A position in WGS-84 degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Degrees east, -180 to 180.
    pub lon: f64,
    /// Degrees north, -90 to 90.
    pub lat: f64,
}

impl Point {
    /// From the integers of a record: 1e-9 degrees.
    pub fn from_e9(lat_e9: i64, lon_e9: i64) -> Self {
        Self {
            lon: lon_e9 as f64 / 1e9,
            lat: lat_e9 as f64 / 1e9,
        }
    }
}

impl From<&Fix> for Point {
    fn from(fix: &Fix) -> Self {
        Self::from_e9(fix.lat_e9, fix.lon_e9)
    }
}
