#![allow(clippy::unwrap_used)]

use std::time::Duration;

use chrono::NaiveDate;
use onbeat_core::{
    policy::Policy,
    reference::{Decision, Document, Exception, ExceptionKind, FindingState},
    rules::{
        DayView, Finding, FindingKind,
        presence::{BreakEnded, BreakStarted, LocationAnswered, PrivateEnded, PrivateStarted},
        sign_in::SignedIn,
        visit::{CheckedIn, CheckedOut},
    },
};

use super::{DaySums, day_key, day_now, drain};
use crate::{
    store::{Change, Field, ViewRow},
    testing::{CENTRE, HOUR, MINUTE, Phone, REP, World, at, customer},
};

/// Far outside the district: 11 km.
const AWAY: i64 = 120_000_000;

fn monday() -> NaiveDate {
    "2026-11-23".parse().unwrap()
}

/// A day in the district but for an hour from noon, a sign-in and a visit.
async fn day(world: &World) -> Phone {
    let mut phone = world.enrol(REP).await;
    phone.anchor(world, at(8, 0), 0).await;
    phone.fix(at(8, 0) + 1, 0);
    phone.write(
        at(8, 1),
        &SignedIn {
            fix_seq: Some(2),
            fix_epoch: Some(1),
            note: String::new(),
        },
    );
    let visit = "0".repeat(32);
    for minute in 2..510 {
        let away = (240..300).contains(&minute);
        let fix_seq = phone.fix(at(8, minute), if away { AWAY } else { 0 }).head.seq;
        let visit = visit.clone();
        match minute {
            60 => phone.write(
                at(8, 60) + 1,
                &CheckedIn {
                    visit,
                    customer: "c1".into(),
                    fix_epoch: Some(1),
                    fix_seq: Some(fix_seq),
                    purpose: "order".into(),
                },
            ),
            90 => phone.write(
                at(8, 90) + 1,
                &CheckedOut {
                    visit,
                    fix_epoch: Some(1),
                    fix_seq: Some(fix_seq),
                },
            ),
            _ => continue,
        };
    }
    phone
}

async fn push_all(world: &World, phone: &Phone) {
    for end in (0..phone.records.len())
        .step_by(400)
        .skip(1)
        .chain([phone.records.len()])
    {
        let text = phone.batch_of(&phone.records[end.saturating_sub(400).min(end - 1)..end]);
        let (status, answer) = world.push_text(phone, "", text.as_bytes()).await;
        assert_eq!(status.as_u16(), 200, "{answer}");
    }
}

async fn all_views(world: &World) -> Vec<ViewRow> {
    world.views(&["day", "visit", "finding"]).await
}

async fn day_view(world: &World) -> DayView {
    let row = world.app.store.view("day", "wang/2026-11-23").await.unwrap().unwrap();
    serde_json::from_str(&row.body).unwrap()
}

/// The old phone is at home, far outside; it was in the rep's pocket till the new one was there.
#[tokio::test(flavor = "multi_thread")]
async fn where_a_retired_phone_lies_says_nothing_of_the_rep() {
    let world = World::new().await;
    let mut first = world.enrol(REP).await;
    first.anchor(&world, at(8, 0), 0).await;
    for minute in 1..120 {
        first.fix(at(8, minute), if minute < 30 { AWAY } else { 0 });
    }
    world.set_time(at(10, 0));
    let mut second = world.enrol(REP).await;
    second.anchor(&world, at(10, 1), 0).await;
    for minute in 122..400 {
        first.fix(at(8, minute), AWAY);
        second.fix(at(8, minute) + 1, 0);
    }
    world.set_time(at(15, 0));
    push_all(&world, &second).await;
    push_all(&world, &first).await;
    world.set_time(at(16, 30));
    drain(&world.app).await.unwrap();
    let view = day_view(&world).await;
    assert!(
        (20 * 60..=35 * 60).contains(&view.counts.outside_s),
        "what it said in time counts, what it says later does not: {:?}",
        view.counts
    );
}

