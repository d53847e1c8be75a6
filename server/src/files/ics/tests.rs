#![allow(clippy::unwrap_used)]

use std::fmt::Write;

use proptest::prelude::*;

use super::*;

/// Mainland China's first half of 2026 as an office would write it: holidays over several days, make-up workdays,
/// folded lines, an alarm, a meeting, a yearly day of the company.
const CHINESE: &str = "\u{feff}BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//办公室//放假安排//ZH\r\nX-WR-TIMEZONE:Asia/Shanghai\r\n\
BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0800\r\n\
TZOFFSETTO:+0800\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n\
BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20260101\r\nDTEND;VALUE=DATE:20260104\r\nSUMMARY:元旦放假\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20260104\r\nDTEND;VALUE=DATE:20260105\r\nSUMMARY:元旦补班\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:3\r\nDTSTART;VALUE=DATE:20260215\r\nDTEND;VALUE=DATE:20260224\r\nSUMMARY:春节放假\\, 不\r\n 上班\r\n\
BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:上班\r\nTRIGGER:-PT12H\r\nEND:VALARM\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:4\r\nDTSTART;TZID=Asia/Shanghai:20260214T080000\r\nDTEND;TZID=Asia/Shanghai:20260214T163000\r\n\
RDATE;TZID=Asia/Shanghai:20260228T080000\r\nSUMMARY:调休上班\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:5\r\nDTSTART:20260309T060000Z\r\nDTEND:20260309T070000Z\r\nSUMMARY:例会\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:6\r\nDTSTART;VALUE=DATE:20200518\r\nRRULE:FREQ=YEARLY\r\nEXDATE;VALUE=DATE:20270518\r\n\
SUMMARY:公司日\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn read(text: &str) -> Result<Calendar, IcsError> {
    read_calendar(text.as_bytes(), chrono_tz::Asia::Shanghai, day("2026-03-02"))
}

/// Runs of days, `2026-01-01+2` for three.
fn runs(days: &BTreeSet<NaiveDate>) -> String {
    let mut runs: Vec<(NaiveDate, u64)> = Vec::new();
    for day in days {
        match runs.last_mut() {
            Some((first, more)) if *first + Days::new(*more + 1) == *day => *more += 1,
            _ => runs.push((*day, 0)),
        }
    }
    let text = |(first, more): &(NaiveDate, u64)| {
        if *more == 0 {
            first.to_string()
        } else {
            format!("{first}+{more}")
        }
    };
    runs.iter().map(text).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_chinese_holiday_file_gives_holidays_and_make_up_workdays() {
    let calendar = read(CHINESE).unwrap();
    assert_eq!(runs(&calendar.workdays), "2026-01-04 2026-02-14 2026-02-28");
    let soon: BTreeSet<_> = calendar
        .holidays
        .range(day("2025-01-01")..day("2029-01-01"))
        .copied()
        .collect();
    assert_eq!(
        runs(&soon),
        "2025-05-18 2026-01-01+2 2026-02-15+8 2026-05-18 2028-05-18"
    );
    assert_eq!(calendar.holidays.last(), Some(&day("2045-05-18")));
    assert_eq!(calendar.holidays.first(), Some(&day("2024-05-18")));
}

fn event(lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\n{}\nEND:VEVENT\nEND:VCALENDAR\n",
        lines.replace('|', "\n")
    )
}

