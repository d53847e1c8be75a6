//! What changes in a document, in words that fit a line.

use std::collections::HashSet;

use serde_json::Value;

use crate::{desk::turn::FieldChanged, pages::Frame};

/// Longest value that is shown whole, in characters.
const VALUE_MOST_CHARS: usize = 60;
/// Items of a list that come or go and are named; the others are counted.
const ITEMS_MOST: usize = 3;

/// `Landline: 021 … → 021 …`.
pub(super) fn in_words(frame: &Frame, field: &FieldChanged) -> String {
    let FieldChanged { name, old, new } = field;
    let known = frame.words.find(&format!("column.{}", name.trim_end_matches("_e9")));
    let called = known.unwrap_or(name);
    let changed = match (name.as_str(), old, new) {
        // A shape is told by its hash: the map shows it.
        ("shape", ..) => frame.t("import.drawn_anew").to_owned(),
        (_, Value::Array(old), Value::Array(new)) => listed(frame, old, new),
        _ => format!("{} → {}", value(frame, name, old), value(frame, name, new)),
    };
    format!("{called}: {changed}")
}

fn value(frame: &Frame, name: &str, value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(flag) => frame.of("flag", &flag.to_string()),
        Value::Number(e9) if name.ends_with("_e9") => format!("{:.6}", e9.as_f64().unwrap_or_default() / 1e9),
        Value::String(text) if text.is_empty() => "–".to_owned(),
        Value::String(text) => short(text),
        other => short(&other.to_string()),
    }
}

/// What comes into a list and what goes from it.
fn listed(frame: &Frame, old: &[Value], new: &[Value]) -> String {
    let apart = |sign: &str, of: &[Value], from: &[Value]| {
        let from: HashSet<&Value> = from.iter().collect();
        let items: Vec<&Value> = of.iter().filter(|item| !from.contains(item)).collect();
        let named = items
            .iter()
            .take(ITEMS_MOST)
            .map(|item| format!("{sign}{}", value(frame, "", item)));
        let more = items.len().saturating_sub(ITEMS_MOST);
        let more = (more > 0).then(|| frame.words.fill("audit.more", &[("count", &more.to_string())]));
        named.chain(more).collect::<Vec<_>>()
    };
    let changes = [apart("+", new, old), apart("−", old, new)].concat();
    if changes.is_empty() {
        return frame.t("import.reordered").to_owned();
    }
    changes.join(frame.t("unit.join"))
}

fn short(text: &str) -> String {
    if text.chars().count() <= VALUE_MOST_CHARS {
        return text.to_owned();
    }
    text.chars().take(VALUE_MOST_CHARS).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::{VALUE_MOST_CHARS, short};

    #[test]
    fn a_value_is_shown_as_far_as_there_is_room() {
        let room = "字".repeat(VALUE_MOST_CHARS);
        assert_eq!(short(&room), room);
        assert_eq!(short(&format!("{room}字")), format!("{room}…"));
    }
}
