#![allow(clippy::unwrap_used)]

use chrono::{DateTime, Days, NaiveDate, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};
use proptest::prelude::*;

use super::*;
use crate::{policy::WindowRule, reading::Stamp};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis()
}

fn rule(zone: &str, window: &str) -> WindowRule {
    let (from, to) = window.split_once('-').unwrap();
    WindowRule {
        zone: zone.into(),
        from: from.into(),
        to: to.into(),
        workdays: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
            .map(String::from)
            .to_vec(),
    }
}

fn schedule(zone: &str, window: &str) -> Schedule {
    Schedule::new(&rule(zone, window), &Calendar::default()).unwrap()
}

#[test]
fn windows_are_wall_clock_times_turned_into_instants() {
    // zone, window, day, opens, closes
    let cases = [
        // Plain.
        (
            "Asia/Shanghai",
            "08:00-16:30",
            "2026-03-02",
            "2026-03-02T08:00:00+08:00",
            "2026-03-02T16:30:00+08:00",
        ),
        (
            "Asia/Kathmandu",
            "08:00-16:30",
            "2026-03-02",
            "2026-03-02T08:00:00+05:45",
            "2026-03-02T16:30:00+05:45",
        ),
        (
            "Asia/Shanghai",
            "00:00-24:00",
            "2026-03-02",
            "2026-03-02T00:00:00+08:00",
            "2026-03-03T00:00:00+08:00",
        ),
        (
            "Asia/Shanghai",
            "09:00-00:00",
            "2026-03-02",
            "2026-03-02T09:00:00+08:00",
            "2026-03-03T00:00:00+08:00",
        ),
        // New York, 02:00-03:00 skipped on 2026-03-08, 01:00-02:00 repeated on 2026-11-01.
        (
            "America/New_York",
            "08:00-16:30",
            "2026-03-06",
            "2026-03-06T08:00:00-05:00",
            "2026-03-06T16:30:00-05:00",
        ),
        (
            "America/New_York",
            "08:00-16:30",
            "2026-03-09",
            "2026-03-09T08:00:00-04:00",
            "2026-03-09T16:30:00-04:00",
        ),
        (
            "America/New_York",
            "02:30-10:00",
            "2026-03-08",
            "2026-03-08T03:00:00-04:00",
            "2026-03-08T10:00:00-04:00",
        ),
        (
            "America/New_York",
            "22:00-02:30",
            "2026-03-07",
            "2026-03-07T22:00:00-05:00",
            "2026-03-08T03:00:00-04:00",
        ),
        (
            "America/New_York",
            "01:30-10:00",
            "2026-11-01",
            "2026-11-01T01:30:00-04:00",
            "2026-11-01T10:00:00-05:00",
        ),
        (
            "America/New_York",
            "22:00-01:30",
            "2026-10-31",
            "2026-10-31T22:00:00-04:00",
            "2026-11-01T01:30:00-05:00",
        ),
        (
            "America/New_York",
            "01:10-01:20",
            "2026-11-01",
            "2026-11-01T01:10:00-04:00",
            "2026-11-01T01:20:00-05:00",
        ),
        // Night shift.
        (
            "Asia/Shanghai",
            "22:00-06:00",
            "2026-03-02",
            "2026-03-02T22:00:00+08:00",
            "2026-03-03T06:00:00+08:00",
        ),
        // Midnight skipped: Beirut 2022-03-27, São Paulo 2018-11-04, Cairo 2023-04-28.
        (
            "Asia/Beirut",
            "00:00-08:00",
            "2022-03-27",
            "2022-03-27T01:00:00+03:00",
            "2022-03-27T08:00:00+03:00",
        ),
        (
            "Asia/Beirut",
            "16:00-24:00",
            "2022-03-26",
            "2022-03-26T16:00:00+02:00",
            "2022-03-27T01:00:00+03:00",
        ),
        (
            "America/Sao_Paulo",
            "00:30-08:00",
            "2018-11-04",
            "2018-11-04T01:00:00-02:00",
            "2018-11-04T08:00:00-02:00",
        ),
        (
            "Africa/Cairo",
            "00:00-24:00",
            "2023-04-28",
            "2023-04-28T01:00:00+03:00",
            "2023-04-29T00:00:00+03:00",
        ),
        // Havana's midnight hour comes twice on 2025-11-02; São Paulo's 23:00 on 2019-02-16.
        (
            "America/Havana",
            "00:00-08:00",
            "2025-11-02",
            "2025-11-02T00:00:00-04:00",
            "2025-11-02T08:00:00-05:00",
        ),
        (
            "America/Havana",
            "16:00-00:30",
            "2025-11-01",
            "2025-11-01T16:00:00-04:00",
            "2025-11-02T00:30:00-05:00",
        ),
        (
            "America/Sao_Paulo",
            "16:00-24:00",
            "2019-02-16",
            "2019-02-16T16:00:00-02:00",
            "2019-02-17T00:00:00-03:00",
        ),
        // Shanghai had daylight saving from 1986 to 1991.
        (
            "Asia/Shanghai",
            "08:00-16:30",
            "1988-07-01",
            "1988-07-01T08:00:00+09:00",
            "1988-07-01T16:30:00+09:00",
        ),
        // Lord Howe Island moves its clocks by half an hour.
        (
            "Australia/Lord_Howe",
            "02:10-04:00",
            "2026-10-04",
            "2026-10-04T02:30:00+11:00",
            "2026-10-04T04:00:00+11:00",
        ),
    ];
    for (zone, window, on, opens, closes) in cases {
        let expected = Some(Interval {
            from_ms: at(opens),
            to_ms: at(closes),
        });
        assert_eq!(
            schedule(zone, window).window(day(on)),
            expected,
            "{zone} {window} on {on}"
        );
    }
}

