//! The values of properties, as wall clocks.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use rrule::{RRule, Unvalidated};

use super::{IcsError, lines::Property};

/// An event longer than this is no holiday.
const MAX_LENGTH_DAYS: i64 = 366;

/// A date, or a date and time.
pub(super) struct Moment {
    pub(super) at: NaiveDateTime,
    pub(super) all_day: bool,
}

/// Reads the values of one event.
pub(super) struct Reader<'a> {
    pub(super) event: &'a str,
    pub(super) zone: Tz,
}

impl Reader<'_> {
    pub(super) fn moment(&self, property: &Property) -> Result<Moment, IcsError> {
        self.moment_of(property, &property.value)
    }

    /// `19970714`, `19970714T133000` (floating or in TZID: the wall clock as it stands) or `19970714T173000Z`.
    fn moment_of(&self, property: &Property, value: &str) -> Result<Moment, IcsError> {
        let wanted = "a date such as 20261001 or 20261001T080000";
        // A period (RDATE;VALUE=PERIOD) begins with its start.
        let text = value.split('/').next().unwrap_or_default().trim();
        // Chrono reads years of six digits too, which leave no room for an offset.
        if text.len() > "19970714T173000Z".len() {
            return Err(self.bad(property, wanted));
        }
        let date = NaiveDate::parse_from_str(text, "%Y%m%d").map(|day| (day.and_time(NaiveTime::MIN), true));
        let wall = |text: &str| NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S");
        let time = match text.strip_suffix('Z') {
            Some(text) => wall(text).map(|at| Utc.from_utc_datetime(&at).with_timezone(&self.zone).naive_local()),
            None => wall(text),
        };
        let (at, all_day) = date
            .or_else(|_| time.map(|at| (at, false)))
            .map_err(|_| self.bad(property, wanted))?;
        let years = NaiveDate::from_ymd_opt(1900, 1, 1)..NaiveDate::from_ymd_opt(2200, 1, 1);
        if !years.contains(&Some(at.date())) {
            return Err(self.bad(property, "a date of the years 1900 to 2199"));
        }
        Ok(Moment { at, all_day })
    }

    pub(super) fn moments<'p>(
        &self,
        properties: impl Iterator<Item = &'p Property>,
    ) -> Result<Vec<NaiveDateTime>, IcsError> {
        let values = properties.flat_map(|property| property.value.split(',').map(move |value| (property, value)));
        values
            .map(|(property, value)| Ok(self.moment_of(property, value)?.at))
            .collect()
    }

    /// DTEND: exclusive. Some programs write the first day again for an event of one day.
    pub(super) fn end(&self, property: &Property, from: NaiveDateTime) -> Result<NaiveDateTime, IcsError> {
        let end = self.moment(property)?;
        if end.at < from {
            return Err(self.bad(property, "at or after DTSTART"));
        }
        if (end.at - from).num_days() > MAX_LENGTH_DAYS {
            return Err(self.bad(property, "within a year of DTSTART"));
        }
        Ok(if end.at == from {
            from + TimeDelta::days(i64::from(end.all_day))
        } else {
            end.at
        })
    }

    /// `P1D`, `P2W`, `PT12H30M` (RFC 5545, section 3.3.6).
    pub(super) fn duration(&self, property: &Property) -> Result<TimeDelta, IcsError> {
        let mut number = 0i64;
        let mut seconds = 0i64;
        for char in property.value.trim_start_matches(['+', 'P']).chars() {
            let unit = match char {
                '0'..='9' => {
                    number = (number * 10 + i64::from(char.to_digit(10).unwrap_or(0))).min(100_000_000);
                    continue;
                }
                'W' => 7 * 86_400,
                'D' => 86_400,
                'H' => 3_600,
                'M' => 60,
                'S' => 1,
                'T' => 0,
                _ => return Err(self.bad(property, "a duration such as P1D or PT12H")),
            };
            seconds = seconds.saturating_add(number.saturating_mul(unit));
            number = 0;
        }
        if !(1..=MAX_LENGTH_DAYS * 86_400).contains(&seconds) {
            return Err(self.bad(property, "a duration of up to a year, such as P1D or PT12H"));
        }
        Ok(TimeDelta::seconds(seconds))
    }

    /// A rule on wall clocks. UNTIL, which RFC 5545 wants in UTC, is turned into a wall clock too.
    pub(super) fn rule(&self, property: &Property, start: &Property) -> Result<RRule<Unvalidated>, IcsError> {
        let zone = start
            .param("TZID")
            .and_then(|name| name.parse().ok())
            .unwrap_or(self.zone);
        let inner = Reader {
            event: self.event,
            zone,
        };
        let mut parts = Vec::new();
        for part in property.value.split(';').filter(|part| !part.is_empty()) {
            match part.to_ascii_uppercase().strip_prefix("UNTIL=") {
                Some(until) => {
                    let until = inner.moment_of(property, until)?;
                    let last = if until.all_day {
                        until.at + TimeDelta::days(1) - TimeDelta::seconds(1)
                    } else {
                        until.at
                    };
                    parts.push(last.format("UNTIL=%Y%m%dT%H%M%SZ").to_string());
                }
                None => parts.push(part.to_ascii_uppercase()),
            }
        }
        parts.join(";").parse().map_err(|error: rrule::RRuleError| {
            self.bad(property, &format!("a rule such as FREQ=YEARLY;COUNT=10: {error}"))
        })
    }

    fn bad(&self, property: &Property, wanted: &str) -> IcsError {
        IcsError::BadValue {
            line: property.line,
            event: self.event.into(),
            name: property.name.clone(),
            value: property.value.clone(),
            wanted: wanted.into(),
        }
    }
}
