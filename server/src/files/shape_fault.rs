use onbeat_core::place::{Fault, PlaceError};

use super::RowError;

/// What is wrong with a file of districts, as a row of it: the column says in which shape, and where in it.
pub fn shape_fault(error: &PlaceError) -> RowError {
    let at = match error {
        PlaceError::Faulty { at, .. } => at.to_string(),
        PlaceError::NoName { feature, .. } => format!("feature {feature}"),
        _ => String::new(),
    };
    let line = match error {
        PlaceError::Truncated { line, .. } => *line as u64,
        _ => 0,
    };
    let (code, values) = code(error);
    RowError {
        row: line,
        column: at,
        message: error.to_string(),
        code: format!("shape_{code}"),
        values,
    }
}

fn code(error: &PlaceError) -> (&'static str, Vec<String>) {
    match error {
        PlaceError::NotGeoJson(why) => ("no_geojson", vec![why.clone()]),
        PlaceError::Truncated { column, .. } => ("truncated", vec![column.to_string()]),
        PlaceError::ForeignCrs(name) => ("foreign_system", vec![name.clone()]),
        PlaceError::NoName { property, present, .. } => ("no_name", vec![property.clone(), present.clone()]),
        PlaceError::NoPolygon => ("no_polygon", Vec::new()),
        PlaceError::NotAShape(why) => ("no_shape", vec![(*why).to_owned()]),
        PlaceError::Faulty { fault, .. } => fault_code(fault),
    }
}

fn fault_code(fault: &Fault) -> (&'static str, Vec<String>) {
    match fault {
        Fault::Empty => ("empty", Vec::new()),
        Fault::TooFew(points) => ("too_few", vec![points.to_string()]),
        Fault::NotFinite => ("not_finite", Vec::new()),
        Fault::Swapped { lat, lon } => ("swapped", vec![lat.to_string(), lon.to_string()]),
        Fault::Latitude(lat) => ("latitude", vec![lat.to_string()]),
        Fault::Longitude(lon) => ("longitude", vec![lon.to_string()]),
        Fault::Antimeridian => ("antimeridian", Vec::new()),
        Fault::Pole => ("pole", Vec::new()),
        Fault::Unclosed => ("unclosed", Vec::new()),
        Fault::CrossesItself => ("crosses_itself", Vec::new()),
        Fault::OverlapsItself => ("overlaps_itself", Vec::new()),
        Fault::CrossesRing(other) => ("crosses_ring", vec![other.to_string()]),
        Fault::HoleOutside => ("hole_outside", Vec::new()),
        Fault::HolesOverlap(other) => ("holes_overlap", vec![other.to_string()]),
        Fault::PartsOverlap(other) => ("parts_overlap", vec![other.to_string()]),
    }
}
