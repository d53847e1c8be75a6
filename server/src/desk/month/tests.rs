#![allow(clippy::unwrap_used)]

use onbeat_core::{
    record::Hash,
    reference::{Decision, Document, FindingState},
    rules::{DayCounts, Finding, FindingKind},
};

use super::{Month, SheetRow, freeze, sheet};
use crate::{
    auth::{Actor, Role},
    desk::{Desk, decide::FindingView},
    fold::DaySums,
    store::{Change, Field, ViewRow},
    testing::{HOUR, World, at},
};

const DAY: i64 = 24 * HOUR;

#[test]
fn a_month_has_its_days() {
    for (text, days) in [
        ("2026-11", Some(("2026-11-01", "2026-11-30"))),
        ("2026-12", Some(("2026-12-01", "2026-12-31"))),
        ("2028-02", Some(("2028-02-01", "2028-02-29"))),
        ("2026-13", None),
        ("2026-11-03", None),
        ("", None),
    ] {
        let which = Month::read(text).map(Month::which);
        let read = which.map(|which| (which.from.unwrap().to_string(), which.to.unwrap().to_string()));
        let days = days.map(|(from, to)| (from.to_owned(), to.to_owned()));
        assert_eq!(read, days, "{text:?}");
    }
}

fn actor(role: Role, team: &str) -> Actor {
    Actor {
        user: role.as_str().into(),
        role,
        teams: vec![team.into()],
    }
}

fn view(kind: &str, key: &str, team: &str, body: &impl serde::Serialize) -> ViewRow {
    ViewRow {
        kind: kind.into(),
        key: key.into(),
        scope: format!("team/{team}"),
        at_ms: at(8, 0),
        body: serde_json::to_string(body).unwrap(),
        fields: Vec::new(),
    }
}

/// A day of a rep, as the fold would put it.
fn day(rep: &str, team: &str, closed: bool, outside_s: i64) -> ViewRow {
    day_on(rep, "2026-11-23", team, closed, outside_s)
}

fn day_on(rep: &str, day: &str, team: &str, closed: bool, outside_s: i64) -> ViewRow {
    let sums = DaySums {
        rep: rep.into(),
        day: day.parse().unwrap(),
        team: team.into(),
        districts: vec!["d1".into()],
        closed,
        window_s: 30_600,
        counts: DayCounts {
            inside_s: 20_000,
            outside_s,
            unknown_s: 10_600 - outside_s,
            ..DayCounts::default()
        },
        signed_in: true,
        visits: 4,
    };
    view(DaySums::KIND, &format!("{rep}/{day}"), team, &sums)
}

fn finding(state: FindingState) -> ViewRow {
    finding_of("wang", "2026-11-23", "t1", state)
}

fn finding_of(rep: &str, day: &str, team: &str, state: FindingState) -> ViewRow {
    let finding = Finding {
        id: Hash::of(if rep == "wang" { "left" } else { rep }),
        class: FindingKind::LeftArea.class(),
        kind: FindingKind::LeftArea,
        from_ms: at(12, 0),
        to_ms: at(12, 30),
        evidence: Vec::new(),
        facts: Default::default(),
        state,
    };
    let code = serde_json::to_value(state).unwrap();
    let body = FindingView {
        rep: rep.into(),
        day: day.into(),
        finding,
    };
    ViewRow {
        fields: vec![("state".into(), Field::Text(code.as_str().unwrap().into()))],
        ..view("finding", &body.finding.id.to_string(), team, &body)
    }
}

/// What the supervisor decided of that finding.
fn confirmed(at_ms: i64, on_appeal: bool) -> Document {
    Document::Decision(Decision {
        finding: Hash::of("left"),
        rep: "wang".into(),
        finding_kind: "left_area".into(),
        from_ms: at(12, 0),
        to_ms: at(12, 30),
        state: FindingState::Confirmed,
        reason: "He was at the other end of the town".into(),
        by: "nora".into(),
        at_ms,
        on_appeal,
    })
}

