use proptest::prelude::*;

use super::*;
use crate::testing::{CANYON, Noise, Place, Random, STREET, Way, fix, fixes, square, with_hole};

const HOME: Place = (0.0, 0.0);
const OUT: Place = (4000.0, 0.0);

/// A way within 6 km that is out, 1 km beyond the edge, between two minutes; 3 min to the edge each way.
fn way_out(from: f64, to: f64) -> Way {
    let (edge, out) = ((3000.0, 0.0), OUT);
    let middle = [
        (from - 6.0, HOME),
        (from, edge),
        (from + 3.0, out),
        (to - 3.0, out),
        (to, edge),
    ];
    let mut way = vec![(0.0, HOME)];
    way.extend(middle);
    way.push((to + 6.0, HOME));
    Way(way)
}

fn street(way: &Way, seed: u64) -> Vec<(i64, Fix)> {
    fixes(way, STREET, 60.0, &[], seed)
}

#[test]
fn a_plain_day_is_inside() {
    let day = Day::new(
        &square(6000.0),
        street(&Way(vec![(0.0, HOME), (250.0, (2000.0, 1500.0))]), 1),
    );
    let spans = day.spans();
    assert!(spans.iter().all(|span| span.status == SpanStatus::Inside), "{spans:?}");
}

#[test]
fn forty_five_minutes_outside_are_charged_once_and_within_the_truth() {
    for seed in 0..50 {
        let day = Day::new(&square(6000.0), street(&way_out(250.0, 295.0), seed));
        let spans = day.spans();
        let [span] = charged(&spans)[..] else {
            panic!("seed {seed}: {spans:?}")
        };
        let truth = minutes(250, 295);
        assert!(
            truth.from_ms <= span.from_ms && span.to_ms <= truth.to_ms,
            "seed {seed}: {span:?}"
        );
        assert!(minutes_of(&spans, SpanStatus::Outside) > 38.0, "seed {seed}: {span:?}");
        let judged = day.judged();
        let times: Vec<i64> = span.evidence.iter().map(|i| judged[*i as usize].at_ms).collect();
        assert_eq!(
            (times[0], times[times.len() - 1]),
            (span.from_ms, span.to_ms),
            "first and last fix"
        );
        let at = spans.iter().position(|other| other == span).unwrap();
        assert_eq!(
            (spans[at - 1].status, spans[at + 1].status),
            (SpanStatus::Edge, SpanStatus::Edge),
            "flanks"
        );
    }
}

#[test]
fn outside_at_opening_needs_no_crossing() {
    let way = Way(vec![(0.0, OUT), (50.0, OUT), (56.0, HOME)]);
    let day = Day::new(&square(6000.0), street(&way, 3));
    let spans = day.spans();
    assert_eq!(charged(&spans).len(), 1, "{spans:?}");
    assert!(charged(&spans)[0].from_ms < OPEN_MS + 3 * MINUTE_MS);
}

#[test]
fn network_fixes_alone_prove_nothing_unless_the_way_was_seen() {
    let network = Noise {
        satellites: None,
        ..STREET
    };
    let crossing = Day::new(&square(6000.0), fixes(&way_out(250.0, 295.0), network, 60.0, &[], 4));
    assert_eq!(charged(&crossing.spans()).len(), 1);
    // All day 1 km beyond the edge, by Wi-Fi only: never seen to cross.
    let always = Day::new(&square(6000.0), fixes(&Way(vec![(0.0, OUT)]), network, 60.0, &[], 5));
    let spans = always.spans();
    assert_eq!(charged(&spans), Vec::<&Span>::new());
    assert_eq!(minutes_of(&spans, SpanStatus::Inside), 0.0);
    // The same with a teleport: a wrongly mapped access point, 7 km away within a minute.
    let teleport = Way(vec![
        (0.0, HOME),
        (200.0, HOME),
        (200.1, (7000.0, 0.0)),
        (260.0, (7000.0, 0.0)),
        (260.1, HOME),
    ]);
    let teleport = Day::new(&square(6000.0), fixes(&teleport, network, 60.0, &[], 6));
    assert_eq!(charged(&teleport.spans()), Vec::<&Span>::new());
}

