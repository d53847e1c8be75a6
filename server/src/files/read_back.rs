//! What is taken out, read back by others' readers: workbooks by `calamine`, which writes none, tracks by `gpx`, places by
//! `geojson`.

#![allow(clippy::unwrap_used)]

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use geojson::{FeatureCollection, GeometryValue};
use onbeat_core::place::Point;
use proptest::prelude::*;

use super::{
    export::Table,
    places::{Place, geojson, gpx},
    xlsx::workbook,
};

/// What spreadsheets would take for formulas, and what they would not.
const CELLS: [(&str, &str); 8] = [
    ("=1+1", "'=1+1"),
    ("+49 89 1", "'+49 89 1"),
    ("-x", "'-x"),
    ("-inf", "'-inf"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("\t=1", "'\t=1"),
    ("-12.5", "-12.5"),
    ("晨光 <&> \"shop\"", "晨光 <&> \"shop\""),
];

fn opened(table: &Table) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(workbook(table).unwrap())).unwrap()
}

#[test]
fn a_workbook_holds_texts_and_numbers_and_no_formula() {
    let rows = CELLS.map(|(cell, _)| vec![cell.to_owned(), "3".to_owned(), "0021".to_owned()]);
    let table = Table {
        columns: vec!["note", "visits", "landline"],
        rows: rows.to_vec(),
    };
    let mut book = opened(&table);
    let name = book.sheet_names()[0].clone();
    assert!(book.worksheet_formula(&name).unwrap().is_empty());
    let sheet = book.worksheet_range(&name).unwrap();
    let read: Vec<Vec<Data>> = sheet.rows().map(<[Data]>::to_vec).collect();
    let text = |text: &str| Data::String(text.into());
    assert_eq!(read[0], ["note", "visits", "landline"].map(text));
    for (row, (cell, harmless)) in read[1..].iter().zip(CELLS) {
        assert_eq!(*row, [text(harmless), Data::Float(3.0), text("0021")], "{cell:?}");
    }
}

#[test]
fn a_table_of_values_is_read_back_the_same_from_a_csv_file() {
    let table = Table {
        columns: vec!["note"],
        rows: CELLS.map(|(cell, _)| vec![cell.to_owned()]).to_vec(),
    };
    let written = table.csv();
    let mut reader = csv::Reader::from_reader(written.strip_prefix('\u{feff}').unwrap().as_bytes());
    let read: Vec<String> = reader.records().map(|row| row.unwrap()[0].to_owned()).collect();
    assert_eq!(read, CELLS.map(|(_, harmless)| harmless));
}

fn places() -> impl Strategy<Value = Vec<Place>> {
    let place = (
        -90_000_000i64..90_000_000,
        -180_000_000i64..180_000_000,
        0i64..4_000_000_000,
        "\\PC{0,20}",
    );
    let place = place.prop_map(|(lat, lon, at_s, name)| Place {
        at: Point::from_e9(lat * 1000, lon * 1000),
        at_ms: Some(at_s * 1000),
        name: name.trim().to_owned(),
        properties: serde_json::Map::new(),
    });
    proptest::collection::vec(place, 0..20)
}

proptest! {
    #[test]
    fn places_are_read_back_from_gpx(places in places(), track in any::<bool>()) {
        let read = gpx::read(gpx(&places, track).as_bytes()).unwrap();
        let points = match track {
            true => read.tracks.iter().flat_map(|track| &track.segments).flat_map(|segment| &segment.points).collect(),
            false => read.waypoints.iter().collect::<Vec<_>>(),
        };
        prop_assert_eq!(points.len(), places.len());
        for (point, place) in points.into_iter().zip(&places) {
            prop_assert!((point.point().y() - place.at.lat).abs() < 1e-7);
            prop_assert!((point.point().x() - place.at.lon).abs() < 1e-7);
            let time = point.time.unwrap().format().unwrap();
            let time = chrono::DateTime::parse_from_rfc3339(&time).unwrap();
            prop_assert_eq!(time.timestamp_millis(), place.at_ms.unwrap());
            prop_assert_eq!(point.name.clone().unwrap_or_default(), place.name.clone());
        }
    }

    #[test]
    fn places_are_read_back_from_geojson(places in places()) {
        let read: FeatureCollection = geojson(&places).parse().unwrap();
        prop_assert_eq!(read.features.len(), places.len());
        for (feature, place) in read.features.iter().zip(&places) {
            let GeometryValue::Point { coordinates } = &feature.geometry.as_ref().unwrap().value else {
                return Err(TestCaseError::fail("no point"));
            };
            prop_assert_eq!(coordinates.as_slice().to_vec(), vec![place.at.lon, place.at.lat]);
            prop_assert_eq!(feature.property("name").unwrap(), place.name.as_str());
        }
    }
}