/// [`day`], over and folded.
async fn folded_day() -> World {
    let world = World::new().await;
    let phone = day(&world).await;
    world.set_time(at(17, 0));
    push_all(&world, &phone).await;
    drain(&world.app).await.unwrap();
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_becomes_views_and_closes_by_itself() {
    let world = World::new().await;
    let phone = day(&world).await;
    world.set_time(at(14, 0));
    push_all(&world, &phone).await;
    drain(&world.app).await.unwrap();
    assert!(world.app.store.marks(10).await.unwrap().is_empty());
    assert!(!day_view(&world).await.closed);
    world.set_time(at(16, 30));
    drain(&world.app).await.unwrap();

    let view = day_view(&world).await;
    assert!(view.closed);
    let kinds: Vec<FindingKind> = view.findings.iter().map(|finding| finding.kind).collect();
    assert!(kinds.contains(&FindingKind::LeftArea), "{kinds:?}");
    assert!(
        (45 * 60..=65 * 60).contains(&view.counts.outside_s),
        "{:?}",
        view.counts
    );
    assert!(view.sign_in.at_ms.is_some());
    assert_eq!(
        view,
        day_now(&world.app, REP, monday()).await.unwrap(),
        "on demand as stored"
    );

    let rows = all_views(&world).await;
    assert!(rows.iter().all(|row| row.scope == "team/t1"));
    let of = |kind: &str| rows.iter().filter(|row| row.kind == kind).collect::<Vec<_>>();
    assert_eq!(
        (of("day").len(), of("visit").len(), of("finding").len()),
        (1, 1, view.findings.len())
    );
    let field = |row: &ViewRow, name: &str| row.fields.iter().find(|(n, _)| n == name).unwrap().1.clone();
    assert_eq!(field(of("visit")[0], "customer"), Field::Text("c1".into()));
    assert_eq!(field(of("day")[0], "outside_s"), Field::Int(view.counts.outside_s));
    assert_eq!(of("day")[0].at_ms, at(8, 0));
    let sums = world
        .app
        .store
        .view(DaySums::KIND, "wang/2026-11-23")
        .await
        .unwrap()
        .unwrap();
    let sums: DaySums = serde_json::from_str(&sums.body).unwrap();
    assert_eq!((&sums.counts, sums.visits, sums.closed), (&view.counts, 1, true));
    assert_eq!(
        (sums.window_s, sums.districts),
        (8 * 3600 + 1800, vec!["d1".to_owned()])
    );
    let left = of("finding")
        .into_iter()
        .find(|row| row.key == finding_id(&view, FindingKind::LeftArea))
        .unwrap();
    assert_eq!(field(left, "state"), Field::Text("open".into()));
    assert_eq!(field(left, "kind"), Field::Text("left_area".into()));
}

fn finding_id(view: &DayView, kind: FindingKind) -> String {
    view.findings
        .iter()
        .find(|finding| finding.kind == kind)
        .unwrap()
        .id
        .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn views_can_be_dropped_and_built_anew() {
    let world = folded_day().await;
    let before = all_views(&world).await;
    let change = Change {
        drop_views: before
            .iter()
            .map(|view| (view.kind.clone(), view.key.clone()))
            .collect(),
        mark: vec![day_key(REP, monday())],
        ..Change::default()
    };
    world.app.commit(change).await.unwrap();
    assert!(all_views(&world).await.is_empty());
    drain(&world.app).await.unwrap();
    assert_eq!(all_views(&world).await, before);
    // Also after a restart, which knows nothing but the store.
    let again = world.copy().await;
    let change = Change {
        mark: vec![day_key(REP, monday())],
        ..Change::default()
    };
    again.app.commit(change).await.unwrap();
    drain(&again.app).await.unwrap();
    assert_eq!(all_views(&again).await, before);
}

/// Two phones of one rep; their records and the desk's come in any order, folded in between or not.
#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_arrival_changes_nothing() {
    let world = World::new().await;
    let first = day(&world).await;
    let mut second = world.enrol(REP).await;
    second.anchor(&world, at(15, 0), 0).await;
    for minute in 1..20 {
        second.fix(at(15, minute) + 7_000, 500);
    }
    world.set_time(at(17, 0));
    let other = world.copy().await;
    push_all(&world, &first).await;
    push_all(&world, &second).await;
    excuse(&world).await;
    drain(&world.app).await.unwrap();

    excuse(&other).await;
    push_all(&other, &second).await;
    drain(&other.app).await.unwrap();
    for end in [1, 5, 200, first.records.len()] {
        let begin = end.saturating_sub(400);
        let (status, _) = other
            .push_text(&first, "", first.batch_of(&first.records[begin..end]).as_bytes())
            .await;
        assert_eq!(status.as_u16(), 200);
        drain(&other.app).await.unwrap();
    }
    assert_eq!(all_views(&world).await, all_views(&other).await);
}

/// An approved reason for the hour from noon.
async fn excuse(world: &World) {
    let exception = Exception {
        id: "x1".into(),
        rep: REP.into(),
        reason: ExceptionKind::CustomerCalled,
        from_ms: at(11, 30),
        to_ms: at(13, 30),
        approved_by: "boss".into(),
    };
    world.put("x1", Document::Exception(exception)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_decision_folds_the_day_it_touches_again() {
    let world = folded_day().await;
    let id = finding_id(&day_view(&world).await, FindingKind::LeftArea);
    assert!(world.app.store.view("finding", &id).await.unwrap().is_some());
    excuse(&world).await;
    assert_eq!(world.app.store.marks(10).await.unwrap()[0].0, day_key(REP, monday()));
    drain(&world.app).await.unwrap();
    assert_eq!(day_view(&world).await.counts.outside_s, 0);
    assert_eq!(
        world.app.store.view("finding", &id).await.unwrap(),
        None,
        "what is no more is dropped"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn time_outside_that_a_person_excused_is_excused_in_every_sum() {
    let world = folded_day().await;
    let view = day_view(&world).await;
    let sums = async || {
        let row = world
            .app
            .store
            .view(DaySums::KIND, "wang/2026-11-23")
            .await
            .unwrap()
            .unwrap();
        serde_json::from_str::<DaySums>(&row.body).unwrap().counts
    };
    assert_eq!(sums().await, view.counts);
    let left: Vec<&Finding> = view
        .findings
        .iter()
        .filter(|finding| finding.kind == FindingKind::LeftArea)
        .collect();
    for (n, finding) in left.iter().enumerate() {
        let decision = Decision {
            finding: finding.id,
            rep: REP.into(),
            finding_kind: "left_area".into(),
            from_ms: finding.from_ms,
            to_ms: finding.to_ms,
            state: FindingState::Excused,
            reason: "the road was closed".into(),
            by: "boss".into(),
            at_ms: at(17, 0),
            on_appeal: false,
        };
        world.put(&format!("decision-{n}"), Document::Decision(decision)).await;
    }
    drain(&world.app).await.unwrap();
    let shown = day_view(&world).await;
    assert_eq!(shown.counts, view.counts, "the day goes on showing where the rep was");
    let excused = sums().await;
    let moved_s = view.counts.outside_s - excused.outside_s;
    assert!(moved_s > 0 && excused.outside_s < 120, "{excused:?}");
    assert_eq!(excused.excused_s, view.counts.excused_s + moved_s);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_account_is_made_of_a_day_before_the_rep_had_a_phone() {
    let world = World::new().await;
    world.set_time(at(9, 0));
    world.enrol(REP).await;
    let leave = |day: i64| Exception {
        id: format!("leave-{day}"),
        rep: REP.into(),
        reason: ExceptionKind::Leave,
        from_ms: at(9, 0) + day * 24 * HOUR,
        to_ms: at(10, 0) + day * 24 * HOUR,
        approved_by: "boss".into(),
    };
    // Last Monday and today.
    for day in [-7, 0] {
        world
            .put(&format!("leave-{day}"), Document::Exception(leave(day)))
            .await;
    }
    drain(&world.app).await.unwrap();
    let views = async |day: &str| {
        world
            .app
            .store
            .view("day", &format!("wang/{day}"))
            .await
            .unwrap()
            .is_some()
    };
    assert!(!views("2026-11-16").await, "nobody is asked where he was then");
    assert!(views("2026-11-23").await, "today's leave is shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_cant_be_folded_holds_up_no_other() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(8, 0), 0).await;
    world.set_time(at(8, 1));
    let change = Change {
        mark: vec![day_key("nobody", monday()), "what is this".into()],
        ..Change::default()
    };
    world.app.commit(change).await.unwrap();
    world.pushed(&phone, 0).await;
    drain(&world.app).await.unwrap();
    assert!(world.app.store.view("day", "wang/2026-11-23").await.unwrap().is_some());
    let left = world.app.store.marks(10).await.unwrap();
    let left: Vec<_> = left.into_iter().map(|(key, _)| key).collect();
    assert_eq!(left, [day_key("nobody", monday())], "it keeps its mark");
}

#[tokio::test(flavor = "multi_thread")]
async fn private_time_is_counted_by_the_month() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(8, 0), 0).await;
    // Four hours on Monday are all there is; on Tuesday none is left.
    let tuesday = 24 * HOUR;
    for from in [at(9, 0), at(9, 0) + tuesday] {
        phone.write(from, &PrivateStarted {});
        phone.write(from + 240 * MINUTE, &PrivateEnded {});
    }
    world.set_time(at(17, 0) + tuesday);
    world.pushed(&phone, 0).await;
    let excused = async |day: &str| {
        day_now(&world.app, REP, day.parse().unwrap())
            .await
            .unwrap()
            .counts
            .excused_s
    };
    assert_eq!(
        (excused("2026-11-23").await, excused("2026-11-24").await),
        (240 * 60, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn private_time_that_comes_late_folds_the_days_after_it_again() {
    let world = World::new().await;
    let excused = async || {
        drain(&world.app).await.unwrap();
        let row = world.app.store.view("day", "wang/2026-11-24").await.unwrap().unwrap();
        serde_json::from_str::<DayView>(&row.body).unwrap().counts.excused_s
    };
    let (mut on_time, mut late) = (world.enrol(REP).await, world.enrol(REP).await);
    for (phone, day) in [(&mut on_time, 24 * HOUR), (&mut late, 0)] {
        phone.anchor(&world, at(8, 0), 0).await;
        phone.write(at(9, 0) + day, &PrivateStarted {});
        phone.write(at(9, 0) + day + 240 * MINUTE, &PrivateEnded {});
    }
    world.set_time(at(17, 0) + 24 * HOUR);
    world.pushed(&on_time, 0).await;
    assert_eq!(excused().await, 240 * 60);
    world.pushed(&late, 0).await;
    assert_eq!(excused().await, 0, "Monday had used it up");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_refused_is_not_asked_for_places_on_the_days_after_it_until_he_agrees() {
    let world = World::new().await;
    let (mut phone, mut late) = (world.enrol(REP).await, world.enrol(REP).await);
    let day_ms = 24 * HOUR;
    let answer = |agrees| LocationAnswered { agrees, page: None };
    phone.anchor(&world, at(8, 0), 0).await;
    late.anchor(&world, at(8, 0), 0).await;
    // A word on each day, so that each has an account; places are known of none.
    for n in 0..3 {
        phone.write(at(9, 0) + n * day_ms, &BreakStarted {});
        phone.write(at(9, 0) + n * day_ms + MINUTE, &BreakEnded {});
    }
    world.set_time(at(17, 0) + 2 * day_ms);
    world.pushed(&phone, 0).await;
    let asked = async || {
        drain(&world.app).await.unwrap();
        let mut asked = Vec::new();
        for day in ["2026-11-23", "2026-11-24", "2026-11-25"] {
            let row = world
                .app
                .store
                .view("day", &format!("wang/{day}"))
                .await
                .unwrap()
                .unwrap();
            let view: DayView = serde_json::from_str(&row.body).unwrap();
            asked.push(
                view.findings
                    .iter()
                    .any(|finding| finding.kind == FindingKind::Unaccounted),
            );
        }
        asked
    };
    assert_eq!(asked().await, [true, true, true]);
    late.write(at(8, 1), &answer(false));
    world.pushed(&late, 0).await;
    assert_eq!(asked().await, [false, false, false], "also where it comes late");
    late.write(at(8, 5) + day_ms, &answer(true));
    world.pushed(&late, 2).await;
    assert_eq!(asked().await, [false, true, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_recorded_while_a_day_is_first_folded_has_it_folded_again() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    phone.fix(at(8, 1), 0);
    world.set_time(at(8, 2));
    world.pushed(&phone, 0).await;
    for (key, document, again) in [
        ("c9", Document::Customer(customer("c9", CENTRE)), false),
        ("policy", Document::Policy(Policy::default()), true),
    ] {
        world.app.commit(marked()).await.unwrap();
        let unmark = world.app.store.claim(10, Duration::from_millis(1), &[]).await.unwrap();
        world.put(key, document).await;
        world
            .app
            .commit(Change {
                unmark,
                ..Change::default()
            })
            .await
            .unwrap();
        let marks = world.app.store.marks(10).await.unwrap();
        assert_eq!(!marks.is_empty(), again, "{key}: {marks:?}");
    }
}

fn marked() -> Change {
    Change {
        mark: vec![day_key(REP, monday())],
        ..Change::default()
    }
}

/// A rep's phone in the district until one, from a minute on a kilometre north.
async fn phone_that_parts(world: &World, mut phone: Phone, parts_minute: i64) -> Phone {
    phone.anchor(world, at(8, 0), 0).await;
    for minute in 1..300 {
        let north = if minute < parts_minute { 0 } else { 9_000_000 };
        phone.fix(at(8, minute), north + 10_000 * (minute % 7));
    }
    phone
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_together_are_asked_about_when_the_day_has_closed() {
    let world = World::new().await;
    let mut asked = Vec::new();
    let enrolled = [(world.enrol(REP).await, 300), (world.enrol("li").await, 190)];
    for (phone, parts_minute) in enrolled {
        let phone = phone_that_parts(&world, phone, parts_minute).await;
        world.set_time(at(14, 0));
        push_all(&world, &phone).await;
    }
    drain(&world.app).await.unwrap();
    let of = async |rep: &str| {
        let view = day_now(&world.app, rep, monday()).await.unwrap();
        let mut findings = view.findings.into_iter();
        findings.find(|finding| finding.kind == FindingKind::PhonesTogether)
    };
    assert!(of(REP).await.is_none(), "the window is open");
    world.set_time(at(16, 30));
    drain(&world.app).await.unwrap();
    assert!(world.app.store.marks(10).await.unwrap().is_empty(), "it comes to rest");
    for (rep, other) in [(REP, "li"), ("li", REP)] {
        let question = of(rep).await.unwrap();
        assert_eq!(question.facts["rep"], onbeat_core::rules::Fact::Text(other.into()));
        let minutes = question.interval().length_ms() / MINUTE;
        assert!((180..=195).contains(&minutes), "{minutes} min");
        assert_eq!(question.evidence.len(), 2);
        let view = world.app.store.view("finding", &question.id.to_string()).await.unwrap();
        assert!(view.is_some(), "the desk sees it");
        let told = world.app.store.cells("noted", rep, i64::MIN).await.unwrap();
        assert!(
            told.iter().any(|cell| cell.body.contains("phones_together")),
            "{told:?}"
        );
        asked.push(question);
    }
    assert_ne!(asked[0].id, asked[1].id);
}