async fn put(world: &World, views: Vec<ViewRow>) {
    let change = Change {
        views,
        ..Change::default()
    };
    world.app.commit(change).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_freezes_after_appeals_and_stays() {
    let world = World::new().await;
    let (desk, admin) = (Desk::new(world.app.clone()), actor(Role::Admin, ""));
    let month = Month::read("2026-11").unwrap();
    let days = vec![
        day("wang", "t1", true, 600),
        day("li", "t2", true, 0),
        day("sun", "t1", false, 0),
        day_on("moved", "2026-11-23", "t1", true, 60),
        day_on("moved", "2026-11-24", "t2", true, 90),
    ];
    put(&world, days).await;
    put(&world, vec![finding(FindingState::Answered)]).await;

    let refused = async |now_ms| {
        world.set_time(now_ms);
        freeze(&desk, &admin, month).await.unwrap_err().code
    };
    assert_eq!(refused(at(17, 0)).await, "month_runs");
    assert_eq!(refused(at(0, 0) + 7 * DAY).await, "month_runs", "the thirtieth");
    assert_eq!(refused(at(0, 0) + 8 * DAY).await, "in_dispute");
    put(&world, vec![finding(FindingState::Confirmed)]).await;
    let id = Hash::of("left").to_string();
    world.put(&id, confirmed(at(12, 0) + 7 * DAY, false)).await;
    assert_eq!(refused(at(0, 0) + 8 * DAY).await, "appealable", "three workdays");
    assert_eq!(refused(at(0, 0) + 11 * DAY - 1).await, "appealable");
    world.set_time(at(0, 0) + 11 * DAY);
    freeze(&desk, &admin, month).await.unwrap();
    assert_eq!(refused(at(0, 0) + 12 * DAY).await, "frozen");

    // What comes later changes it no more; a supervisor sees the own team's lines of it.
    put(
        &world,
        vec![day("wang", "t1", true, 9_000), finding(FindingState::Withdrawn)],
    )
    .await;
    for (actor, reps) in [
        (&admin, vec!["li", "moved", "moved", "wang"]),
        (&actor(Role::Supervisor, "t2"), vec!["li", "moved"]),
        (&actor(Role::Supervisor, "t1"), vec!["moved", "wang"]),
        (&actor(Role::Supervisor, "t3"), vec![]),
    ] {
        let sheet = sheet(&desk, actor, month).await.unwrap();
        let named: Vec<&str> = sheet.rows.iter().map(|row| row.rep.as_str()).collect();
        assert_eq!(named, reps, "{actor:?}");
        assert_eq!(sheet.frozen, Some(("admin".into(), at(0, 0) + 11 * DAY)));
        let moved = sheet.rows.iter().filter(|row| row.rep == "moved");
        let moved: Vec<_> = moved
            .map(|row| (row.team.as_str(), row.sums.days, row.sums.outside_s))
            .collect();
        let both = [("t1", 1, 60), ("t2", 1, 90)];
        let own = both.into_iter().filter(|(team, ..)| actor.covers(team));
        assert_eq!(moved, own.collect::<Vec<_>>(), "a line in each team: {actor:?}");
        if let Some(wang) = sheet.rows.iter().find(|row| row.rep == "wang") {
            assert_eq!(
                (
                    wang.sums.outside_s,
                    wang.sums.unknown_s,
                    wang.confirmed,
                    wang.confirmed_now
                ),
                (600, 10_000, 1, Some(0))
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_on_an_appeal_waits_for_no_other() {
    let world = World::new().await;
    let (desk, admin) = (Desk::new(world.app.clone()), actor(Role::Admin, ""));
    put(
        &world,
        vec![day("wang", "t1", true, 600), finding(FindingState::Confirmed)],
    )
    .await;
    let id = Hash::of("left").to_string();
    world.put(&id, confirmed(at(12, 0) + 7 * DAY, true)).await;
    world.set_time(at(0, 0) + 8 * DAY);
    freeze(&desk, &admin, Month::read("2026-11").unwrap()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_confirmed_stands_in_the_line_of_its_team_whoever_reads_it() {
    let world = World::new().await;
    let (desk, admin) = (Desk::new(world.app.clone()), actor(Role::Admin, ""));
    // Of a day off in the second team; of another rep nothing else is known.
    let views = vec![
        day_on("moved", "2026-11-23", "t1", true, 60),
        day_on("moved", "2026-11-24", "t2", true, 90),
        finding_of("moved", "2026-11-28", "t2", FindingState::Confirmed),
        finding_of("gone", "2026-11-28", "t1", FindingState::Confirmed),
    ];
    put(&world, views).await;
    let month = Month::read("2026-11").unwrap();
    let confirmed = async |actor: &Actor| {
        let rows = sheet(&desk, actor, month).await.unwrap().rows;
        let line = |row: SheetRow| (row.rep, row.team, row.confirmed, row.confirmed_now);
        rows.into_iter().map(line).collect::<Vec<_>>()
    };
    let line = |rep: &str, team: &str, count| (rep.to_owned(), team.to_owned(), count, None);
    let (t1, t2) = (actor(Role::Supervisor, "t1"), actor(Role::Supervisor, "t2"));
    let check = async || {
        let first = [line("gone", "t1", 1), line("moved", "t1", 0)];
        let second = [line("moved", "t2", 1)];
        assert_eq!(confirmed(&t1).await, first);
        assert_eq!(confirmed(&t2).await, second);
        assert_eq!(confirmed(&admin).await, [&first[..], &second].concat());
    };
    check().await;
    world.set_time(at(0, 0) + 8 * DAY);
    freeze(&desk, &admin, month).await.unwrap();
    check().await;
}
