//! Several servers on one database.

#![allow(clippy::unwrap_used)]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::http::StatusCode;
use onbeat_core::{
    policy::Policy,
    record::{Hash, Head},
    reference::Document,
    rules::DayView,
};
use serde_json::json;

use crate::{
    app::{App, OpenError},
    auth::Actor,
    clock::SystemClock,
    desk::{
        self, Command, Desk, condition,
        erase::{self, Erasure},
    },
    desk_log::DeskLogError,
    fold, ready,
    store::{LogLine, postgres::cluster::Cluster},
    testing::{CENTRE, HOUR, MONDAY, REP, World, at, customer},
};

async fn two() -> (Cluster, World, World) {
    let cluster = Cluster::start(&["fsync=off"]);
    let one = World::on(&cluster).await;
    let other = one.beside().await;
    (cluster, one, other)
}

fn opening(from: &str) -> Document {
    let mut policy = Policy::default();
    policy.window.from = from.into();
    Document::Policy(policy)
}

async fn day(world: &World) -> DayView {
    let view = world.app.store.view("day", &format!("{REP}/2026-11-23")).await.unwrap();
    serde_json::from_str(&view.unwrap().body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_one_server_to_phones_and_a_server_with_other_keys_is_refused() {
    let (_cluster, one, other) = two().await;
    assert_eq!(one.app.incarnation, other.app.incarnation);
    assert_eq!(one.app.desk.certificate(), other.app.desk.certificate());
    let mut phone = one.enrol(REP).await;
    phone.anchor(&other, at(8, 0), 0).await;
    phone.fix(at(8, 1), 0);
    other.set_time(at(8, 2));
    other.pushed(&phone, 0).await;
    one.set_time(at(8, 3));
    let again = one.pushed(&phone, 0).await;
    assert_eq!(again["stored"], 0, "what one has taken the other knows");

    let stranger = tempfile::tempdir().unwrap();
    let url = other.database_url().unwrap();
    let refused = App::open_on(stranger.path(), Some(&url), Arc::new(SystemClock), true).await;
    assert!(matches!(refused.err(), Some(OpenError::Desk(DeskLogError::OtherKeys))));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_records_the_other_rules_by() {
    let (_cluster, one, other) = two().await;
    let mut phone = one.enrol(REP).await;
    phone.anchor(&one, at(8, 0), 0).await;
    one.set_time(at(8, 1));
    one.pushed(&phone, 0).await;
    other.set_time(at(8, 2));
    for from in ["09:00", "07:30"] {
        one.put("policy", opening(from)).await;
        fold::drain(&other.app).await.unwrap();
        let window = day(&one).await.window.unwrap();
        let (hour, minute) = from.split_once(':').unwrap();
        let opens_ms = at(hour.parse().unwrap(), minute.parse().unwrap());
        assert_eq!(
            window.from_ms, opens_ms,
            "the days that a document touches are folded by it"
        );
    }
    one.put("policy", opening("08:30")).await;
    other.app.refresh().await.unwrap();
    let told = other.app.documents().policy(at(8, 2));
    assert_eq!(told.window.from, "08:30", "a request begins with it");
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_write_at_once_make_one_chain() {
    const EACH: usize = 25;
    let (_cluster, one, other) = two().await;
    let begun = one.app.desk.head().await.unwrap().seq;
    let writing = |world: World, name: &'static str| async move {
        for n in 0..EACH {
            let id = format!("{name}{n}");
            world.put(&id, Document::Customer(customer(&id, CENTRE))).await;
        }
        world
    };
    let (one, other) = tokio::join!(tokio::spawn(writing(one, "one")), tokio::spawn(writing(other, "other")));
    let (one, other) = (one.unwrap(), other.unwrap());
    let line = LogLine {
        stream: one.app.desk.stream().clone(),
        epoch: 1,
        branch: String::new(),
    };
    let rows = one.app.store.records(&line, 1, 1_000).await.unwrap();
    assert_eq!(rows.len() as u64, begun + 2 * EACH as u64);
    let mut before = one.app.desk.certificate().hash();
    for row in &rows {
        assert_eq!(Head::parse(&row.head).unwrap().prev, before, "record {}", row.seq);
        assert_eq!(Hash::of(&row.head), row.hash);
        before = row.hash;
    }
    for world in [&one, &other] {
        world.app.refresh().await.unwrap();
        let customers = world.app.documents();
        let count = customers.all_in_force("customer", at(7, 0)).count();
        assert_eq!(count, 1 + 2 * EACH);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_closes_whichever_server_folded_it() {
    let (_cluster, one, other) = two().await;
    let mut phone = one.enrol(REP).await;
    phone.anchor(&one, at(8, 0), 0).await;
    one.set_time(at(8, 1));
    one.pushed(&phone, 0).await;
    fold::drain(&one.app).await.unwrap();
    assert!(!day(&other).await.closed);
    drop(one);
    other.set_time(at(16, 31));
    fold::drain(&other.app).await.unwrap();
    assert!(day(&other).await.closed);
    assert!(other.app.store.marks(1).await.unwrap().is_empty(), "it comes to rest");
}

#[tokio::test(flavor = "multi_thread")]
async fn they_share_the_folding_and_fold_what_one_alone_would() {
    let (_cluster, one, other) = two().await;
    let mut phone = one.enrol(REP).await;
    for n in 0..40 {
        let morning = MONDAY + (n * 24 + 8) * HOUR;
        phone.reboot(morning - HOUR);
        phone.anchor(&one, morning, 0).await;
        phone.fix(morning + 60_000, 0);
        one.set_time(morning + 120_000);
        one.pushed(&phone, 2 * n as usize).await;
    }
    other.set_time(one.app.now_ms());
    let (first, second) = tokio::join!(fold::settle(&one.app), fold::settle(&other.app));
    first.and(second).unwrap();
    let shared = one.views(&["day"]).await;
    assert_eq!(shared.len(), 40);
    let marks = crate::store::Change {
        mark: shared.iter().map(|view| format!("day/{}", view.key)).collect(),
        ..Default::default()
    };
    other.app.commit(marks).await.unwrap();
    fold::settle(&other.app).await.unwrap();
    assert_eq!(other.views(&["day"]).await, shared);
}

/// Takes what is marked, as a server does that dies before it has folded it.
async fn taken_by_one_that_dies(world: &World, lease: Duration) {
    let taken = world.app.store.claim(64, lease, &[]).await.unwrap();
    assert_eq!(taken.len(), 1, "the day that was pushed to");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_has_taken_and_not_folded_is_behind_to_the_others() {
    let (_cluster, one, other) = two().await;
    let mut phone = one.enrol(REP).await;
    phone.anchor(&one, at(8, 0), 0).await;
    other.set_time(at(8, 1));
    one.set_time(at(8, 1));
    fold::settle(&one.app).await.unwrap();
    let marked = Instant::now();
    one.pushed(&phone, 0).await;
    taken_by_one_that_dies(&one, Duration::from_secs(60)).await;
    for _ in 0..3 {
        fold::drain(&other.app).await.unwrap();
        assert!(other.app.folding.lag() >= marked.elapsed(), "nobody has folded it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn places_go_once_what_another_had_to_fold_is_folded() {
    let (_cluster, one, other) = two().await;
    let mut phone = one.enrol(REP).await;
    phone.anchor(&one, at(8, 0), 0).await;
    phone.fix(at(8, 1), 0);
    one.set_time(at(8, 2));
    one.pushed(&phone, 0).await;
    fold::settle(&one.app).await.unwrap();
    let known = phone.records.len();
    phone.fix(at(9, 0), 0);
    one.set_time(at(9, 1));
    one.pushed(&phone, known).await;
    taken_by_one_that_dies(&one, Duration::from_millis(100)).await;
    other.set_time(at(10, 0) + 24 * HOUR);
    let what = Erasure {
        rep: None,
        before: "2026-11-24".parse().unwrap(),
    };
    let erased = erase::erase(&Desk::new(other.app.clone()), &Actor::server(), what, false).await;
    assert_eq!(erased.unwrap().fixes, 2);
    fold::settle(&other.app).await.unwrap();
    assert_eq!(day(&other).await.counts.fixes, 2, "it was frozen whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_backup_that_one_made_the_other_knows() {
    let (_cluster, one, other) = two().await;
    let (one, other) = (Desk::new(one.app.clone()), Desk::new(other.app.clone()));
    assert_eq!(condition::look(&other).await.unwrap().backup_ms, None);
    let made = Command::BackupMade { at_ms: at(8, 0) };
    desk::run(&one, &Actor::console(), made).await.unwrap();
    assert_eq!(condition::look(&other).await.unwrap().backup_ms, Some(at(8, 0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_stands_still_callers_are_told_to_come_again_and_then_served() {
    let (cluster, one, other) = two().await;
    let mut phone = one.enrol(REP).await;
    phone.anchor(&one, at(8, 0), 0).await;
    one.set_time(at(8, 1));
    other.set_time(at(8, 1));
    cluster.pause(true);
    for world in [&one, &other] {
        let (status, answer) = world.push(&phone, 0).await;
        assert_eq!(
            (status, &answer["error"]["code"]),
            (StatusCode::SERVICE_UNAVAILABLE, &json!("busy"))
        );
        let (status, _) = world.get("/api/v1/feed", &phone.token).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(fold::drain(&world.app).await.is_err());
        let reasons = ready::reasons(&world.app).await;
        assert_eq!(reasons.iter().map(|reason| reason.code).collect::<Vec<_>>(), ["store"]);
    }
    cluster.pause(false);
    let begun = Instant::now();
    while one.push(&phone, 0).await.0 != StatusCode::OK {
        assert!(begun.elapsed() < Duration::from_secs(30));
    }
    other.pushed(&phone, 0).await;
    fold::settle(&other.app).await.unwrap();
    assert!(!day(&one).await.closed);
}
