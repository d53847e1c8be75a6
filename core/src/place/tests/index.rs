//! The index against the plain reference, where it is hard: on borders of cells, on corners, crowded and scattered.

use std::{cmp::Ordering, sync::Arc};

use super::{
    Area, Districts, Edges, Point, Random, Shape, Side, at, boroughs,
    reference::{Sides, between},
    rings_of, union,
};

/// Whole multiples of powers of two: corners on borders of cells, and many edges that meet the same points.
fn on_borders(random: &mut Random, corners: usize) -> Option<Shape> {
    let unit = 1.0 / f64::from(1 << random.below(12));
    let mut corner = || {
        at(
            10.0 + unit * random.below(9) as f64,
            50.0 + unit * random.below(9) as f64,
        )
    };
    Shape::new(vec![vec![(0..corners).map(|_| corner()).collect()]]).ok()
}

/// A star of spokes, a comb of long teeth, discs over half the world, and shapes with corners on borders.
fn hard(random: &mut Random) -> Vec<Shape> {
    let mut spokes = Vec::new();
    for spoke in 0..400 {
        let (sin, cos) = (f64::from(spoke) * std::f64::consts::TAU / 400.0).sin_cos();
        spokes.push(at(100.0 + cos, 10.0 + sin));
        spokes.push(at(100.0 + cos * 1e-6 + 1e-8 * f64::from(spoke), 10.0 + sin * 1e-6));
    }
    let tooth = |tooth: i32| {
        let lat = 40.0 + 0.001 * f64::from(tooth);
        [at(20.0, lat), at(23.0, lat + 0.0005)]
    };
    let mut comb: Vec<Point> = (0..500).flat_map(tooth).collect();
    comb.push(at(19.0, 40.5));
    let discs: Vec<Shape> = (0..60)
        .map(|_| {
            let centre = at(random.between(-180.0, 180.0), random.between(-80.0, 80.0));
            Shape::disc(centre, 10_f64.powf(random.between(0.0, 4.0)))
        })
        .collect();
    let mut shapes: Vec<Shape> = [spokes, comb]
        .into_iter()
        .filter_map(|ring| Shape::new(vec![vec![ring]]).ok())
        .collect();
    assert!(!shapes.is_empty());
    shapes.push(union(&discs));
    while shapes.len() < 300 {
        let corners = 3 + random.below(6);
        shapes.extend(on_borders(random, corners));
    }
    shapes
}

/// On a corner, level with or above one, on an edge, on a border of cells, or anywhere.
fn hard_point(random: &mut Random, rings: &[Vec<Point>]) -> Point {
    let ring = random.pick(rings);
    let edge = random.below(ring.len() - 1);
    let (a, b) = (ring[edge], *random.pick(ring));
    let foot = between(a, ring[edge + 1], random.between(0.0, 1.0));
    let near = |degrees: f64, random: &mut Random| degrees + random.between(-1.0, 1.0) * 0.01;
    match random.below(7) {
        0 => a,
        1 => at(a.lon, b.lat),
        2 => at(foot.lon, a.lat),
        3 => at(a.lon, foot.lat),
        4 => foot,
        5 => at(
            (foot.lon * 4096.0).round() / 4096.0,
            (foot.lat * 4096.0).round() / 4096.0,
        ),
        _ => at(near(foot.lon, random), near(foot.lat, random)),
    }
}

#[test]
fn hard_shapes_have_no_wrong_side() {
    let mut random = Random::new("hard sides");
    let mut sides = [0, 0];
    for shape in hard(&mut random) {
        let rings = rings_of(&shape);
        let (area, truth) = (Area::prepare(&shape), Sides::new(&rings));
        for _ in 0..400 {
            let point = hard_point(&mut random, &rings);
            let inside = truth.contains(point);
            assert_eq!(area.contains(point), inside, "{point:?} of {:?}", &rings[0][..3]);
            sides[usize::from(inside)] += 1;
        }
    }
    assert!(sides.iter().all(|count| *count > 10_000), "{sides:?}");
}

