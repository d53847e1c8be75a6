//! GPX 1.0 and 1.1, read leniently: recorders leave out the version, write 1.0's elements into 1.1 and add their
//! own; what matters is the points of tracks. (<https://www.topografix.com/GPX/1/1/>, <https://www.topografix.com/gpx_manual.asp>)

use xml::{
    attribute::OwnedAttribute,
    common::Position,
    reader::{EventReader, XmlEvent},
};

use super::{RawPoint, TrackError};

/// The points of all tracks and their segments, in the file's order.
pub(super) fn points(text: &str) -> Result<Vec<RawPoint>, TrackError> {
    let mut reader = EventReader::new(text.as_bytes());
    let mut found = Found::default();
    loop {
        let event = reader.next().map_err(|error| malformed(&error))?;
        let line = reader.position().row + 1;
        match event {
            XmlEvent::StartElement { name, attributes, .. } => found.start(line, name.local_name, &attributes)?,
            XmlEvent::Characters(text) | XmlEvent::CData(text) => found.text.push_str(&text),
            XmlEvent::EndElement { name } => found.end(&name.local_name),
            XmlEvent::EndDocument => break,
            _ => {}
        }
    }
    if found.points.is_empty() {
        let aside = format!(
            ", but {} waypoints and {} points of routes",
            found.waypoints, found.route_points
        );
        return Err(TrackError::NoPoints { aside });
    }
    Ok(found.points)
}

/// What has been read so far.
#[derive(Default)]
struct Found {
    points: Vec<RawPoint>,
    /// The point being read.
    point: Option<RawPoint>,
    /// Text of the innermost element.
    text: String,
    root_seen: bool,
    waypoints: usize,
    route_points: usize,
}

impl Found {
    fn start(&mut self, line: u64, name: String, attributes: &[OwnedAttribute]) -> Result<(), TrackError> {
        if !self.root_seen && name != "gpx" {
            let what = format!("the file begins with <{name}>, so it is no GPX: hand in GPX or CSV");
            return Err(TrackError::Malformed { line, what });
        }
        self.root_seen = true;
        self.text.clear();
        match name.as_str() {
            "wpt" => self.waypoints += 1,
            "rtept" => self.route_points += 1,
            "trkpt" => {
                let attribute = |name: &str| {
                    let found = attributes.iter().find(|attribute| attribute.name.local_name == name);
                    found
                        .map(|attribute| attribute.value.trim().to_owned())
                        .unwrap_or_default()
                };
                let (lat, lon) = (attribute("lat"), attribute("lon"));
                self.point = Some(RawPoint {
                    line,
                    lat,
                    lon,
                    // What a GPS receiver recorded, by the format's name and purpose.
                    provider: "gps".into(),
                    ..RawPoint::default()
                });
            }
            _ => {}
        }
        Ok(())
    }

    /// `speed` is GPX 1.0's, and what extensions of 1.1 call it; some recorders put `accuracy` there, in metres.
    fn end(&mut self, name: &str) {
        let text = self.text.trim();
        match (name, &mut self.point) {
            ("trkpt", point) => self.points.extend(point.take()),
            ("time", Some(point)) => point.time = with_offset(text),
            ("sat", Some(point)) => point.satellites = text.into(),
            ("speed", Some(point)) => point.speed_mps = text.into(),
            ("accuracy", Some(point)) => point.accuracy_m = text.into(),
            _ => {}
        }
        self.text.clear();
    }
}

/// A time without an offset is UTC, by GPX's definition.
fn with_offset(text: &str) -> String {
    let clock = text.split_once('T').map_or("", |(_, clock)| clock);
    let utc = !clock.is_empty() && !clock.contains(['Z', 'z', '+', '-']);
    if utc { format!("{text}Z") } else { text.into() }
}

fn malformed(error: &xml::reader::Error) -> TrackError {
    let what = format!("not well-formed XML: {}; export the track again", error.msg());
    TrackError::Malformed {
        line: error.position().row + 1,
        what,
    }
}
