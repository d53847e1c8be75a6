//! Times that people have for a word, in workdays.

use chrono::NaiveDate;

use super::Desk;

/// A last day, and the instant it is over.
pub(super) struct Until {
    pub(super) day: NaiveDate,
    pub(super) over_ms: i64,
}

/// The workday so many workdays after the day of an instant, by the rep's calendar.
pub(super) fn until(desk: &Desk, rep: &str, at_ms: i64, workdays: u32) -> Until {
    let schedule = desk.app.documents().schedule_at(rep, at_ms);
    let day = schedule.add_workdays(schedule.day_of(at_ms), workdays);
    let over_ms = schedule.whole_day(day).to_ms;
    Until { day, over_ms }
}
