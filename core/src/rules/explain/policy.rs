//! The policy's values by their names in `policy.toml`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{policy::Policy, rules::Fact};

/// Those of some parts: `ruling` gives `ruling.outside_min_s` and its like.
pub(super) fn values(policy: &Policy, parts: &[&str]) -> BTreeMap<String, Fact> {
    let policy = serde_json::to_value(policy).expect("a policy is plain data");
    let mut named = BTreeMap::new();
    for part in parts {
        let values = policy.get(*part).and_then(Value::as_object).into_iter().flatten();
        named.extend(values.map(|(name, value)| (format!("{part}.{name}"), fact(value))));
    }
    named
}

/// A fraction is text, so that it is the same wherever it is read.
fn fact(value: &Value) -> Fact {
    let whole = value
        .as_f64()
        .filter(|number| number.fract() == 0.0 && number.abs() < 1e15);
    match (value.as_i64().or(whole.map(|number| number as i64)), value) {
        (Some(number), _) => Fact::Number(number),
        (None, Value::String(text)) => Fact::Text(text.clone()),
        (None, value) => Fact::Text(value.to_string()),
    }
}
