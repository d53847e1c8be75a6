use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Fixes, Place};
use crate::{
    judge::Why,
    place::Point,
    rules::{Fact, Finding},
};

/// Something to be said: a code of the closed list in `words`, and the values of its blanks. A value's unit ends
/// its name; `_ms` is an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sentence {
    /// Which sentence.
    pub code: String,
    /// Its values by name.
    pub values: BTreeMap<String, Fact>,
}

/// A condition of a rule, and what it counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Condition {
    /// Which condition.
    pub code: String,
    /// Whether it holds: one that does not makes a question of what would be a finding.
    pub met: bool,
    /// What it counted, and the limit in force.
    pub values: BTreeMap<String, Fact>,
}

/// Why a rule says so.
#[derive(Default)]
pub(in crate::rules) struct Grounds {
    pub(in crate::rules) happened: Sentence,
    pub(in crate::rules) measure: Sentence,
    pub(in crate::rules) conditions: Vec<Condition>,
    /// The fixes that made it, among the day's.
    pub(in crate::rules) fixes: Vec<u32>,
    /// Those that decided, of any kind.
    pub(in crate::rules) deciding: Vec<u32>,
    pub(in crate::rules) why: Why,
    /// The place that it is about.
    pub(in crate::rules) place: Option<Place>,
    /// Distances to that place, by fix.
    pub(in crate::rules) targets: BTreeMap<u32, i64>,
    /// It is about time: the spans around, and why fixes may be missing there, belong to it.
    pub(in crate::rules) of_time: bool,
    /// Parts of the policy that it went by.
    pub(in crate::rules) policy: &'static [&'static str],
}

impl Grounds {
    /// Of a finding's own facts, in the two sentences of its kind.
    pub(in crate::rules) fn new(finding: &Finding, policy: &'static [&'static str]) -> Self {
        let code = finding.kind.code();
        Self {
            happened: Sentence::of(&code, finding),
            measure: Sentence::of(&format!("{code}_measure"), finding),
            policy,
            ..Self::default()
        }
    }

    /// Measures how far each of the fixes is from something.
    pub(in crate::rules) fn measured(mut self, fixes: Fixes<'_>, distance: impl Fn(Point) -> Option<i64>) -> Self {
        let far = |number: &u32| {
            let judged = fixes.judged.get(*number as usize)?;
            Some((*number, distance(Point::from(&judged.fix))?))
        };
        self.targets = self.fixes.iter().filter_map(far).collect();
        self
    }

    /// One that holds, or does not; its values are facts of the finding.
    pub(in crate::rules) fn condition(mut self, code: &str, met: bool, finding: &Finding, facts: &[&str]) -> Self {
        let values = facts.iter().filter_map(|name| finding.facts.get_key_value(*name));
        self.conditions.push(Condition {
            code: code.into(),
            met,
            values: values.map(|(name, fact)| (name.clone(), fact.clone())).collect(),
        });
        self
    }

    /// One that holds by what was counted anew.
    pub(in crate::rules) fn counted<const N: usize>(mut self, code: &str, values: [(&str, i64); N]) -> Self {
        let values = values.map(|(name, number)| (name.to_owned(), Fact::Number(number)));
        self.conditions.push(Condition {
            code: code.into(),
            met: true,
            values: values.into(),
        });
        self
    }
}

/// A share in percent, as people write it: 0.99 is `99`, 0.995 `99.5`.
pub(in crate::rules) fn percent(share: f64) -> Fact {
    let ten_thousandths = libm::round(share * 1e6) as i64;
    let (whole, rest) = (ten_thousandths / 10_000, ten_thousandths % 10_000);
    Fact::Text(if rest == 0 {
        whole.to_string()
    } else {
        format!("{whole}.{rest:04}").trim_end_matches('0').to_owned()
    })
}

impl Default for Sentence {
    fn default() -> Self {
        Self::new("")
    }
}

impl Sentence {
    pub(in crate::rules) fn new(code: &str) -> Self {
        Self {
            code: code.into(),
            values: BTreeMap::new(),
        }
    }

    /// With a finding's interval and facts.
    pub(in crate::rules) fn of(code: &str, finding: &Finding) -> Self {
        let mut values = finding.facts.clone();
        values.insert("from_ms".into(), Fact::Number(finding.from_ms));
        values.insert("to_ms".into(), Fact::Number(finding.to_ms));
        Self {
            code: code.into(),
            values,
        }
    }

    pub(in crate::rules) fn with(mut self, name: &str, value: Fact) -> Self {
        self.values.insert(name.into(), value);
        self
    }

    pub(in crate::rules) fn number(self, name: &str, value: i64) -> Self {
        self.with(name, Fact::Number(value))
    }
}
