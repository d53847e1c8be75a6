//! KML 2.2 (OGC 07-147r2), as far as districts go: placemarks with polygons, their names and data. What a KML names
//! elsewhere (links, styles, pictures) is not fetched.

use serde_json::{Map, Value, json};
use xml::{
    attribute::OwnedAttribute,
    common::Position,
    reader::{EventReader, XmlEvent},
};

use super::{
    super::places::{feature, feature_collection},
    FileError,
};

/// Elements in each other: folders of folders lie some ten deep, and reading takes time by the square.
const DEPTH_MOST: usize = 64;

/// A ring, closed, as longitude and latitude.
type Ring = Vec<[f64; 2]>;

/// The placemarks that have polygons, as GeoJSON; `name` and the data are their properties.
pub(super) fn geojson(text: &str) -> Result<String, FileError> {
    let mut reader = EventReader::new(text.as_bytes());
    let mut found = Found::default();
    loop {
        let event = reader.next().map_err(|error| FileError::Kml {
            line: error.position().row + 1,
            what: format!("not well-formed XML: {}", error.msg()),
        })?;
        let line = reader.position().row + 1;
        match event {
            XmlEvent::StartElement { name, attributes, .. } => found.start(line, name.local_name, &attributes)?,
            XmlEvent::Characters(text) | XmlEvent::CData(text) => found.text.push_str(&text),
            XmlEvent::EndElement { name } => found.end(line, &name.local_name)?,
            XmlEvent::EndDocument => break,
            _ => {}
        }
    }
    Ok(feature_collection(found.features))
}

/// What has been read so far.
#[derive(Default)]
struct Found {
    /// The elements that are open.
    open: Vec<String>,
    /// Text of the innermost.
    text: String,
    /// Name of the data being read.
    datum: String,
    properties: Map<String, Value>,
    /// Polygons of the placemark, each with its rings, the outer one first.
    polygons: Vec<Vec<Ring>>,
    features: Vec<Value>,
}

impl Found {
    fn start(&mut self, line: u64, name: String, attributes: &[OwnedAttribute]) -> Result<(), FileError> {
        if self.open.is_empty() && name != "kml" {
            let what = format!("the file begins with <{name}>, so it is no KML");
            return Err(FileError::Kml { line, what });
        }
        if self.open.len() == DEPTH_MOST {
            let what = format!("elements lie more than {DEPTH_MOST} deep in each other");
            return Err(FileError::Kml { line, what });
        }
        match name.as_str() {
            "Placemark" => (self.properties, self.polygons) = (Map::new(), Vec::new()),
            "Polygon" => self.polygons.push(Vec::new()),
            "Data" | "SimpleData" => {
                let named = attributes.iter().find(|attribute| attribute.name.local_name == "name");
                self.datum = named.map(|attribute| attribute.value.clone()).unwrap_or_default();
            }
            _ => {}
        }
        self.text.clear();
        self.open.push(name);
        Ok(())
    }

    fn end(&mut self, line: u64, name: &str) -> Result<(), FileError> {
        self.open.pop();
        let parent = self.open.last().map_or("", String::as_str);
        let text = self.text.trim();
        match (parent, name) {
            ("Placemark", "name") => drop(self.properties.insert("name".into(), text.into())),
            ("Data", "value") | (_, "SimpleData") => {
                drop(self.properties.insert(std::mem::take(&mut self.datum), text.into()));
            }
            ("LinearRing", "coordinates") => {
                let ring = ring(line, text)?;
                if let Some(polygon) = self.polygons.last_mut() {
                    // The outer ring may be written after the inner ones.
                    let is_outer = self.open.iter().any(|open| open == "outerBoundaryIs");
                    let at = if is_outer { 0 } else { polygon.len() };
                    polygon.insert(at, ring);
                }
            }
            (_, "Placemark") if !self.polygons.is_empty() => {
                let geometry = json!({"type": "MultiPolygon", "coordinates": std::mem::take(&mut self.polygons)});
                let properties = std::mem::take(&mut self.properties);
                self.features.push(feature(geometry, properties.into()));
            }
            _ => {}
        }
        self.text.clear();
        Ok(())
    }
}

/// `lon,lat[,alt]` separated by white space.
fn ring(line: u64, text: &str) -> Result<Ring, FileError> {
    let position = |tuple: &str| {
        let mut numbers = tuple.split(',').map(|number| number.trim().parse::<f64>().ok());
        let read = Some([numbers.next()??, numbers.next()??]);
        read.filter(|[lon, lat]| lon.is_finite() && lat.is_finite())
    };
    let read = |tuple: &str| {
        position(tuple).ok_or_else(|| FileError::Kml {
            line,
            what: format!("{tuple:?} is no position: it is written 121.4737,31.2304"),
        })
    };
    text.split_whitespace().map(read).collect()
}
