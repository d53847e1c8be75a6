use geographiclib_rs::{Geodesic, InverseGeodesic};

use super::{
    Area, Point, Random, Shape, at, boroughs, distance_m,
    reference::{Edges, between},
    ring, rings_of, shape, square,
};

/// 3 mm below 500 m, 0.5 % beyond.
fn check(area: &Area, truth: &Edges, point: Point) {
    let expected_m = truth.distance_m(point);
    let got_m = area.edge_distance(point).unwrap().edge_mm.abs() as f64 / 1000.0;
    let tolerance_m = if expected_m < 500.0 { 0.003 } else { expected_m * 0.005 };
    let error_m = (got_m - expected_m).abs();
    assert!(error_m <= tolerance_m, "{point:?}: {got_m} m, by Karney {expected_m} m");
}

/// 1 mm to 300 km off an edge.
fn around_edge(random: &mut Random, rings: &[Vec<Point>]) -> Point {
    let ring = random.pick(rings);
    let edge = random.below(ring.len() - 1);
    let foot = between(ring[edge], ring[edge + 1], random.between(0.0, 1.0));
    let (sin, cos) = random.between(0.0, std::f64::consts::TAU).sin_cos();
    let off = 10_f64.powf(random.between(-3.0, 5.5)) / 111_000.0;
    at(
        foot.lon + off * cos / foot.lat.to_radians().cos(),
        (foot.lat + off * sin).clamp(-89.0, 89.0),
    )
}

fn check_around(random: &mut Random, shape: &Shape, count: usize) {
    let rings = rings_of(shape);
    let (area, truth) = (Area::prepare(shape), Edges::new(&rings));
    for _ in 0..count {
        check(&area, &truth, around_edge(random, &rings));
    }
}

#[test]
fn distances_are_those_of_karney_around_real_districts() {
    let mut random = Random::new("distances, real");
    for district in boroughs() {
        check_around(&mut random, &district.shape, 800);
    }
}

#[test]
fn distances_are_those_of_karney_up_to_latitude_70_and_edges_of_50_km() {
    let mut random = Random::new("distances, generated");
    for lat in [-70.0, -50.0, -23.0, -0.2, 0.0, 12.0, 31.2, 45.0, 60.0, 70.0] {
        for (radius, corners) in [(0.002, 12), (0.05, 200), (0.45, 6), (0.4, 40)] {
            let shape = random.shape(lat, radius, corners);
            check_around(&mut random, &shape, 150);
        }
    }
}

#[test]
fn distances_hold_along_very_long_edges_and_far_away() {
    let mut random = Random::new("distances, far");
    let province = shape(vec![square(100.0, 25.0, 8.0)]);
    check_around(&mut random, &province, 300);
    let (area, truth) = (Area::prepare(&province), Edges::new(&rings_of(&province)));
    for _ in 0..100 {
        check(
            &area,
            &truth,
            at(random.between(85.0, 125.0), random.between(10.0, 50.0)),
        );
    }
    let abroad = area.edge_distance(at(-74.0, 40.7)).unwrap();
    let corner_m = distance_m(at(-74.0, 40.7), abroad.nearest);
    assert!((abroad.edge_mm as f64 / 1000.0 + corner_m).abs() < 1.0, "{abroad:?}");
}

#[test]
fn an_edge_beyond_the_antimeridian_is_near() {
    let area = Area::prepare(&shape(vec![ring(&[
        (-180.0, -17.0),
        (-179.0, -17.0),
        (-179.0, -16.0),
        (-180.0, -16.0),
    ])]));
    let edge = area.edge_distance(at(179.999, -16.5)).unwrap();
    assert!((edge.edge_mm + 106_741).abs() < 200, "{edge:?}");
    assert_eq!(edge.nearest.lon, -180.0);
}

