use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, SeqAccess, Visitor},
};
use serde_json::{Map, Value, value::RawValue};

use super::{Datum, Fault, PlaceError, Point, Position, Shape, join};

/// The name of a district that comes as a bare geometry, which has no place for one.
const UNNAMED: &str = "district";

/// A shape with its name, as imported.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedShape {
    /// From the name property.
    pub name: String,
    /// The shape, in WGS-84.
    pub shape: Shape,
}

/// Reads districts from GeoJSON (RFC 7946): a FeatureCollection, Feature or bare geometry; Polygon,
/// MultiPolygon or GeometryCollection of them; features of one name are one district. Other geometries are
/// passed over, altitudes too. A bare geometry is named `district`. In the order of the file.
///
/// # Errors
/// [`PlaceError`] says what is wrong, in which feature, ring and vertex, and how to mend it.
pub fn read_districts(text: &str, name_property: &str, datum: Datum) -> Result<Vec<NamedShape>, PlaceError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let file: Object<'_> = serde_json::from_str(text).map_err(|error| not_json(&error, text))?;
    known_crs(&file.crs)?;
    let mut names: Vec<String> = Vec::new();
    let mut shapes: BTreeMap<String, Vec<Shape>> = BTreeMap::new();
    for (feature, object) in features(file)?.into_iter().enumerate() {
        let feature = feature as u32 + 1;
        if let Some((name, shape)) = read_feature(object, feature, name_property, datum)? {
            let same = shapes.entry(name.clone()).or_default();
            if same.is_empty() {
                names.push(name);
            }
            same.push(shape);
        }
    }
    if names.is_empty() {
        return Err(PlaceError::NoPolygon);
    }
    let mut named = |name: String| {
        let shape = join(&shapes.remove(&name).unwrap_or_default()).whole;
        NamedShape { name, shape }
    };
    Ok(names.into_iter().map(&mut named).collect())
}

/// Any GeoJSON object. What depends on its type is looked at when that is known.
#[derive(Deserialize)]
struct Object<'a> {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    crs: Value,
    #[serde(borrow)]
    features: Option<Vec<Object<'a>>>,
    #[serde(borrow)]
    geometry: Option<Box<Object<'a>>>,
    #[serde(borrow)]
    geometries: Option<Vec<Object<'a>>>,
    properties: Option<Map<String, Value>>,
    #[serde(borrow)]
    coordinates: Option<&'a RawValue>,
}

/// A number cut off is wrong where the text ends, too.
fn not_json(error: &serde_json::Error, text: &str) -> PlaceError {
    let (line, column) = (error.line(), error.column());
    let last_line = text.rsplit('\n').next().map_or(0, str::len);
    if error.is_eof() || (line, column) == (text.split('\n').count(), last_line) {
        PlaceError::Truncated { line, column }
    } else {
        PlaceError::NotGeoJson(error.to_string())
    }
}

