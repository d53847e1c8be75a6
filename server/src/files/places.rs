//! Places that people take out: GeoJSON (RFC 7946) and GPX 1.1 (<https://www.topografix.com/gpx/1/1/>).

use onbeat_core::place::{Point, Shape};
use serde_json::{Map, Value, json};
use xml::writer::{EmitterConfig, EventWriter, XmlEvent};

use crate::clock::rfc3339;

/// A place, and what is said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Where.
    pub at: Point,
    /// When, milliseconds since 1970 (UTC).
    pub at_ms: Option<i64>,
    /// What people call it.
    pub name: String,
    /// What else is known.
    pub properties: Map<String, Value>,
}

/// An area, and what is said of it.
#[derive(Debug, Clone)]
pub struct Region {
    /// Where.
    pub shape: Shape,
    /// What is known, an object.
    pub properties: Value,
}

/// A Feature.
pub fn feature(geometry: Value, properties: Value) -> Value {
    json!({"type": "Feature", "geometry": geometry, "properties": properties})
}

/// A FeatureCollection.
pub fn feature_collection(features: impl IntoIterator<Item = Value>) -> String {
    let features: Vec<Value> = features.into_iter().collect();
    json!({"type": "FeatureCollection", "features": features}).to_string()
}

/// A shape with all its vertices, as they are stored.
pub fn multi_polygon(shape: &Shape) -> Value {
    let ring = |ring: &Vec<Point>| -> Vec<[f64; 2]> { ring.iter().map(|point| [point.lon, point.lat]).collect() };
    let part = |part: &Vec<Vec<Point>>| -> Vec<Vec<[f64; 2]>> { part.iter().map(ring).collect() };
    let parts: Vec<_> = shape.parts().iter().map(part).collect();
    json!({"type": "MultiPolygon", "coordinates": parts})
}

/// Areas as a FeatureCollection.
pub fn regions(regions: &[Region]) -> String {
    feature_collection(
        regions
            .iter()
            .map(|region| feature(multi_polygon(&region.shape), region.properties.clone())),
    )
}

/// Places as points of a FeatureCollection.
pub fn geojson(places: &[Place]) -> String {
    feature_collection(places.iter().map(|place| {
        let mut properties = place.properties.clone();
        properties.insert("name".into(), place.name.as_str().into());
        if let Some(at_ms) = place.at_ms {
            properties.insert("time".into(), rfc3339(at_ms).into());
        }
        let geometry = json!({"type": "Point", "coordinates": [place.at.lon, place.at.lat]});
        feature(geometry, properties.into())
    }))
}

/// Places as waypoints, or (`track`) as the points of one track.
pub fn gpx(places: &[Place], track: bool) -> String {
    let mut bytes = Vec::new();
    let config = EmitterConfig::new().perform_indent(true);
    let mut writer = EventWriter::new_with_config(&mut bytes, config);
    let written = write(&mut writer, places, track);
    written.expect("writing to memory does not fail");
    String::from_utf8(bytes).expect("made of text")
}

fn write(writer: &mut EventWriter<&mut Vec<u8>>, places: &[Place], track: bool) -> xml::writer::Result<()> {
    let gpx = XmlEvent::start_element("gpx")
        .default_ns("http://www.topografix.com/GPX/1/1")
        .attr("version", "1.1")
        .attr("creator", "Onbeat");
    writer.write(gpx)?;
    if track {
        writer.write(XmlEvent::start_element("trk"))?;
        writer.write(XmlEvent::start_element("trkseg"))?;
    }
    for place in places {
        let (lat, lon) = (format!("{:.7}", place.at.lat), format!("{:.7}", place.at.lon));
        let point = XmlEvent::start_element(if track { "trkpt" } else { "wpt" });
        writer.write(point.attr("lat", &lat).attr("lon", &lon))?;
        // The order of a point's parts is fixed by the schema.
        if let Some(at_ms) = place.at_ms {
            text(writer, "time", &rfc3339(at_ms))?;
        }
        if !place.name.is_empty() {
            text(writer, "name", &place.name)?;
        }
        writer.write(XmlEvent::end_element())?;
    }
    for _ in 0..if track { 3 } else { 1 } {
        writer.write(XmlEvent::end_element())?;
    }
    Ok(())
}

fn text(writer: &mut EventWriter<&mut Vec<u8>>, element: &str, text: &str) -> xml::writer::Result<()> {
    writer.write(XmlEvent::start_element(element))?;
    writer.write(XmlEvent::characters(&xml_text(text)))?;
    writer.write(XmlEvent::end_element())
}

/// A text without what XML 1.0 has no way to write (<https://www.w3.org/TR/xml/#charsets>), and without other control
/// characters, of which it warns.
pub(super) fn xml_text(text: &str) -> String {
    let is_written = |c: &char| match c {
        '\t' | '\n' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        c => !c.is_control(),
    };
    text.chars().filter(is_written).collect()
}

#[cfg(test)]
mod tests {
    use onbeat_core::place::Point;
    use serde_json::Value;

    use super::{Place, geojson, gpx};

    fn places() -> Vec<Place> {
        let place = |n: i64, name: &str| Place {
            at: Point::from_e9(31_230_000_000 + n, 121_470_000_000),
            at_ms: Some(1_763_856_000_000 + n * 1000),
            name: name.into(),
            properties: serde_json::Map::new(),
        };
        vec![place(0, "晨光 & <Sons>"), place(1, "bell\u{7}"), place(2, "")]
    }

    #[test]
    fn a_track_is_read_back_as_it_was_written() {
        let written = gpx(&places(), true);
        let read = points_of(&written);
        assert_eq!(read, 3, "{written}");
        assert!(
            written.contains("晨光 &amp; &lt;Sons>") || written.contains("晨光 &amp; &lt;Sons&gt;"),
            "{written}"
        );
        assert!(!written.contains('\u{7}'));
        assert!(gpx(&[], true).contains("<gpx"));
    }

    /// Points that an XML reader finds, with their two coordinates.
    fn points_of(text: &str) -> usize {
        let events = xml::EventReader::from_str(text).into_iter();
        events
            .map(|event| event.expect("well formed"))
            .filter(|event| match event {
                xml::reader::XmlEvent::StartElement { name, attributes, .. } => {
                    name.local_name == "trkpt" && attributes.len() == 2
                }
                _ => false,
            })
            .count()
    }

    #[test]
    fn points_have_their_longitude_first() {
        let read: Value = serde_json::from_str(&geojson(&places())).expect("JSON");
        let features = read["features"].as_array().expect("features");
        assert_eq!(features.len(), 3);
        assert_eq!(features[0]["geometry"]["coordinates"][0], 121.47);
        assert_eq!(features[0]["properties"]["name"], "晨光 & <Sons>");
    }
}
