use super::{
    Area, Districts, Point, Random, Shape, at, boroughs, data,
    reference::{Sides, between},
    ring, rings_of, shape, square, union,
};

/// The real districts, their union, and stars with holes and islands at all latitudes.
fn shapes(random: &mut Random) -> Vec<Shape> {
    let mut shapes: Vec<Shape> = boroughs().into_iter().map(|district| district.shape).collect();
    shapes.push(union(&shapes));
    for (lat, radius, corners) in [
        (0.0, 5.0, 40),
        (31.2, 0.01, 12),
        (-45.0, 1.0, 3000),
        (70.0, 0.5, 7),
        (88.0, 0.9, 100),
    ] {
        shapes.push(random.shape(lat, radius, corners));
    }
    shapes
}

#[test]
fn no_random_point_is_on_a_wrong_side() {
    let mut random = Random::new("random sides");
    let shapes = shapes(&mut random);
    let share = 1_000_000_usize.div_ceil(shapes.len());
    let mut inside = 0;
    for shape in &shapes {
        let (area, truth) = (Area::prepare(shape), Sides::new(&rings_of(shape)));
        let points: Vec<Point> = rings_of(shape).concat();
        let lon = |fold: fn(f64, f64) -> f64| points.iter().map(|p| p.lon).reduce(fold).unwrap();
        let lat = |fold: fn(f64, f64) -> f64| points.iter().map(|p| p.lat).reduce(fold).unwrap();
        let (west, east, south, north) = (lon(f64::min), lon(f64::max), lat(f64::min), lat(f64::max));
        for _ in 0..share {
            let point = at(random.between(west, east), random.between(south, north));
            assert_eq!(area.contains(point), truth.contains(point), "{point:?}");
            inside += usize::from(area.contains(point));
        }
    }
    assert!(
        (200_000..800_000).contains(&inside),
        "the points tell both sides: {inside}"
    );
}

#[test]
fn no_point_near_the_edge_is_on_a_wrong_side() {
    let mut random = Random::new("sides near the edge");
    let shapes = shapes(&mut random);
    let share = 100_000_usize.div_ceil(shapes.len());
    for shape in &shapes {
        let (area, truth) = (Area::prepare(shape), Sides::new(&rings_of(shape)));
        let rings = rings_of(shape);
        for _ in 0..share {
            let point = near_edge(&mut random, &rings);
            assert_eq!(area.contains(point), truth.contains(point), "{point:?}");
        }
    }
}

/// On a vertex, level with one, on an edge as well as numbers can say, or off it by 1e-16 to 1e-3 degrees.
fn near_edge(random: &mut Random, rings: &[Vec<Point>]) -> Point {
    let ring = random.pick(rings);
    let edge = random.below(ring.len() - 1);
    let on_edge = between(ring[edge], ring[edge + 1], random.between(0.0, 1.0));
    let off = 10_f64.powf(random.between(-16.0, -3.0));
    match random.below(8) {
        0 => ring[edge],
        1 => at(on_edge.lon, ring[edge].lat),
        2 => on_edge,
        3 => Point::from_e9((on_edge.lat * 1e9).round() as i64, (on_edge.lon * 1e9).round() as i64),
        _ => at(
            on_edge.lon + off * random.between(-1.0, 1.0),
            on_edge.lat + off * random.between(-1.0, 1.0),
        ),
    }
}

#[test]
fn the_edge_belongs_to_the_inside() {
    let area = Area::prepare(&shape(vec![square(10.0, 50.0, 4.0), square(11.0, 51.0, 1.0)]));
    let on = [
        (10.0, 50.0),
        (12.0, 50.0),
        (14.0, 52.0),
        (14.0, 54.0),
        (11.0, 51.0),
        (11.5, 51.0),
        (12.0, 51.5),
    ];
    for (lon, lat) in on {
        assert!(area.contains(at(lon, lat)), "{lon} {lat}");
        assert_eq!(area.edge_distance(at(lon, lat)).unwrap().edge_mm, 0, "{lon} {lat}");
    }
    assert!(!area.contains(at(11.5, 51.5)), "in the hole");
    assert!(!area.contains(at(9.999_999_999, 50.0)));
    assert!(!area.contains(at(f64::NAN, 52.0)));
    assert!(area.edge_distance(at(12.0, f64::NAN)).is_none());
}