/// The old specification of 2008 could name a coordinate system; WGS-84 itself has these names there.
fn known_crs(crs: &Value) -> Result<(), PlaceError> {
    if crs.is_null() {
        return Ok(());
    }
    let name = crs
        .pointer("/properties/name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let plain = name.to_ascii_uppercase();
    let wgs84 = ["CRS84", "EPSG:4326", "EPSG::4326", "WGS84", "WGS 84"];
    if wgs84.iter().any(|known| plain.ends_with(known)) {
        Ok(())
    } else {
        Err(PlaceError::ForeignCrs(if name.is_empty() {
            crs.to_string()
        } else {
            name.to_owned()
        }))
    }
}

/// The features of a file; a geometry counts as a feature without properties.
fn features(file: Object<'_>) -> Result<Vec<Object<'_>>, PlaceError> {
    match file.kind.as_deref() {
        Some("FeatureCollection") => {
            let features = file.features;
            features.ok_or_else(|| PlaceError::NotGeoJson("a FeatureCollection without \"features\"".to_owned()))
        }
        Some(_) => Ok(vec![file]),
        None => Err(PlaceError::NotGeoJson("no member \"type\"".to_owned())),
    }
}

fn read_feature(
    object: Object<'_>,
    feature: u32,
    name_property: &str,
    datum: Datum,
) -> Result<Option<(String, Shape)>, PlaceError> {
    let mut parts = Vec::new();
    let (geometry, properties) = match object.kind.as_deref() {
        Some("Feature") => (object.geometry, Some(object.properties.unwrap_or_default())),
        _ => (Some(Box::new(object)), None),
    };
    let Some(geometry) = geometry else { return Ok(None) };
    if !read_geometry(&geometry, feature, &mut parts)? {
        return Ok(None);
    }
    let name = properties.map_or(Ok(UNNAMED.to_owned()), |properties| {
        name_of(&properties, feature, name_property)
    })?;
    let parts = open_rings(parts, datum).and_then(Shape::new);
    parts
        .map(|shape| Some((name, shape)))
        .map_err(|error| error.in_feature(feature))
}

fn name_of(properties: &Map<String, Value>, feature: u32, name_property: &str) -> Result<String, PlaceError> {
    let name = match properties.get(name_property) {
        Some(Value::String(name)) => name.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    if !name.is_empty() {
        return Ok(name);
    }
    let present: Vec<&str> = properties.keys().map(String::as_str).take(20).collect();
    Err(PlaceError::NoName {
        feature,
        property: name_property.to_owned(),
        present: if present.is_empty() {
            "none".to_owned()
        } else {
            present.join(", ")
        },
    })
}

type Polygon = Vec<Vec<Coordinates>>;

/// Adds the polygons of a geometry; false if it is of a kind that has none.
fn read_geometry(geometry: &Object<'_>, feature: u32, parts: &mut Vec<Polygon>) -> Result<bool, PlaceError> {
    match geometry.kind.as_deref() {
        Some("Polygon") => parts.push(coordinates(geometry, feature)?),
        Some("MultiPolygon") => parts.extend(coordinates::<Vec<Polygon>>(geometry, feature)?),
        Some("GeometryCollection") => {
            let mut any = false;
            for inner in geometry.geometries.iter().flatten() {
                any |= read_geometry(inner, feature, parts)?;
            }
            return Ok(any);
        }
        Some("Point" | "MultiPoint" | "LineString" | "MultiLineString") => return Ok(false),
        Some(other) => return Err(in_feature(feature, &format!("unknown type \"{other}\""))),
        None => return Err(in_feature(feature, "a geometry without \"type\"")),
    }
    Ok(true)
}

fn in_feature(feature: u32, what: &str) -> PlaceError {
    PlaceError::NotGeoJson(format!("feature {feature}: {what}"))
}

fn coordinates<'a, T: Deserialize<'a>>(geometry: &Object<'a>, feature: u32) -> Result<T, PlaceError> {
    let raw = geometry
        .coordinates
        .ok_or_else(|| in_feature(feature, "a geometry without \"coordinates\""))?;
    serde_json::from_str(raw.get()).map_err(|error| in_feature(feature, &format!("coordinates: {error}")))
}

/// Checks that rings are closed, and takes the positions as points of WGS-84.
fn open_rings(parts: Vec<Polygon>, datum: Datum) -> Result<Vec<Vec<Vec<Point>>>, PlaceError> {
    let open = |(part, ring, positions): (usize, usize, Vec<Coordinates>)| {
        let points: Vec<Point> = positions.into_iter().map(|Coordinates(point)| point).collect();
        if points.first() == points.last() {
            return Ok(points.into_iter().map(|point| datum.to_wgs84(point)).collect());
        }
        let at = Position {
            feature: None,
            part: Some(part as u32 + 1),
            ring: Some(ring as u32 + 1),
            vertex: Some(points.len() as u32),
        };
        let fault = Fault::Unclosed;
        Err(PlaceError::Faulty { at, fault })
    };
    let rings_of = |(part, rings): (usize, Polygon)| {
        let rings = rings.into_iter().enumerate();
        rings.map(|(ring, positions)| open((part, ring, positions))).collect()
    };
    parts.into_iter().enumerate().map(rings_of).collect()
}

/// A position: longitude, latitude, and whatever follows.
struct Coordinates(Point);

impl<'de> Deserialize<'de> for Coordinates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(CoordinatesVisitor)
    }
}

struct CoordinatesVisitor;

impl<'de> Visitor<'de> for CoordinatesVisitor {
    type Value = Coordinates;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a position [longitude, latitude]")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<Coordinates, A::Error> {
        let missing = |count| serde::de::Error::invalid_length(count, &self);
        let lon = numbers.next_element()?.ok_or_else(|| missing(0))?;
        let lat = numbers.next_element()?.ok_or_else(|| missing(1))?;
        while numbers.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Coordinates(Point { lon, lat }))
    }
}
