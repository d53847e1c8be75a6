#![allow(clippy::unwrap_used)]

use std::io::{Cursor, Write};

use ::shapefile::{
    Point as ShapePoint, Polygon, PolygonRing, ShapeWriter, Writer,
    dbase::{FieldValue, Record, TableWriterBuilder, encoding::EncodingRs, encoding_rs::GBK},
};
use onbeat_core::place::{Datum, Point, read_districts};
use rust_xlsxwriter::{Formula, Workbook};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::files::import::{columns, customers};

fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Two squares of a degree side by side, the first with a hole.
const KML: &str = r#"<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>all</name>
<Placemark><name>北区</name><ExtendedData><Data name="code"><value>7</value></Data></ExtendedData>
<Polygon><innerBoundaryIs><LinearRing><coordinates>0.4,0.4 0.6,0.4 0.6,0.6 0.4,0.6 0.4,0.4</coordinates></LinearRing></innerBoundaryIs>
<outerBoundaryIs><LinearRing><coordinates>0,0,5 1,0,5
1,1,5 0,1,5 0,0,5</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
<Placemark><name>South</name><MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>1,0 2,0 2,1 1,1 1,0</coordinates></LinearRing></outerBoundaryIs></Polygon></MultiGeometry></Placemark>
<Placemark><name>An office</name><Point><coordinates>1,1</coordinates></Point></Placemark>
</Document></kml>"#;

fn shapefile(label: &str, prj: &str) -> Vec<u8> {
    let (mut shp, mut dbf) = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
    {
        let table = TableWriterBuilder::new().set_encoding(EncodingRs::from(GBK));
        let table = table
            .add_character_field("NAME".try_into().unwrap(), 40)
            .build_with_dest(&mut dbf);
        let mut writer = Writer::new(ShapeWriter::new(&mut shp), table);
        let square = |x: f64, from: f64, to: f64| {
            let corners = [(from, from), (from, to), (to, to), (to, from), (from, from)];
            corners.map(|(a, b)| ShapePoint::new(x + a, b)).to_vec()
        };
        for (name, x) in [("北区", 0.0), ("South", 1.0)] {
            let hole = PolygonRing::Inner(square(x, 0.4, 0.6));
            let polygon = Polygon::with_rings(vec![hole, PolygonRing::Outer(square(x, 0.0, 1.0))]);
            let mut record = Record::default();
            record.insert("NAME".into(), FieldValue::Character(Some(name.into())));
            writer.write_shape_and_record(&polygon, &record).unwrap();
        }
    }
    packed(&[
        ("a/d.shp", shp.get_ref()),
        ("a/d.dbf", dbf.get_ref()),
        ("a/d.prj", prj.as_bytes()),
        ("a/d.cpg", label.as_bytes()),
    ])
}

const WGS84: &str = r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]]]"#;

#[test]
fn districts_are_read_from_whatever_holds_them() {
    let kmz = packed(&[("doc.kml", KML.as_bytes()), ("files/icon.png", b"x")]);
    let plain = geojson(KML.as_bytes()).unwrap();
    let files = [
        ("kml", KML.as_bytes().to_vec(), "name"),
        ("kmz", kmz, "name"),
        (
            "geojson",
            [b"\xef\xbb\xbf".as_slice(), plain.as_bytes()].concat(),
            "name",
        ),
        ("shapefile", shapefile("GBK", WGS84), "NAME"),
        ("shapefile by its code page", shapefile("936", WGS84), "NAME"),
    ];
    for (what, bytes, property) in files {
        let text = geojson(&bytes).unwrap();
        let districts = read_districts(&text, property, Datum::Wgs84).unwrap();
        let names: Vec<&str> = districts.iter().map(|district| district.name.as_str()).collect();
        assert_eq!(names, ["北区", "South"], "{what}");
        let parts = districts[0].shape.parts();
        assert_eq!(
            parts.iter().map(Vec::len).collect::<Vec<_>>(),
            [2],
            "{what}: one part with a hole"
        );
        assert!(parts[0][0].contains(&Point { lon: 1.0, lat: 1.0 }), "{what}");
    }
}

