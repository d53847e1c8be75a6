//! Zipped shapefiles (ESRI Shapefile Technical Description, July 1998): polygons, with the columns of the `.dbf` as
//! properties, in the encoding that the `.cpg` names.

use std::io::Cursor;

use serde_json::{Map, Value, json};
use shapefile::{
    PolygonRing, Reader, Shape, ShapeReader,
    dbase::{
        FieldValue, ReaderBuilder,
        encoding::EncodingRs,
        encoding_rs::{Encoding, UTF_8},
    },
    record::traits::HasXY,
};

use super::{
    super::places::{feature, feature_collection},
    FileError,
};

/// A ring, closed, as longitude and latitude.
type Ring = Vec<[f64; 2]>;

/// The polygons of the archive's first shapefile, as GeoJSON.
pub(super) fn geojson(entries: &[(String, Vec<u8>)]) -> Result<String, FileError> {
    let entry = |end: &str| entries.iter().find(|(name, _)| name.to_lowercase().ends_with(end));
    let part = |end: &str| entry(end).map(|(_, bytes)| bytes.as_slice());
    known_system(part(".prj"))?;
    let shapes = part(".shp").ok_or(FileError::Lacks(".shp"))?;
    let columns = part(".dbf").ok_or(FileError::Lacks(".dbf"))?;
    let shapes = ShapeReader::new(Cursor::new(shapes)).map_err(|error| bad(&error))?;
    let encoding = EncodingRs::from(encoding(part(".cpg")));
    let columns = ReaderBuilder::new().with_encoding(encoding).build(Cursor::new(columns));
    let columns = columns.map_err(|error| bad(&error))?;
    let mut features = Vec::new();
    for row in Reader::new(shapes, columns).iter_shapes_and_records() {
        let (shape, record) = row.map_err(|error| bad(&error))?;
        let polygons = polygons(shape);
        if !polygons.is_empty() {
            let properties: Map<String, Value> = record.into_iter().map(|(name, value)| (name, text(value))).collect();
            let geometry = json!({"type": "MultiPolygon", "coordinates": polygons});
            features.push(feature(geometry, properties.into()));
        }
    }
    Ok(feature_collection(features))
}

fn bad(error: &impl ToString) -> FileError {
    FileError::Shapefile(error.to_string())
}

/// Without a `.prj` the coordinates are taken for degrees, which are checked later; a projection is none of them.
fn known_system(prj: Option<&[u8]>) -> Result<(), FileError> {
    let Some(prj) = prj else { return Ok(()) };
    let text = String::from_utf8_lossy(prj);
    let text = text.trim();
    let plain = text.to_uppercase().replace([' ', '_'], "");
    if plain.starts_with("GEOGC") && plain.contains("WGS") && plain.contains("84") {
        return Ok(());
    }
    let name = text.split('"').nth(1).unwrap_or(text);
    Err(FileError::ForeignSystem(name.chars().take(80).collect()))
}

fn encoding(cpg: Option<&[u8]>) -> &'static Encoding {
    let label = cpg
        .map(|cpg| String::from_utf8_lossy(cpg).trim().to_lowercase())
        .unwrap_or_default();
    // What code pages are called where they are not called by their names.
    let label = match label.as_str() {
        "936" | "cp936" => "gbk",
        "950" | "cp950" => "big5",
        "65001" => "utf-8",
        other => other,
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(UTF_8)
}

fn text(value: FieldValue) -> Value {
    match value {
        FieldValue::Character(text) => text.unwrap_or_default().trim().into(),
        FieldValue::Memo(text) => text.trim().into(),
        // Whole numbers are read as such: a district may be named 101.
        FieldValue::Numeric(Some(number)) if number.fract() == 0.0 && number.abs() < 1e15 => json!(number as i64),
        FieldValue::Numeric(number) => json!(number),
        FieldValue::Integer(number) => json!(number),
        FieldValue::Double(number) => json!(number),
        _ => Value::Null,
    }
}

/// Polygons with their holes; other shapes have none.
fn polygons(shape: Shape) -> Vec<Vec<Ring>> {
    match shape {
        Shape::Polygon(polygon) => gathered(polygon.rings()),
        Shape::PolygonM(polygon) => gathered(polygon.rings()),
        Shape::PolygonZ(polygon) => gathered(polygon.rings()),
        _ => Vec::new(),
    }
}

/// Holes stand anywhere in a shapefile's list of rings: each goes to the outer ring around it.
fn gathered<P: HasXY>(rings: &[PolygonRing<P>]) -> Vec<Vec<Ring>> {
    let ring = |points: &[P]| -> Ring { points.iter().map(|point| [point.x(), point.y()]).collect() };
    let mut polygons: Vec<Vec<Ring>> = Vec::new();
    for outer in rings.iter().filter(|ring| matches!(ring, PolygonRing::Outer(_))) {
        polygons.push(vec![ring(outer.points())]);
    }
    for hole in rings.iter().filter(|ring| matches!(ring, PolygonRing::Inner(_))) {
        let hole = ring(hole.points());
        let around = |polygon: &&mut Vec<Ring>| hole.first().is_some_and(|point| surrounds(&polygon[0], *point));
        match polygons.iter_mut().find(around) {
            Some(polygon) => polygon.push(hole),
            // One that is wound the wrong way round is an area of its own.
            None => polygons.push(vec![hole]),
        }
    }
    polygons
}

/// Whether a ring goes round a point: a line from it crosses the ring an odd number of times.
fn surrounds(ring: &[[f64; 2]], [x, y]: [f64; 2]) -> bool {
    let crosses = ring.windows(2).filter(|edge| {
        let [[ax, ay], [bx, by]] = [edge[0], edge[1]];
        (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
    });
    crosses.count() % 2 == 1
}