#[test]
fn a_day_that_its_zone_left_out_has_no_window() {
    let samoa = schedule("Pacific/Apia", "08:00-16:30");
    assert_eq!(samoa.window(day("2011-12-30")), None);
    assert_eq!(samoa.whole_day(day("2011-12-30")).length_ms(), 0);
    assert_eq!(samoa.day_of(at("2011-12-30T09:59:59Z")), day("2011-12-29"));
    assert_eq!(samoa.day_of(at("2011-12-30T10:00:00Z")), day("2011-12-31"));
}

#[test]
fn an_instant_lies_before_within_or_after_the_window_or_on_a_day_off() {
    let rule = WindowRule::default();
    let calendar = Calendar {
        holidays: [day("2026-10-01"), day("2026-10-02")].into(),
        workdays: [day("2026-10-10")].into(),
    };
    let shanghai = Schedule::new(&rule, &calendar).unwrap();
    let night = Schedule::new(
        &WindowRule {
            from: "22:00".into(),
            to: "06:00".into(),
            ..rule
        },
        &calendar,
    )
    .unwrap();
    let cases = [
        (&shanghai, "2026-09-30T07:59:59.999+08:00", When::Before, "2026-09-30"),
        (&shanghai, "2026-09-30T08:00:00+08:00", When::Within, "2026-09-30"),
        (&shanghai, "2026-09-30T16:29:59.999+08:00", When::Within, "2026-09-30"),
        (&shanghai, "2026-09-30T16:30:00+08:00", When::After, "2026-09-30"),
        (&shanghai, "2026-09-30T00:00:00+08:00", When::Before, "2026-09-30"),
        (&shanghai, "2026-09-30T23:59:59+08:00", When::After, "2026-09-30"),
        (&shanghai, "2026-10-01T10:00:00+08:00", When::DayOff, "2026-10-01"),
        (&shanghai, "2026-10-10T10:00:00+08:00", When::Within, "2026-10-10"), // a Saturday made up for
        (&shanghai, "2026-10-11T10:00:00+08:00", When::DayOff, "2026-10-11"),
        (&night, "2026-09-30T21:59:59+08:00", When::Before, "2026-09-30"),
        (&night, "2026-09-30T23:00:00+08:00", When::Within, "2026-09-30"),
        (&night, "2026-10-01T05:59:59+08:00", When::Within, "2026-09-30"), // into the holiday
        (&night, "2026-10-01T06:00:00+08:00", When::DayOff, "2026-10-01"),
        (&night, "2026-10-03T01:00:00+08:00", When::DayOff, "2026-10-03"), // the 2nd was off
        (&night, "2026-10-05T01:00:00+08:00", When::Before, "2026-10-05"), // Monday: Sunday was off
        (&night, "2026-10-11T01:00:00+08:00", When::Within, "2026-10-10"), // Sunday, after a Saturday made up for
    ];
    for (schedule, instant, when, on) in cases {
        assert_eq!(schedule.when(at(instant)), when, "{instant}");
        assert_eq!(schedule.day_of(at(instant)), day(on), "{instant}");
    }
}

#[test]
fn a_window_opened_before_clocks_went_back_over_midnight_holds_the_hour_twice() {
    // Goose Bay, 1988-10-30: at 00:01 back to 23:01 of the day before.
    let goose_bay = schedule("America/Goose_Bay", "00:00-08:00");
    let again = at("1988-10-29T23:30:00-04:00");
    assert_eq!(goose_bay.when(again), When::Within);
    assert_eq!(goose_bay.day_of(again), day("1988-10-30"));
}