#[test]
fn what_is_no_file_of_districts_says_so() {
    let cut = &shapefile("GBK", WGS84)[..200];
    let bomb = packed(&[("d.kml", &vec![b' '; 65 * 1024 * 1024])]);
    let laughs = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE kml [<!ENTITY a \"{}\">{}]><kml><name>&i;</name></kml>",
        "ha".repeat(100),
        ["ab", "bc", "cd", "de", "ef", "fg", "gh", "hi"]
            .map(|pair| {
                let (from, to) = pair.split_at(1);
                format!("<!ENTITY {to} \"{}\">", format!("&{from};").repeat(10))
            })
            .concat()
    );
    let deep = format!("<kml>{}", "<Folder>".repeat(100_000));
    let cases: [(&str, &[u8], &str); 9] = [
        ("gb2312 text", b"\xb1\xb1\xc7\xf8", "not_utf8"),
        ("another XML", b"<gpx></gpx>", "bad_kml"),
        ("cut KML", &KML.as_bytes()[..400], "bad_kml"),
        ("folders without end", deep.as_bytes(), "bad_kml"),
        ("entities that grow", laughs.as_bytes(), "bad_kml"),
        ("cut archive", cut, "bad_archive"),
        (
            "an archive of something else",
            &packed(&[("readme.txt", b"x")]),
            "bad_archive",
        ),
        ("an archive that grows", &bomb, "file_too_big"),
        (
            "another system",
            &shapefile("GBK", "PROJCS[\"Beijing_1954_3_Degree\"]"),
            "foreign_system",
        ),
    ];
    for (what, bytes, code) in cases {
        assert_eq!(geojson(bytes).map_err(|error| error.code()), Err(code), "{what}");
    }
}

fn workbook(fill: impl Fn(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet();
    fill(book.add_worksheet());
    book.save_to_buffer().unwrap()
}

#[test]
fn a_table_is_read_from_the_first_sheet_that_holds_one() {
    let bytes = workbook(|sheet| {
        for (column, name) in ["客户编号", "名称", "纬度", "经度", "备注"].into_iter().enumerate() {
            sheet.write(0, column as u16, name).unwrap();
        }
        sheet.write(2, 0, 17).unwrap();
        sheet.write(2, 1, "张记\n五金").unwrap();
        sheet.write(2, 2, 31.2304).unwrap();
        sheet.write(2, 3, 121.4737).unwrap();
        sheet
            .write_formula(2, 4, Formula::new("=1+1").set_result("=HYPERLINK(\"x\")"))
            .unwrap();
    });
    let text = table(&bytes).unwrap();
    let header = columns::header(&text);
    assert!(!columns::fits(&header));
    let chosen: Vec<(&str, usize)> = columns::columns(&header)
        .iter()
        .filter_map(|c| Some((c.name, c.at?)))
        .collect();
    assert_eq!(chosen, [("id", 0), ("name", 1), ("lat", 2), ("lon", 3)]);
    let read = customers(&columns::chosen(&text, &chosen).unwrap()).unwrap();
    assert_eq!(
        (read[0].id.as_str(), read[0].name.as_str(), read[0].lat_e9),
        ("17", "张记 五金", 31_230_400_000)
    );
}

#[test]
fn an_error_names_the_row_that_people_see() {
    let bytes = workbook(|sheet| {
        sheet.write(0, 0, "Code").unwrap();
        sheet.write(4, 0, "a/b").unwrap();
    });
    let text = table(&bytes).unwrap();
    let errors =
        customers(&columns::chosen(&text, &[("id", 0), ("name", 0), ("lat", 0), ("lon", 0)]).unwrap()).unwrap_err();
    assert!(
        errors
            .iter()
            .any(|error| (error.row, error.column.as_str()) == (5, "id")),
        "{errors:?}"
    );
}

#[test]
fn a_workbook_that_is_none_or_too_large_says_so() {
    let far = workbook(|sheet| {
        sheet.write(1_048_575, 16_383, "x").unwrap();
    });
    let bomb = packed(&[("xl/worksheets/sheet1.xml", &vec![b' '; 65 * 1024 * 1024])]);
    let cases: [(&str, &[u8], &str); 5] = [
        ("one cell far out", &far, "file_too_big"),
        ("no cell", &workbook(|_| ()), "bad_workbook"),
        (
            "an archive of something else",
            &packed(&[("readme.txt", b"x")]),
            "bad_workbook",
        ),
        ("an archive that grows", &bomb, "file_too_big"),
        ("text of another encoding", b"id,name\n1,\xb1\xb1\n", "not_utf8"),
    ];
    for (what, bytes, code) in cases {
        assert_eq!(table(bytes).map_err(|error| error.code()), Err(code), "{what}");
    }
}
