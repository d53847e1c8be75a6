//! What another policy changes, value by value: an import puts a whole policy in the place of the old one.

use std::collections::BTreeMap;

use onbeat_core::{policy::Policy, reference::Document};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Desk;

/// A value that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ValueChanged {
    /// As `policy.toml` would write it: `visit.far_m`.
    pub key: String,
    /// So far; `null`: it stands nowhere.
    pub old: Value,
    /// From then on; `null`: it is no more.
    pub new: Value,
}

/// The values that differ, in order of their keys.
pub(super) fn changes(old: &Policy, new: &Policy) -> Vec<ValueChanged> {
    let (mut old, new) = (values(old), values(new));
    let mut changed: Vec<ValueChanged> = new
        .into_iter()
        .map(|(key, new)| ValueChanged {
            old: old.remove(&key).unwrap_or_default(),
            key,
            new,
        })
        .collect();
    changed.extend(old.into_iter().map(|(key, old)| ValueChanged {
        key,
        old,
        new: Value::Null,
    }));
    changed.retain(|value| value.old != value.new);
    changed.sort_by(|a, b| a.key.cmp(&b.key));
    changed
}

/// The values that a desk record changed by putting a policy; none where it put none.
pub fn changed_by(desk: &Desk, desk_seq: u64) -> Vec<ValueChanged> {
    let documents = desk.app.documents();
    let (Some(Document::Policy(new)), old) = documents.put_by("policy", "policy", desk_seq) else {
        return Vec::new();
    };
    match old {
        Some(Document::Policy(old)) => changes(old, new),
        _ => changes(&Policy::default(), new),
    }
}

/// All values, by their keys.
pub fn values(policy: &Policy) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    let policy = serde_json::to_value(policy).expect("a policy is JSON");
    gather(String::new(), policy, &mut all);
    all
}

fn gather(key: String, value: Value, all: &mut BTreeMap<String, Value>) {
    let Value::Object(fields) = value else {
        all.insert(key, value);
        return;
    };
    let dot = if key.is_empty() { "" } else { "." };
    for (name, value) in fields {
        gather(format!("{key}{dot}{name}"), value, all);
    }
}

#[cfg(test)]
mod tests {
    use onbeat_core::policy::{Policy, WindowRule};
    use serde_json::json;

    use super::changes;

    #[test]
    fn each_value_that_differs_is_named_with_both() {
        let old = Policy::default();
        assert_eq!(changes(&old, &old), []);
        let mut new = old.clone();
        new.visit.far_m = 300.0;
        new.window.workdays = vec!["mon".into()];
        new.roles.insert("promoter".into(), WindowRule::default());
        let said = |from: &Policy, to: &Policy| -> Vec<_> {
            let changed = changes(from, to).into_iter();
            changed.map(|value| (value.key, value.old, value.new)).collect()
        };
        let there = said(&old, &new);
        assert!(there.contains(&("visit.far_m".into(), json!(200.0), json!(300.0))));
        assert!(there.contains(&("roles.promoter.from".into(), json!(null), json!("08:00"))));
        let workdays = there.iter().find(|(key, ..)| key == "window.workdays");
        assert_eq!(workdays.map(|(_, _, new)| new), Some(&json!(["mon"])));
        let mut back: Vec<_> = said(&new, &old)
            .into_iter()
            .map(|(key, old, new)| (key, new, old))
            .collect();
        back.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(back, there);
    }
}
