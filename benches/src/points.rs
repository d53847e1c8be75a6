//! Where the shapes are asked: recorded tracks, anywhere in their boxes, and near their edges.

use onbeat_core::place::{Point, Shape};

use crate::random::Random;

/// Points for each shape and each kind of place.
const EACH: usize = 2000;
/// How near is near, degrees: about 100 m.
const NEAR: f64 = 0.0009;

/// A kind of places.
#[derive(Clone, Copy)]
pub enum Where {
    /// Recorded tracks, moved to begin somewhere in the shape's box.
    Tracks,
    /// Evenly over the shape's box.
    Uniform,
    /// Within some 100 m of the shape's edge.
    Near,
}

impl Where {
    pub const ALL: [Self; 3] = [Self::Tracks, Self::Uniform, Self::Near];

    pub fn name(self) -> &'static str {
        match self {
            Self::Tracks => "tracks",
            Self::Uniform => "uniform",
            Self::Near => "near",
        }
    }

    /// Points of this kind for a shape.
    pub fn points(self, shape: &Shape, random: &mut Random) -> Vec<Point> {
        let rings: Vec<Vec<Point>> = shape.parts().concat();
        match self {
            Self::Tracks => tracks(&rings, random),
            Self::Uniform => (0..EACH).map(|_| anywhere(&rings, random)).collect(),
            Self::Near => (0..EACH).map(|_| near(&rings, random)).collect(),
        }
    }
}

/// The recorded tracks: a drive at 1 Hz, a walk, and the stops of a taxi.
fn recorded() -> [Vec<Point>; 3] {
    let columns = |text: &str| -> Vec<Point> {
        let number = |text: Option<&str>| text.and_then(|text| text.parse().ok()).expect("degrees");
        let point = |line: &str| {
            let mut columns = line.split(',').skip(1);
            let lat = number(columns.next());
            Point {
                lat,
                lon: number(columns.next()),
            }
        };
        text.lines().skip(1).map(point).collect()
    };
    let walk = include_str!("../../tests/data/gpx/korita-zbevnica.gpx");
    let attribute = |text: &str, name: &str| -> Option<f64> {
        let value = text.split_once(&format!("{name}=\""))?.1.split('"').next()?;
        value.parse().ok()
    };
    let walked = walk.split("<trkpt").skip(1).filter_map(|text| {
        Some(Point {
            lat: attribute(text, "lat")?,
            lon: attribute(text, "lon")?,
        })
    });
    [
        columns(include_str!("../../tests/data/tracks/munich-drive.csv")),
        walked.collect(),
        columns(include_str!("../../tests/data/tracks/nyc-taxi-stops.csv")),
    ]
}

fn tracks(rings: &[Vec<Point>], random: &mut Random) -> Vec<Point> {
    let moved = |track: Vec<Point>| {
        let (begin, first) = (anywhere(rings, random), track[0]);
        let moved = move |point: Point| Point {
            lon: begin.lon + (point.lon - first.lon),
            lat: begin.lat + (point.lat - first.lat),
        };
        track.into_iter().map(moved).collect::<Vec<_>>()
    };
    recorded().map(moved).concat()
}

fn anywhere(rings: &[Vec<Point>], random: &mut Random) -> Point {
    let range = |of: fn(&Point) -> f64| {
        let values = || rings.iter().flatten().map(of);
        (
            values().fold(f64::INFINITY, f64::min),
            values().fold(f64::NEG_INFINITY, f64::max),
        )
    };
    let ((west, east), (south, north)) = (range(|point| point.lon), range(|point| point.lat));
    Point {
        lon: random.between(west, east),
        lat: random.between(south, north),
    }
}

fn near(rings: &[Vec<Point>], random: &mut Random) -> Point {
    let vertices: usize = rings.iter().map(|ring| ring.len() - 1).sum();
    let mut edge = random.below(vertices);
    let mut rings = rings.iter();
    let ring = loop {
        let ring = rings.next().expect("an edge belongs to a ring");
        if edge < ring.len() - 1 {
            break ring;
        }
        edge -= ring.len() - 1;
    };
    let (a, b, share) = (ring[edge], ring[edge + 1], random.between(0.0, 1.0));
    Point {
        lon: a.lon + share * (b.lon - a.lon) + random.between(-NEAR, NEAR),
        lat: a.lat + share * (b.lat - a.lat) + random.between(-NEAR, NEAR),
    }
}
