use proptest::prelude::*;

use super::{
    Area, Datum, Fault, PlaceError, Point, Random, Shape, at, boroughs, read_districts, ring, rings_of, shape, square,
};

type Parts = Vec<Vec<Vec<Point>>>;

fn fault(parts: Parts) -> (String, Fault) {
    match Shape::new(parts) {
        Err(PlaceError::Faulty { at, fault }) => (at.to_string(), fault),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_no_shape_is_refused_with_its_place() {
    let one = |points: &[(f64, f64)]| vec![vec![ring(points)]];
    let square_at = |lon: f64, lat: f64, side: f64| vec![square(lon, lat, side)];
    let cases: Vec<(&str, Parts, &str, &str)> = vec![
        ("no parts", vec![], "the shape", "is empty"),
        ("no rings", vec![vec![]], "part 1", "is empty"),
        ("no points", vec![vec![vec![]]], "part 1, ring 1", "is empty"),
        (
            "a line",
            one(&[(1.0, 1.0), (2.0, 2.0), (1.0, 1.0)]),
            "part 1, ring 1",
            "has 2 different points",
        ),
        (
            "not a number",
            one(&[(1.0, 1.0), (2.0, f64::NAN), (2.0, 2.0)]),
            "part 1, ring 1, vertex 2",
            "finite",
        ),
        (
            "swapped",
            one(&[(39.9, 116.4), (40.0, 116.4), (40.0, 116.5)]),
            "part 1, ring 1, vertex 1",
            "swapped",
        ),
        (
            "metres",
            one(&[(500_000.0, 4_500_000.0), (0.0, 0.0), (1.0, 1.0)]),
            "part 1, ring 1, vertex 1",
            "has latitude",
        ),
        (
            "longitude",
            one(&[(181.0, 1.0), (179.0, 0.0), (179.0, 1.0)]),
            "part 1, ring 1, vertex 1",
            "has longitude",
        ),
        (
            "antimeridian",
            one(&[(179.0, 1.0), (-179.0, 1.0), (-179.0, 2.0)]),
            "part 1, ring 1, vertex 1",
            "antimeridian",
        ),
        (
            "round the pole",
            one(&[(-170.0, 80.0), (0.0, 80.0), (170.0, 80.0)]),
            "part 1, ring 1, vertex 3",
            "antimeridian",
        ),
        (
            "pole",
            one(&[(0.0, 80.0), (10.0, 80.0), (5.0, 89.5)]),
            "part 1, ring 1, vertex 3",
            "pole",
        ),
        (
            "bow tie",
            one(&[(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0)]),
            "part 1, ring 1",
            "crosses its own ring",
        ),
        (
            "through a vertex",
            one(&[(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (2.0, 0.0), (1.0, 1.0), (0.0, 2.0)]),
            "part 1, ring 1",
            "crosses its own ring",
        ),
        (
            "spike",
            one(&[(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (2.0, 5.0), (2.0, 2.0), (0.0, 2.0)]),
            "part 1, ring 1",
            "along",
        ),
        (
            "flat",
            one(&[(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)]),
            "part 1, ring 1",
            "along",
        ),
        (
            "hole outside",
            vec![vec![square(0.0, 0.0, 2.0), square(3.0, 0.0, 1.0)]],
            "part 1, ring 2",
            "not inside",
        ),
        (
            "hole half outside",
            vec![vec![square(0.0, 0.0, 2.0), square(1.0, 0.5, 3.0)]],
            "part 1",
            "crosses or runs",
        ),
        (
            "hole is the shell",
            vec![vec![square(0.0, 0.0, 2.0), square(0.0, 0.0, 2.0)]],
            "part 1",
            "crosses or runs",
        ),
        (
            "hole in a hole",
            vec![vec![
                square(0.0, 0.0, 9.0),
                square(1.0, 1.0, 5.0),
                square(2.0, 2.0, 1.0),
            ]],
            "part 1, ring 3",
            "overlaps another (part 1, ring 2",
        ),
        (
            "hole in another part",
            vec![
                vec![square(0.0, 0.0, 9.0)],
                vec![square(20.0, 0.0, 9.0), square(1.0, 1.0, 5.0)],
            ],
            "part 2, ring 2",
            "not inside",
        ),
        (
            "part in a part",
            vec![square_at(0.0, 0.0, 9.0), square_at(1.0, 1.0, 1.0)],
            "part 2, ring 1",
            "overlaps another",
        ),
        (
            "same part twice",
            vec![square_at(0.0, 0.0, 9.0), square_at(0.0, 0.0, 9.0)],
            "part",
            "overlaps another",
        ),
        (
            "parts cross",
            vec![square_at(0.0, 0.0, 2.0), square_at(1.0, 1.0, 2.0)],
            "part",
            "crosses or runs",
        ),
    ];
    for (name, parts, place, words) in cases {
        let (at, fault) = fault(parts);
        assert!(
            at.starts_with(place) && fault.to_string().contains(words),
            "{name}: {at}: {fault}"
        );
    }
}

#[test]
fn what_only_touches_is_taken() {
    let corner = Shape::new(vec![vec![square(0.0, 0.0, 1.0)], vec![square(1.0, 1.0, 1.0)]]).unwrap();
    assert_eq!(corner.parts().len(), 2);
    let side = ring(&[(0.0, 2.0), (2.0, 1.0), (2.0, 3.0)]);
    assert!(
        Shape::new(vec![vec![square(0.0, 0.0, 4.0), side]]).is_ok(),
        "a hole that touches its shell's side"
    );
    let island = vec![ring(&[(1.0, 1.0), (2.0, 1.0), (1.5, 2.0)])];
    assert!(
        Shape::new(vec![
            vec![square(0.0, 0.0, 4.0), square(1.0, 1.0, 2.0)],
            vec![square(1.5, 1.5, 1.0)]
        ])
        .is_ok()
    );
    assert!(Shape::new(vec![island.clone(), vec![ring(&[(1.5, 2.0), (2.0, 3.0), (1.0, 3.0)])]]).is_ok());
    let pinched = ring(&[(0.0, 0.0), (4.0, 0.0), (2.0, 2.0), (4.0, 4.0), (0.0, 4.0), (2.0, 2.0)]);
    assert!(
        Shape::new(vec![vec![pinched]]).is_ok(),
        "a ring that touches itself at a vertex"
    );
}

#[test]
fn rings_are_normalised() {
    let closed = [(0.0, 0.0), (0.0, 1.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)];
    let shape = shape(vec![ring(&closed)]);
    assert_eq!(shape.vertex_count(), 4);
    assert!(shape.area_m2() > 0.0);
    let ring = &shape.parts()[0][0];
    assert_eq!((ring.len(), ring[0]), (5, ring[4]));
}

#[test]
fn areas_are_right_to_a_percent() {
    // One degree at the equator (Karney's planimeter), and the city's own figures of its land.
    let degree_m2 = shape(vec![square(0.0, 0.0, 1.0)]).area_m2();
    assert!((degree_m2 / 12_308_778_361.0 - 1.0).abs() < 0.001, "{degree_m2}");
    let disc_m2 = Shape::disc(at(116.4, 39.9), 1000.0).area_m2();
    let polygon_m2 = 36.0 * 1e6 * (std::f64::consts::TAU / 72.0).sin();
    assert!((disc_m2 / polygon_m2 - 1.0).abs() < 0.01, "{disc_m2}");
    let manhattan = boroughs()
        .into_iter()
        .find(|district| district.name == "Manhattan")
        .unwrap();
    assert!((manhattan.shape.area_m2() / 59.13e6 - 1.0).abs() < 0.02);
}

#[test]
fn a_million_vertices_are_checked_in_seconds() {
    let mut random = Random::new("a million vertices");
    let started = std::time::Instant::now();
    let huge = shape(vec![random.star(at(10.0, 50.0), 1.0, 1_000_000)]);
    println!("a million vertices checked in {:?}", started.elapsed());
    assert_eq!(huge.vertex_count(), 1_000_000);
    assert!(Area::prepare(&huge).contains(at(10.0, 50.0)));
    let ring: Vec<String> = rings_of(&huge)[0]
        .iter()
        .map(|p| format!("[{:?},{:?}]", p.lon, p.lat))
        .collect();
    let file = format!("{{\"type\":\"Polygon\",\"coordinates\":[[{}]]}}", ring.join(","));
    let read = read_districts(&file, "name", Datum::Wgs84).unwrap();
    assert_eq!(read[0].shape, huge, "and as GeoJSON they are read whole");
    let mut crossed = huge.parts();
    crossed[0][0].swap(500_000, 600_000);
    assert!(Shape::new(crossed).is_err());
}

#[test]
fn bytes_are_the_shape() {
    let mut random = Random::new("bytes");
    for district in boroughs() {
        let bytes = district.shape.to_bytes();
        assert_eq!(Shape::from_bytes(&bytes).unwrap(), district.shape);
        for _ in 0..200 {
            let cut = random.below(bytes.len());
            assert!(Shape::from_bytes(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }
    assert_eq!(
        Shape::from_bytes(&Shape::default().to_bytes()).unwrap(),
        Shape::default()
    );
    let whole_world_of_parts = [1, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 3];
    for bad in [&[][..], &[2, 0], &[1, 0, 0], &[1, 0x80, 0], &whole_world_of_parts] {
        assert!(
            matches!(Shape::from_bytes(bad), Err(PlaceError::NotAShape(_))),
            "{bad:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn any_bytes_are_read_or_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..200), version: bool) {
        if version && !bytes.is_empty() {
            bytes[0] = 1;
        }
        if let Ok(shape) = Shape::from_bytes(&bytes) {
            prop_assert_eq!(shape.to_bytes(), bytes);
            Area::prepare(&shape).edge_distance(at(0.0, 0.0));
        }
    }

    #[test]
    fn any_rings_are_taken_or_refused(
        parts in prop::collection::vec(prop::collection::vec(prop::collection::vec((0..7_i8, 0..7_i8), 0..7), 0..3), 0..3)
    ) {
        let point = |&(lon, lat): &(i8, i8)| at(f64::from(lon), f64::from(lat));
        let points: Vec<Vec<Vec<Point>>> =
            parts.iter().map(|part| part.iter().map(|ring| ring.iter().map(point).collect()).collect()).collect();
        if let Ok(shape) = Shape::new(points.clone()) {
            prop_assert_eq!(&Shape::from_bytes(&shape.to_bytes()).unwrap(), &shape);
            // Of a valid shape, ground is where the windings of all rings add up to one.
            let area = Area::prepare(&shape);
            for lon in 0..7 {
                for lat in 0..7 {
                    let centre = at(f64::from(lon) + 0.513, f64::from(lat) + 0.471);
                    let in_part = |part: &Vec<Vec<Point>>| {
                        let in_ring = |ring: &Vec<Point>| super::reference::Sides::new(&[closed(ring)]).contains(centre);
                        in_ring(&part[0]) && !part[1..].iter().any(in_ring)
                    };
                    let holding = points.iter().filter(|part| in_part(part)).count();
                    prop_assert!(holding <= 1, "parts overlap");
                    prop_assert_eq!(area.contains(centre), holding == 1);
                }
            }
        }
    }
}

fn closed(ring: &[Point]) -> Vec<Point> {
    ring.iter().chain(ring.first()).copied().collect()
}
