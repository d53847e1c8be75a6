use std::fmt;

/// Where in the input: whatever is known of it, each counted from 1. Ring 1 of a part is its shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// Feature of the file.
    pub feature: Option<u32>,
    /// Part (polygon) of the shape.
    pub part: Option<u32>,
    /// Ring of the part.
    pub ring: Option<u32>,
    /// Position in the ring.
    pub vertex: Option<u32>,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = [
            ("feature", self.feature),
            ("part", self.part),
            ("ring", self.ring),
            ("vertex", self.vertex),
        ];
        let mut separator = "";
        for (name, number) in named {
            if let Some(number) = number {
                write!(f, "{separator}{name} {number}")?;
                separator = ", ";
            }
        }
        if separator.is_empty() {
            f.write_str("the shape")
        } else {
            Ok(())
        }
    }
}

/// What is wrong with a shape or a file of shapes.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlaceError {
    /// Not JSON, or not GeoJSON.
    #[error("not GeoJSON: {0}; export the file again as GeoJSON (RFC 7946)")]
    NotGeoJson(String),
    /// The text ends before the JSON does.
    #[error("the file ends too early, at line {line}, column {column}: copy or export it again")]
    Truncated {
        /// Line of the end, from 1.
        line: usize,
        /// Column of the end, from 1.
        column: usize,
    },
    /// A coordinate system other than WGS-84 is named.
    #[error("the file names the coordinate system {0}: convert it to WGS-84 (EPSG:4326, longitude first)")]
    ForeignCrs(String),
    /// A feature with a polygon has no name.
    #[error("feature {feature} has no property \"{property}\" (it has: {present}): add it, or name another property")]
    NoName {
        /// The feature, from 1.
        feature: u32,
        /// The property looked for.
        property: String,
        /// The properties it has.
        present: String,
    },
    /// Nothing with an inside.
    #[error("the file holds no Polygon or MultiPolygon: export the districts as areas, not as points or lines")]
    NoPolygon,
    /// A shape that can't be one.
    #[error("{at}: {fault}")]
    Faulty {
        /// Where.
        at: Position,
        /// What.
        fault: Fault,
    },
    /// Bytes that `Shape::to_bytes` did not write.
    #[error("not the bytes of a shape ({0}): fetch or make them again")]
    NotAShape(&'static str),
}

impl PlaceError {
    /// The same, with the feature named.
    pub(super) fn in_feature(self, feature: u32) -> Self {
        match self {
            Self::Faulty { at, fault } => Self::Faulty {
                at: Position {
                    feature: Some(feature),
                    ..at
                },
                fault,
            },
            other => other,
        }
    }
}

/// What is wrong at one place of a shape, and how to mend it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Fault {
    /// No parts, rings or points.
    #[error("is empty: draw it, or leave it out")]
    Empty,
    /// Not even a triangle.
    #[error(
        "has {0} different points where a ring needs 4 positions (3 corners and the first again): draw it, or leave it out"
    )]
    TooFew(usize),
    /// NaN or infinity.
    #[error("is not a finite number: write longitude and latitude in degrees")]
    NotFinite,
    /// Latitude out of range that would be a longitude.
    #[error(
        "has latitude {lat} and longitude {lon}; they seem swapped: write longitude first, then latitude (RFC 7946, 3.1.1)"
    )]
    Swapped {
        /// The latitude as read.
        lat: f64,
        /// The longitude as read.
        lon: f64,
    },
    /// Latitude out of range.
    #[error("has latitude {0}, outside of -90 to 90: write degrees in WGS-84, not projected metres")]
    Latitude(f64),
    /// Longitude out of range.
    #[error("has longitude {0}, outside of -180 to 180: write degrees in WGS-84, not projected metres")]
    Longitude(f64),
    /// The edge that starts here is longer than half the world.
    #[error("the edge from here crosses the antimeridian: cut the polygon at 180 degrees (RFC 7946, 3.1.9)")]
    Antimeridian,
    /// Nearer than a degree to a pole.
    #[error("lies within one degree of a pole, which no area may touch: draw it without")]
    Pole,
    /// The last position is not the first.
    #[error("is not closed: repeat the first position of the ring as its last")]
    Unclosed,
    /// A ring that crosses itself.
    #[error("crosses its own ring near here: redraw the ring so that it goes round once")]
    CrossesItself,
    /// A ring that runs back along itself.
    #[error("the ring runs along itself here: remove the doubled edge or spike")]
    OverlapsItself,
    /// Two rings that cross or run along each other.
    #[error("crosses or runs along another ring ({0}): draw them apart, or merge them")]
    CrossesRing(Position),
    /// A hole where there is nothing to cut.
    #[error("this hole is not inside the shell of its part: draw it inside, or make it a part of its own")]
    HoleOutside,
    /// Two holes of which one holds the other.
    #[error("this hole overlaps another ({0}): merge the two")]
    HolesOverlap(Position),
    /// Two parts that share ground.
    #[error("this part overlaps another ({0}): merge the two")]
    PartsOverlap(Position),
}
