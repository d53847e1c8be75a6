use serde::{Deserialize, Serialize};

use super::Point;

/// The coordinate system positions come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Datum {
    /// GPS and RFC 7946.
    #[default]
    Wgs84,
    /// Maps of mainland China.
    Gcj02,
    /// Baidu's.
    Bd09,
}

impl Datum {
    /// Converts at the door.
    pub fn to_wgs84(self, point: Point) -> Point {
        let _ = point;
        unimplemented!()
    }
    /// Converts for display.
    pub fn from_wgs84(self, point: Point) -> Point {
        let _ = point;
        unimplemented!()
    }
}
