//! Borders that neighbours drew almost alike.

use super::{Area, Point, Random, Shape, at, boroughs, join, ring, shape, square};

/// Degrees of a metre at the equator, where a degree north has 110,574 m and one east 111,320.
const NORTH: f64 = 1.0 / 110_574.0;
const EAST: f64 = 1.0 / 111_320.0;

fn in_any_order(shapes: &[Shape]) -> Shape {
    let united = join(shapes).whole;
    let mut reversed = shapes.to_vec();
    reversed.reverse();
    assert_eq!(join(&reversed).whole, united, "in whatever order");
    united
}

/// Parts, and holes.
fn pieces(shape: &Shape) -> (usize, usize) {
    let parts = shape.parts();
    let holes = parts.iter().map(|part| part.len() - 1).sum();
    (parts.len(), holes)
}

#[test]
fn a_border_drawn_twice_is_one_where_it_lies_within_a_metre() {
    // A border of some corners, drawn by the western district and, shifted east, by the eastern one.
    let district = |outer: f64, border: &[f64], shift_m: f64, rows: usize| {
        let along = (0..=rows).map(|row| {
            let north = 0.01 * row as f64 / rows as f64;
            (border[row * (border.len() - 1) / rows] + shift_m * EAST, north)
        });
        let mut corners = vec![(outer, 0.01), (outer, 0.0)];
        corners.extend(along);
        shape(vec![ring(&corners)])
    };
    let straight = [0.0; 13];
    for (name, shift_m, west_rows, east_rows, pieces_expected) in [
        ("drawn alike", 0.0, 3, 3, (1, 0)),
        ("a slit of 0.9 m", 0.9, 3, 3, (1, 0)),
        ("a slit of 0.9 m, and corners at other places", 0.9, 12, 1, (1, 0)),
        ("a slit of 0.9 m, and corners at other places", 0.9, 4, 3, (1, 0)),
        ("an overlap of 0.9 m", -0.9, 4, 3, (1, 0)),
        ("a street of 1.2 m", 1.2, 3, 3, (2, 0)),
    ] {
        let shapes = [
            district(-0.01, &straight, 0.0, west_rows),
            district(0.01, &straight, shift_m, east_rows),
        ];
        let united = in_any_order(&shapes);
        assert_eq!(pieces(&united), pieces_expected, "{name}");
        if pieces_expected.0 == 1 {
            let edge = Area::prepare(&united)
                .edge_distance(at(shift_m / 2.0 * EAST, 0.005))
                .unwrap();
            assert!(edge.edge_mm > 500_000, "{name}: {edge:?}");
        }
    }
}

#[test]
fn three_districts_meet_in_one_point() {
    let slip = 0.4 * EAST;
    let south = ring(&[
        (-0.01, -0.01),
        (0.01, -0.01),
        (0.01, -slip),
        (slip, -slip),
        (-0.01, -slip),
    ]);
    let (west, east) = (square(-0.01, 0.0, 0.01), square(slip, 0.0, 0.01));
    let united = in_any_order(&[shape(vec![south]), shape(vec![west]), shape(vec![east])]);
    assert_eq!(pieces(&united), (1, 0));
    let edge = Area::prepare(&united).edge_distance(at(0.0, 0.0)).unwrap();
    assert!(edge.edge_mm > 1_000_000, "{edge:?}");
}

#[test]
fn what_has_one_border_or_none_stays_as_it_is() {
    let alike = [
        shape(vec![square(116.0, 39.0, 1.0)]),
        shape(vec![square(117.0, 39.0, 1.0)]),
        shape(vec![square(50.0, 39.0, 1.0)]),
    ];
    assert_eq!(join(&alike).each, alike);
    assert_eq!(join(&[]).each, []);
    // A metre wide itself: brought to its neighbour it would have no inside, so it stays.
    let sliver = shape(vec![ring(&[
        (0.01, 0.0),
        (0.01 + 0.5 * EAST, 0.0),
        (0.01, 0.5 * NORTH),
    ])]);
    let shapes = [shape(vec![square(0.0, 0.0, 0.01)]), sliver.clone()];
    assert!(join(&shapes).each.contains(&sliver));
}

/// A border with bends, drawn twice by hands that are not quite sure.
#[test]
fn no_slit_is_left_along_a_border_with_bends() {
    let mut random = Random::new("snapping");
    for _ in 0..200 {
        let lat = random.between(-60.0, 60.0);
        let east = EAST / (lat * std::f64::consts::PI / 180.0).cos();
        let bends: Vec<Point> = (0..40)
            .map(|row| {
                at(
                    30.0 * east * random.between(-1.0, 1.0),
                    lat + 40.0 * NORTH * f64::from(row),
                )
            })
            .collect();
        let mut drawn = |outer: f64| {
            let mut line = Vec::new();
            for pair in bends.windows(2) {
                line.push(pair[0]);
                for _ in 0..random.below(3) {
                    let share = random.between(0.1, 0.9);
                    let between = |a: f64, b: f64| a + share * (b - a);
                    line.push(at(between(pair[0].lon, pair[1].lon), between(pair[0].lat, pair[1].lat)));
                }
            }
            line.sort_by(|a, b| a.lat.total_cmp(&b.lat));
            line.push(bends[bends.len() - 1]);
            let (first, last) = (line[0].lat, line[line.len() - 1].lat);
            let mut unsure = |point: Point| {
                let by_m = [random.between(-0.2, 0.2), random.between(-0.2, 0.2)];
                at(point.lon + by_m[0] * east, point.lat + by_m[1] * NORTH)
            };
            let mut corners: Vec<Point> = line.into_iter().map(&mut unsure).collect();
            corners.extend([at(outer, last), at(outer, first)]);
            Shape::new(vec![vec![corners]]).unwrap()
        };
        let shapes = [drawn(-0.01), drawn(0.01)];
        let united = in_any_order(&shapes);
        assert_eq!(pieces(&united), (1, 0), "at {lat}");
        let (area, before) = (Area::prepare(&united), shapes.each_ref().map(Area::prepare));
        for bend in &bends[2..38] {
            let edge = area.edge_distance(*bend).unwrap();
            assert!(edge.edge_mm > 50_000, "{bend:?} {edge:?}");
        }
        for _ in 0..200 {
            let point = at(random.between(-0.011, 0.011), lat + random.between(-0.0005, 0.0145));
            let was = before.each_ref().map(|area| area.edge_distance(point).unwrap().edge_mm);
            let near = was.iter().map(|mm| mm.abs()).min().unwrap();
            let held = was.iter().any(|mm| *mm > 0);
            assert!(area.contains(point) == held || near <= 1_010, "{point:?}: {was:?}");
        }
    }
}

#[test]
fn the_boroughs_keep_within_a_metre_of_what_they_were() {
    let shapes: Vec<Shape> = boroughs().into_iter().map(|district| district.shape).collect();
    let near = join(&shapes).each;
    let mut random = Random::new("snapped boroughs");
    for (was, is) in shapes.iter().zip(&near) {
        let was = Area::prepare(was);
        let corners = is.parts().concat().concat();
        for _ in 0..2_000 {
            let edge = was.edge_distance(*random.pick(&corners)).unwrap();
            assert!(edge.edge_mm.abs() <= 1_010, "{edge:?}");
        }
    }
}
