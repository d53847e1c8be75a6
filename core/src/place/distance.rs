use super::{
    Point,
    ellipsoid::{EQUATOR_M, FLATTENING, RADIAN, Scale, degrees_east},
};

/// The longest geodesic of WGS-84, pole to pole, metres.
const LONGEST_M: f64 = 20_003_931.458_6;

/// Distance of two points on the WGS-84 ellipsoid in metres: within 1 mm below 1 km (up to latitude 85),
/// 0.1 % up to 19,000 km, 0.3 % between antipodes.
pub fn distance_m(a: Point, b: Point) -> f64 {
    let east = degrees_east(a, b);
    let north = b.lat - a.lat;
    if east.abs() < 0.5 && north.abs() < 0.5 {
        mid_latitude_m(a.lat, east, north)
    } else {
        andoyer_lambert_m(a, b)
    }
}

/// Near points: a flat triangle with the scale of the latitude midway (Gauss' mid-latitude formula).
fn mid_latitude_m(lat: f64, east: f64, north: f64) -> f64 {
    let scale = Scale::at(lat + north / 2.0);
    let (x, y) = (east * scale.east(0.0), north * scale.north(0.0));
    (x * x + y * y).sqrt()
}

/// Far points: the great circle with the first-order correction for the flattening
/// (H. Andoyer, Bulletin géodésique 34, 1932; the form of J. Meeus, Astronomical Algorithms, ch. 11).
pub(super) fn andoyer_lambert_m(a: Point, b: Point) -> f64 {
    let (sin_f, cos_f) = libm::sincos((a.lat + b.lat) / 2.0 * RADIAN);
    let (sin_g, cos_g) = libm::sincos((a.lat - b.lat) / 2.0 * RADIAN);
    let (sin_l, cos_l) = libm::sincos(degrees_east(a, b) / 2.0 * RADIAN);
    let square = |value: f64| value * value;
    let s = square(sin_g * cos_l) + square(cos_f * sin_l);
    let c = square(cos_g * cos_l) + square(sin_f * sin_l);
    if s == 0.0 || c == 0.0 {
        return if s == 0.0 { 0.0 } else { LONGEST_M };
    }
    let omega = libm::atan2(s.sqrt(), c.sqrt());
    let r = (s * c).sqrt() / omega;
    let h1 = (3.0 * r - 1.0) / (2.0 * c) * square(sin_f * cos_g);
    let h2 = (3.0 * r + 1.0) / (2.0 * s) * square(cos_f * sin_g);
    (2.0 * omega * EQUATOR_M * (1.0 + FLATTENING * (h1 - h2))).min(LONGEST_M)
}
