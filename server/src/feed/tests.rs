#![allow(clippy::unwrap_used)]

use axum::http::{Method, StatusCode};
use onbeat_core::{
    policy::Policy,
    record::Hash,
    reference::{Document, Exception, ExceptionKind, FindingState, Look, Notice},
    rules::{FindingKind, Noted, log::StreamForked},
};
use serde_json::{Value, json};

use crate::{
    append::append,
    desk_log::Act,
    fold,
    store::Change,
    testing::{CENTRE, HOUR, Phone, REP, World, at, customer},
};

/// `put customer/c1`
fn said(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    items
        .iter()
        .map(|item| format!("{} {}/{}", text(item, "op"), text(item, "kind"), text(item, "key")))
        .collect()
}

async fn page(world: &World, phone: &Phone, query: &str) -> Value {
    let (status, page) = world.get(&format!("/api/v1/feed?{query}"), &phone.token).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    page
}

/// Everything after a cursor, and the next cursor.
async fn after(world: &World, phone: &Phone, cursor: &str) -> (Vec<String>, String) {
    let page = page(world, phone, &format!("after={cursor}")).await;
    assert_eq!((&page["snapshot"], &page["more"]), (&json!(false), &json!(false)));
    (said(&page), page["cursor"].as_str().unwrap().to_owned())
}

async fn snapshot(world: &World, phone: &Phone, limit: usize) -> (Vec<String>, String) {
    let (mut items, mut query) = (Vec::new(), format!("limit={limit}"));
    loop {
        let page = page(world, phone, &query).await;
        assert_eq!(page["snapshot"], json!(true));
        items.extend(said(&page));
        let cursor = page["cursor"].as_str().unwrap();
        if page["more"] == json!(false) {
            return (items, cursor.to_owned());
        }
        query = format!("limit={limit}&after={cursor}");
    }
}