#[test]
fn jumping_fixes_accuse_nobody() {
    // 900 m from the edge in town, and within 100 m of it.
    for (place, seeds) in [
        ((2100.0, 0.0), 0..150),
        ((2900.0, 2900.0), 150..300),
        ((2960.0, 0.0), 300..450),
    ] {
        for seed in seeds {
            let day = Day::new(
                &square(6000.0),
                fixes(&Way(vec![(0.0, place)]), CANYON, 60.0, &[], seed),
            );
            let spans = day.spans();
            assert!(charged(&spans).is_empty(), "seed {seed} at {place:?}: {spans:?}");
            assert_eq!(minutes_of(&spans, SpanStatus::Unknown), 0.0, "seed {seed} at {place:?}");
        }
    }
}

#[test]
fn a_market_of_sixty_metres_is_edge_all_day() {
    for seed in 0..100 {
        let roof = Noise {
            satellites: None,
            jump: 0.03,
            jump_fixes: 3,
            sigma_m: 14.0,
            bias_m: 40.0,
        };
        let day = Day::new(&square(60.0), fixes(&Way(vec![(0.0, HOME)]), roof, 60.0, &[], seed));
        let spans = day.spans();
        assert!(
            matches!(&spans[..], [span] if span.status == SpanStatus::Edge),
            "seed {seed}: {spans:?}"
        );
    }
}

#[test]
fn a_hole_may_be_crossed_but_not_stayed_in() {
    // 1,000 m before the hole's edge to 1,000 m behind it, at 20 km/h: under 3 min in the hole.
    let crossing = Way(vec![(200.0, (0.0, -1450.0)), (208.7, (0.0, 1450.0))]);
    for seed in 0..30 {
        let spans = Day::new(&with_hole(), street(&crossing, seed)).spans();
        assert!(charged(&spans).is_empty(), "seed {seed}: {spans:?}");
    }
    let staying = Way(vec![
        (200.0, (0.0, -1450.0)),
        (204.0, HOME),
        (244.0, HOME),
        (248.0, (0.0, 1450.0)),
    ]);
    for seed in 0..30 {
        let spans = Day::new(&with_hole(), street(&staying, seed)).spans();
        let [span] = charged(&spans)[..] else {
            panic!("seed {seed}: {spans:?}")
        };
        assert!(span.to_ms - span.from_ms > 30 * MINUTE_MS, "seed {seed}: {span:?}");
    }
}

#[test]
fn the_way_between_two_points_of_the_area_is_transit() {
    // Out at the north-western corner, in again 6 km east, 1 km beyond the edge all the way, in 24 min.
    let around = |minutes: f64| {
        Way(vec![
            (200.0, (2900.0, -2900.0)),
            (202.0, (4000.0, -2900.0)),
            (202.0 + minutes, (4000.0, 2900.0)),
            (204.0 + minutes, (2900.0, 2900.0)),
        ])
    };
    let spans = Day::new(&square(6000.0), street(&around(24.0), 7)).spans();
    assert!(charged(&spans).is_empty());
    assert!(
        spans.iter().any(|span| span.excused_by.as_deref() == Some("transit")),
        "{spans:?}"
    );
    // 10 min + 1.5 x 6 km at 20 km/h are 37 min.
    let spans = Day::new(&square(6000.0), street(&around(45.0), 8)).spans();
    assert_eq!(charged(&spans).len(), 1, "{spans:?}");
}

/// A fix a minute from the 150th to the 250th, each as `seen` says: where, and whether by satellites.
fn by_minutes(seen: impl Fn(i64) -> (Place, bool)) -> Day {
    let one = |minute: i64| {
        let (place, by_satellites) = seen(minute);
        let seen = fix(place, 10_000, by_satellites.then_some(9));
        (OPEN_MS + minute * MINUTE_MS, seen)
    };
    Day::new(&square(6000.0), (150..250).map(one).collect())
}

#[test]
fn wifi_alone_takes_nobody_back_to_the_area_for_as_long_as_phones_jump() {
    // At a shop beyond the edge from minute 200 to 223, seen by satellites at its door; a wrongly mapped access point
    // shows the area meanwhile, so that neither what is before it nor what is after it lasts for eight minutes.
    let (near, shop, mapped) = ((2500.0, 0.0), (3500.0, 0.0), (2000.0, 700.0));
    for (from, to, by_satellites, lasts_min) in [(206, 216, false, 23.0), (207, 217, true, 0.0), (207, 219, false, 0.0)]
    {
        let day = by_minutes(|minute| match minute {
            minute if (from..to).contains(&minute) => (mapped, by_satellites),
            200..204 | 221..224 => (shop, true),
            204..221 => (shop, false),
            _ => (near, true),
        });
        let spans = day.spans();
        let charged_min: i64 = charged(&spans).iter().map(|span| span.to_ms - span.from_ms).sum();
        assert_eq!(
            charged_min as f64 / MINUTE_MS as f64,
            lasts_min,
            "{from} to {to}: {spans:?}"
        );
    }
}

