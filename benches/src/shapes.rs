//! The shapes that are asked: real boroughs, and generated districts and provinces with borders like coasts.

use std::f64::consts::TAU;

use onbeat_core::place::{Datum, Point, Shape, read_districts};

use crate::random::Random;

/// Some shapes that are asked together.
pub struct Set {
    /// What they are.
    pub name: &'static str,
    /// Names are two digits.
    pub shapes: Vec<(String, Shape)>,
}

impl Set {
    fn new(name: &'static str, shapes: Vec<Shape>) -> Self {
        let named = |(number, shape): (usize, Shape)| (format!("{number:02}"), shape);
        let shapes = shapes.into_iter().enumerate().map(named).collect();
        Self { name, shapes }
    }

    /// Vertices of all shapes.
    pub fn vertices(&self) -> usize {
        self.shapes.iter().map(|(_, shape)| shape.vertex_count()).sum()
    }
}

/// All sets.
pub fn sets(random: &mut Random) -> Vec<Set> {
    let boroughs = read_districts(
        include_str!("../../tests/data/nyc-boroughs.geojson"),
        "name",
        Datum::Wgs84,
    );
    let boroughs = boroughs.expect("the boroughs are sound").into_iter();
    vec![
        Set::new("5 boroughs of New York", boroughs.map(|named| named.shape).collect()),
        Set::new("16 generated districts", districts(random)),
        Set::new("3 generated provinces", provinces(random)),
    ]
}

/// Four by four districts over New York that share their borders.
fn districts(random: &mut Random) -> Vec<Shape> {
    const ACROSS: usize = 4;
    let (west, south, side) = (-74.25, 40.5, 0.14);
    let mut corner = |column: usize, row: usize| Point {
        lon: west + side * (column as f64 + random.between(-0.2, 0.2)),
        lat: south + side * 0.75 * (row as f64 + random.between(-0.2, 0.2)),
    };
    let corners: Vec<Vec<Point>> = (0..=ACROSS)
        .map(|row| (0..=ACROSS).map(|column| corner(column, row)).collect())
        .collect();
    let mut coast = |a: Point, b: Point| {
        let mut line = vec![a];
        wander(random, a, b, 9, &mut line);
        line
    };
    let eastward: Vec<Vec<Vec<Point>>> = (0..=ACROSS)
        .map(|row| {
            (0..ACROSS)
                .map(|column| coast(corners[row][column], corners[row][column + 1]))
                .collect()
        })
        .collect();
    let northward: Vec<Vec<Vec<Point>>> = (0..ACROSS)
        .map(|row| {
            (0..=ACROSS)
                .map(|column| coast(corners[row][column], corners[row + 1][column]))
                .collect()
        })
        .collect();
    let district = |row: usize, column: usize| {
        let back = |line: &[Point]| line.iter().rev().copied().collect::<Vec<Point>>();
        let ring = [
            eastward[row][column].clone(),
            northward[row][column + 1].clone(),
            back(&eastward[row + 1][column]),
            back(&northward[row][column]),
        ];
        Shape::new(vec![vec![ring.concat()]]).expect("the borders do not cross")
    };
    (0..ACROSS * ACROSS)
        .map(|number| district(number / ACROSS, number % ACROSS))
        .collect()
}

/// Adds the points from `a` (left out) to `b`: midpoints moved aside, so often halved.
fn wander(random: &mut Random, a: Point, b: Point, halvings: u32, line: &mut Vec<Point>) {
    if halvings == 0 {
        return line.push(b);
    }
    let aside = random.between(-0.06, 0.06);
    let middle = Point {
        lon: (a.lon + b.lon) / 2.0 - aside * (b.lat - a.lat),
        lat: (a.lat + b.lat) / 2.0 + aside * (b.lon - a.lon),
    };
    wander(random, a, middle, halvings - 1, line);
    wander(random, middle, b, halvings - 1, line);
}

/// Three provinces of 16,000 to 46,000 vertices: discs of 150 km with noise of all lengths on their edge.
fn provinces(random: &mut Random) -> Vec<Shape> {
    let centres = [(112.0, 29.0, 16_000), (115.5, 31.0, 31_000), (119.0, 27.5, 46_000)];
    let province = |(lon, lat, corners): (f64, f64, usize)| {
        let waves: Vec<(f64, f64, f64)> = (0..12)
            .map(|octave| {
                let waves = f64::from(3 << octave);
                (waves, random.between(0.0, TAU), 0.9 / (waves + 1.0))
            })
            .collect();
        let corner = |index: usize| {
            let angle = index as f64 / corners as f64 * TAU;
            let noise: f64 = waves
                .iter()
                .map(|(waves, phase, size)| size * (waves * angle + phase).sin())
                .sum();
            let radius = 1.35 * (1.0 + noise);
            Point {
                lon: lon + radius * angle.cos() / lat.to_radians().cos(),
                lat: lat + radius * angle.sin(),
            }
        };
        Shape::new(vec![vec![(0..corners).map(corner).collect()]]).expect("a star does not cross itself")
    };
    centres.map(province).into()
}
