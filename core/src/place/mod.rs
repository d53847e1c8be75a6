//! Where: districts and areas, prepared once; on which side of the edge a point lies, and how far from it.
//!
//! Knows geometry only. Coordinates are WGS-84 degrees; edges are straight in longitude and latitude
//! (RFC 7946); distances are metres on the ellipsoid.

mod area;
mod datum;
mod distance;
mod districts;
mod edges;
mod ellipsoid;
mod error;
mod geojson;
mod plan;
mod point;
mod shape;

#[cfg(test)]
mod tests;

pub use area::{Area, EdgeDistance, Side};
pub use datum::Datum;
pub use distance::distance_m;
pub use districts::Districts;
pub use edges::Edges;
pub use error::{Fault, PlaceError, Position};
pub use geojson::{NamedShape, read_districts};
pub use plan::Plan;
pub use point::Point;
pub use shape::{Joined, Shape, join, union};