#[test]
fn the_nearest_point_is_as_far_as_said() {
    let mut random = Random::new("nearest point");
    let shape = random.shape(52.0, 0.2, 60);
    let area = Area::prepare(&shape);
    for _ in 0..2000 {
        let point = around_edge(&mut random, &rings_of(&shape));
        let edge = area.edge_distance(point).unwrap();
        let said_m = edge.edge_mm.abs() as f64 / 1000.0;
        assert!(
            (distance_m(point, edge.nearest) - said_m).abs() <= 0.002 + said_m * 0.002,
            "{edge:?}"
        );
    }
}

#[test]
fn half_millimetres_round_away_from_zero() {
    // On the equator a degree of longitude is exactly the equator's radius times a degree in radians.
    let degree_m = 6_378_137.0_f64.to_radians();
    let area = Area::prepare(&shape(vec![ring(&[(0.0, -1.0), (1.0, -1.0), (1.0, 1.0), (0.0, 1.0)])]));
    for (off_m, edge_mm) in [
        (0.002_501, 3),
        (-0.002_501, -3),
        (0.002_499, 2),
        (-0.002_499, -2),
        (0.0, 0),
    ] {
        let edge = area.edge_distance(at(off_m / degree_m, 0.0)).unwrap();
        assert_eq!(edge.edge_mm, edge_mm, "{off_m}");
    }
}

#[test]
fn distances_of_points_are_those_of_karney() {
    let mut random = Random::new("distances of points");
    let karney = Geodesic::wgs84();
    for _ in 0..20_000 {
        let a = at(random.between(-180.0, 180.0), random.between(-85.0, 85.0));
        let off = 10_f64.powf(random.between(-7.0, 2.0));
        let mut b = at(
            a.lon + off * random.between(-1.0, 1.0),
            (a.lat + off * random.between(-1.0, 1.0)).clamp(-85.0, 85.0),
        );
        b.lon -= if b.lon.abs() > 180.0 {
            360.0_f64.copysign(b.lon)
        } else {
            0.0
        };
        let expected_m: f64 = karney.inverse(a.lat, a.lon, b.lat, b.lon);
        let share = if expected_m < 19e6 { 0.001 } else { 0.003 };
        let tolerance_m = if expected_m < 1000.0 { 0.001 } else { expected_m * share };
        assert!(
            (distance_m(a, b) - expected_m).abs() <= tolerance_m,
            "{a:?} {b:?} {expected_m}"
        );
    }
    assert_eq!(distance_m(at(8.0, 50.0), at(8.0, 50.0)), 0.0);
    assert!((distance_m(at(0.0, 0.0), at(180.0, 0.0)) - 20_003_931.0).abs() < 60_000.0);
}

#[test]
fn a_disc_has_its_corners_at_its_radius() {
    let karney = Geodesic::wgs84();
    for (lon, lat) in [(116.4, 39.9), (0.0, 0.0), (-70.0, -70.0)] {
        for radius_m in [5.0, 200.0, 1000.0] {
            let disc = Shape::disc(at(lon, lat), radius_m);
            assert_eq!(disc.vertex_count(), 72);
            for corner in &disc.parts()[0][0] {
                let got_m: f64 = karney.inverse(lat, lon, corner.lat, corner.lon);
                assert!((got_m - radius_m).abs() < 0.001, "{lat}: {got_m}");
            }
            assert_eq!(Shape::new(disc.parts()).unwrap(), disc);
        }
    }
    assert_eq!(Shape::disc(at(180.0, 10.0), 200.0).parts().len(), 2);
    assert!(Area::prepare(&Shape::disc(at(180.0, 10.0), 200.0)).contains(at(-179.999, 10.0)));
    for (centre, radius_m) in [
        (at(f64::NAN, 0.0), 5.0),
        (at(0.0, 95.0), 5.0),
        (at(0.0, 0.0), 0.0),
        (at(0.0, 0.0), f64::NAN),
    ] {
        assert_eq!(Shape::disc(centre, radius_m), Shape::default());
    }
}
