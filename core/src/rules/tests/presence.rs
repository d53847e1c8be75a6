use super::*;
use crate::{
    judge::{LiveStatus, SpanStatus, StillGap},
    place::Area,
    rules::{
        Fact,
        presence::{
            BreakEnded, BreakStarted, Cause, CauseNoted, LocationAnswered, PrivateEnded, PrivateStarted,
            ReasonDeclined, ReasonGiven, Stood, Track, fold,
        },
    },
    testing::{judged, square_at},
};

fn number(finding: &Finding, name: &str) -> i64 {
    match finding.facts.get(name) {
        Some(Fact::Number(value)) => *value,
        other => panic!("{name}: {other:?} in {finding:?}"),
    }
}

#[test]
fn out_without_a_word_is_one_finding_with_its_evidence() {
    let case = Case::out();
    let finding = case.only();
    let truth = interval(250.0, 295.0);
    assert_eq!(finding.kind, FindingKind::LeftArea);
    assert!(
        truth.from_ms <= finding.from_ms && finding.to_ms <= truth.to_ms,
        "{finding:?}"
    );
    assert_eq!(number(&finding, "duration_s"), (finding.to_ms - finding.from_ms) / 1000);
    assert!((-1_030_000..-970_000).contains(&number(&finding, "edge_mm")));
    assert!(number(&finding, "left_after_ms") < finding.from_ms);
    assert!(number(&finding, "back_before_ms") > finding.to_ms);
    let at = |name: &Name| {
        case.entries
            .iter()
            .find(|entry| entry.name == *name)
            .unwrap()
            .when
            .at_ms
    };
    assert_eq!(
        finding.evidence.iter().map(at).collect::<Vec<_>>(),
        [finding.from_ms, finding.to_ms]
    );
    let first = case
        .entries
        .iter()
        .find(|entry| entry.name == finding.evidence[0])
        .unwrap();
    assert_eq!(
        finding.id,
        Finding::id_of(REP, "2026-11-23", FindingKind::LeftArea, Some(&first.hash))
    );
}

#[test]
fn an_approved_reason_excuses_and_a_given_one_is_shown() {
    let mut case = Case::out();
    let reason = ReasonGiven {
        interval: interval(248.0, 297.0),
        reason: ExceptionKind::CustomerCalled,
        note: "Mr. Wang".into(),
    };
    // Given three days later.
    case.phone(EVENING_MS + 3 * 1440 * MINUTE_MS, &reason);
    let view = case.view();
    assert_eq!(view.presence.reasons.len(), 1);
    assert!(!view.presence.reasons[0].approved);
    assert_eq!(case.kinds(), [FindingKind::LeftArea]);
    for kind in [ExceptionKind::CustomerCalled, ExceptionKind::Help] {
        case.exceptions.clear();
        case.exception("exception-7", kind, reason.interval);
        let view = case.view();
        assert_eq!(view.findings, Vec::new());
        assert_eq!(view.presence.reasons[0].approved, kind == reason.reason);
        let excused = view
            .spans
            .iter()
            .filter(|span| span.excused_by.as_deref() == Some("exception-7"));
        assert_eq!(
            excused.map(|span| span.to_ms - span.from_ms).sum::<i64>(),
            49 * MINUTE_MS
        );
        assert_eq!((view.counts.outside_s, view.counts.excused_s), (0, 49 * 60));
    }
}

#[test]
fn a_declined_reason_is_shown_with_why_and_excuses_nothing_unless_it_is_approved_after_all() {
    let mut case = Case::out();
    let reason = ReasonGiven {
        interval: interval(248.0, 297.0),
        reason: ExceptionKind::Goods,
        note: String::new(),
    };
    case.phone(EVENING_MS, &reason);
    let record = case.view().presence.reasons[0].record.clone();
    let declined = |record: &Name, words: &str| ReasonDeclined {
        rep: REP.into(),
        record: record.clone(),
        interval: reason.interval,
        words: words.into(),
        by: "boss".into(),
    };
    let other = Name {
        seq: record.seq + 1,
        ..record.clone()
    };
    case.desk(EVENING_MS + MINUTE_MS, &declined(&other, "of another record"));
    assert!(case.view().presence.reasons[0].waits());
    case.desk(EVENING_MS + 2 * MINUTE_MS, &declined(&record, "no goods that day"));
    case.desk(EVENING_MS + 3 * MINUTE_MS, &declined(&record, "the depot was closed"));
    let view = case.view();
    let seen = &view.presence.reasons[0];
    let said = seen.declined.as_ref().unwrap();
    assert_eq!(
        (said.by.as_str(), said.words.as_str()),
        ("boss", "the depot was closed")
    );
    assert_eq!(said.at_ms, EVENING_MS + 3 * MINUTE_MS);
    assert!(!seen.waits() && !seen.approved);
    assert_eq!(case.kinds(), [FindingKind::LeftArea]);
    case.exception("exception-8", ExceptionKind::Goods, reason.interval);
    let seen = &case.view().presence.reasons[0];
    assert!(seen.approved && seen.declined.is_none());
    assert_eq!(case.kinds(), []);
}

