use super::{Point, boroughs, shape, square};

type Parts = Vec<Vec<Vec<Point>>>;

#[test]
fn an_outline_has_fewer_vertices_and_strays_no_further_than_it_says() {
    for (tolerance_m, most) in [(0.0, 1.0), (5.0, 0.8), (20.0, 0.4), (200.0, 0.06)] {
        for named in boroughs() {
            let whole = named.shape.vertex_count();
            let parts = named.shape.outline(tolerance_m);
            let drawn: usize = parts.iter().flatten().map(|ring| ring.len() - 1).sum();
            let share = drawn as f64 / whole as f64;
            assert!(share <= most, "{} at {tolerance_m} m: {share}", named.name);
            let strayed = largest_gap_m(&named.shape.parts(), &parts, tolerance_m);
            assert!(strayed <= tolerance_m * 1.02, "{}: {strayed} m", named.name);
        }
    }
}

/// How far a vertex of the shape's largest ring is from the outline's, on a plane.
fn largest_gap_m(whole: &Parts, outline: &Parts, tolerance_m: f64) -> f64 {
    let largest = |parts: &Parts| {
        let rings = parts.iter().filter_map(|part| part.first().cloned());
        rings.max_by_key(Vec::len).unwrap_or_default()
    };
    let (ring, drawn) = (largest(whole), largest(outline));
    if tolerance_m == 0.0 {
        return if ring == drawn { 0.0 } else { f64::INFINITY };
    }
    let step = ring.len() / 500 + 1;
    let gap = |point: &Point| {
        let gaps = drawn.windows(2).map(|side| gap_m(*point, side[0], side[1]));
        gaps.fold(f64::INFINITY, f64::min)
    };
    ring.iter().step_by(step).map(gap).fold(0.0, f64::max)
}

fn gap_m(point: Point, from: Point, to: Point) -> f64 {
    const DEGREE_M: f64 = 111_200.0;
    let east = DEGREE_M * point.lat.to_radians().cos();
    let flat = |to: Point| ((to.lon - point.lon) * east, (to.lat - point.lat) * DEGREE_M);
    let ((ax, ay), (bx, by)) = (flat(from), flat(to));
    let (dx, dy) = (bx - ax, by - ay);
    let along = (-(ax * dx + ay * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    (ax + along * dx).hypot(ay + along * dy)
}

#[test]
fn what_shrinks_to_a_line_is_left_out() {
    let tiny = shape(vec![square(8.0, 50.0, 1e-5)]);
    assert!(tiny.outline(100.0).is_empty());
    let round = |n: usize| {
        let turn = n as f64 / 1_000.0 * std::f64::consts::TAU;
        Point {
            lon: 8.0 + 1e-4 * turn.cos(),
            lat: 50.0 + 1e-4 * turn.sin(),
        }
    };
    let speck = shape(vec![(0..1_000).map(round).collect()]);
    assert!(speck.outline(100.0).is_empty(), "however finely it is drawn");
    assert_eq!(speck.outline(1.0).len(), 1);
    let holed = shape(vec![square(8.0, 50.0, 0.1), square(8.04, 50.04, 1e-5)]);
    assert_eq!(holed.outline(100.0)[0].len(), 1, "the hole is too small to be seen");
    assert_eq!(holed.outline(0.1)[0].len(), 2);
}

/// On a thread with as little room as Apple gives to those that an app starts (512 kB, Threading Programming Guide).
#[test]
fn a_zigzag_of_any_length_is_thinned_with_little_room() {
    let teeth = 50_000;
    let tooth = |n: usize| {
        let lon = -25.0 + n as f64 * 1e-3;
        [
            Point { lon, lat: 50.0 },
            Point {
                lon: lon + 5e-4,
                lat: 50.1,
            },
        ]
    };
    let ends = [Point { lon: 26.0, lat: 49.9 }, Point { lon: -26.0, lat: 49.9 }];
    let comb = shape(vec![(0..teeth).flat_map(tooth).chain(ends).collect()]);
    let thin = move || {
        comb.outline(20.0)
            .into_iter()
            .flatten()
            .map(|ring| ring.len())
            .sum::<usize>()
    };
    let drawn = std::thread::Builder::new().stack_size(512 * 1024).spawn(thin).unwrap();
    assert_eq!(
        drawn.join().unwrap(),
        2 * teeth + 3,
        "each tooth is farther out than that"
    );
}
