use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Calendar;
use crate::policy::WindowRule;

/// Half-open time span, milliseconds since 1970 (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
pub struct Interval {
    /// First instant in it.
    pub from_ms: i64,
    /// First instant after it.
    pub to_ms: i64,
}

impl Interval {
    /// Length in milliseconds.
    pub fn length_ms(&self) -> i64 {
        self.to_ms - self.from_ms
    }
    /// Whether an instant lies in it.
    pub fn contains(&self, at_ms: i64) -> bool {
        (self.from_ms..self.to_ms).contains(&at_ms)
    }
    /// What two spans have in common, if that is longer than nothing.
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        let both = Self {
            from_ms: self.from_ms.max(other.from_ms),
            to_ms: self.to_ms.min(other.to_ms),
        };
        (both.from_ms < both.to_ms).then_some(both)
    }
}

/// Where an instant lies against the working window of its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// On a workday, before the window.
    Before,
    /// In the window.
    Within,
    /// On a workday, after the window.
    After,
    /// Not on a workday.
    DayOff,
}

/// A window rule and a calendar, read and ready.
#[derive(Debug, Clone)]
pub struct Schedule {
    // filled by the time module
}

/// What is wrong with a window or a calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not an IANA zone.
    #[error("unknown time zone {0:?}: give an IANA name such as Asia/Shanghai")]
    UnknownZone(String),
    /// Not `HH:MM`.
    #[error("{0:?} is not a time of day: write HH:MM, from 00:00 to 24:00")]
    NotATime(String),
    /// From and to are the same.
    #[error("the window {0} has no length")]
    EmptyWindow(String),
    /// Not `mon` … `sun`.
    #[error("{0:?} is not a day of the week: write mon, tue, wed, thu, fri, sat or sun")]
    NotAWeekday(String),
}

impl Schedule {
    /// Reads a rule.
    ///
    /// # Errors
    /// [`TimeError`] names the field that can't be read.
    pub fn new(rule: &WindowRule, calendar: &Calendar) -> Result<Self, TimeError> {
        let _ = (rule, calendar);
        unimplemented!()
    }
    /// The window that opens on `day`, `None` on a day off.
    pub fn window(&self, day: NaiveDate) -> Option<Interval> {
        let _ = day;
        unimplemented!()
    }
    /// The day an instant belongs to: that of the window that holds it, else the local date.
    pub fn day_of(&self, at_ms: i64) -> NaiveDate {
        let _ = at_ms;
        unimplemented!()
    }
    /// Where an instant lies.
    pub fn when(&self, at_ms: i64) -> When {
        let _ = at_ms;
        unimplemented!()
    }
    /// Midnight to midnight of a local day.
    pub fn whole_day(&self, day: NaiveDate) -> Interval {
        let _ = day;
        unimplemented!()
    }
    /// The workday `n` workdays after `day`.
    pub fn add_workdays(&self, day: NaiveDate, n: u32) -> NaiveDate {
        let _ = (day, n);
        unimplemented!()
    }
    /// The zone's IANA name.
    pub fn zone(&self) -> &str {
        unimplemented!()
    }
}