#[test]
fn clear_is_what_the_distance_says() {
    let mut random = Random::new("clear");
    let mut shapes = hard(&mut random);
    shapes.truncate(60);
    shapes.extend(boroughs().into_iter().map(|district| district.shape));
    let mut clear = [0, 0];
    for shape in &shapes {
        let (area, rings) = (Area::prepare(shape), rings_of(shape));
        for _ in 0..400 {
            let point = hard_point(&mut random, &rings);
            let edge_mm = area.edge_distance(point).unwrap().edge_mm.abs();
            let side = if area.contains(point) {
                Side::Inside
            } else {
                Side::Outside
            };
            let random_mm = 10_f64.powf(random.between(0.0, 9.0)) as i64;
            for by_mm in [0, 1, edge_mm - 1, edge_mm, edge_mm + 1, random_mm] {
                let expected = edge_mm >= by_mm;
                let (inside_mm, outside_mm) = if side == Side::Inside { (by_mm, 0) } else { (0, by_mm) };
                let got = area.clear_side(point, inside_mm, outside_mm);
                assert_eq!(got, expected.then_some(side), "{point:?}: {edge_mm} {by_mm}");
                clear[usize::from(expected)] += 1;
            }
        }
    }
    assert!(clear.iter().all(|count| *count > 10_000), "{clear:?}");
    let nothing = Area::prepare(&Shape::default());
    assert_eq!(
        nothing.clear_side(at(0.0, 0.0), i64::MAX, i64::MAX),
        Some(Side::Outside)
    );
}

#[test]
fn what_is_remembered_is_what_is_reckoned() {
    let mut random = Random::new("remembered");
    let mut shapes = hard(&mut random);
    shapes.truncate(20);
    shapes.push(Shape::default());
    let areas: Vec<Area> = shapes.iter().map(Area::prepare).collect();
    // The same points of all areas: their distances must not be mixed up. Where few are kept, most are forgotten meanwhile.
    let rings = rings_of(&shapes[0]);
    let points: Vec<Point> = (0..20).map(|_| hard_point(&mut random, &rings)).collect();
    for most in [0, 1, 50, 10_000] {
        let edges = Arc::new(Edges::new(most));
        let remembering: Vec<Area> = areas.iter().map(|area| area.clone().remembering(&edges)).collect();
        for _ in 0..4_000 {
            let (n, point) = (random.below(areas.len()), *random.pick(&points));
            let reckoned = areas[n].edge_distance(point).map(|edge| edge.edge_mm);
            assert_eq!(remembering[n].edge_mm(point), reckoned, "{point:?} of {n}");
            assert_eq!(areas[n].edge_mm(point), reckoned, "{point:?} of {n}");
        }
        assert!(edges.len() <= 2 * most.max(1));
    }
}

#[test]
fn an_edge_beyond_the_antimeridian_is_not_clear() {
    let ring = [(-180.0, -17.0), (-179.0, -17.0), (-179.0, -16.0), (-180.0, -16.0)];
    let area = Area::prepare(&super::shape(vec![super::ring(&ring)]));
    let clear_side = |by_mm| area.clear_side(at(179.999, -16.5), by_mm, by_mm);
    assert_eq!(clear_side(107_000), None);
    assert_eq!(clear_side(106_000), Some(Side::Outside));
}

#[test]
fn the_district_is_the_first_that_holds_the_point() {
    let mut random = Random::new("which");
    for _ in 0..40 {
        let count = 1 + random.below(12);
        let shape = |random: &mut Random| {
            let centre = at(10.0 + random.between(-0.5, 0.5), 50.0 + random.between(-0.5, 0.5));
            let (radius, corners) = (10_f64.powf(random.between(-3.0, 0.0)), 3 + random.below(60));
            Shape::new(vec![vec![random.star(centre, radius, corners)]]).unwrap()
        };
        let mut named: Vec<(String, Shape)> = (0..count)
            .map(|number| (format!("{number}"), shape(&mut random)))
            .collect();
        named.push(("none".to_owned(), Shape::default()));
        named.push(("twin".to_owned(), named[0].1.clone()));
        let districts = Districts::prepare(&named);
        named.sort_by(|a, b| match a.1.area_m2().total_cmp(&b.1.area_m2()) {
            Ordering::Equal => a.0.cmp(&b.0),
            by_size => by_size,
        });
        let truth: Vec<(&str, Sides)> = named
            .iter()
            .filter(|(_, shape)| shape.vertex_count() > 0)
            .map(|(name, shape)| (name.as_str(), Sides::new(&rings_of(shape))))
            .collect();
        let rings: Vec<Vec<Point>> = named.iter().flat_map(|(_, shape)| rings_of(shape)).collect();
        for _ in 0..1000 {
            let point = hard_point(&mut random, &rings);
            let expected = truth.iter().find(|(_, sides)| sides.contains(point));
            assert_eq!(districts.holding(point), expected.map(|(name, _)| *name), "{point:?}");
        }
    }
    assert_eq!(Districts::prepare(&[]).holding(at(0.0, 0.0)), None);
}
