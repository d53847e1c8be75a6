#![allow(clippy::unwrap_used)]

use axum::http::StatusCode;
use onbeat_core::record::Payload;

use crate::{
    desk::{audit, records::DataExported},
    pages::admin::tests::Admin,
    testing::{World, at},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_in_the_words_of_who_takes_it_out() {
    let world = World::new().await;
    world.set_time(at(17, 0));
    let mut admin = Admin::of(&world).await;
    let table = "/reports/export?what=register&from=2026-11-23&to=2026-11-23";
    for (language, head) in [
        ("en", "\u{feff}Day,Rep id,Name,Team,"),
        ("zh-CN", "\u{feff}日期,代表编号,名称,团队,"),
    ] {
        admin.language = language;
        let (status, text) = admin.get(table).await;
        assert!(status == StatusCode::OK && text.starts_with(head), "{text}");
    }
    let (_, customers) = admin.get("/reports/export?what=customers").await;
    assert!(customers.contains(",是\r\n"), "{customers}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_was_not_taken_out() {
    let world = World::new().await;
    world.set_time(at(17, 0));
    let admin = Admin::of(&world).await;
    let noted = async || {
        let page = audit::page(&admin.desk, None, &[DataExported::TYPE], |_| true, 10).await;
        page.unwrap().0.len()
    };
    for refused in ["what=days&from=2026-01-01&to=2026-11-23", "what=findings&format=gpx"] {
        let (status, _) = admin.get(&format!("/reports/export?{refused}")).await;
        assert_eq!(
            (status, noted().await),
            (StatusCode::UNPROCESSABLE_ENTITY, 0),
            "{refused}"
        );
    }
    assert_eq!(admin.get("/reports/export?what=days").await.0, StatusCode::OK);
    assert_eq!(noted().await, 1);
}