#[test]
fn a_day_in_both_lists_is_a_workday() {
    let both = Calendar {
        holidays: [day("2026-10-10"), day("2026-10-12")].into(),
        workdays: [day("2026-10-10")].into(),
    };
    let schedule = Schedule::new(&WindowRule::default(), &both).unwrap();
    assert!(schedule.window(day("2026-10-10")).is_some());
    assert!(schedule.window(day("2026-10-12")).is_none());
}

#[test]
fn workdays_are_counted_over_holidays_and_to_a_bound() {
    let calendar = Calendar {
        holidays: (1..=7).map(|n| NaiveDate::from_ymd_opt(2026, 10, n).unwrap()).collect(),
        workdays: [day("2026-10-10")].into(),
    };
    let schedule = Schedule::new(&WindowRule::default(), &calendar).unwrap();
    for (n, expected) in [
        (0, "2026-09-30"),
        (1, "2026-10-08"),
        (2, "2026-10-09"),
        (3, "2026-10-10"),
        (4, "2026-10-12"),
    ] {
        assert_eq!(schedule.add_workdays(day("2026-09-30"), n), day(expected), "{n}");
    }
    let never = Schedule::new(
        &WindowRule {
            workdays: vec![],
            ..WindowRule::default()
        },
        &calendar,
    )
    .unwrap();
    assert_eq!(
        never.add_workdays(day("2026-09-30"), 2),
        day("2026-09-30") + Days::new(3660)
    );
    assert_eq!(schedule.add_workdays(NaiveDate::MAX, u32::MAX), NaiveDate::MAX);
}

#[test]
fn what_is_wrong_with_a_rule_is_named() {
    let base = WindowRule::default();
    let with = |zone: &str, from: &str, to: &str, weekday: &str| WindowRule {
        zone: zone.into(),
        from: from.into(),
        to: to.into(),
        workdays: vec![weekday.into()],
    };
    let cases = [
        (
            with("Asia/Peking", "08:00", "16:30", "mon"),
            TimeError::UnknownZone("Asia/Peking".into()),
        ),
        (with("", "08:00", "16:30", "mon"), TimeError::UnknownZone(String::new())),
        (
            with(&base.zone, "8:00", "16:30", "mon"),
            TimeError::NotATime("8:00".into()),
        ),
        (
            with(&base.zone, "24:00", "16:30", "mon"),
            TimeError::NotATime("24:00".into()),
        ),
        (
            with(&base.zone, "08:00", "24:01", "mon"),
            TimeError::NotATime("24:01".into()),
        ),
        (
            with(&base.zone, "08:00", "16:60", "mon"),
            TimeError::NotATime("16:60".into()),
        ),
        (
            with(&base.zone, "08:00", "+6:30", "mon"),
            TimeError::NotATime("+6:30".into()),
        ),
        (
            with(&base.zone, "08:00", "１６:30", "mon"),
            TimeError::NotATime("１６:30".into()),
        ),
        (
            with(&base.zone, "08:00", "08:00", "mon"),
            TimeError::EmptyWindow("08:00-08:00".into()),
        ),
        (
            with(&base.zone, "08:00", "16:30", "Monday"),
            TimeError::NotAWeekday("Monday".into()),
        ),
    ];
    for (rule, error) in cases {
        assert_eq!(Schedule::new(&rule, &Calendar::default()).unwrap_err(), error);
    }
}

#[test]
fn instants_and_days_out_of_range_are_days_off() {
    let schedule = schedule("Asia/Shanghai", "00:00-24:00");
    for at_ms in [
        i64::MIN,
        i64::MIN / 2,
        -62_135_596_800_001,
        253_402_300_800_000,
        i64::MAX / 2,
        i64::MAX,
    ] {
        assert_eq!(schedule.when(at_ms), When::DayOff, "{at_ms}");
        schedule.day_of(at_ms);
    }
    for day in [NaiveDate::MIN, NaiveDate::MAX] {
        assert_eq!(schedule.window(day), None);
        assert!(schedule.whole_day(day).length_ms() > 0);
    }
}

fn any_zone() -> impl Strategy<Value = Tz> {
    (0..TZ_VARIANTS.len()).prop_map(|index| TZ_VARIANTS[index])
}

