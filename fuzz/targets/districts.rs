//! GeoJSON: districts that can be read can be kept, prepared and asked, and their answers agree.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onbeat_core::place::{Area, Datum, Districts, Point, Shape, read_districts, union};

fuzz_target!(|text: &str| {
    for datum in [Datum::Wgs84, Datum::Gcj02, Datum::Bd09] {
        let Ok(read) = read_districts(text, "name", datum) else {
            continue;
        };
        let named: Vec<(String, Shape)> = read.into_iter().map(|named| (named.name, named.shape)).collect();
        let districts = Districts::prepare(&named);
        for (_, shape) in &named {
            assert_eq!(Shape::from_bytes(&shape.to_bytes()).as_ref(), Ok(shape));
            let area = Area::prepare(shape);
            for point in asked(shape) {
                let held = area.contains(point);
                assert!(!held || districts.holding(point).is_some(), "nobody holds {point:?}");
                let edge = area.edge_distance(point).expect("a shape has an edge");
                assert!(edge.edge_mm == 0 || held == (edge.edge_mm > 0), "{edge:?} at {point:?}");
                assert!(
                    edge.edge_mm.abs() < 21_000_000_000,
                    "farther than the earth is wide: {edge:?}"
                );
            }
        }
        Area::prepare(&union(&named.into_iter().map(|(_, shape)| shape).collect::<Vec<_>>()));
    }
});

/// The middle of the first edges, their first ends, and points off the shape.
fn asked(shape: &Shape) -> Vec<Point> {
    let rings = shape.parts().into_iter().flatten();
    let edges = rings.filter_map(|ring| Some((*ring.first()?, *ring.get(1)?)));
    let near = edges.take(4).flat_map(|(a, b)| {
        let middle = Point {
            lat: (a.lat + b.lat) / 2.0,
            lon: (a.lon + b.lon) / 2.0,
        };
        [a, middle]
    });
    let far = [(0.0, 0.0), (90.0, 180.0), (-90.0, -180.0)].map(|(lat, lon)| Point { lat, lon });
    near.chain(far).collect()
}