#[test]
fn outside_at_opening() {
    let mut case = Case::on_way(
        &Way(vec![(0.0, (5000.0, 0.0)), (40.0, (5000.0, 0.0)), (50.0, HOME)]),
        &[],
    );
    case.customer("c-1", HOME);
    case.sign_in(55.0);
    let finding = case.only();
    assert_eq!(finding.kind, FindingKind::OutsideAtOpening);
    assert!(finding.from_ms < minute(2.0) && (minute(38.0)..minute(50.0)).contains(&finding.to_ms));
    // Found only later, since the phone was silent: outside, but nobody says since when.
    let mut late = Case::on_way(
        &Way(vec![(0.0, (5000.0, 0.0)), (60.0, (5000.0, 0.0)), (70.0, HOME)]),
        &[(0.0, 20.0)],
    );
    late.customer("c-1", HOME);
    late.sign_in(75.0);
    assert_eq!(late.kinds(), [FindingKind::LeftArea]);
}

#[test]
fn silence_is_asked_about_and_is_no_finding() {
    let mut case = Case::on_way(&Way(vec![(0.0, HOME)]), &[(290.0, 410.0)]);
    case.sign_in(5.0);
    case.phone(
        minute(290.5),
        &CauseNoted {
            cause: Cause::LocationOff,
        },
    );
    case.customer("c-1", HOME);
    let view = case.view();
    let question = case.only();
    assert_eq!(
        (question.kind, question.class),
        (FindingKind::Unaccounted, Class::Question)
    );
    assert!(question.from_ms <= minute(290.0) && question.to_ms >= minute(410.0));
    assert_eq!(number(&question, "unaccounted_s"), view.counts.unknown_s);
    assert!((7200..7400).contains(&view.counts.unknown_s));
    assert_eq!(view.presence.causes[0].cause, Cause::LocationOff);
    // The phone lay still: accounted for.
    let elapsed = |at_min: f64| minute(at_min) - OPEN_MS + 1_000_000;
    case.phone(
        minute(409.5),
        &Stood {
            from_elapsed_ms: elapsed(291.0),
            to_elapsed_ms: elapsed(409.0),
            source: "significant_motion".into(),
        },
    );
    assert_eq!(case.kinds(), []);
}

#[test]
fn simulated_time_is_unknown_and_asked_about() {
    let mut case = Case::plain();
    for entry in &mut case.entries {
        if interval(300.0, 390.0).contains(entry.when.at_ms) {
            let mut taken: FixTaken = entry.body.read().unwrap().unwrap();
            taken.fix.simulated = true;
            entry.body = Body::new([7; 16], entry.body.at.clone(), &taken).into();
        }
    }
    assert_eq!(case.kinds(), [FindingKind::Unaccounted, FindingKind::SimulatedFixes]);
    let view = case.view();
    assert!((88 * 60..92 * 60).contains(&view.counts.unknown_s));
    assert_eq!(view.counts.fixes_unusable, number(&view.findings[1], "fixes"));
    // With a registered receiver they are as good as others.
    case.policy.fix.external_receiver = true;
    assert_eq!((case.kinds(), case.view().counts.unknown_s), (vec![], 0));
}

#[test]
fn the_break_is_bounded_by_hours_and_length() {
    // (from, to) of the break in minutes after 08:00, and how many of them count.
    let table = [
        (200.0, 240.0, 40),
        (200.0, 300.0, 60),
        (120.0, 200.0, 20),
        (340.0, 400.0, 20),
        (400.0, 420.0, 0),
    ];
    for (from, to, counted) in table {
        let mut case = Case::plain();
        case.phone(minute(from), &BreakStarted {});
        case.phone(minute(to), &BreakEnded {});
        let spans = case.view().spans;
        let excused = spans.iter().filter(|span| span.excused_by.as_deref() == Some("break"));
        let excused_ms: i64 = excused.map(|span| span.to_ms - span.from_ms).sum();
        assert_eq!(excused_ms, counted * MINUTE_MS, "break from {from} to {to}");
    }
    let mut open = Case::plain();
    open.phone(minute(200.0), &BreakStarted {});
    open.now_ms = minute(215.0);
    assert_eq!(open.view().counts.excused_s, 15 * 60);
    assert_eq!(open.view().presence.live, LiveStatus::Unknown);
}

