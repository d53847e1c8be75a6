//! WGS-84 (NGA.STND.0036), and how long a degree is on it.

use super::Point;

/// Half the equator's diameter, metres.
pub(super) const EQUATOR_M: f64 = 6_378_137.0;
/// Flattening.
pub(super) const FLATTENING: f64 = 1.0 / 298.257_223_563;
/// Eccentricity squared.
pub(super) const ECCENTRICITY_2: f64 = FLATTENING * (2.0 - FLATTENING);
/// Radians of a degree.
pub(super) const RADIAN: f64 = core::f64::consts::PI / 180.0;

/// Metres of a degree east and north, around a latitude: second-order series in the degrees from there,
/// within 1e-7 of the truth up to half a degree away at latitudes below 80.
///
/// The two follow from the radii of curvature N (prime vertical) and M (meridian):
/// a degree east is N cos(lat), whose derivative is -M sin(lat); a degree north is M.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    east: [f64; 3],
    north: [f64; 3],
}

impl Scale {
    /// Around a latitude in degrees.
    pub(super) fn at(lat: f64) -> Self {
        let (sin, cos) = libm::sincos(lat * RADIAN);
        let w = 1.0 - ECCENTRICITY_2 * sin * sin;
        let n = EQUATOR_M / w.sqrt();
        let m = n * (1.0 - ECCENTRICITY_2) / w;
        let m1 = 3.0 * ECCENTRICITY_2 * m * sin * cos / w;
        let bend = (cos * cos - sin * sin) / w + 5.0 * ECCENTRICITY_2 * sin * sin * cos * cos / (w * w);
        let m2 = 3.0 * ECCENTRICITY_2 * m * bend;
        let (r1, r2, r3) = (RADIAN, RADIAN * RADIAN, RADIAN * RADIAN * RADIAN);
        Self {
            east: [n * cos * r1, -m * sin * r2, -0.5 * (m1 * sin + m * cos) * r3],
            north: [m * r1, m1 * r2, 0.5 * m2 * r3],
        }
    }

    /// Metres of a degree east, `degrees` north of the latitude.
    pub(super) fn east(&self, degrees: f64) -> f64 {
        self.east[0] + degrees * (self.east[1] + degrees * self.east[2])
    }

    /// Metres of a degree north, `degrees` north of the latitude.
    pub(super) fn north(&self, degrees: f64) -> f64 {
        self.north[0] + degrees * (self.north[1] + degrees * self.north[2])
    }
}

/// Degrees from `a` east to `b`, the short way round.
pub(super) fn degrees_east(a: Point, b: Point) -> f64 {
    let degrees = b.lon - a.lon;
    if degrees > 180.0 {
        degrees - 360.0
    } else if degrees < -180.0 {
        degrees + 360.0
    } else {
        degrees
    }
}
