//! Times, dates and distances as people of a language write them, in the company's zone.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use onbeat_core::words::Language;

use super::Words;
use crate::desk::Desk;

/// How numbers are said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Local {
    words: Words,
    zone: Tz,
}

impl Local {
    pub(super) fn new(desk: &Desk, words: Words) -> Self {
        let schedule = desk.app.documents().schedule_at("", desk.now_ms());
        Self {
            words,
            zone: schedule.zone().parse().unwrap_or(Tz::UTC),
        }
    }

    /// `09:05`.
    pub(super) fn time(&self, at_ms: i64) -> String {
        let at = DateTime::from_timestamp_millis(at_ms).unwrap_or_default();
        at.with_timezone(&self.zone).format("%H:%M").to_string()
    }

    /// From when to when.
    pub(super) fn stretch(&self, from_ms: i64, to_ms: i64) -> String {
        format!("{}–{}", self.time(from_ms), self.time(to_ms))
    }

    /// Date and time.
    pub(super) fn instant(&self, at_ms: i64) -> String {
        let at = DateTime::from_timestamp_millis(at_ms).unwrap_or_default();
        let date = at.with_timezone(&self.zone).date_naive();
        format!("{} {}", self.date(date), self.time(at_ms))
    }

    /// `Mon 23 Nov 2026`, `2026年11月23日 周一`.
    pub(super) fn date(&self, day: NaiveDate) -> String {
        let weekday = self.words.say(WEEKDAYS[day.weekday().num_days_from_monday() as usize]);
        match self.words.0 {
            Language::En => format!("{weekday} {}", day.format("%-d %b %Y")),
            Language::Zh => format!("{}年{}月{}日 {weekday}", day.year(), day.month(), day.day()),
        }
    }

    /// The instant of a time typed into a form, `YYYY-MM-DDTHH:MM`. One that a change of clocks skips is none; of two the
    /// first is meant.
    pub(super) fn typed(&self, text: &str) -> Option<i64> {
        let at = NaiveDateTime::parse_from_str(text.trim(), "%Y-%m-%dT%H:%M").ok()?;
        Some(self.zone.from_local_datetime(&at).earliest()?.timestamp_millis())
    }

    /// Hours and minutes.
    pub(super) fn duration(&self, seconds: i64) -> String {
        let minutes = seconds.saturating_add(30) / 60;
        let (hours, rest) = ((minutes / 60).to_string(), (minutes % 60).to_string());
        if minutes < 60 {
            return self.words.fill("unit.min", &[("min", &rest)]);
        }
        self.words.fill("unit.h_min", &[("h", &hours), ("min", &rest)])
    }

    /// A share of a thousand, in hundreds.
    pub(super) fn share(&self, permille: i64) -> String {
        let share = format!("{}.{}", permille / 10, permille % 10);
        self.words.fill("unit.share", &[("share", &share)])
    }

    /// Megabytes, from a thousand on gigabytes, with a tenth.
    pub(super) fn bytes(&self, bytes: u64) -> String {
        let (unit, one) = if bytes < 1_000_000_000 {
            ("unit.mb", 1_000_000)
        } else {
            ("unit.gb", 1_000_000_000)
        };
        let count = format!("{}.{}", bytes / one, bytes % one * 10 / one);
        self.words.fill(unit, &[("count", &count)])
    }

    /// Whole metres, however far.
    pub(super) fn metres(&self, millimetres: i64) -> String {
        let metres = millimetres.unsigned_abs() / 1000;
        self.words.fill("unit.m", &[("m", &metres.to_string())])
    }

    /// Whole metres, from a kilometre on with a tenth.
    pub(super) fn distance(&self, millimetres: i64) -> String {
        let metres = millimetres.unsigned_abs() / 1000;
        if metres < 1000 {
            return self.metres(millimetres);
        }
        let tenths = (metres + 50) / 100;
        self.words
            .fill("unit.km", &[("km", &format!("{}.{}", tenths / 10, tenths % 10))])
    }
}

const WEEKDAYS: [&str; 7] = [
    "weekday.mon",
    "weekday.tue",
    "weekday.wed",
    "weekday.thu",
    "weekday.fri",
    "weekday.sat",
    "weekday.sun",
];
