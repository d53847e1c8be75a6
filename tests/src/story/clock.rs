use chrono::{NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;

/// The day played: a Tuesday without a holiday.
pub const DATE: NaiveDate = NaiveDate::from_ymd_opt(2026, 5, 12).expect("a date");
/// The zone of all districts.
pub const ZONE: Tz = chrono_tz::America::New_York;

/// Milliseconds since 1970 of a local time of the day, `HH:MM` or `HH:MM:SS`.
///
/// # Panics
/// On what is no time: the story is data of ours.
pub fn at(time: &str) -> i64 {
    let format = if time.len() == 5 { "%H:%M" } else { "%H:%M:%S" };
    let time = NaiveTime::parse_from_str(time, format).expect("a time of day");
    let local = ZONE.from_local_datetime(&DATE.and_time(time)).single();
    local.expect("no clock change on this day").timestamp_millis()
}

/// The local time of day of an instant, `HH:MM`.
pub fn time_of(at_ms: i64) -> String {
    ZONE.timestamp_millis_opt(at_ms)
        .single()
        .map_or_else(|| "never".into(), |local| local.format("%H:%M").to_string())
}