#[test]
fn private_time_is_bounded_by_the_month() {
    let mut case = Case::on_way(&way_out(), &[(246.0, 299.0)]);
    case.customer("c-1", HOME);
    case.sign_in(5.0);
    case.phone(minute(246.0), &PrivateStarted {});
    case.phone(minute(299.0), &PrivateEnded {});
    assert_eq!(case.kinds(), []);
    assert_eq!(case.view().counts.excused_s, 53 * 60);
    let mut basis = case.basis();
    basis.private_used_ms = 225 * MINUTE_MS;
    let view = fold_day(&basis, day(), &case.entries, EVENING_MS);
    assert_eq!(view.counts.excused_s, 15 * 60);
    assert_eq!(view.findings[0].kind, FindingKind::Unaccounted);
}

#[test]
fn nobody_is_asked_for_places_that_he_does_not_agree_to() {
    /// Minute of the day, and whether he agrees.
    type Answers = &'static [(f64, bool)];
    // Refused before the day, the answers of the day, and what is excused of the 510 minutes without a position.
    let table: [(bool, Answers, f64); 6] = [
        (false, &[], 0.0),
        (true, &[], 510.0),
        (false, &[(0.0, false)], 510.0),
        (true, &[(100.0, true)], 100.0),
        (false, &[(100.0, false), (150.0, true)], 50.0),
        (true, &[(60.0, false), (150.0, true), (500.0, false)], 160.0),
    ];
    for (before, answers, minutes) in table {
        let mut case = Case::empty();
        case.sign_in(5.0);
        for (at_min, agrees) in answers {
            let (agrees, page) = (*agrees, None);
            case.phone(minute(*at_min), &LocationAnswered { agrees, page });
        }
        let mut basis = case.basis();
        basis.location_refused = before;
        let view = fold_day(&basis, day(), &case.entries, EVENING_MS);
        let asked = view
            .findings
            .iter()
            .any(|finding| finding.kind == FindingKind::Unaccounted);
        let what = format!("{before} {answers:?}");
        assert_eq!(view.counts.excused_s, (minutes * 60.0) as i64, "{what}");
        assert_eq!(asked, minutes < 480.0, "{what}");
        let refusals = view
            .presence
            .causes
            .iter()
            .filter(|seen| seen.cause == Cause::LocationRefused);
        let said = answers.iter().filter(|(_, agrees)| !agrees).count() + usize::from(before);
        assert_eq!(refusals.count(), said, "{what}");
    }
}

#[test]
fn leave_excuses_all_of_it() {
    let mut case = Case::on_way(&Way(vec![(0.0, (9000.0, 0.0))]), &[]);
    case.exception("exception-1", ExceptionKind::Leave, interval(-480.0, 960.0));
    let view = case.view();
    assert_eq!((view.counts.excused_s, view.findings), (510 * 60, vec![]));
    assert!(
        view.spans
            .iter()
            .all(|span| span.excused_by.as_deref() == Some("leave"))
    );
    // Of another rep.
    case.exceptions[0].rep = "rep-2".into();
    assert!(case.kinds().contains(&FindingKind::OutsideAtOpening));
}

#[test]
fn a_long_stay_away_from_customers_is_asked_about() {
    let way = Way(vec![
        (0.0, HOME),
        (100.0, (1500.0, 0.0)),
        (160.0, (1500.0, 0.0)),
        (200.0, HOME),
        (510.0, (0.0, 2500.0)),
    ]);
    let mut case = Case::on_way(&way, &[]);
    case.sign_in(5.0);
    let question = case.only();
    assert_eq!(question.kind, FindingKind::LongStay);
    assert!(
        question.from_ms > minute(90.0) && question.to_ms < minute(170.0),
        "{question:?}"
    );
    assert!(number(&question, "duration_s") >= 55 * 60);
    case.customer("c-1", (1500.0, 140.0));
    assert_eq!(case.kinds(), []);
    case.customers[0].lat_e9 += 2_000_000;
    assert_eq!(case.kinds(), [FindingKind::LongStay]);
    case.phone(minute(200.0 - 20.0), &BreakStarted {});
    case.exception("exception-1", ExceptionKind::Goods, interval(98.0, 130.0));
    assert_eq!(case.kinds(), []);
}

