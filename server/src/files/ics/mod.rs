//! Calendars of holidays and make-up workdays, as iCalendar files (RFC 5545).

mod error;
mod event;
mod lines;
mod value;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use onbeat_core::time::Calendar;

pub use error::IcsError;
use event::{Event, Kind, Span};
use lines::Property;

const MAX_BYTES: usize = 8 * 1024 * 1024;
/// Days a calendar may hold: twenty years of a hundred.
const MAX_DAYS: usize = 2_000;
/// Days around today that are read, so that a yearly event of 1970 without an end has its bounds.
const PAST: Days = Days::new(2 * 366);
const FUTURE: Days = Days::new(20 * 366);

/// Reads a calendar: all-day events (or events from midnight to midnight) are holidays; events that say in
/// SUMMARY, CATEGORIES or Apple's `X-APPLE-SPECIAL-DAY` that they are made up for are workdays. Events of a few
/// hours, and in calendars with Apple's marks all events without one (solar terms), change nothing. Days from two
/// years before `today` to twenty after are read; `zone` is where days are meant, for times in UTC.
///
/// # Errors
/// [`IcsError`] names the line and the event.
pub fn read_calendar(bytes: &[u8], zone: Tz, today: NaiveDate) -> Result<Calendar, IcsError> {
    if bytes.len() > MAX_BYTES {
        return Err(IcsError::TooBig { mib: MAX_BYTES >> 20 });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| IcsError::NotUtf8 {
        byte: error.valid_up_to(),
    })?;
    let properties = lines::properties(text.strip_prefix('\u{feff}').unwrap_or(text))?;
    let events = events(&properties)?;
    let mut events = events
        .iter()
        .map(|event| Event::read(event, zone))
        .collect::<Result<Vec<_>, _>>()?;
    event::apply_overrides(&mut events);
    let within = Span {
        first: today.checked_sub_days(PAST).unwrap_or(NaiveDate::MIN),
        last: today.checked_add_days(FUTURE).unwrap_or(NaiveDate::MAX),
    };
    collect(&events, within)
}

/// What the events make of the days.
fn collect(events: &[Event], within: Span) -> Result<Calendar, IcsError> {
    let marked = events.iter().any(|event| event.marked);
    let mut calendar = Calendar::default();
    for event in events
        .iter()
        .filter(|event| event.marked || !marked || event.kind == Kind::Workday)
    {
        let days: &mut BTreeSet<NaiveDate> = match event.kind {
            Kind::Holiday => &mut calendar.holidays,
            Kind::Workday => &mut calendar.workdays,
            Kind::Other => continue,
        };
        days.extend(event.days(within, MAX_DAYS)?);
        if calendar.holidays.len() + calendar.workdays.len() > MAX_DAYS {
            return Err(event.too_many(MAX_DAYS));
        }
    }
    Ok(calendar)
}

/// The properties of each VEVENT, those of its alarms left out. The first is the event's BEGIN.
fn events(properties: &[Property]) -> Result<Vec<Vec<&Property>>, IcsError> {
    if !properties
        .first()
        .is_some_and(|first| first.name == "BEGIN" && first.value.eq_ignore_ascii_case("VCALENDAR"))
    {
        return Err(IcsError::NotICalendar);
    }
    let mut open: Vec<&str> = Vec::new();
    let mut events: Vec<Vec<&Property>> = Vec::new();
    for property in properties {
        let (line, value) = (property.line, property.value.as_str());
        match property.name.as_str() {
            "BEGIN" => open.push(value),
            "END" if open.last().is_some_and(|name| name.eq_ignore_ascii_case(value)) => drop(open.pop()),
            "END" => {
                let what = format!("END:{value} where {} is open", open.last().unwrap_or(&"nothing"));
                return Err(IcsError::Structure { line, what });
            }
            _ => {}
        }
        let in_event = open.last().is_some_and(|name| name.eq_ignore_ascii_case("VEVENT"));
        match (in_event, property.name.as_str()) {
            (true, "BEGIN") => events.push(vec![property]),
            (true, _) => events.last_mut().into_iter().for_each(|event| event.push(property)),
            (false, _) => {}
        }
    }
    match (open.last(), properties.last()) {
        (Some(name), Some(last)) => Err(IcsError::Structure {
            line: last.line,
            what: format!("the file ends inside {name}"),
        }),
        _ => Ok(events),
    }
}