#[test]
fn an_empty_shape_has_no_inside_and_no_edge() {
    let area = Area::prepare(&Shape::default());
    assert!(!area.contains(at(0.0, 0.0)));
    assert!(area.edge_distance(at(0.0, 0.0)).is_none());
}

#[test]
fn winding_holes_and_order_do_not_change_answers() {
    let mut random = Random::new("winding");
    for _ in 0..20 {
        let lat = random.between(-70.0, 70.0);
        let whole = random.shape(lat, 1.0, 30);
        let mut parts = whole.parts();
        parts.reverse();
        for ring in parts.iter_mut().flatten() {
            ring.reverse();
            ring.pop();
            let turn = random.below(ring.len());
            ring.rotate_left(turn);
        }
        let (area, turned) = (Area::prepare(&whole), Area::prepare(&Shape::new(parts).unwrap()));
        for _ in 0..500 {
            let point = near_edge(&mut random, &rings_of(&whole));
            assert_eq!(area.contains(point), turned.contains(point));
            let (a, b) = (area.edge_distance(point).unwrap(), turned.edge_distance(point).unwrap());
            assert_eq!(a.edge_mm, b.edge_mm);
        }
    }
}

#[test]
fn another_part_takes_nothing_away() {
    let mut random = Random::new("another part");
    let one = vec![random.star(at(5.0, 45.0), 1.0, 50), random.star(at(5.0, 45.0), 0.4, 20)];
    let other = vec![random.star(at(5.0, 45.0), 0.15, 20)];
    let (alone, both) = (
        shape(vec![one[0].clone(), one[1].clone()]),
        Shape::new(vec![one, other]).unwrap(),
    );
    let (alone, both) = (Area::prepare(&alone), Area::prepare(&both));
    for _ in 0..20_000 {
        let point = at(random.between(3.0, 7.0), random.between(43.5, 46.5));
        assert!(both.contains(point) || !alone.contains(point), "{point:?}");
    }
}

#[test]
fn the_stops_of_new_york_lie_in_their_boroughs() {
    let named: Vec<(String, Shape)> = boroughs().into_iter().map(|d| (d.name, d.shape)).collect();
    let districts = Districts::prepare(&named);
    let mut counts = std::collections::BTreeMap::new();
    for line in data("tracks/nyc-taxi-stops.csv").lines().skip(1) {
        let mut fields = line.split(',').skip(1).map(|field| field.parse::<f64>().unwrap());
        let (lat, lon) = (fields.next().unwrap(), fields.next().unwrap());
        *counts
            .entry(districts.holding(at(lon, lat)).unwrap_or("none").to_owned())
            .or_insert(0) += 1;
    }
    let counted: Vec<(&str, i32)> = counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(
        counted,
        [("Brooklyn", 14), ("Manhattan", 1287), ("Queens", 59), ("none", 4)]
    );
}

#[test]
fn of_two_districts_the_smaller_holds_then_the_first_by_name() {
    let named = |name: &str, side: f64| (name.to_owned(), shape(vec![square(116.0, 39.0, side)]));
    let districts = Districts::prepare(&[named("large", 3.0), named("b", 1.0), named("a", 1.0)]);
    assert_eq!(districts.holding(at(116.5, 39.5)), Some("a"));
    assert_eq!(districts.holding(at(118.5, 39.5)), Some("large"));
    assert_eq!(districts.holding(at(115.0, 39.5)), None);
    let hairline = ring(&[(116.0, 39.0), (117.0, 39.0), (116.5, 39.000_000_001)]);
    assert!(shape(vec![hairline]).area_m2() > 0.0);
}
