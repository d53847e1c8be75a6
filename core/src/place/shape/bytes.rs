//! Shapes as bytes: a version; the number of parts; for each part the number of its rings; for each ring the
//! number of its vertices; for each vertex how far it lies east and north of the one before, in 1e-9 degrees.
//! Numbers are LEB128, signed ones zigzag first. A shape has one spelling only.

use super::{Part, Ring, Shape, Vertex};
use crate::place::{PlaceError, Point};

const VERSION: u8 = 1;
/// The fewest bytes of a vertex, and of a ring (its count and three vertices).
const VERTEX_BYTES: usize = 2;
const RING_BYTES: usize = 1 + 3 * VERTEX_BYTES;

impl Shape {
    /// Compact bytes, the same for the same shape: what travels as a blob.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        let mut last = Vertex { lon: 0, lat: 0 };
        put(&mut bytes, self.parts.len() as u64);
        for part in &self.parts {
            put(&mut bytes, part.len() as u64);
            for ring in part {
                put(&mut bytes, ring.len() as u64);
                for &vertex in ring {
                    put(&mut bytes, zigzag(vertex.lon - last.lon));
                    put(&mut bytes, zigzag(vertex.lat - last.lat));
                    last = vertex;
                }
            }
        }
        bytes
    }

    /// Reads [`Shape::to_bytes`]. The rings are not checked against each other again: a blob is named by its
    /// hash, and who made it had a shape.
    ///
    /// # Errors
    /// [`PlaceError`] on bytes that are none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PlaceError> {
        let mut reader = Reader {
            rest: bytes,
            last: Vertex { lon: 0, lat: 0 },
        };
        if reader.byte()? != VERSION {
            return Err(PlaceError::NotAShape("of another version"));
        }
        let parts = reader.many(1 + RING_BYTES, Reader::part)?;
        if !reader.rest.is_empty() {
            return Err(PlaceError::NotAShape("bytes left over"));
        }
        Ok(Self { parts })
    }
}

fn put(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

struct Reader<'a> {
    rest: &'a [u8],
    last: Vertex,
}

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, PlaceError> {
        let (&byte, rest) = self.rest.split_first().ok_or(PlaceError::NotAShape("cut short"))?;
        self.rest = rest;
        Ok(byte)
    }

    fn number(&mut self) -> Result<u64, PlaceError> {
        let mut value = 0;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                let padded = byte == 0 && shift > 0;
                return if padded {
                    Err(PlaceError::NotAShape("a padded number"))
                } else {
                    Ok(value)
                };
            }
        }
        Err(PlaceError::NotAShape("a number too long"))
    }

    /// A counted list. A count that the bytes left can't hold is refused before anything is allocated for it.
    fn many<T>(
        &mut self,
        least_bytes: usize,
        item: fn(&mut Self) -> Result<T, PlaceError>,
    ) -> Result<Vec<T>, PlaceError> {
        let count = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        if count > self.rest.len() / least_bytes {
            return Err(PlaceError::NotAShape("a count beyond its end"));
        }
        (0..count).map(|_| item(self)).collect()
    }

    fn part(&mut self) -> Result<Part, PlaceError> {
        let rings = self.many(RING_BYTES, Self::ring)?;
        if rings.is_empty() {
            Err(PlaceError::NotAShape("a part without rings"))
        } else {
            Ok(rings)
        }
    }

    fn ring(&mut self) -> Result<Ring, PlaceError> {
        let ring = self.many(VERTEX_BYTES, Self::vertex)?;
        if ring.len() < 3 {
            Err(PlaceError::NotAShape("a ring of too few points"))
        } else {
            Ok(ring)
        }
    }

    fn vertex(&mut self) -> Result<Vertex, PlaceError> {
        let (east, north) = (self.number()?, self.number()?);
        let unzigzag = |value: u64| (value >> 1) as i64 ^ -((value & 1) as i64);
        let moved = |from: i64, by: u64| from.checked_add(unzigzag(by));
        let (Some(lon), Some(lat)) = (moved(self.last.lon, east), moved(self.last.lat, north)) else {
            return Err(PlaceError::NotAShape("a position not on Earth"));
        };
        self.last = Vertex { lon, lat };
        super::rings::on_earth(Point::from(self.last)).map_err(|_| PlaceError::NotAShape("a position not on Earth"))?;
        Ok(self.last)
    }
}
