use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Days that differ from the week's plan.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Calendar {
    /// No work, whatever the day of the week.
    pub holidays: BTreeSet<NaiveDate>,
    /// Work, whatever the day of the week (the make-up workdays of Chinese holidays). A day that stands in
    /// both is a workday: it is the exception from the longer holiday around it.
    pub workdays: BTreeSet<NaiveDate>,
}

impl Calendar {
    /// Whether people work on `day`; `planned` is what the week's plan says of it.
    pub(super) fn works(&self, day: NaiveDate, planned: bool) -> bool {
        self.workdays.contains(&day) || (planned && !self.holidays.contains(&day))
    }
}