#[test]
fn events_become_days() {
    // lines of the event, holidays, workdays
    let cases = [
        ("DTSTART;VALUE=DATE:20261001", "2026-10-01", ""),
        ("DTSTART:20261001", "2026-10-01", ""),
        (
            "DTSTART;VALUE=DATE:20261001|DTEND;VALUE=DATE:20261001",
            "2026-10-01",
            "",
        ),
        (
            "DTSTART;VALUE=DATE:20261001|DTEND;VALUE=DATE:20261008",
            "2026-10-01+6",
            "",
        ),
        ("DTSTART;VALUE=DATE:20261001|DURATION:P1W", "2026-10-01+6", ""),
        // Midnight to midnight, floating, in a zone, and in UTC.
        ("DTSTART:20261001T000000|DTEND:20261003T000000", "2026-10-01+1", ""),
        (
            "DTSTART;TZID=\"Asia/Shanghai\":20261001T000000|DURATION:PT24H",
            "2026-10-01",
            "",
        ),
        (
            "DTSTART;TZID=China Standard Time:20261001T000000|DURATION:P1D",
            "2026-10-01",
            "",
        ),
        ("DTSTART:20260930T160000Z|DTEND:20261002T160000Z", "2026-10-01+1", ""),
        // Some hours are no holiday, but can be work.
        ("DTSTART:20261001T090000|DTEND:20261001T100000", "", ""),
        ("DTSTART:20261001T000000", "", ""),
        (
            "DTSTART:20261010T090000|DTEND:20261010T100000|SUMMARY:国庆补班",
            "",
            "2026-10-10",
        ),
        (
            "DTSTART:20261010T013000Z|DURATION:PT8H|SUMMARY:Make-up day",
            "",
            "2026-10-10",
        ),
        ("DTSTART;VALUE=DATE:20261010|CATEGORIES:假期,补班", "", "2026-10-10"),
        ("DTSTART;VALUE=DATE:20261010|SUMMARY:国庆节（班）", "", "2026-10-10"),
        (
            "DTSTART;VALUE=DATE:20261010|SUMMARY;LANGUAGE=en:Special WORKDAY",
            "",
            "2026-10-10",
        ),
        ("DTSTART;VALUE=DATE:20261001|SUMMARY:国庆节 不上班", "2026-10-01", ""),
        (
            "DTSTART;VALUE=DATE:20261001|SUMMARY:Special Non-Working Day",
            "2026-10-01",
            "",
        ),
        ("DTSTART;VALUE=DATE:20261001|STATUS:CANCELLED", "", ""),
        // Recurring.
        (
            "DTSTART;VALUE=DATE:20260701|RRULE:FREQ=YEARLY;COUNT=3",
            "2026-07-01 2027-07-01 2028-07-01",
            "",
        ),
        (
            "DTSTART;VALUE=DATE:20260701|RRULE:FREQ=YEARLY;UNTIL=20270701",
            "2026-07-01 2027-07-01",
            "",
        ),
        (
            "DTSTART;TZID=Asia/Shanghai:20260701T000000|DURATION:P1D|RRULE:FREQ=YEARLY;UNTIL=20270630T160000Z",
            "2026-07-01 2027-07-01",
            "",
        ),
        (
            "DTSTART;VALUE=DATE:20260701|RRULE:FREQ=DAILY;COUNT=4|EXDATE:20260702,20260703",
            "2026-07-01 2026-07-04",
            "",
        ),
        (
            "DTSTART;VALUE=DATE:20261126|RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=2",
            "2026-11-26 2027-11-25",
            "",
        ),
        (
            "DTSTART;VALUE=DATE:20260701|RDATE;VALUE=DATE:20260703,20260705",
            "2026-07-01 2026-07-03 2026-07-05",
            "",
        ),
        ("DTSTART;VALUE=DATE:19980701|DTEND;VALUE=DATE:19980702", "", ""), // long past
    ];
    for (lines, holidays, workdays) in cases {
        let calendar = read(&event(lines)).unwrap_or_else(|error| panic!("{lines}: {error}"));
        assert_eq!(
            (runs(&calendar.holidays).as_str(), runs(&calendar.workdays).as_str()),
            (holidays, workdays),
            "{lines}"
        );
    }
}

#[test]
fn an_occurrence_is_moved_by_its_recurrence_id() {
    let moved = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART;VALUE=DATE:20260701\nRRULE:FREQ=YEARLY;COUNT=2\nEND:VEVENT\n\
        BEGIN:VEVENT\nUID:a\nRECURRENCE-ID;VALUE=DATE:20270701\nDTSTART;VALUE=DATE:20270702\nEND:VEVENT\nEND:VCALENDAR";
    assert_eq!(runs(&read(moved).unwrap().holidays), "2026-07-01 2027-07-02");
}

