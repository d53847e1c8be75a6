use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Days that differ from the week's plan.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Calendar {
    /// No work, whatever the day of the week.
    pub holidays: BTreeSet<NaiveDate>,
    /// Work, whatever the day of the week (the make-up workdays of Chinese holidays).
    pub workdays: BTreeSet<NaiveDate>,
}