/// Days of 1970 to 2100.
fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0u64..47_800).prop_map(|n| day("1970-01-01") + Days::new(n))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// The definition of an instant's wall clock, said the other way round.
    #[test]
    fn a_window_opens_when_clocks_first_show_its_time(zone in any_zone(), on in any_day(), minute in 0u32..1440) {
        let wall = on.and_hms_opt(minute / 60, minute % 60, 0).unwrap();
        let shows = |at_ms: i64| {
            zone.from_utc_datetime(&DateTime::from_timestamp_millis(at_ms).unwrap().naive_utc()).naive_local()
        };
        for (twice, at_ms) in [wall::Twice::Earlier, wall::Twice::Later].map(|t| (t, wall::instant_ms(zone, on, minute, t))) {
            prop_assert!(shows(at_ms) >= wall, "{twice:?} {}", shows(at_ms));
            prop_assert!(shows(at_ms - 1) < shows(at_ms));
            prop_assert!(shows(at_ms) == wall || shows(at_ms - 1) < wall, "{twice:?}: not the first after the gap");
        }
    }

    #[test]
    fn days_tile_and_hold_their_windows(zone in any_zone(), on in any_day(), from in 0u32..1440, to in 0u32..=1440) {
        prop_assume!(from != to);
        let text = format!("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60);
        let schedule = schedule(zone.name(), &text);
        let next = on.succ_opt().unwrap();
        prop_assert_eq!(schedule.whole_day(on).to_ms, schedule.whole_day(next).from_ms);
        prop_assert!(schedule.whole_day(on).length_ms() <= 26 * 3_600_000);
        if let Some(window) = schedule.window(on) {
            for at_ms in [window.from_ms, window.to_ms - 1] {
                prop_assert_eq!(schedule.when(at_ms), When::Within);
            }
            prop_assert_eq!(schedule.day_of(window.from_ms), on);
        }
    }

    #[test]
    fn any_instant_has_a_day(zone in any_zone(), at_ms in any::<i64>()) {
        let schedule = schedule(zone.name(), "22:00-06:00");
        schedule.when(at_ms);
        schedule.window(schedule.day_of(at_ms));
        schedule.whole_day(schedule.day_of(at_ms));
    }
}

fn stamp(boot: &str, elapsed_ms: i64, at_ms: i64) -> Stamp {
    Stamp {
        at_ms,
        elapsed_ms,
        boot: boot.into(),
    }
}

fn anchor(boot: &str, elapsed_ms: i64, at_ms: i64, error_ms: i64) -> ClockAnchor {
    ClockAnchor {
        boot: boot.into(),
        elapsed_ms,
        at_ms,
        error_ms,
    }
}

#[test]
fn time_comes_from_the_nearest_anchor_of_the_boot() {
    let clocks = Clocks::new(
        [
            anchor("b", 2_000_000, 1_700_002_000_500, 40),
            anchor("a", 0, 5, 1),
            anchor("b", 1_000_000, 1_700_001_000_000, 100),
            anchor("b", 1_000_000, 1_700_001_000_009, 300), // the same moment, less sure
        ],
        100,
    );
    let cases = [
        ("b", 1_000_000, 1_700_001_000_000, Some(100)),
        ("b", 1_000_001, 1_700_001_000_001, Some(101)), // any distance costs
        ("b", 0, 1_700_000_000_000, Some(200)),         // before the first
        ("b", 1_499_999, 1_700_001_499_999, Some(150)),
        ("b", 1_500_000, 1_700_001_500_500, Some(90)), // as near to both: the surer
        ("b", 1_500_001, 1_700_001_500_501, Some(90)),
        ("b", 3_000_000, 1_700_003_000_500, Some(140)),
        ("a", 10_000, 10_005, Some(2)),
        ("c", 10_000, 77, None),
    ];
    for (boot, elapsed_ms, at_ms, error_ms) in cases {
        assert_eq!(
            clocks.trust(&stamp(boot, elapsed_ms, 77)),
            Trusted { at_ms, error_ms },
            "{boot} {elapsed_ms}"
        );
    }
    assert_eq!(
        Clocks::default().trust(&stamp("b", 1, 77)),
        Trusted {
            at_ms: 77,
            error_ms: None
        }
    );
}

proptest! {
    #[test]
    fn a_wall_clock_changes_nothing_where_there_is_an_anchor(
        elapsed in any::<i64>(), wall in any::<i64>(), other in any::<i64>(), tie in any::<(i64, i64, i64)>(), ppm in any::<i64>()
    ) {
        let clocks = Clocks::new([anchor("b", tie.0, tie.1, tie.2)], ppm);
        let trusted = clocks.trust(&stamp("b", elapsed, wall));
        prop_assert_eq!(trusted, clocks.trust(&stamp("b", elapsed, other)));
        prop_assert!(trusted.error_ms.unwrap() >= 0);
    }

    #[test]
    fn the_order_of_anchors_does_not_matter(
        mut ties in prop::collection::vec((0i64..50, 0i64..1000, 0i64..50), 1..8), elapsed in -10i64..60
    ) {
        let clocks = |ties: &[(i64, i64, i64)]| Clocks::new(ties.iter().map(|t| anchor("b", t.0, t.1, t.2)), 100);
        let trusted = clocks(&ties).trust(&stamp("b", elapsed, 0));
        ties.reverse();
        prop_assert_eq!(trusted, clocks(&ties).trust(&stamp("b", elapsed, 0)));
    }
}
