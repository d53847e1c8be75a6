#![allow(clippy::unwrap_used)]

use onbeat_core::{
    record::Hash,
    reference::{Decision, Document, FindingState},
    rules::{Finding, FindingKind},
};
use serde_json::json;

use crate::{
    auth::Role,
    pages::admin::tests::Admin,
    store::{Change, Field, ViewRow},
    testing::{MINUTE, REP, World, at},
};

/// A finding's view as the fold puts it; several of one time stand by their ids.
fn view(n: usize, state: FindingState) -> ViewRow {
    view_of(FindingKind::LeftArea, n, state)
}

fn view_of(kind: FindingKind, n: usize, state: FindingState) -> ViewRow {
    let finding = Finding {
        id: Hash::of(format!("{kind:?} {state:?} {n}")),
        class: kind.class(),
        kind,
        from_ms: at(8, 0) + (n as i64 / 3) * MINUTE,
        to_ms: at(8, 0) + (n as i64 / 3) * MINUTE,
        evidence: Vec::new(),
        facts: Default::default(),
        state,
    };
    let code = |value: serde_json::Value| Field::Text(value.as_str().unwrap().to_owned());
    let fields = [
        ("state", json!(state)),
        ("kind", json!(kind)),
        ("class", json!(finding.class)),
    ];
    ViewRow {
        kind: "finding".into(),
        key: finding.id.to_string(),
        scope: "team/t1".into(),
        at_ms: finding.from_ms,
        body: json!({"rep": REP, "day": "2026-11-23", "finding": finding}).to_string(),
        fields: fields.map(|(name, value)| (name.to_owned(), code(value))).into(),
    }
}

