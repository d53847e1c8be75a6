//! The strict JSON of record lines: RFC 8259 without line breaks, byte-order mark, duplicate keys, lone
//! surrogates, fractions or exponents; at most [`MAX_DEPTH`] deep.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, map::Entry};

use super::{MAX_DEPTH, RecordError};

/// Reads one line into a value.
///
/// # Errors
/// [`RecordError::NotJson`] says what is wrong and where.
pub(super) fn parse(line: &str) -> Result<Value, RecordError> {
    let refuse = |why: String| RecordError::NotJson(why);
    // All bytes, without an early end: many at a time.
    let is_break = |byte: u8| matches!(byte, b'\n' | b'\r');
    if line.bytes().fold(false, |found, byte| found | is_break(byte)) {
        return Err(refuse("a line break inside the line".into()));
    }
    if line.starts_with([' ', '\t']) || line.ends_with([' ', '\t']) {
        return Err(refuse("blanks around the line".into()));
    }
    // serde_json answers lone surrogates and byte-order marks with errors of its own.
    let mut reader = serde_json::Deserializer::from_str(line);
    let value = Strict { depth: 0 }
        .deserialize(&mut reader)
        .map_err(|e| refuse(e.to_string()))?;
    reader.end().map_err(|e| refuse(e.to_string()))?;
    Ok(value)
}

struct Strict {
    depth: usize,
}

impl Strict {
    fn inner<E: Error>(&self) -> Result<Self, E> {
        let depth = self.depth + 1;
        if depth > MAX_DEPTH {
            Err(E::custom(format!("nested deeper than {MAX_DEPTH}")))
        } else {
            Ok(Self { depth })
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON whose numbers are integers")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        i64::try_from(value)
            .map(Value::from)
            .map_err(|_| E::custom("an integer beyond 64 bits with sign"))
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Err(E::custom(format!("{value} is not an integer")))
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let depth = self.inner::<A::Error>()?.depth;
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(Strict { depth })? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let depth = self.inner::<A::Error>()?.depth;
        let mut values = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(Strict { depth })?;
            match values.entry(key) {
                Entry::Vacant(entry) => drop(entry.insert(value)),
                Entry::Occupied(entry) => {
                    return Err(A::Error::custom(format!("the key {:?} stands twice", entry.key())));
                }
            }
        }
        Ok(Value::Object(values))
    }
}