#[test]
fn a_hall_is_asked_about_and_proved_only_where_the_disc_fits() {
    let stays = |minutes: f64, hall_m: f64| {
        let to = 100.0 + minutes;
        let way = Way(vec![
            (0.0, HOME),
            (94.0, HOME),
            (100.0, (1500.0, 0.0)),
            (to, (1500.0, 0.0)),
            (to + 6.0, HOME),
        ]);
        let mut case = Case::on_way(&way, &[]);
        case.customer("c-1", HOME);
        case.no_go.push(square_at((1500.0, 0.0), hall_m));
        case.sign_in(5.0);
        case.kinds()
    };
    assert_eq!(stays(12.0, 60.0), []);
    assert_eq!(stays(40.0, 60.0), [FindingKind::PerhapsAtNoGo]);
    assert_eq!(stays(12.0, 400.0), []);
    assert_eq!(stays(40.0, 400.0), [FindingKind::AtNoGo]);
}

#[test]
fn identical_fixes_are_asked_about_unless_the_phone_stood_still() {
    let mut case = Case::plain();
    let same = crate::testing::fix((300.0, 0.0), 5_000, Some(9));
    case.entries
        .retain(|entry| !interval(100.0, 120.0).contains(entry.when.at_ms));
    for i in 0..9 {
        case.fix(minute(100.5 + f64::from(i)), same.clone());
    }
    assert_eq!(case.kinds(), []);
    case.fix(minute(110.0), same);
    let question = case.only();
    assert_eq!(
        (question.kind, number(&question, "fixes")),
        (FindingKind::IdenticalFixes, 10)
    );
    let elapsed = |at_min: f64| minute(at_min) - OPEN_MS + 1_000_000;
    let (from_elapsed_ms, to_elapsed_ms) = (elapsed(105.0), elapsed(111.0));
    case.phone(
        minute(111.0),
        &Stood {
            from_elapsed_ms,
            to_elapsed_ms,
            source: "motion".into(),
        },
    );
    assert_eq!(case.kinds(), []);
}

#[test]
fn live_status_is_told_in_the_window_only() {
    let mut case = Case::on_way(&way_out(), &[]);
    let at = |case: &mut Case, at_min: f64| {
        case.now_ms = minute(at_min);
        case.view().presence.live
    };
    assert_eq!(at(&mut case, 200.0), LiveStatus::Inside);
    assert_eq!(at(&mut case, 258.0), LiveStatus::SeemsLeaving);
    assert_eq!(at(&mut case, 270.0), LiveStatus::PossiblyOutside);
    assert_eq!(at(&mut case, 320.0), LiveStatus::Inside);
    assert_eq!(at(&mut case, 520.0), LiveStatus::Unknown);
    case.now_ms = minute(270.0);
    let view = case.view();
    assert!(!view.closed);
    assert_eq!(view.spans.last().map(|span| span.to_ms), Some(minute(270.0)));
    assert!(view.presence.last_edge_mm.unwrap() < -900_000);
}

#[test]
fn a_bare_track_needs_no_rep() {
    let area = Area::prepare(&square(6000.0));
    let policy = Policy::default();
    let fixes = judged(&fixes(&way_out(), STREET, 60.0, &[], 19), &area, &policy);
    let track = Track {
        day: day(),
        window: WINDOW,
        until_ms: WINDOW.to_ms,
        fixes: &fixes,
        sources: &[],
        still: &[StillGap {
            interval: interval(1.0, 2.0),
        }],
        excuses: &[],
        area: &area,
        edge_tolerance_m: 50.0,
        no_go: &[],
        customers: None,
        policy: &policy,
    };
    let presence = fold(&track);
    assert_eq!(presence.findings.len(), 1);
    assert_eq!(
        (presence.findings[0].kind, &presence.findings[0].evidence[..]),
        (FindingKind::LeftArea, &[][..])
    );
    assert_eq!(
        presence
            .spans
            .iter()
            .filter(|span| span.status == SpanStatus::Outside)
            .count(),
        1
    );
    assert_eq!(presence.counts.fixes, fixes.len() as i64);
}