#[test]
fn a_jump_on_the_way_back_is_no_way() {
    let (near, out, corner) = ((2500.0, 0.0), (3500.0, 0.0), (2900.0, 2800.0));
    // Thirteen minutes outside are the way to the corner, where he goes on, but not back to where he was.
    for (jumps, excused) in [(1, false), (30, true)] {
        let day = by_minutes(|minute| match minute {
            200..214 => (out, true),
            minute if (214..214 + jumps).contains(&minute) => (corner, true),
            _ => (near, true),
        });
        let spans = day.spans();
        assert_eq!(charged(&spans).is_empty(), excused, "{jumps}: {spans:?}");
    }
}

#[test]
fn a_gap_is_covered_if_it_leaves_no_time_outside() {
    let table: [(f64, Place, SpanStatus); 6] = [
        // At the middle it takes 6.4 min to get 200 m outside and back.
        (16.0, HOME, SpanStatus::Inside),
        (18.0, HOME, SpanStatus::Unknown),
        (9.0, (2900.0, 0.0), SpanStatus::Inside),
        (12.0, (2900.0, 0.0), SpanStatus::Unknown),
        (9.0, (3000.0, 0.0), SpanStatus::Edge),
        (120.0, HOME, SpanStatus::Unknown),
    ];
    for (gap_min, place, status) in table {
        let to = 200.0 + gap_min;
        let steady = Noise { sigma_m: 0.0, ..STREET };
        let day = Day::new(
            &square(6000.0),
            fixes(&Way(vec![(0.0, place)]), steady, 30.0, &[(200.0, to)], 9),
        );
        let spans = day.spans();
        let middle = minutes(200, 200 + gap_min as i64).from_ms + (gap_min * 30_000.0) as i64;
        let span = spans
            .iter()
            .find(|span| span.from_ms <= middle && middle < span.to_ms)
            .unwrap();
        assert_eq!(span.status, status, "{gap_min} min at {place:?}: {spans:?}");
    }
}

#[test]
fn a_still_phone_is_where_it_was() {
    let mut day = Day::new(
        &square(6000.0),
        fixes(&Way(vec![(0.0, HOME)]), STREET, 60.0, &[(200.0, 320.0)], 10),
    );
    assert!(minutes_of(&day.spans(), SpanStatus::Unknown) > 115.0);
    day.still.push(StillGap {
        interval: minutes(202, 260),
    });
    day.still.push(StillGap {
        interval: minutes(258, 319),
    });
    assert_eq!(minutes_of(&day.spans(), SpanStatus::Unknown), 0.0);
    // Carried away meanwhile.
    let moved = Way(vec![(0.0, HOME), (250.0, HOME), (251.0, (400.0, 0.0))]);
    day.fixes = fixes(&moved, STREET, 60.0, &[(200.0, 320.0)], 10);
    assert!(minutes_of(&day.spans(), SpanStatus::Unknown) > 115.0);
    // Still, but outside.
    day.fixes = fixes(&Way(vec![(0.0, (3500.0, 0.0))]), STREET, 60.0, &[(200.0, 320.0)], 10);
    let spans = day.spans();
    assert_eq!(charged(&spans).len(), 1, "stood there: {spans:?}");
    // Still and outside, but with too few fixes to prove it: no guilt, and no hiding place.
    day.fixes = fixes(&Way(vec![(0.0, (3500.0, 0.0))]), STREET, 900.0, &[], 10);
    day.still = vec![StillGap { interval: WINDOW }];
    let spans = day.spans();
    assert_eq!(
        minutes_of(&spans, SpanStatus::Inside) + minutes_of(&spans, SpanStatus::Outside),
        0.0
    );
    assert!(minutes_of(&spans, SpanStatus::Unknown) > 470.0, "{spans:?}");
}

