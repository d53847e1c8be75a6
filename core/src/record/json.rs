//! The strict JSON of record lines: RFC 8259 without line breaks, byte-order mark, duplicate keys, lone
//! surrogates, fractions or exponents; at most [`MAX_DEPTH`] deep.

use std::{borrow::Cow, collections::BTreeSet, fmt};

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use super::{MAX_DEPTH, RecordError};

/// Reads one line into a value.
///
/// # Errors
/// [`RecordError::NotJson`] says what is wrong and where.
pub(super) fn parse(line: &str) -> Result<Value, RecordError> {
    check(line)?;
    serde_json::from_str(line).map_err(refused)
}

/// Whether a line is such JSON, without keeping what it says.
///
/// # Errors
/// As [`parse`].
pub(super) fn check(line: &str) -> Result<(), RecordError> {
    let refuse = |why: &str| RecordError::NotJson(why.into());
    // All bytes, without an early end: many at a time.
    let is_break = |byte: u8| matches!(byte, b'\n' | b'\r');
    if line.bytes().fold(false, |found, byte| found | is_break(byte)) {
        return Err(refuse("a line break inside the line"));
    }
    if line.starts_with([' ', '\t']) || line.ends_with([' ', '\t']) {
        return Err(refuse("blanks around the line"));
    }
    // serde_json answers lone surrogates and byte-order marks with errors of its own.
    let mut reader = serde_json::Deserializer::from_str(line);
    Strict { depth: 0 }.deserialize(&mut reader).map_err(refused)?;
    reader.end().map_err(refused)
}

fn refused(error: serde_json::Error) -> RecordError {
    RecordError::NotJson(error.to_string())
}

/// A key, in the line itself where it has no escapes.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

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
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON whose numbers are integers")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        i64::try_from(value)
            .map(drop)
            .map_err(|_| E::custom("an integer beyond 64 bits with sign"))
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        Err(E::custom(format!("{value} is not an integer")))
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let depth = self.inner::<A::Error>()?.depth;
        while items.next_element_seed(Strict { depth })?.is_some() {}
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let depth = self.inner::<A::Error>()?.depth;
        let mut known = BTreeSet::new();
        while let Some(key) = entries.next_key::<Key<'de>>()? {
            if known.contains(&key) {
                return Err(A::Error::custom(format!("the key {:?} stands twice", key.0)));
            }
            known.insert(key);
            entries.next_value_seed(Strict { depth })?;
        }
        Ok(())
    }
}
