use proptest::prelude::*;

use super::{Area, Datum, Fault, NamedShape, PlaceError, Shape, at, boroughs, data, read_districts, union};

const SQUARE: &str = "[[116,39],[117,39],[117,40],[116,40],[116,39]]";

fn read(text: &str) -> Result<Vec<NamedShape>, PlaceError> {
    read_districts(text, "name", Datum::Wgs84)
}

fn feature(name: &str, geometry: &str) -> String {
    format!(r#"{{"type":"Feature","properties":{{"name":"{name}"}},"geometry":{geometry}}}"#)
}

fn polygon(rings: &str) -> String {
    format!(r#"{{"type":"Polygon","coordinates":[{rings}]}}"#)
}

fn collection(features: &[String]) -> String {
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

#[test]
fn the_boroughs_are_read_whole() {
    let read: Vec<(String, usize, usize)> = boroughs()
        .iter()
        .map(|d| (d.name.clone(), d.shape.parts().len(), d.shape.vertex_count()))
        .collect();
    let parts: usize = read.iter().map(|(_, parts, _)| parts).sum();
    assert_eq!(parts, 94);
    let names: Vec<&str> = read.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["Staten Island", "Queens", "Brooklyn", "Manhattan", "Bronx"]);
    // 68,677 positions in the file: without closing ones and repeated ones.
    let vertices: usize = read.iter().map(|(.., vertices)| vertices).sum();
    assert_eq!(vertices, 68_677 - 95 - 197);
    let holes: usize = boroughs()
        .iter()
        .flat_map(|d| d.shape.parts())
        .map(|part| part.len() - 1)
        .sum();
    assert_eq!(holes, 1);
}

#[test]
fn every_form_is_read() {
    let plain = read(&feature("a", &polygon(SQUARE))).unwrap();
    assert_eq!(plain[0].name, "a");
    let altitude = "[[116,39,5],[117,39,5.5],[117,40,-1,7],[116,40,0],[116,39,9]]";
    let multi = format!(r#"{{"type":"MultiPolygon","coordinates":[[{SQUARE}]]}}"#);
    let nested =
        format!(r#"{{"type":"GeometryCollection","geometries":[{{"type":"Point","coordinates":[1,2]}},{multi}]}}"#);
    let crs = r#"{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}}"#;
    let forms = [
        format!("\u{feff}{}", feature("a", &polygon(SQUARE))),
        collection(&[
            feature("a", &polygon(altitude)),
            feature("a point", r#"{"type":"Point","coordinates":[1,2]}"#),
        ]),
        collection(&[
            r#"{"type":"Feature","properties":null,"geometry":null}"#.to_owned(),
            feature("a", &multi),
        ]),
        feature("a", &nested),
        format!(r#"{{"crs":{crs},{}"#, &feature("a", &polygon(SQUARE))[1..]),
    ];
    for text in forms {
        assert_eq!(read(&text).unwrap(), plain, "{text}");
    }
    let bare = read(&polygon(SQUARE)).unwrap();
    assert_eq!((bare[0].name.as_str(), &bare[0].shape), ("district", &plain[0].shape));
}

#[test]
fn features_of_one_name_are_one_district() {
    let east = "[[117,39],[118,39],[118,40],[117,40],[117,39]]";
    let text = collection(&[
        feature("a", &polygon(SQUARE)),
        feature("b", &polygon(SQUARE)),
        feature("a", &polygon(east)),
    ]);
    let read = read(&text).unwrap();
    let names: Vec<&str> = read.iter().map(|district| district.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(read[0].shape.parts().len(), 1, "joined over the common border");
    assert!(Area::prepare(&read[0].shape).contains(at(117.5, 39.5)));
}

#[test]
fn a_datum_is_converted_at_the_door() {
    let text = feature("a", &polygon(SQUARE));
    let wgs84 = &read(&text).unwrap()[0].shape.parts()[0][0][0].clone();
    let read = &read_districts(&text, "name", Datum::Gcj02).unwrap()[0].shape.parts()[0][0][0].clone();
    let back = Datum::Gcj02.from_wgs84(*read);
    assert!((back.lon - wgs84.lon).abs() < 2e-9 && (back.lat - wgs84.lat).abs() < 2e-9);
    assert!((read.lon - wgs84.lon).abs() > 1e-3);
}

#[test]
fn a_file_that_cannot_be_read_says_why_and_where() {
    let whole = collection(&[feature("a", &polygon(SQUARE)), feature("b", &polygon(SQUARE))]);
    let open = "[[116,39],[117,39],[117,40],[116,40]]";
    let crossed = "[[116,39],[117,40],[117,39],[116,40],[116,39]]";
    let swapped = "[[39,116],[39,117],[40,117],[40,116],[39,116]]";
    let crs = r#"{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}}"#;
    let cases = [
        (
            whole[..whole.len() / 2].to_owned(),
            "the file ends too early, at line 1",
        ),
        (String::new(), "the file ends too early"),
        ("districts".to_owned(), "not GeoJSON"),
        ("[1]".to_owned(), "not GeoJSON"),
        (r#"{"features":[]}"#.to_owned(), "no member \"type\""),
        (r#"{"type":"FeatureCollection"}"#.to_owned(), "without \"features\""),
        (collection(&[]), "no Polygon or MultiPolygon"),
        (
            feature("a", r#"{"type":"LineString","coordinates":[[1,2],[3,4]]}"#),
            "no Polygon or MultiPolygon",
        ),
        (
            feature("a", r#"{"type":"Polygon"}"#),
            "feature 1: a geometry without \"coordinates\"",
        ),
        (
            feature("a", r#"{"type":"Polygon","coordinates":[[["1","2"]]]}"#),
            "feature 1: coordinates: invalid type",
        ),
        (
            feature("a", r#"{"type":"Polygon","coordinates":[[[1]]]}"#),
            "a position [longitude, latitude]",
        ),
        (
            feature("a", r#"{"type":"Polygon","coordinates":[]}"#),
            "feature 1, part 1: is empty",
        ),
        (
            feature("a", r#"{"type":"MultiPolygon","coordinates":[]}"#),
            "feature 1: is empty",
        ),
        (
            feature("a", r#"{"type":"Sphere","coordinates":[]}"#),
            "unknown type \"Sphere\"",
        ),
        (
            collection(&[feature("a", &polygon(SQUARE)), feature("", &polygon(SQUARE))]),
            "feature 2 has no property \"name\"",
        ),
        (
            feature("a", &polygon(SQUARE)).replace("name", "BoroName"),
            "(it has: BoroName)",
        ),
        (
            collection(&[feature("a", &polygon(SQUARE)), feature("b", &polygon(open))]),
            "feature 2, part 1, ring 1, vertex 4: is not closed",
        ),
        (feature("a", &polygon(crossed)), "feature 1, part 1, ring 1, vertex"),
        (feature("a", &polygon(swapped)), "seem swapped"),
        (
            format!(r#"{{"crs":{crs},{}"#, &feature("a", &polygon(SQUARE))[1..]),
            "coordinate system urn:ogc:def:crs:EPSG::4490",
        ),
    ];
    for (text, words) in cases {
        let error = read(&text).unwrap_err().to_string();
        assert!(error.contains(words), "{text}\n{error}");
    }
    let Err(PlaceError::Faulty { fault, .. }) = read(&feature("a", &polygon(crossed))) else {
        panic!()
    };
    assert_eq!(fault, Fault::CrossesItself);
}

#[test]
fn a_nested_bomb_is_refused() {
    let bomb = r#"{"type":"GeometryCollection","geometries":["#.repeat(100_000);
    assert!(read(&bomb).is_err());
    assert!(
        read(&format!(
            r#"{{"type":"Polygon","coordinates":{}"#,
            "[".repeat(1_000_000)
        ))
        .is_err()
    );
}

#[test]
fn a_file_cut_anywhere_is_refused_or_read() {
    let text = data("nyc-boroughs.geojson");
    for end in (0..text.len()).step_by(text.len() / 40) {
        assert!(
            matches!(read(&text[..end]), Err(PlaceError::Truncated { .. })),
            "cut at {end}"
        );
    }
}

#[test]
fn reading_what_was_read_changes_nothing() {
    for district in boroughs() {
        let mut again = Shape::new(district.shape.parts()).unwrap();
        assert_eq!(again, district.shape);
        again = union(&[again]);
        assert_eq!(again.vertex_count(), district.shape.vertex_count());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn any_text_is_read_or_refused(text: String, at in 0..80_usize, cut in 0..80_usize) {
        let _ = read(&text);
        let mut bytes = feature("a", &polygon(SQUARE)).into_bytes();
        let at = at.min(bytes.len());
        bytes.splice(at..(at + cut / 8).min(bytes.len()), text.bytes());
        let _ = read(&String::from_utf8_lossy(&bytes));
    }
}
