//! What people hand in is read strictly: a key that is misspelt would be passed over without a word.

use serde::{
    Serialize,
    de::{DeserializeOwned, Deserializer},
};
use serde_json::Value;
use toml::de::{DeTable, DeValue};

/// Reads what has no other keys than those of `T`.
///
/// # Errors
/// What does not fit, or the first key that is not known, with its path.
pub fn strictly<'de, T: Known, D: Deserializer<'de>>(from: D) -> Result<T, String> {
    match read(from)? {
        (read, None) => Ok(read),
        (_, Some(path)) => Err(unknown::<T>(&path)),
    }
}

/// As [`strictly`], of TOML.
///
/// # Errors
/// As [`strictly`], with the line.
pub fn toml<T: Known>(text: &str) -> Result<T, String> {
    match read(toml::Deserializer::parse(text).map_err(|error| error.to_string())?)? {
        (read, None) => Ok(read),
        (_, Some(path)) => {
            let line = line_of(text, &path).map_or_else(String::new, |line| format!("line {line}: "));
            Err(line + &unknown::<T>(&path))
        }
    }
}

/// What says by its default which keys it has.
pub trait Known: Serialize + DeserializeOwned + Default {}
impl<T: Serialize + DeserializeOwned + Default> Known for T {}

/// Names a key, and those that it may have been meant to be.
fn unknown<T: Known>(path: &str) -> String {
    let (parent, _) = path.rsplit_once('.').unwrap_or_default();
    let whole = serde_json::to_value(T::default()).unwrap_or_default();
    let mut segments = parent.split('.').filter(|segment| !segment.is_empty());
    let beside = segments.try_fold(&whole, |part, segment| part.get(segment));
    let known: Vec<&str> = beside
        .and_then(Value::as_object)
        .map_or(Vec::new(), |keys| keys.keys().map(String::as_str).collect());
    if known.is_empty() {
        return format!("unknown field {path}");
    }
    format!("unknown field {path}, known there: {}", known.join(", "))
}

/// A value, and the path of the first key that is not known.
fn read<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<(T, Option<String>), String> {
    let mut unknown = None;
    let read = serde_ignored::deserialize(from, |path| {
        unknown.get_or_insert_with(|| path.to_string());
    });
    Ok((read.map_err(|error| error.to_string())?, unknown))
}

/// The line on which a key stands.
fn line_of(text: &str, path: &str) -> Option<usize> {
    let mut table = DeTable::parse(text).ok()?.into_inner();
    let mut start = 0;
    for segment in path.split('.') {
        let (key, value) = table.into_iter().find(|(key, _)| key.get_ref() == segment)?;
        start = key.span().start;
        table = match value.into_inner() {
            DeValue::Table(inner) => inner,
            _ => DeTable::new(),
        };
    }
    Some(1 + text[..start].matches('\n').count())
}

#[cfg(test)]
mod tests {
    use onbeat_core::policy::Policy;
    use serde_json::json;

    use super::strictly;

    #[test]
    fn a_key_that_is_not_known_is_named_by_its_path() {
        for (given, refused) in [
            (
                json!({"window": {"from": "09:00"}, "roles": {"night": {"to": "06:00"}}}),
                None,
            ),
            (
                json!({"clock": {"jump": 5}}),
                Some("unknown field clock.jump, known there: drift_ppm, jump_s"),
            ),
            (
                json!({"roles": {"night": {"till": "06:00"}}}),
                Some("unknown field roles.night.till"),
            ),
        ] {
            let read = strictly::<Policy, _>(&given);
            assert_eq!(read.err().as_deref(), refused, "{given}");
        }
        assert!(strictly::<Policy, _>(&json!({"window": 5})).is_err());
        let text = "[window]\nfrom = '09:00'\n\n[roles.night]\ntill = '06:00'\n";
        let refused = super::toml::<Policy>(text).err();
        assert_eq!(refused.as_deref(), Some("line 5: unknown field roles.night.till"));
    }
}
