use core::f64::consts::PI;

use serde::{Deserialize, Serialize};

use super::{Point, ellipsoid::RADIAN};

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

/// Steps of the inverse. Each leaves at most a twentieth of the error, which starts at a kilometre.
const STEPS: u32 = 10;

impl Datum {
    /// Converts at the door: the place whose [`Datum::from_wgs84`] is the point, within 1 mm.
    pub fn to_wgs84(self, point: Point) -> Point {
        if self == Self::Wgs84 || !in_china(point) {
            return point;
        }
        let mut place = point;
        for _ in 0..STEPS {
            let shown = self.shown(place);
            place.lon += point.lon - shown.lon;
            place.lat += point.lat - shown.lat;
        }
        place
    }

    /// Converts for display. Outside of China (the rectangle that all implementations use) nothing changes.
    pub fn from_wgs84(self, point: Point) -> Point {
        if in_china(point) { self.shown(point) } else { point }
    }

    fn shown(self, place: Point) -> Point {
        match self {
            Self::Wgs84 => place,
            Self::Gcj02 => gcj02(place),
            Self::Bd09 => bd09(gcj02(place)),
        }
    }
}

fn in_china(Point { lon, lat }: Point) -> bool {
    (72.004..=137.8347).contains(&lon) && (0.8293..=55.8271).contains(&lat)
}

/// WGS-84 to GCJ-02: the formula as it became public in 2010 (eviltransform and its kin), on the Krasovsky ellipsoid.
fn gcj02(place: Point) -> Point {
    const EQUATOR_M: f64 = 6_378_245.0;
    const ECCENTRICITY_2: f64 = 0.006_693_421_622_965_943;
    let (x, y) = (place.lon - 105.0, place.lat - 35.0);
    let (sin, cos) = libm::sincos(place.lat * RADIAN);
    let w = 1.0 - ECCENTRICITY_2 * sin * sin;
    let east_m = EQUATOR_M / w.sqrt() * cos;
    let north_m = EQUATOR_M * (1.0 - ECCENTRICITY_2) / (w * w.sqrt());
    Point {
        lon: place.lon + east_shift_m(x, y) / (east_m * RADIAN),
        lat: place.lat + north_shift_m(x, y) / (north_m * RADIAN),
    }
}

fn east_shift_m(x: f64, y: f64) -> f64 {
    let straight = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * x.abs().sqrt();
    straight
        + ripple_m(x)
        + waves_m(
            x,
            [(20.0, 1.0), (40.0, 1.0 / 3.0), (150.0, 1.0 / 12.0), (300.0, 1.0 / 30.0)],
        )
}

fn north_shift_m(x: f64, y: f64) -> f64 {
    let straight = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * x.abs().sqrt();
    straight
        + ripple_m(x)
        + waves_m(
            y,
            [(20.0, 1.0), (40.0, 1.0 / 3.0), (160.0, 1.0 / 12.0), (320.0, 1.0 / 30.0)],
        )
}

fn ripple_m(x: f64) -> f64 {
    (20.0 * libm::sin(6.0 * x * PI) + 20.0 * libm::sin(2.0 * x * PI)) * 2.0 / 3.0
}

fn waves_m(along: f64, waves: [(f64, f64); 4]) -> f64 {
    let heights = waves.map(|(height, frequency)| height * libm::sin(along * frequency * PI));
    heights.iter().sum::<f64>() * 2.0 / 3.0
}

/// GCJ-02 to BD-09, the formula as public.
fn bd09(place: Point) -> Point {
    const TURN: f64 = PI * 3000.0 / 180.0;
    let Point { lon: x, lat: y } = place;
    let radius = (x * x + y * y).sqrt() + 0.000_02 * libm::sin(y * TURN);
    let angle = libm::atan2(y, x) + 0.000_003 * libm::cos(x * TURN);
    Point {
        lon: radius * libm::cos(angle) + 0.0065,
        lat: radius * libm::sin(angle) + 0.006,
    }
}
