use super::{Datum, Shape};

/// A shape with its name, as imported.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedShape {
    /// From the name property.
    pub name: String,
    /// The shape, in WGS-84.
    pub shape: Shape,
}

/// What is wrong with a shape or a file of shapes. (Variants: filled by the place module.)
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlaceError {
    /// Not JSON, or not GeoJSON.
    #[error("not GeoJSON: {0}")]
    NotGeoJson(String),
}

/// Reads districts from GeoJSON (RFC 7946): a FeatureCollection, Feature or bare geometry; Polygon,
/// MultiPolygon or GeometryCollection of them; features of one name are one district.
///
/// # Errors
/// [`PlaceError`] says what is wrong, in which feature, ring and vertex, and how to mend it.
pub fn read_districts(text: &str, name_property: &str, datum: Datum) -> Result<Vec<NamedShape>, PlaceError> {
    let _ = (text, name_property, datum);
    unimplemented!()
}
