//! ICS: any bytes give a calendar within its bounds or an error.
#![no_main]
#![allow(dead_code)]

use chrono::NaiveDate;
use libfuzzer_sys::fuzz_target;

#[path = "../../server/src/files/ics/mod.rs"]
mod ics;

fuzz_target!(|bytes: &[u8]| {
    let today = NaiveDate::from_ymd_opt(2026, 3, 2).expect("a date");
    if let Ok(calendar) = ics::read_calendar(bytes, chrono_tz::Asia::Shanghai, today) {
        assert!(calendar.holidays.len() + calendar.workdays.len() <= 2_000);
    }
});