#[test]
fn where_apple_marks_days_off_other_events_are_customs() {
    let marked = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260204\nSUMMARY:立春\nEND:VEVENT\n\
        BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260217\nSUMMARY:春节（休）\nX-APPLE-SPECIAL-DAY:WORK-HOLIDAY\nEND:VEVENT\n\
        BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260228\nSUMMARY:春节（班）\nX-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY\nEND:VEVENT\n\
        END:VCALENDAR\n";
    let calendar = read(marked).unwrap();
    assert_eq!(
        (runs(&calendar.holidays).as_str(), runs(&calendar.workdays).as_str()),
        ("2026-02-17", "2026-02-28")
    );
}

#[test]
fn bad_calendars_are_told_where_and_how_to_mend_them() {
    let cases = [
        ("empty", String::new()),
        ("HTML", "<html>\n</html>".into()),
        ("line without a colon", "BEGIN:VCALENDAR\nSUMMARY\nEND:VCALENDAR".into()),
        ("truncated", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261001\n".into()),
        (
            "wrongly nested",
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\nEND:VEVENT".into(),
        ),
        ("too many ends", "BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR".into()),
        ("no start", event("UID:7")),
        ("no date", event("SUMMARY:国庆|DTSTART:2026-10-01")),
        ("no such day", event("DTSTART:20260230")),
        ("far year", event("DTSTART:99990101")),
        ("farthest year", event("DTSTART:+2621421231T235959Z")),
        ("ends before it begins", event("DTSTART:20261008|DTEND:20261001")),
        ("two years", event("DTSTART:20261001|DTEND:20281001")),
        ("bad duration", event("DTSTART:20261001|DURATION:one day")),
        ("no duration", event("DTSTART:20261001|DURATION:PT")),
        ("unknown frequency", event("DTSTART:20261001|RRULE:FREQ=SOMETIMES")),
        (
            "impossible rule",
            event("DTSTART:20261001|RRULE:FREQ=YEARLY;BYMONTH=13"),
        ),
        ("until what", event("DTSTART:20261001|RRULE:FREQ=YEARLY;UNTIL=soon")),
        (
            "every day for ever",
            event("SUMMARY:daily|DTSTART:20261001|RRULE:FREQ=DAILY"),
        ),
        ("bad exception", event("DTSTART:20261001|EXDATE:20261001,never")),
    ];
    let mut all = String::new();
    for (name, text) in cases {
        writeln!(all, "{name}\n    {}", read(&text).unwrap_err()).unwrap();
    }
    writeln!(
        all,
        "not UTF-8\n    {}",
        read_calendar(b"BEGIN:\xff", Tz::UTC, day("2026-03-02")).unwrap_err()
    )
    .unwrap();
    insta::assert_snapshot!(all);
}

#[test]
fn rules_that_never_come_to_an_end_are_bounded() {
    let many = || {
        Err(IcsError::TooManyDays {
            line: 2,
            event: "without a name".into(),
            most: MAX_DAYS,
        })
    };
    let cases = [
        ("FREQ=SECONDLY", many()),
        ("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", Ok("2026-10-01".to_owned())), // there is no such day
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", Ok("2026-10-01".to_owned())),
    ];
    for (rule, expected) in cases {
        let read = read(&event(&format!("DTSTART:20261001|RRULE:{rule}")));
        assert_eq!(read.map(|calendar| runs(&calendar.holidays)), expected, "{rule}");
    }
}

proptest! {
    #[test]
    fn a_damaged_calendar_is_read_or_refused(at in 0..CHINESE.len(), cut in 0usize..40, put in "[-+0-9TZP;:=,\\r\\n \\\\A-Z补]{0,12}") {
        let mut bytes = CHINESE.as_bytes().to_vec();
        bytes.splice(at..(at + cut).min(CHINESE.len()), put.bytes());
        let _: Result<_, _> = read_calendar(&bytes, chrono_tz::Asia::Shanghai, day("2026-03-02"));
    }
}