/// Ids on the pages of a queue from an address on, page by page.
async fn pages(admin: &Admin, first: &str) -> Vec<Vec<String>> {
    let (mut pages, mut next) = (Vec::new(), Some(first.to_owned()));
    while let Some(path) = next {
        let (_, page) = admin.get(&path).await;
        let links = page.split("href=\"/findings/").skip(1);
        pages.push(links.map(|link| link[..64].to_owned()).collect());
        let older = page.split("<p class=\"pages\"><a href=\"").nth(1);
        next = older.map(|link| link.split('"').next().unwrap().replace("&#38;", "&"));
    }
    pages
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_read_to_its_end_page_by_page() {
    let (answered, open) = (FindingState::Answered, FindingState::Open);
    // How many were answered and are open, where, and how many stand on each page.
    for (counts, path, expected) in [
        ((0, 0), "/findings", &[0][..]),
        ((0, 100), "/findings", &[100]),
        ((100, 1), "/findings", &[100, 1]),
        ((150, 151), "/findings", &[100, 100, 100, 1]),
        ((150, 200), "/findings?state=open", &[100, 100]),
    ] {
        let world = World::new().await;
        let admin = Admin::of(&world).await;
        let views = |state, count| (0..count).map(move |n| view(n, state));
        let views: Vec<ViewRow> = views(answered, counts.0).chain(views(open, counts.1)).collect();
        let keys: Vec<String> = views.iter().map(|view| view.key.clone()).collect();
        let change = Change {
            views,
            ..Change::default()
        };
        world.app.commit(change).await.unwrap();
        let pages = pages(&admin, path).await;
        assert_eq!(
            pages.iter().map(Vec::len).collect::<Vec<_>>(),
            expected,
            "{counts:?} {path}"
        );
        let (mut shown, mut there) = (pages.concat(), keys);
        if path.contains("open") {
            there.drain(..counts.0);
        }
        shown.sort();
        there.sort();
        assert_eq!(shown, there, "each once: {counts:?} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_suspended_takes_no_room_from_what_waits_for_a_supervisor() {
    let world = World::new().await;
    let boss = Admin::in_role(&world, Role::Supervisor, &["t1"]).await;
    let (open, withdrawn) = (FindingState::Open, FindingState::Withdrawn);
    // Of a kind of which over a tenth was withdrawn, a hundred are newer than all that waits.
    let suspended = |state| move |n: usize| view_of(FindingKind::LogBroken, 1_000 + n, state);
    let waits: Vec<ViewRow> = (0..101).map(|n| view(n, open)).collect();
    let (newest, all) = (waits[100].key.clone(), waits.len());
    let views = waits
        .into_iter()
        .chain((0..100).map(suspended(open)))
        .chain((0..20).map(suspended(withdrawn)));
    let change = Change {
        views: views.collect(),
        ..Change::default()
    };
    world.app.commit(change).await.unwrap();
    world.set_time(at(17, 0));
    let pages = pages(&boss, "/findings").await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [100, all - 100]);
    let (_, board) = boss.get("/today").await;
    assert!(board.contains(&format!("/findings/{newest}")), "{board}");
    let (_, asked) = boss.get("/findings?state=open&kind=log_broken").await;
    assert_eq!(
        asked.matches("href=\"/findings/").count(),
        100,
        "who asks for them is shown them"
    );
    let admin = Admin::of(&world).await;
    let (_, file) = admin.get("/admin/export?what=shares").await;
    let rows: Vec<&str> = file.trim_start_matches('\u{feff}').trim_end().split("\r\n").collect();
    assert_eq!(
        rows,
        [
            "Kind,Model,Findings,Withdrawn,Withdrawn (thousandths),Suspended",
            "Left the area,,101,0,0,no",
            "Left the area,Phone not known,101,0,0,",
            "The log does not check,,120,20,166,yes",
            "The log does not check,Phone not known,120,20,166,",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_is_none_begins_at_the_beginning() {
    let world = World::new().await;
    let admin = Admin::of(&world).await;
    let change = Change {
        views: vec![view(0, FindingState::Open)],
        ..Change::default()
    };
    world.app.commit(change).await.unwrap();
    for after in ["x", "open", "open.x.y", "closed.1.a"] {
        assert_eq!(
            pages(&admin, &format!("/findings?after={after}")).await[0].len(),
            1,
            "{after}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_is_said_and_by_whom_it_was_before() {
    let world = World::new().await;
    let admin = Admin::of(&world).await;
    world.set_time(at(17, 0));
    let views: Vec<ViewRow> = (0..2).map(|n| view(n, FindingState::Open)).collect();
    let ids: Vec<String> = views.iter().map(|view| view.key.clone()).collect();
    let change = Change {
        views,
        ..Change::default()
    };
    world.app.commit(change).await.unwrap();
    let (_, page) = admin.get("/findings?done=2&done_as=excused").await;
    assert!(page.contains("role=\"status\">excused: 2."), "{page}");
    let (_, page) = admin.get("/findings?done=2&done_as=Call+021").await;
    assert!(!page.contains("Call 021"), "{page}");
    let one = format!("/findings/{}", ids[0]);
    let recorded = async || {
        let (_, page) = admin.get(&format!("{one}?done=true")).await;
        page.contains("role=\"status\">Recorded.")
    };
    assert!(!recorded().await, "nobody has decided");
    let decision = Decision {
        finding: ids[0].parse().unwrap(),
        rep: REP.into(),
        finding_kind: "left_area".into(),
        from_ms: at(8, 0),
        to_ms: at(8, 0),
        state: FindingState::Excused,
        reason: "the road was closed".into(),
        by: "ada".into(),
        at_ms: at(16, 0),
        on_appeal: false,
    };
    for (by, one_says, many_say) in [
        ("ada", "You have decided this already", "You decided on these already"),
        (
            "nora",
            "Somebody has already decided",
            "Somebody else decided on these first",
        ),
    ] {
        let decision = Decision {
            by: by.into(),
            ..decision.clone()
        };
        world.put(&ids[0], Document::Decision(decision)).await;
        assert_eq!(recorded().await, by == "ada", "{by}");
        let (_, page) = admin.post(&one, "state=excused&reason=it+was+closed").await;
        assert!(page.contains(one_says), "{by}: {page}");
        let form = format!("finding={}&state=excused&reason=it+was+closed", ids[0]);
        let (_, page) = admin.post("/findings", &form).await;
        assert!(page.contains(many_say), "{by}: {page}");
    }
}