#[test]
fn a_phone_that_says_it_stands_still_need_not_say_so_often() {
    let near_the_edge = Way(vec![(0.0, (2500.0, 0.0))]);
    let carried = Way((0..34)
        .map(|n| (15.0 * f64::from(n), (2500.0, 600.0 * f64::from(n % 2))))
        .collect());
    for (name, way, every_s, still, unknown) in [
        ("not still", &near_the_edge, 800.0, false, true),
        ("still", &near_the_edge, 800.0, true, false),
        (
            "silent for longer than the heartbeat",
            &near_the_edge,
            1000.0,
            true,
            true,
        ),
        ("said to be still, but carried about", &carried, 800.0, true, true),
    ] {
        let mut day = Day::new(
            &square(6000.0),
            fixes(way, Noise { sigma_m: 5.0, ..STREET }, every_s, &[], 12),
        );
        day.fixes.iter_mut().for_each(|(_, fix)| fix.still = still);
        let unknown_min = minutes_of(&day.spans(), SpanStatus::Unknown);
        assert_eq!(unknown_min > 200.0, unknown, "{name}: {unknown_min} min");
        assert_eq!(unknown_min < 16.0, !unknown, "{name}: {unknown_min} min");
    }
}

#[test]
fn simulated_and_approximate_time_is_unknown_and_never_inside() {
    for change in [
        |fix: &mut Fix| fix.simulated = true,
        |fix: &mut Fix| fix.approximate = true,
    ] {
        for (from, to) in [(100, 190), (0, 30), (480, 510), (100, 105)] {
            let mut day = Day::new(&square(6000.0), street(&Way(vec![(0.0, HOME)]), 11));
            let unreal = minutes(from, to);
            let changed = day.fixes.iter_mut().filter(|(at_ms, _)| unreal.contains(*at_ms));
            changed.for_each(|(_, fix)| change(fix));
            let unknown = minutes_of(&day.spans(), SpanStatus::Unknown);
            let length = (to - from) as f64;
            assert!(
                (length - 2.0..=length + 2.0).contains(&unknown),
                "{from} to {to}: {unknown} min"
            );
        }
    }
}

#[test]
fn excuses_cut_spans_and_keep_their_status() {
    let day = Day::new(&square(6000.0), street(&way_out(250.0, 295.0), 12));
    let whole = day.excused("exception-1", 245, 300);
    assert!(charged(&whole.spans()).is_empty());
    let outside = minutes_of(&whole.spans(), SpanStatus::Outside);
    let half = Day::new(&square(6000.0), whole.fixes.clone())
        .excused("break", 245, 270)
        .excused("leave", 268, 272);
    let spans = half.spans();
    assert_eq!(minutes_of(&spans, SpanStatus::Outside), outside);
    let [span] = charged(&spans)[..] else {
        panic!("{spans:?}")
    };
    assert_eq!(span.from_ms, minutes(272, 272).from_ms);
    let by = |by: &str| {
        spans
            .iter()
            .filter(|span| span.excused_by.as_deref() == Some(by))
            .map(|span| span.to_ms)
            .max()
    };
    assert_eq!(
        by("break"),
        Some(minutes(270, 270).from_ms),
        "the first in the list is named"
    );
    assert_eq!(by("leave"), Some(minutes(272, 272).from_ms));
    // The evidence of a part is that part's.
    let judged = half.judged();
    assert!(judged[span.evidence[0] as usize].at_ms > minutes(269, 0).from_ms);
}

#[test]
fn impossible_speeds_are_set_aside() {
    let mut fixes = street(&Way(vec![(0.0, HOME)]), 13);
    let far: Vec<u32> = vec![100, 101, 200];
    for i in &far {
        fixes[*i as usize].1 = fix((50_000.0, 0.0), 5_000, Some(9));
    }
    let day = Day::new(&square(6000.0), fixes);
    let ruled = day.ruled();
    assert_eq!(ruled.set_aside, far);
    assert!(
        ruled.spans.iter().all(|span| span.status == SpanStatus::Inside),
        "{:?}",
        ruled.spans
    );
    // A journey too fast for the policy that does not come back is no error of the phone.
    let flown = Way(vec![(0.0, HOME), (200.0, HOME), (201.0, (90_000.0, 0.0))]);
    let day = Day::new(&square(6000.0), street(&flown, 14));
    let ruled = day.ruled();
    assert!(ruled.set_aside.is_empty());
    assert_eq!(charged(&ruled.spans).len(), 1);
}

