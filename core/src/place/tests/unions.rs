use super::{Area, Point, Random, Shape, at, boroughs, ring, rings_of, shape, square, union};

fn both_orders(shapes: &[Shape]) -> Shape {
    let united = union(shapes);
    let mut reversed = shapes.to_vec();
    reversed.reverse();
    assert_eq!(union(&reversed), united);
    united
}

#[test]
fn an_inner_border_is_no_edge() {
    let (west, east) = (
        shape(vec![square(116.0, 39.0, 1.0)]),
        shape(vec![square(117.0, 39.0, 1.0)]),
    );
    let united = both_orders(&[west, east]);
    assert_eq!((united.parts().len(), united.parts()[0].len()), (1, 1));
    let edge = Area::prepare(&united).edge_distance(at(117.0, 39.5)).unwrap();
    assert!(edge.edge_mm > 50_000_000, "{edge:?}");
}

#[test]
fn parts_with_a_common_border_become_one() {
    let halves = Shape::new(vec![vec![square(116.0, 39.0, 1.0)], vec![square(117.0, 39.25, 0.5)]]).unwrap();
    assert_eq!(halves.parts().len(), 1);
    let filled = Shape::new(vec![
        vec![square(116.0, 39.0, 3.0), square(117.0, 40.0, 1.0)],
        vec![square(117.0, 40.0, 1.0)],
    ]);
    assert_eq!(filled.unwrap().parts()[0].len(), 1, "the hole is filled");
}

#[test]
fn discs_across_a_border_and_within_widen_the_area_rightly() {
    let mut random = Random::new("unions");
    let district = random.shape(31.2, 0.2, 40);
    let mut shapes = vec![district.clone()];
    for ring in rings_of(&district) {
        shapes.extend(ring.iter().step_by(3).map(|corner| Shape::disc(*corner, 200.0)));
    }
    let centre = district.parts()[1][0][0];
    shapes.extend([
        Shape::disc(centre, 50.0),
        Shape::disc(at(centre.lon + 2.0, centre.lat), 200.0),
    ]);
    let united = both_orders(&shapes);
    let (area, parts): (Area, Vec<Area>) = (Area::prepare(&united), shapes.iter().map(Area::prepare).collect());
    for _ in 0..20_000 {
        let corner = *random.pick(&shapes[0].parts()[0][0]);
        let point = at(
            corner.lon + random.between(-0.01, 0.01),
            corner.lat + random.between(-0.01, 0.01),
        );
        let truth = parts.iter().any(|part| part.contains(point));
        let edge_mm = area.edge_distance(point).unwrap().edge_mm;
        assert!(
            area.contains(point) == truth || edge_mm.abs() <= 1,
            "{point:?} {edge_mm}"
        );
    }
}

#[test]
fn what_overlaps_nothing_stays_as_it_is() {
    let mut random = Random::new("apart");
    let (a, b) = (random.shape(31.0, 0.1, 20), random.shape(50.0, 0.1, 20));
    let united = union(&[a.clone(), b.clone(), b.clone()]);
    let mut expected = [a.parts(), b.parts()].concat();
    let mut got = united.parts();
    let key = |part: &Vec<Vec<Point>>| part[0].len() as f64 * 1e6 + part[0][0].lat * 1e3 + part[0][0].lon;
    expected.sort_by(|a, b| key(a).total_cmp(&key(b)));
    got.sort_by(|a, b| key(a).total_cmp(&key(b)));
    assert_eq!(got, expected);
    assert_eq!(union(&[]), Shape::default());
}

#[test]
fn the_boroughs_united_hold_what_each_holds() {
    let mut random = Random::new("boroughs united");
    let shapes: Vec<Shape> = boroughs().into_iter().map(|district| district.shape).collect();
    let united = both_orders(&shapes);
    let (area, each): (Area, Vec<Area>) = (Area::prepare(&united), shapes.iter().map(Area::prepare).collect());
    for _ in 0..50_000 {
        let point = at(random.between(-74.26, -73.7), random.between(40.49, 40.92));
        let truth = each.iter().any(|area| area.contains(point));
        assert!(
            area.contains(point) == truth || area.edge_distance(point).unwrap().edge_mm.abs() <= 1,
            "{point:?}"
        );
    }
    let vertices: std::collections::BTreeSet<_> = shapes
        .iter()
        .flat_map(rings_of)
        .flatten()
        .map(|p| (p.lon.to_bits(), p.lat.to_bits()))
        .collect();
    let kept = rings_of(&united)
        .concat()
        .iter()
        .filter(|p| vertices.contains(&(p.lon.to_bits(), p.lat.to_bits())))
        .count();
    assert!(
        kept * 100 > united.vertex_count() * 99,
        "{kept} of {}",
        united.vertex_count()
    );
}

#[test]
fn a_hole_survives_and_a_filled_one_does_not() {
    let ground = shape(vec![square(116.0, 39.0, 3.0), square(117.0, 40.0, 1.0)]);
    let bridge = shape(vec![ring(&[
        (116.9, 40.4),
        (118.1, 40.4),
        (118.1, 40.6),
        (116.9, 40.6),
    ])]);
    let area = Area::prepare(&both_orders(&[ground, bridge]));
    for (lon, lat, inside) in [
        (117.5, 40.2, false),
        (117.5, 40.5, true),
        (117.5, 40.8, false),
        (116.5, 39.5, true),
    ] {
        assert_eq!(area.contains(at(lon, lat)), inside, "{lon} {lat}");
    }
}