fn exception(id: &str, rep: &str) -> Document {
    Document::Exception(Exception {
        id: id.into(),
        rep: rep.into(),
        reason: ExceptionKind::Leave,
        from_ms: at(8, 0),
        to_ms: at(12, 0),
        approved_by: "boss".into(),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_all_a_rep_may_know_and_no_more() {
    let world = World::new().await;
    let phone = world.enrol(REP).await;
    world.put("c2", Document::Customer(customer("c2", CENTRE))).await;
    world.put("policy", Document::Policy(Policy::default())).await;
    world.put("x-wang", exception("x-wang", REP)).await;
    world.put("x-li", exception("x-li", "li")).await;
    let expected = [
        "put area/wang",
        "put customer/c1",
        "put exception/x-wang",
        "put policy/policy",
        "put rep/wang",
    ];
    let (whole, cursor) = snapshot(&world, &phone, 200).await;
    assert_eq!(whole, expected);
    for limit in 1..5 {
        assert_eq!(
            snapshot(&world, &phone, limit).await,
            (whole.clone(), cursor.clone()),
            "{limit} a page"
        );
    }
    assert!(cursor.starts_with(&format!("{}-", world.app.incarnation)));
    let page = page(&world, &phone, "").await;
    let head = world.app.desk.head().await.unwrap();
    assert_eq!(
        page["desk"],
        json!({"stream": head.stream, "seq": head.seq, "hash": head.hash})
    );
    assert_eq!(
        page["items"][1]["document"]["kind"],
        json!("customer"),
        "as the core reads documents"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_assignment_gives_to_one_and_takes_from_the_other() {
    let world = World::new().await;
    let (wang, li) = (world.enrol(REP).await, world.enrol("li").await);
    world.put("c2", Document::Customer(customer("c2", CENTRE))).await;
    world.put_rep(REP, &["d1"], &["c1", "c2"]).await;
    let (_, cursor_wang) = snapshot(&world, &wang, 200).await;
    let (_, cursor_li) = snapshot(&world, &li, 200).await;
    world.put_rep(REP, &["d1"], &["c1"]).await;
    world.put_rep("li", &["d1"], &["c1", "c2"]).await;
    let (items, cursor_wang) = after(&world, &wang, &cursor_wang).await;
    assert_eq!(items, ["drop customer/c2", "put rep/wang"]);
    let (items, _) = after(&world, &li, &cursor_li).await;
    assert_eq!(items, ["put customer/c2", "put rep/li"]);
    // What is of one rep alone, the other does not hear of; what is of all, both.
    let look = Look {
        rep: "li".into(),
        by: "boss".into(),
        at_ms: at(7, 0),
        day: "2026-11-20".into(),
        why: "emergency".into(),
    };
    world.put("l1", Document::Look(look)).await;
    world
        .put("c2", Document::Customer(customer("c2", (CENTRE.0 + 1, CENTRE.1))))
        .await;
    world.put("policy", Document::Policy(Policy::default())).await;
    assert_eq!(after(&world, &wang, &cursor_wang).await.0, ["put policy/policy"]);
    let (items, cursor) = after(&world, &li, &cursor_li).await;
    assert_eq!(items[2..], ["put look/l1", "put customer/c2", "put policy/policy"]);
    assert_eq!(after(&world, &li, &cursor).await.0, [""; 0]);
    let paged = page(&world, &li, &format!("after={cursor_li}&limit=2")).await;
    assert_eq!((said(&paged).len(), &paged["more"]), (2, &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_servers_cursor_is_gone() {
    let world = World::new().await;
    let phone = world.enrol(REP).await;
    let (_, cursor) = snapshot(&world, &phone, 200).await;
    let newest: u64 = cursor.rsplit_once('-').unwrap().1.parse().unwrap();
    let beyond = format!("{}-{}", world.app.incarnation, newest + 1);
    for gone in ["0123456789abcdef-1", "nonsense", "", &beyond] {
        let (status, answer) = world.get(&format!("/api/v1/feed?after={gone}"), &phone.token).await;
        assert_eq!(status, StatusCode::GONE, "{gone}");
        assert_eq!(answer["error"]["code"], json!("other_incarnation"));
    }
    let (status, _) = world.get("/api/v1/feed", "nonsense").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_reads_the_shapes_of_its_area_and_no_other_blobs() {
    let world = World::new().await;
    let phone = world.enrol(REP).await;
    let reference = world.app.documents().reference_of(REP, world.app.now_ms());
    let area = reference.iter().find_map(|(_, _, document)| match &**document {
        Document::Area(area) => Some(area.clone()),
        _ => None,
    });
    let area = area.unwrap();
    world
        .put_district("d2", (CENTRE.0 + 1_000_000_000, CENTRE.1), 1_000_000)
        .await;
    let other =
        world
            .app
            .documents()
            .all_in_force("district", at(7, 0))
            .find_map(|(key, document)| match &**document {
                Document::District(district) if key == "d2" => Some(district.shape),
                _ => None,
            });
    let get = async |hash: Hash| {
        world
            .raw(Method::GET, &format!("/api/v1/blobs/{hash}"), &phone.token, &[], vec![])
            .await
    };
    for hash in [area.area, area.districts[0].shape] {
        let (status, bytes) = get(hash).await;
        assert_eq!((status, Hash::of(bytes)), (StatusCode::OK, hash));
    }
    for hash in [other.unwrap(), Hash::of("nothing")] {
        assert_eq!(get(hash).await.0, StatusCode::NOT_FOUND);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_for_later_is_told_when_it_comes_into_force() {
    let world = World::new().await;
    let phone = world.enrol(REP).await;
    let (_, cursor) = snapshot(&world, &phone, 200).await;
    let mut policy = Policy::default();
    policy.window.from = "09:00".into();
    world
        .put_from("policy", Document::Policy(policy), at(7, 0) + 24 * HOUR)
        .await;
    fold::drain(&world.app).await.unwrap();
    assert_eq!(after(&world, &phone, &cursor).await.0, [""; 0]);
    world.set_time(at(7, 0) + 24 * HOUR);
    for _ in 0..2 {
        fold::drain(&world.app).await.unwrap();
        assert_eq!(after(&world, &phone, &cursor).await.0, ["put policy/policy"], "once");
    }
}

/// The desk notes that a rep's log went on from an older state.
async fn fork(world: &World, phone: &Phone) {
    let forked = StreamForked {
        rep: REP.into(),
        stream: phone.stream.clone(),
        epoch: 1,
        seq: 7,
    };
    append(&world.app, vec![Act::new(&forked)], Change::default())
        .await
        .unwrap();
    fold::drain(&world.app).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_server_can_find_is_told_to_the_reps_own_phone() {
    let world = World::new().await;
    let (phone, other) = (world.enrol(REP).await, world.enrol("li").await);
    let ((_, cursor), (_, others)) = (snapshot(&world, &phone, 200).await, snapshot(&world, &other, 200).await);
    fork(&world, &phone).await;
    assert_eq!(after(&world, &phone, &cursor).await.0, ["put noted/2026-11-23"]);
    assert_eq!(after(&world, &other, &others).await.0, [""; 0], "another rep's phone");

    let told = page(&world, &phone, &format!("after={cursor}")).await;
    let noted: Noted = serde_json::from_value(told["items"][0]["document"].clone()).unwrap();
    let ruled = fold::day_now(&world.app, REP, "2026-11-23".parse().unwrap())
        .await
        .unwrap();
    let found = ruled
        .findings
        .iter()
        .find(|finding| finding.kind == FindingKind::LogForked)
        .unwrap();
    assert_eq!((&noted.findings[0], found.state), (found, FindingState::Open));
    let entry = noted.entries().next().unwrap();
    assert_eq!(found.evidence, [entry.name], "the record it stands on");

    let (_, cursor) = after(&world, &phone, &cursor).await;
    let mark = Change {
        mark: vec![fold::day_key(REP, noted.day)],
        ..Change::default()
    };
    world.app.commit(mark).await.unwrap();
    fold::drain(&world.app).await.unwrap();
    assert_eq!(after(&world, &phone, &cursor).await.0, [""; 0], "told once");

    let item = "put noted/2026-11-23".to_owned();
    assert!(snapshot(&world, &phone, 2).await.0.contains(&item));
    world.set_time(at(7, 0) + 24 * HOUR * (Noted::DAYS as i64 + 1));
    assert!(
        !snapshot(&world, &phone, 2).await.0.contains(&item),
        "no phone keeps it any more"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_phone_is_told_nothing_new_and_its_successor_all() {
    let world = World::new().await;
    let first = world.enrol(REP).await;
    let (_, cursor) = snapshot(&world, &first, 200).await;
    let second = world.enrol(REP).await;
    fork(&world, &first).await;
    world.put("policy", Document::Policy(Policy::default())).await;
    for path in ["/api/v1/feed".to_owned(), format!("/api/v1/feed?after={cursor}")] {
        let (status, answer) = world.get(&path, &first.token).await;
        let told = (status, &answer["error"]["code"]);
        assert_eq!(told, (StatusCode::FORBIDDEN, &json!("retired")), "{path}");
    }
    let (items, _) = snapshot(&world, &second, 200).await;
    assert!(items.contains(&"put noted/2026-11-23".to_owned()), "{items:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_companys_page_is_told_to_all_and_taken_back() {
    let world = World::new().await;
    let phone = world.enrol(REP).await;
    let (_, cursor) = snapshot(&world, &phone, 200).await;
    let page = Notice {
        zh: "位置".into(),
        en: "Location".into(),
    };
    world.put("notice", Document::Notice(page)).await;
    assert_eq!(after(&world, &phone, &cursor).await.0, ["put notice/notice"]);
    assert!(
        snapshot(&world, &phone, 200)
            .await
            .0
            .contains(&"put notice/notice".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_back_takes_nothing_out_of_a_snapshot() {
    let world = World::new().await;
    let phone = world.enrol(REP).await;
    world.set_time(at(12, 0));
    world
        .put_from("policy", Document::Policy(Policy::default()), at(12, 30))
        .await;
    world.set_time(at(12, 30) + 10_000);
    fold::drain(&world.app).await.unwrap();
    world.put("c2", Document::Customer(customer("c2", CENTRE))).await;
    world.put_rep(REP, &["d1"], &["c1", "c2"]).await;
    let before = snapshot(&world, &phone, 200).await;
    assert!(before.0.contains(&"put customer/c2".to_owned()), "{before:?}");
    assert!(before.0.contains(&"put policy/policy".to_owned()), "{before:?}");
    world.set_time(at(12, 30) - 10_000);
    assert_eq!(snapshot(&world, &phone, 200).await, before);
}
