#![allow(clippy::unwrap_used)]

use axum::http::StatusCode;
use onbeat_core::{
    place::{Datum, Shape, read_districts},
    record::Payload,
    reference::DocumentPut,
    rules::DayCounts,
};

use crate::{
    auth::{Actor, Role},
    desk::{
        Books, audit, customers,
        duties::{self, Duty, DutyDone},
        records::DataExported,
    },
    fold::DaySums,
    pages::admin::tests::Admin,
    store::{Change, Field, ViewRow},
    testing::{CENTRE, REP, World, at},
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
async fn who_logs_in_and_what_the_employer_owes_are_taken_out_and_noted() {
    let world = World::new().await;
    let admin = Admin::of(&world).await;
    world.user("sue", Role::Supervisor, &["t1", "t2"]).await;
    let done = DutyDone {
        duty: Duty::Notice,
        date: "2026-11-20".parse().unwrap(),
        note: "on the wall".into(),
    };
    duties::record(&admin.desk, &Actor::console(), done).await.unwrap();
    for (what, head, row) in [
        (
            "users",
            "Log-in name,Name,Role,Teams,May not log in",
            "sue,sue,Supervisor,t1 t2,no",
        ),
        (
            "duties",
            "Duty,Done,Day,Note,Who,Demo only",
            "Notice,yes,2026-11-20,on the wall,console,no",
        ),
    ] {
        let (status, text) = admin.get(&format!("/admin/export?what={what}")).await;
        assert_eq!(status, StatusCode::OK, "{text}");
        let mut lines = text.trim_start_matches('\u{feff}').split("\r\n");
        assert_eq!(lines.next(), Some(head));
        assert!(lines.any(|line| line == row), "{row:?} in {text}");
        let (noted, _) = audit::page(&admin.desk, None, &[DataExported::TYPE], |_| true, 1)
            .await
            .unwrap();
        assert_eq!(noted[0].fields["what"], what);
    }
    let (status, _) = admin.get("/admin/export?what=users&format=gpx").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
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

#[tokio::test(flavor = "multi_thread")]
async fn districts_are_taken_out_as_they_are_stored() {
    let world = World::new().await;
    world
        .put_district("d2", (CENTRE.0 + 50_000_001, CENTRE.1), 7_654_321)
        .await;
    let admin = Admin::of(&world).await;
    let (status, text) = admin.get("/reports/export?what=districts&format=geojson").await;
    assert_eq!(status, StatusCode::OK, "{text}");
    let read = read_districts(&text, "district", Datum::Wgs84).unwrap();
    let districts = Books::now(&admin.desk).districts.clone();
    let known: Vec<&String> = districts.keys().collect();
    assert_eq!(read.iter().map(|named| &named.name).collect::<Vec<_>>(), known);
    for (named, district) in read.iter().zip(districts.values()) {
        let bytes = world.app.store.blob(&district.shape).await.unwrap().unwrap();
        assert_eq!(named.shape.to_bytes(), bytes, "{}", named.name);
        assert!(Shape::from_bytes(&bytes).is_ok());
    }
    for format in ["csv", "xlsx", "gpx"] {
        let (status, _) = admin
            .get(&format!("/reports/export?what=districts&format={format}"))
            .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{format}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_a_table_is_one_in_both_languages_and_is_told() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(8, 0), 0).await;
    phone.fix(at(8, 30), 0);
    phone.fix(at(8, 31), 90_000_000);
    world.set_time(at(9, 0));
    world.pushed(&phone, 0).await;
    let mut admin = Admin::of(&world).await;
    let trail = "/reps/wang/days/2026-11-23/trail?why=emergency";
    let phones = "/reports/export?what=phones";
    let log = "/admin/audit/export?type=phone.enrolled";
    let (position, stream) = ("08:30:00,31.2300000,121.4700000,8.0", &*phone.stream);
    // What is asked for, by a browser of which language, how it begins, what it holds, and what is told of it.
    for (path, language, head, holds, told) in [
        (
            trail,
            "en",
            "Phone,Epoch,Branch,No.,Clocks,Time,Latitude",
            position,
            DocumentPut::TYPE,
        ),
        (trail, "en", "Phone,", ",satellites,inside,", DocumentPut::TYPE),
        (
            trail,
            "zh",
            "手机,密钥期,分支,序号,时区,时刻,纬度",
            ",卫星,区外,-",
            DocumentPut::TYPE,
        ),
        (phones, "en", "Rep id,Name,Team,Phone,State", stream, DataExported::TYPE),
        (
            phones,
            "zh",
            "代表编号,名称,团队,手机,状态",
            "使用中",
            DataExported::TYPE,
        ),
        (
            log,
            "en",
            "No.,Clocks,When,Who,What,Rep id,Details",
            "Phone enrolled,wang",
            DataExported::TYPE,
        ),
        (
            log,
            "zh",
            "序号,时区,时间,操作人,事项,代表编号,详情",
            "登记手机,wang",
            DataExported::TYPE,
        ),
    ] {
        admin.language = language;
        // Who looks again within ten minutes looks once.
        world.set_time(admin.desk.now_ms() + 600_000);
        for (format, begins) in [("csv", format!("\u{feff}{head}")), ("xlsx", "PK".to_owned())] {
            let before = admin.desk.app.desk.head().await.unwrap().seq;
            let (status, text) = admin.get(&format!("{path}&format={format}")).await;
            assert!(
                status == StatusCode::OK && text.starts_with(&begins),
                "{path} {language}: {text}"
            );
            assert!(format == "xlsx" || text.contains(holds), "{path} {language}: {text}");
            let (newest, _) = audit::page(&admin.desk, None, &[], |_| true, 1).await.unwrap();
            let is_told = newest[0].seq > before && newest[0].kind == told;
            assert!(
                is_told || (path == trail && format == "xlsx"),
                "{path} {language}: {:?}",
                newest[0]
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_taken_out_by_its_days_without_formulas_and_without_landlines_for_auditors() {
    let world = World::new().await;
    let mut admin = Admin::of(&world).await;
    let formula = Actor {
        user: "=cmd".into(),
        ..Actor::console()
    };
    let done = DutyDone {
        duty: Duty::Basis,
        date: "2026-11-20".parse().unwrap(),
        note: "page 3".into(),
    };
    duties::record(&admin.desk, &formula, done).await.unwrap();
    customers::set_landline(&admin.desk, &formula, "c1", Some("021 5888 1234"))
        .await
        .unwrap();
    let log = "/admin/audit/export?format=csv";
    let (_, all) = admin.get(log).await;
    assert!(
        all.contains(",'=cmd,") && !all.contains(",=cmd,") && all.contains("02158881234"),
        "{all}"
    );
    let seqs = all
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next()?.parse::<u64>().ok());
    assert!(seqs.is_sorted(), "oldest first: {all}");
    for (days, is_there) in [
        ("&from=2026-11-23&to=2026-11-23", true),
        ("&from=2026-11-24", false),
        ("&to=2026-11-22", false),
        ("&from=2026-11-23&type=duty.recorded", true),
        ("&from=2026-11-23&type=month.frozen", false),
        ("&by=%3Dcmd", true),
        ("&by=ada", false),
        ("&rep=wang", false),
    ] {
        let (_, text) = admin.get(&format!("{log}{days}")).await;
        assert_eq!(text.contains("=cmd"), is_there, "{days}: {text}");
    }
    let auditor = world.user("aud", Role::Auditor, &[]).await;
    admin.token = world.bearer(&auditor).await;
    for path in [log, "/admin/audit", "/api/v1/audit?limit=200"] {
        let (status, text) = admin.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(text.contains("=cmd") && !text.contains("02158881234"), "{path}: {text}");
    }
}

/// A day of a rep, as the fold would put it.
fn day(rep: &str, outside_s: i64) -> ViewRow {
    let sums = DaySums {
        rep: rep.into(),
        day: "2026-11-23".parse().unwrap(),
        team: "t1".into(),
        districts: vec!["d1".into()],
        closed: true,
        window_s: 30_600,
        counts: DayCounts {
            inside_s: 19_400,
            outside_s,
            ..DayCounts::default()
        },
        signed_in: true,
        visits: 4,
    };
    ViewRow {
        kind: DaySums::KIND.into(),
        key: format!("{rep}/2026-11-23"),
        scope: "team/t1".into(),
        at_ms: at(8, 0),
        body: serde_json::to_string(&sums).unwrap(),
        fields: vec![("rep".into(), Field::Text(rep.into()))],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reps_line_leads_to_his_days_alone_as_a_calendar() {
    let world = World::new().await;
    world.set_time(at(17, 0));
    let change = Change {
        views: vec![day(REP, 600), day("li", 0)],
        ..Change::default()
    };
    world.app.commit(change).await.unwrap();
    let admin = Admin::of(&world).await;
    let page = async |path: &str| admin.get(path).await.1.replace("&#38;", "&");

    let reps = page("/reports?from=2026-11-02&to=2026-11-23").await;
    let calendar = format!("/reports?by=day&from=2026-11-02&to=2026-11-23&rep={REP}");
    assert!(reps.contains(&format!("<a href=\"{calendar}\">")), "{reps}");

    let sums = page("/reports/export?what=adherence&format=csv&from=2026-11-02&to=2026-11-23").await;
    let names: Vec<_> = sums
        .lines()
        .map(|line| line.split(',').take(3).collect::<Vec<_>>())
        .collect();
    assert_eq!(names[1..], [["li", "li", "1"], ["wang", "wang", "1"]], "{sums}");

    let days = page(&calendar).await;
    assert_eq!(days.matches("<rect x=").count(), 22, "a cell a day: {days}");
    assert!(days.contains("<title>Mon 23 Nov 2026 97.0%</title>"), "{days}");
    let export = format!("what=days&format=csv&from=2026-11-02&to=2026-11-23&by=day&rep={REP}\"");
    assert!(days.contains(&export), "{days}");
    // Of one rep a day leads to itself, from the calendar and from its line; of many it leads nowhere.
    let of_day = format!("<a href=\"/reps/{REP}/days/2026-11-23\">");
    assert_eq!(days.matches(&of_day).count(), 2, "{days}");
    let all = page("/reports?by=day&from=2026-11-02&to=2026-11-23").await;
    assert!(!all.contains("<a href=\"/reps/"), "{all}");

    let month = page("/reports/months/2026-11").await;
    let calendar = format!("<a href=\"/reports?by=day&from=2026-11-01&to=2026-11-30&rep={REP}\">");
    let neighbours = ["2026-10", "2026-12"].map(|month| format!("href=\"/reports/months/{month}\""));
    let mut links = [calendar].into_iter().chain(neighbours);
    assert!(links.all(|link| month.contains(&link)), "{month}");
    assert!(month.contains("it can be frozen from Tue 1 Dec 2026 on."), "{month}");

    let swapped = page("/reports?from=2026-11-23&to=2026-11-02").await;
    assert!(swapped.contains("The last day lies before the first"), "{swapped}");
}
