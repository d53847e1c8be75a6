//! Values of the policy as a form has them: as they are typed, and read again as what they are.

use onbeat_core::policy::Policy;
use serde_json::Value;

use crate::{
    desk::{DeskError, DeskResult, policy::values},
    pages::form::Fields,
};

/// A value as a person types it; a list by commas.
pub(super) fn typed(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(typed).collect();
            items.join(", ")
        }
        other => other.to_string(),
    }
}

/// The policy with the values that were typed, each read as what it is now.
pub(super) fn read(policy: &Policy, fields: &Fields) -> DeskResult<Policy> {
    let mut all = serde_json::to_value(policy).expect("a policy is JSON");
    for (key, value) in values(policy) {
        let pointer = format!("/{}", key.replace('.', "/"));
        let sent = fields.0.iter().any(|(name, _)| *name == key);
        let place = all.pointer_mut(&pointer).filter(|_| sent || value.is_boolean());
        let Some(place) = place else { continue };
        let bad = || DeskError::input("bad_policy", format!("{key}: {:?} is no such value", fields.one(&key)));
        *place = as_typed(&value, fields.one(&key)).ok_or_else(bad)?;
    }
    serde_json::from_value(all).map_err(|error| DeskError::input("bad_policy", error.to_string()))
}

/// A flag that is not chosen is not sent by a browser.
fn as_typed(now: &Value, text: &str) -> Option<Value> {
    match now {
        Value::Bool(_) => Some((text == "yes").into()),
        // 200 and 200.0 are the same number of metres.
        Value::Number(number) if number.is_f64() => text.parse::<f64>().ok().map(Value::from),
        Value::Number(_) => text.parse::<i64>().ok().map(Value::from),
        Value::Array(_) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Some(items.map(Value::from).collect())
        }
        _ => Some(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&str, &str)]) -> Fields {
        Fields(
            pairs
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
        )
    }

    #[test]
    fn values_are_read_as_what_they_are() {
        let policy = Policy::default();
        let typed = [
            ("visit.far_m", "300"),
            ("window.workdays", "mon, sat"),
            ("sign_in.late_min", "45"),
            ("fix.external_receiver", "yes"),
        ];
        let read = read(&policy, &sent(&typed)).expect("all of them are values");
        assert_eq!((read.visit.far_m, read.sign_in.late_min), (300.0, 45));
        assert_eq!(read.window.workdays, ["mon", "sat"]);
        assert!(read.fix.external_receiver);
        assert_eq!(
            super::read(&read, &sent(&[])).map(|read| read.fix.external_receiver),
            Ok(false)
        );
    }

    #[test]
    fn a_value_that_is_none_is_named() {
        for (key, value) in [
            ("visit.far_m", "far"),
            ("sign_in.late_min", "1.5"),
            ("live.tell_rep_votes", "-1"),
        ] {
            let error = read(&Policy::default(), &sent(&[(key, value)])).expect_err(value);
            assert_eq!(error.code, "bad_policy", "{key}");
        }
    }

    #[test]
    fn a_policy_outlives_being_typed() {
        let policy = Policy::default();
        let all: Vec<(String, String)> = values(&policy)
            .into_iter()
            .map(|(key, value)| (key, typed(&value)))
            .collect();
        assert_eq!(read(&policy, &Fields(all)), Ok(policy));
    }
}