#[test]
fn days_with_next_to_nothing() {
    let empty = Day::new(&square(6000.0), vec![]);
    assert!(matches!(&empty.spans()[..], [span] if span.status == SpanStatus::Unknown));
    let one = Day::new(
        &square(6000.0),
        vec![(OPEN_MS + 60 * MINUTE_MS, fix(HOME, 5_000, None))],
    );
    let spans = one.spans();
    assert!(spans.iter().all(|span| span.status == SpanStatus::Unknown), "{spans:?}");
    let mut early = Day::new(&square(6000.0), vec![(OPEN_MS + 2 * MINUTE_MS, fix(HOME, 5_000, None))]);
    early.until_ms = OPEN_MS + 8 * MINUTE_MS;
    assert!(early.spans().iter().all(|span| span.status == SpanStatus::Inside));
    early.until_ms = OPEN_MS;
    assert_eq!(early.ruled().spans, Vec::<Span>::new());
    // Many fixes of one instant, inside and out: no time passed, nothing proved.
    let instant: Vec<_> = (0..40)
        .map(|i| (OPEN_MS + MINUTE_MS, fix((i as f64 * 200.0, 0.0), 5_000, Some(9))))
        .collect();
    assert!(charged(&Day::new(&square(6000.0), instant).spans()).is_empty());
}

#[test]
fn outside_the_window_counts_for_nothing() {
    let mut day = Day::new(&square(6000.0), street(&Way(vec![(0.0, HOME)]), 15));
    let spans = day.spans();
    day.fixes.extend((1..60).flat_map(|minute| {
        let out = fix(OUT, 5_000, Some(9));
        [
            (WINDOW.from_ms - minute * MINUTE_MS, out.clone()),
            (WINDOW.to_ms + (minute - 1) * MINUTE_MS, out),
        ]
    }));
    assert_eq!(day.spans(), spans);
}

#[test]
fn a_hundred_thousand_fixes_are_one_day() {
    let day = Day::new(&square(6000.0), fixes(&way_out(250.0, 295.0), STREET, 0.306, &[], 16));
    assert!(day.fixes.len() > 99_000, "{}", day.fixes.len());
    assert_eq!(charged(&day.spans()).len(), 1);
}

proptest! {
    /// Whatever comes, in whatever order and however often, the day is the same.
    #[test]
    fn order_and_repetition_never_change_the_day(seed in 0..u64::MAX, count in 0..120usize) {
        let mut random = Random(seed);
        let mut fixes = Vec::new();
        let mut place = (0.0, 0.0);
        for _ in 0..count {
            let far = if random.one_in(8) { 30_000.0 } else { 900.0 };
            place = ((place.0 + random.between(-far, far)).clamp(-9000.0, 9000.0), random.between(-400.0, 400.0));
            let minute = random.between(-10.0, 520.0);
            let mut fix = fix(place, random.between(-5e3, 200e3) as i64, random.one_in(2).then_some(8));
            fix.simulated = random.one_in(9);
            let at_ms = OPEN_MS + minute as i64 * MINUTE_MS / if random.one_in(3) { 60 } else { 1 };
            fixes.push((at_ms, fix));
        }
        let day = Day::new(&with_hole(), fixes).excused("break", 100, 160).excused("private", 150, 200);
        let spans = day.spans();
        let mut mixed = Day { fixes: day.fixes.clone(), ..Day::new(&with_hole(), vec![]) };
        mixed.excuses.clone_from(&day.excuses);
        let repeated: Vec<_> = mixed.fixes.iter().filter(|_| random.one_in(3)).cloned().collect();
        mixed.fixes.extend(repeated);
        random.shuffle(&mut mixed.fixes);
        let other = mixed.spans();
        let evidence = |day: &Day, span: &Span| -> Vec<(i64, i64, i64)> {
            let fix = |i: &u32| &day.fixes[*i as usize];
            span.evidence.iter().map(|i| (fix(i).0, fix(i).1.lat_e9, fix(i).1.lon_e9)).collect()
        };
        prop_assert_eq!(spans.len(), other.len());
        for (a, b) in spans.iter().zip(&other) {
            prop_assert_eq!((a.from_ms, a.to_ms, a.status, &a.excused_by), (b.from_ms, b.to_ms, b.status, &b.excused_by));
            prop_assert_eq!(evidence(&day, a), evidence(&mixed, b));
        }
    }
}
