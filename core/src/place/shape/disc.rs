use super::{Shape, Vertex};
use crate::place::{
    Point,
    ellipsoid::{RADIAN, Scale},
};

/// Corners of a disc: by definition of the areas around customers.
const CORNERS: u32 = 72;
/// No disc comes nearer to a pole, as no other shape does.
const LAT_LIMIT: f64 = 89.0;

impl Shape {
    /// A disc as a 72-gon with vertices `radius_m` from the centre on the ellipsoid; for radii up to 100 km.
    /// Across the antimeridian it is cut in two. Without a centre on Earth and such a radius it is empty.
    pub fn disc(centre: Point, radius_m: f64) -> Self {
        let on_earth = centre.lat.abs() < LAT_LIMIT && centre.lon.abs() <= 180.0;
        if !(on_earth && radius_m > 0.0 && radius_m <= 1e5) {
            return Self::default();
        }
        let corners: Vec<Point> = (0..CORNERS).map(|corner| corner_of(centre, radius_m, corner)).collect();
        let turns = [0.0, 360.0, -360.0];
        let parts = turns.into_iter().filter_map(|turn| {
            let clipped = clip(&clip(&shift(&corners, turn), 180.0, 1.0), -180.0, -1.0);
            let mut ring: Vec<Vertex> = clipped.into_iter().map(Vertex::from).collect();
            ring.dedup();
            (ring.len() >= 3).then(|| vec![ring])
        });
        Self::of_parts(parts.collect())
    }
}

/// A corner, counter-clockwise from the east. The step north settles the latitude midway, whose scale gives
/// the step east (Gauss' mid-latitude formula, as in [`crate::place::distance_m`]).
fn corner_of(centre: Point, radius_m: f64, corner: u32) -> Point {
    let (sin, cos) = libm::sincos(f64::from(corner) * (360.0 / f64::from(CORNERS)) * RADIAN);
    let scale = Scale::at(centre.lat);
    let half_way = radius_m * sin / scale.north(0.0) / 2.0;
    let north = radius_m * sin / Scale::at(centre.lat + half_way).north(0.0);
    let east = radius_m * cos / Scale::at(centre.lat + north / 2.0).east(0.0);
    Point {
        lon: centre.lon + east,
        lat: (centre.lat + north).clamp(-LAT_LIMIT, LAT_LIMIT),
    }
}

fn shift(ring: &[Point], turn: f64) -> Vec<Point> {
    let shifted = |point: &Point| Point {
        lon: point.lon + turn,
        ..*point
    };
    ring.iter().map(shifted).collect()
}

/// What of a convex ring lies on one side of a meridian: west of it for `side` 1, east of it for -1
/// (I. E. Sutherland, G. W. Hodgman, Reentrant polygon clipping, 1974).
fn clip(ring: &[Point], meridian: f64, side: f64) -> Vec<Point> {
    let beyond = |point: &Point| side * (point.lon - meridian) > 0.0;
    let mut kept = Vec::with_capacity(ring.len() + 2);
    for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        if !beyond(a) {
            kept.push(*a);
        }
        if beyond(a) != beyond(b) {
            let share = (meridian - a.lon) / (b.lon - a.lon);
            kept.push(Point {
                lon: meridian,
                lat: a.lat + share * (b.lat - a.lat),
            });
        }
    }
    kept
}
