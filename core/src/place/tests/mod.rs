#![allow(clippy::unwrap_used)]

mod datums;
mod edges;
mod files;
mod index;
mod outlines;
mod reference;
mod shapes;
mod sides;
mod snaps;
mod unions;

use super::*;

/// Reads a file of the real data.
fn data(path: &str) -> String {
    std::fs::read_to_string(format!("{}/../tests/data/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn boroughs() -> Vec<NamedShape> {
    read_districts(&data("nyc-boroughs.geojson"), "name", Datum::Wgs84).unwrap()
}

fn at(lon: f64, lat: f64) -> Point {
    Point { lon, lat }
}

fn ring(corners: &[(f64, f64)]) -> Vec<Point> {
    corners.iter().map(|&(lon, lat)| at(lon, lat)).collect()
}

/// A square by its south-western corner and its side.
fn square(lon: f64, lat: f64, side: f64) -> Vec<Point> {
    ring(&[
        (lon, lat),
        (lon + side, lat),
        (lon + side, lat + side),
        (lon, lat + side),
    ])
}

/// A shape of one part.
fn shape(rings: Vec<Vec<Point>>) -> Shape {
    Shape::new(vec![rings]).unwrap()
}

/// Random numbers (SplitMix64, G. Steele et al., 2014). `ONBEAT_SEED` gives another seed; it is printed.
struct Random(u64);

impl Random {
    fn new(test: &str) -> Self {
        let given = std::env::var("ONBEAT_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or(20_261_123);
        println!("{test}: ONBEAT_SEED={seed}");
        Self(seed)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * ((self.bits() >> 11) as f64 / (1_u64 << 53) as f64)
    }

    fn below(&mut self, count: usize) -> usize {
        (self.bits() % count as u64) as usize
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// A star around a centre: its corners lie in even directions, up to `radius` degrees away.
    fn star(&mut self, centre: Point, radius: f64, corners: usize) -> Vec<Point> {
        let widening = 1.0 / centre.lat.to_radians().cos();
        let corner = |index: usize| {
            let (sin, cos) = (index as f64 / corners as f64 * std::f64::consts::TAU).sin_cos();
            let radius = radius * self.between(0.5, 1.0);
            at(centre.lon + radius * cos * widening, centre.lat + radius * sin)
        };
        (0..corners).map(corner).collect()
    }

    /// A star with a hole in its middle and an island in that.
    fn shape(&mut self, lat: f64, radius: f64, corners: usize) -> Shape {
        let centre = at(self.between(-170.0, 170.0), lat);
        let mut star = |share: f64| self.star(centre, radius * share, corners);
        Shape::new(vec![vec![star(1.0), star(0.45)], vec![star(0.2)]]).unwrap()
    }
}

/// All rings of a shape, closed.
fn rings_of(shape: &Shape) -> Vec<Vec<Point>> {
    shape.parts().into_iter().flatten().collect()
}
