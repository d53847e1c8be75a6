//! What is taken out, read back by others' readers: workbooks by `calamine`, which writes none, tracks by `gpx`, places by
//! `geojson`.

#![allow(clippy::unwrap_used)]

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use chrono::NaiveDate;
use geojson::{FeatureCollection, GeometryValue};
use onbeat_core::place::Point;
use proptest::prelude::*;

use super::{
    export::{Cell, Clocks, Table},
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

fn opened(table: Table) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(workbook(table).unwrap())).unwrap()
}

#[test]
fn a_workbook_holds_texts_numbers_and_times_and_no_formula() {
    let day: NaiveDate = "2026-11-23".parse().unwrap();
    // Workbooks count from then on.
    let midnight = (day - NaiveDate::from_ymd_opt(1899, 12, 30).unwrap()).num_seconds();
    let since_1899 = |data: &Data| match data {
        Data::DateTime(at) => Some((at.as_f64() * 86_400.0).round() as i64),
        _ => None,
    };
    let times = [
        Cell::Day(day),
        Clocks::of("Asia/Shanghai").time(Some(1_795_393_800_000)),
    ];
    let rows = CELLS.map(|(cell, _)| {
        let texts = [cell, "0021", "0021"].map(|text| Cell::Text(text.into()));
        [texts.as_slice(), &[Cell::Number("3".into())], &times].concat()
    });
    let mut book = opened(Table::new(
        &["note", "visits", "landline", "n", "day", "from"],
        rows.to_vec(),
    ));
    let name = book.sheet_names()[0].clone();
    assert!(book.worksheet_formula(&name).unwrap().is_empty());
    let sheet = book.worksheet_range(&name).unwrap();
    let read: Vec<Vec<Data>> = sheet.rows().map(<[Data]>::to_vec).collect();
    let text = |text: &str| Data::String(text.into());
    assert_eq!(read[0], ["note", "visits", "landline", "n", "day", "from"].map(text));
    for (row, (cell, harmless)) in read[1..].iter().zip(CELLS) {
        assert_eq!(row[..3], [text(harmless), text("0021"), text("0021")], "{cell:?}");
        assert_eq!(row[3], Data::Float(3.0));
        assert_eq!(
            [&row[4], &row[5]].map(since_1899),
            [Some(midnight), Some(midnight + 30_600)]
        );
    }
}

#[test]
fn a_table_of_values_is_read_back_the_same_from_a_csv_file() {
    let rows = CELLS.map(|(cell, _)| vec![Cell::Text(cell.into())]);
    let written = Table::new(&["note"], rows.to_vec()).csv();
    let mut reader = csv::Reader::from_reader(written.strip_prefix('\u{feff}').unwrap().as_bytes());
    let read: Vec<String> = reader.records().map(|row| row.unwrap()[0].to_owned()).collect();
    assert_eq!(read, CELLS.map(|(_, harmless)| harmless));
}

#[test]
fn what_xml_has_no_way_to_write_comes_into_no_file() {
    let forbidden = ('\0'..=' ').chain('\u{7f}'..='\u{9f}').chain(['\u{fffe}', '\u{ffff}']);
    let forbidden: Vec<char> = forbidden.filter(|c| !"\t\n ".contains(*c)).collect();
    let names: Vec<String> = forbidden.iter().map(|c| format!("a{c}b")).collect();
    let place = |name: &String| Place {
        at: Point::from_e9(0, 0),
        at_ms: None,
        name: name.clone(),
        properties: serde_json::Map::new(),
    };
    let places: Vec<Place> = names.iter().map(place).collect();
    let read = gpx::read(gpx(&places, false).as_bytes()).unwrap();
    assert!(read.waypoints.iter().all(|point| point.name.as_deref() == Some("ab")));
    assert_eq!(read.waypoints.len(), names.len());

    let rows = names.into_iter().map(|name| vec![Cell::Text(name)]).collect();
    let bytes = workbook(Table::new(&["note"], rows)).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    for at in 0..archive.len() {
        let part = archive.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut events = xml::EventReader::new(part).into_iter();
        assert!(events.all(|event| event.is_ok()), "{name}");
    }
    let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let read: Vec<&Data> = sheet.rows().skip(1).flatten().collect();
    assert_eq!(read, vec![&Data::String("ab".into()); forbidden.len()]);
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
