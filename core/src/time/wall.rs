//! From wall clocks to instants, where daylight saving skips or repeats an hour.

use chrono::{DateTime, MappedLocalTime, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;

/// Days beyond these are not reckoned with: room to add days and offsets within chrono's range.
pub(super) const FIRST_DAY: NaiveDate = day(1, 1, 1);
/// See [`FIRST_DAY`].
pub(super) const LAST_DAY: NaiveDate = day(9999, 12, 31);

const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day of the Gregorian calendar")
}

/// Which of two instants a wall clock that shows the same time twice means.
#[derive(Debug, Clone, Copy)]
pub(super) enum Twice {
    Earlier,
    Later,
}

/// The instant at which clocks in `zone` show `minute` of `day` (1440 and more: on days after it). A time that
/// is skipped gives the first instant after the gap.
pub(super) fn instant_ms(zone: Tz, day: NaiveDate, minute: u32, twice: Twice) -> i64 {
    let day = day.clamp(FIRST_DAY, LAST_DAY);
    let wall = NaiveDateTime::from(day) + TimeDelta::minutes(i64::from(minute));
    let at = match (zone.offset_from_local_datetime(&wall), twice) {
        (MappedLocalTime::Single(offset), _)
        | (MappedLocalTime::Ambiguous(offset, _), Twice::Earlier)
        | (MappedLocalTime::Ambiguous(_, offset), Twice::Later) => wall - offset.fix(),
        (MappedLocalTime::None, _) => after_gap(zone, wall),
    };
    at.and_utc().timestamp_millis()
}

/// First instant (UTC) at which clocks show `wall` or more. Two days on either side hold any gap: offsets are
/// below 16 hours, and the longest gap was one of 24 (Samoa left out 2011-12-30).
fn after_gap(zone: Tz, wall: NaiveDateTime) -> NaiveDateTime {
    let shows = |at: NaiveDateTime| at + zone.offset_from_utc_datetime(&at).fix();
    let (mut before, mut after) = (wall - TimeDelta::days(2), wall + TimeDelta::days(2));
    while after - before > TimeDelta::seconds(1) {
        let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
        if shows(middle) < wall {
            before = middle;
        } else {
            after = middle;
        }
    }
    after
}

/// The date that clocks in `zone` show; `None` outside [`FIRST_DAY`] to [`LAST_DAY`].
pub(super) fn date(zone: Tz, at_ms: i64) -> Option<NaiveDate> {
    let at = DateTime::from_timestamp_millis(at_ms)?;
    if !(FIRST_DAY..=LAST_DAY).contains(&at.date_naive()) {
        return None;
    }
    let date = at.with_timezone(&zone).date_naive();
    (FIRST_DAY..=LAST_DAY).contains(&date).then_some(date)
}
