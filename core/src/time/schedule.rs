use chrono::{Datelike, Days, NaiveDate, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{
    Calendar, Interval,
    wall::{self, FIRST_DAY, LAST_DAY, Twice},
};
use crate::policy::WindowRule;

const DAY_MIN: u32 = 24 * 60;

/// How far [`Schedule::add_workdays`] looks: ten years.
const LOOK_AHEAD_DAYS: usize = 3660;

/// Where an instant lies against the working window of its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
///
/// A window is a stretch of local wall-clock time turned into instants: where daylight saving repeats an hour,
/// it opens at the earlier and closes at the later instant of that name; where an hour is skipped, at the first
/// instant after it. A window across midnight belongs to the day it opens.
#[derive(Debug, Clone)]
pub struct Schedule {
    zone: Tz,
    /// Minute of the day at which the window opens.
    from_min: u32,
    /// Minute at which it closes, counted from the same midnight: above `from_min`, above 1440 on the next day.
    to_min: u32,
    /// Monday first.
    week: [bool; 7],
    calendar: Calendar,
}

/// A last day, and the instant it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Until {
    /// The day.
    pub day: NaiveDate,
    /// The first instant after it.
    pub over_ms: i64,
}

/// What is wrong with a window or a calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not an IANA zone.
    #[error("unknown time zone {0:?}: give an IANA name such as Asia/Shanghai")]
    UnknownZone(String),
    /// Not `HH:MM`.
    #[error("{0:?} is not a time of day: write HH:MM, from 00:00 to 23:59 (a window may also end at 24:00)")]
    NotATime(String),
    /// From and to are the same.
    #[error("the window {0} has no length: its end must differ from its beginning (a whole day is 00:00-24:00)")]
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
        let (from_min, to_min) = window_minutes(&rule.from, &rule.to)?;
        let mut week = [false; 7];
        for name in &rule.workdays {
            week[weekday(name)?.num_days_from_monday() as usize] = true;
        }
        Ok(Self {
            zone: rule
                .zone
                .parse()
                .map_err(|_| TimeError::UnknownZone(rule.zone.clone()))?,
            from_min,
            to_min,
            week,
            calendar: calendar.clone(),
        })
    }

    /// The window that opens on `day`, `None` on a day off (and on a day that its zone left out).
    pub fn window(&self, day: NaiveDate) -> Option<Interval> {
        if !self.is_workday(day) {
            return None;
        }
        let window = Interval {
            from_ms: wall::instant_ms(self.zone, day, self.from_min, Twice::Earlier),
            to_ms: wall::instant_ms(self.zone, day, self.to_min, Twice::Later),
        };
        (window.from_ms < window.to_ms).then_some(window)
    }

    /// The day an instant belongs to: that of the window that holds it, else the local date.
    /// Instants beyond the years 1 to 9999 belong to the first or last day of these.
    pub fn day_of(&self, at_ms: i64) -> NaiveDate {
        self.locate(at_ms).0
    }

    /// Where an instant lies. Beyond the years 1 to 9999 every day is off.
    pub fn when(&self, at_ms: i64) -> When {
        self.locate(at_ms).1
    }

    /// As [`Schedule::day_of`] and [`Schedule::when`] together.
    pub fn locate(&self, at_ms: i64) -> (NaiveDate, When) {
        let Some(date) = wall::date(self.zone, at_ms) else {
            let day = if at_ms < 0 { FIRST_DAY } else { LAST_DAY };
            return (day, When::DayOff);
        };
        if let Some(day) = self.day_holding(date, at_ms) {
            return (day, When::Within);
        }
        let when = match self.window(date) {
            Some(window) if at_ms < window.from_ms => When::Before,
            Some(_) => When::After,
            None => When::DayOff,
        };
        (date, when)
    }

    /// Midnight to midnight of a local day.
    pub fn whole_day(&self, day: NaiveDate) -> Interval {
        Interval {
            from_ms: wall::instant_ms(self.zone, day, 0, Twice::Earlier),
            to_ms: wall::instant_ms(self.zone, day, DAY_MIN, Twice::Earlier),
        }
    }

    /// The workday `n` workdays after `day` (with 0 `day` itself). Looks ten years ahead at most, and gives the
    /// last day looked at where there are fewer workdays.
    pub fn add_workdays(&self, day: NaiveDate, n: u32) -> NaiveDate {
        let mut left = n;
        let mut at = day;
        for next in day.iter_days().skip(1).take(LOOK_AHEAD_DAYS) {
            if left == 0 {
                break;
            }
            at = next;
            left -= u32::from(self.is_workday(next));
        }
        at
    }

    /// The workday so many workdays after the day of an instant, by [`Schedule::add_workdays`].
    pub fn until(&self, at_ms: i64, workdays: u32) -> Until {
        let day = self.add_workdays(self.day_of(at_ms), workdays);
        let over_ms = self.whole_day(day).to_ms;
        Until { day, over_ms }
    }

    /// The zone's IANA name.
    pub fn zone(&self) -> &str {
        self.zone.name()
    }

    fn is_workday(&self, day: NaiveDate) -> bool {
        let planned = self.week[day.weekday().num_days_from_monday() as usize];
        (FIRST_DAY..=LAST_DAY).contains(&day) && self.calendar.works(day, planned)
    }

    /// The day whose window holds an instant of local `date`: that day, else the day before (a night shift), else
    /// the day after (clocks once went back over midnight after a window had opened, as in Goose Bay until 2011).
    fn day_holding(&self, date: NaiveDate, at_ms: i64) -> Option<NaiveDate> {
        [
            Some(date),
            date.checked_sub_days(Days::new(1)),
            date.checked_add_days(Days::new(1)),
        ]
        .into_iter()
        .flatten()
        .find(|&day| self.window(day).is_some_and(|window| window.contains(at_ms)))
    }
}

/// Minutes from the midnight of the day on which the window opens.
fn window_minutes(from: &str, to: &str) -> Result<(u32, u32), TimeError> {
    let from_min = minute(from).filter(|&minute| minute < DAY_MIN);
    let from_min = from_min.ok_or_else(|| TimeError::NotATime(from.into()))?;
    let to_min = minute(to).ok_or_else(|| TimeError::NotATime(to.into()))?;
    if from_min == to_min {
        return Err(TimeError::EmptyWindow(format!("{from}-{to}")));
    }
    Ok((from_min, if to_min > from_min { to_min } else { to_min + DAY_MIN }))
}

/// `HH:MM` up to 24:00, as a minute of the day.
fn minute(text: &str) -> Option<u32> {
    let two = |digits: &str| {
        let both = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        both.then(|| digits.parse::<u32>().ok()).flatten()
    };
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    let minute = hours * 60 + minutes;
    (minutes < 60 && minute <= DAY_MIN).then_some(minute)
}

fn weekday(name: &str) -> Result<Weekday, TimeError> {
    Ok(match name {
        "mon" => Weekday::Mon,
        "tue" => Weekday::Tue,
        "wed" => Weekday::Wed,
        "thu" => Weekday::Thu,
        "fri" => Weekday::Fri,
        "sat" => Weekday::Sat,
        "sun" => Weekday::Sun,
        _ => return Err(TimeError::NotAWeekday(name.into())),
    })
}
