#![allow(clippy::unwrap_used)]

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use onbeat_core::{
    place::{Fault, PlaceError, Position},
    rules::signs::{SignsNoted, Trace},
    words::Language,
};
use tower::ServiceExt;

use crate::{
    auth::{Actor, Role},
    desk::{Books, Desk, base_map::BaseMap, documents, duties, retention, site::Site},
    desk_log::TYPES,
    files::shape_fault,
    pages::words::Words,
    router,
    serve::{Limits, Peer},
    testing::{HOUR, REP, World, at},
};

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=x";

/// An admin before the pages.
pub(in crate::pages) struct Admin {
    pub(in crate::pages) desk: Desk,
    router: Router,
    pub(in crate::pages) token: String,
    /// What the browser asks for.
    pub(in crate::pages) language: &'static str,
}

impl Admin {
    pub(in crate::pages) async fn of(world: &World) -> Self {
        Self::in_role(world, Role::Admin, &[]).await
    }

    /// Before the same pages in another role.
    pub(in crate::pages) async fn in_role(world: &World, role: Role, teams: &[&str]) -> Self {
        let desk = Desk::new(world.app.clone());
        let user = world.user("ada", role, teams).await;
        Self {
            router: router::router(&desk, "http://127.0.0.1:8080", &Limits::default()),
            token: world.bearer(&user).await,
            language: "en",
            desk,
        }
    }

    async fn ask(&self, method: &str, path: &str, kind: &str, body: impl Into<Body>) -> (StatusCode, String) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, &self.token)
            .header(header::ACCEPT, "text/html")
            .header(header::ACCEPT_LANGUAGE, self.language)
            .header(header::CONTENT_TYPE, kind)
            .body(body.into())
            .unwrap();
        let peer = Peer("192.0.2.7:1234".parse().unwrap());
        let answer = self
            .router
            .clone()
            .layer(Extension(peer))
            .oneshot(request)
            .await
            .unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, String::from_utf8_lossy(&bytes).into_owned())
    }

    pub(in crate::pages) async fn get(&self, path: &str) -> (StatusCode, String) {
        self.ask("GET", path, FORM, "").await
    }

    pub(in crate::pages) async fn post(&self, path: &str, form: &str) -> (StatusCode, String) {
        self.ask("POST", path, FORM, form.to_owned()).await
    }

    async fn hand_in(&self, kind: &str, file: &str) -> (StatusCode, String) {
        let body = format!(
            "--x\r\ncontent-disposition: form-data; name=\"kind\"\r\n\r\n{kind}\r\n\
             --x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n{file}\r\n--x--\r\n"
        );
        self.ask("POST", "/admin/import", MULTIPART, body).await
    }

    async fn draw(&self, fields: &[(&str, &str)]) -> (StatusCode, String) {
        let part = |(name, value): &(&str, &str)| {
            format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body: String = fields.iter().map(part).chain(["--x--\r\n".to_owned()]).collect();
        self.ask("POST", "/admin/draw", MULTIPART, body).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_looked_at_before_it_changes_anything() {
    let world = World::new().await;
    let admin = Admin::of(&world).await;
    let preview = "/admin/import/preview";
    let file = "编号,客户名称,纬度,经度\nc9,Nine <9>,31.2,121.4\n";
    assert_eq!(admin.hand_in("customers", file).await.0, StatusCode::SEE_OTHER);
    let (status, asked) = admin.get(preview).await;
    assert!(
        status == StatusCode::OK && asked.contains("<select name=\"lat\""),
        "{asked}"
    );
    let columns = "do=columns&id=0&name=1&lat=2&lon=3&landline=&place_confirmed=";
    assert_eq!(admin.post(preview, columns).await.0, StatusCode::SEE_OTHER);
    let (status, shown) = admin.get(preview).await;
    assert!(
        status == StatusCode::OK && shown.contains("Nine &#60;9&#62;"),
        "{shown}"
    );
    assert!(admin.get("/map/import").await.1.contains("\"Point\""));
    assert!(!Books::now(&admin.desk).customers.contains_key("c9"));
    assert_eq!(admin.post(preview, "do=apply").await.0, StatusCode::OK);
    assert!(Books::now(&admin.desk).customers.contains_key("c9"));
    assert_eq!(
        admin.get(preview).await.0,
        StatusCode::SEE_OTHER,
        "what was applied is gone"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_does_not_fit_says_where_and_changes_nothing() {
    let world = World::new().await;
    let admin = Admin::of(&world).await;
    let bad_rows = "id,name,lat,lon\nc9,Nine,121.4,31.2\nc8,,31.2,121.4\n";
    assert_eq!(admin.hand_in("customers", bad_rows).await.0, StatusCode::SEE_OTHER);
    let (status, shown) = admin.get("/admin/import/preview").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        shown.contains("are lat and lon swapped?") && shown.contains("is empty"),
        "{shown}"
    );
    assert!(!shown.contains("value=\"apply\""), "{shown}");
    assert_eq!(
        admin.hand_in("districts", "<gpx/>").await.0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(admin.hand_in("customers", "").await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_says_what_changes_in_a_row_field_by_field() {
    let world = World::new().await;
    let admin = Admin::of(&world).await;
    let hand_in = async |name: &str, landline: &str, lat: &str| {
        let file = format!("id,name,lat,lon,landline\nc9,{name},{lat},121.4,{landline}\n");
        assert_eq!(admin.hand_in("customers", &file).await.0, StatusCode::SEE_OTHER);
        admin.get("/admin/import/preview").await.1
    };
    let fresh = hand_in("Nine", "", "31.2").await;
    assert!(!fresh.contains("→"), "a new row changes nothing: {fresh}");
    admin.post("/admin/import/preview", "do=apply").await;
    let changed = hand_in("Ninth", "02158881234", "31.25").await;
    for said in [
        "Name: Nine → Ninth",
        "Landline: – → 02158881234",
        "Latitude: 31.200000 → 31.250000",
    ] {
        assert!(changed.contains(said), "{said} in {changed}");
    }
    assert!(!changed.contains("Longitude:"), "it stays: {changed}");

    let people = "user,name,role,team,districts,customers\nwang,Wang Fang,rep,t1,,c9\n";
    assert_eq!(admin.hand_in("users", people).await.0, StatusCode::SEE_OTHER);
    let (_, shown) = admin.get("/admin/import/preview").await;
    assert!(shown.contains("Customers: +c9, −c1"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_without_a_team_is_told_of_until_he_has_one() {
    let world = World::new().await;
    let admin = Admin::of(&world).await;
    let warning = "a supervisor without a team sees no rep";
    let (status, shown) = admin.post("/admin/users", "user=sam&name=Sam&role=supervisor").await;
    assert!(status == StatusCode::CREATED && shown.contains(warning), "{shown}");
    let saved = admin
        .post("/admin/users/sam", "do=save&name=Sam&role=supervisor&team=t1")
        .await;
    assert_eq!(saved.0, StatusCode::SEE_OTHER);
    assert!(!admin.get("/admin/users").await.1.contains(warning));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_files_may_be_large() {
    let world = World::new().await;
    let mut admin = Admin::of(&world).await;
    let large = "x".repeat(2 * 1024 * 1024);
    for (language, said) in [("en", "Back to the form"), ("zh-CN", "返回表单")] {
        admin.language = language;
        let (status, shown) = admin.post("/admin/duties", &large).await;
        let back = format!("<a href=\"/admin/duties\">{said}</a>");
        assert!(
            status == StatusCode::PAYLOAD_TOO_LARGE && shown.contains(&back),
            "{shown}"
        );
    }
    assert_eq!(admin.hand_in("customers", &large).await.0, StatusCode::SEE_OTHER);
    let too_large = "x".repeat(17 * 1024 * 1024);
    assert!(admin.hand_in("customers", &too_large).await.0.is_client_error());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_shape_is_said_in_the_pages_language() {
    let world = World::new().await;
    let mut admin = Admin::of(&world).await;
    let feature = |name: &str, ring: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{"name":"{name}"}},"geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}"#
        )
    };
    let (good, swapped) = (
        "[121,31],[122,31],[122,32],[121,31]",
        "[31,121],[31,122],[32,122],[31,121]",
    );
    let features = [feature("a", good), feature("b", swapped)].join(",");
    let file = format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#);
    for (language, said) in [
        (
            "en",
            [
                "feature 2, part 1, ring 1, vertex 1",
                "Latitude 121 and longitude 31 seem swapped",
            ],
        ),
        ("zh", ["要素 2, 部分 1, 环 1, 顶点 1", "纬度 121、经度 31 似乎颠倒"]),
    ] {
        admin.language = language;
        assert_eq!(admin.hand_in("districts", &file).await.0, StatusCode::SEE_OTHER);
        let (_, shown) = admin.get("/admin/import/preview").await;
        for words in said {
            assert!(shown.contains(words), "{words} in {shown}");
        }
        assert!(!shown.contains("they seem swapped"), "said once, by the row");
    }
}

#[test]
fn all_that_can_be_wrong_with_a_shape_has_words() {
    let there = Position::default();
    let faults = [
        Fault::Empty,
        Fault::TooFew(2),
        Fault::NotFinite,
        Fault::Swapped { lat: 121.0, lon: 31.0 },
        Fault::Latitude(91.0),
        Fault::Longitude(181.0),
        Fault::Antimeridian,
        Fault::Pole,
        Fault::Unclosed,
        Fault::CrossesItself,
        Fault::OverlapsItself,
        Fault::CrossesRing(there),
        Fault::HoleOutside,
        Fault::HolesOverlap(there),
        Fault::PartsOverlap(there),
    ];
    let in_shapes = faults.map(|fault| PlaceError::Faulty { at: there, fault });
    let in_files = [
        PlaceError::NotGeoJson("so".into()),
        PlaceError::Truncated { line: 1, column: 2 },
        PlaceError::ForeignCrs("EPSG:1".into()),
        PlaceError::NoName {
            feature: 1,
            property: "name".into(),
            present: "id".into(),
        },
        PlaceError::NoPolygon,
        PlaceError::NotAShape("so"),
    ];
    for error in in_shapes.iter().chain(&in_files) {
        let row = shape_fault(error);
        for language in [Language::En, Language::Zh] {
            let words = Words(language).find(&["row", &row.code].join("."));
            let blanks = words.map_or(0, |words| words.matches('{').count());
            assert!(words.is_some() && blanks == row.values.len(), "{row:?}: {words:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_comes_into_force_as_it_was_looked_at() {
    let world = World::new().await;
    let admin = Admin::of(&world).await;
    let far_m = || Books::now(&admin.desk).policy.visit.far_m;
    let before = far_m();
    let (status, shown) = admin.post("/admin/policy", "do=look&visit.far_m=251").await;
    assert_eq!((status, far_m()), (StatusCode::OK, before));
    let looked = shown
        .split("name=\"looked\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let other = format!("do=apply&visit.far_m=999&looked={looked}");
    assert_eq!(admin.post("/admin/policy", &other).await.0, StatusCode::OK);
    assert_eq!(far_m(), before, "what was looked at was another value");
    let same = format!("do=apply&visit.far_m=251&looked={looked}");
    assert_eq!(admin.post("/admin/policy", &same).await.0, StatusCode::SEE_OTHER);
    assert_eq!(far_m(), 251.0);
    let (status, _) = admin.post("/admin/policy", "do=look&visit.far_m=far").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_companys_page_is_put_in_force_and_taken_away() {
    let world = World::new().await;
    let admin = Admin::of(&world).await;
    let in_force = || Books::now(&admin.desk).notice.clone();
    let put = "zh=%E4%BD%8D%E7%BD%AE&en=Place%0D%0Aand+time";
    assert_eq!(admin.post("/admin/notice", put).await.0, StatusCode::SEE_OTHER);
    let notice = in_force().unwrap();
    assert_eq!((notice.zh.as_str(), notice.en.as_str()), ("位置", "Place\nand time"));
    let (_, shown) = admin.get("/admin/notice").await;
    assert!(
        shown.contains("位置") && shown.contains(&notice.version().branch()),
        "{shown}"
    );
    let on_phone = |shows: &str, text: &str| format!("data-shows=\"{shows}\" tabindex=\"0\">{text}</div>");
    assert!(shown.contains(&on_phone("zh en", "位置")) && shown.contains(&on_phone("en zh", "Place\nand time")));
    let long = format!("zh={}", "x".repeat(12_001));
    let (status, shown) = admin.post("/admin/notice", &long).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(shown.contains("xxxx"), "what was typed is still there");
    assert_eq!(in_force(), Some(notice));
    assert_eq!(admin.post("/admin/notice", "zh=&en=").await.0, StatusCode::SEE_OTHER);
    assert_eq!(in_force(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_the_admins_opens() {
    let world = World::new().await;
    let admin = Admin::of(&world).await;
    for (path, _) in super::SECTIONS {
        let (status, shown) = admin.get(path).await;
        assert!(
            status == StatusCode::OK && shown.matches("<h1>").count() == 1,
            "{path}: {shown}"
        );
        assert!(!shown.contains("style=") && !shown.contains("onclick"), "{path}");
    }
    let (status, shown) = admin.post("/admin/users", "user=wang&name=Wang&role=clerk").await;
    assert!(status == StatusCode::CREATED && shown.contains("<code>"), "{shown}");
    assert_eq!(
        admin.post("/admin/users/ada", "do=disable").await.0,
        StatusCode::CONFLICT
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_district_that_is_drawn_is_looked_at_with_what_it_means_before_it_changes() {
    let world = World::new().await;
    let admin = Admin::of(&world).await;
    let books = || Books::now(&admin.desk);
    let (id, known) = books()
        .districts
        .iter()
        .next()
        .map(|(id, known)| (id.clone(), known.clone()))
        .unwrap();
    let (status, page) = admin.get(&format!("/admin/draw?district={id}")).await;
    assert!(
        status == StatusCode::OK && page.contains(&format!("/map/shape?district={id}")),
        "{page}"
    );
    let shape = admin.get(&format!("/map/shape?district={id}")).await.1;
    assert!(shape.contains("MultiPolygon") && shape.contains("31.2"), "{shape}");

    // A small square far from the customer, who falls out of it.
    let square =
        r#"{"type":"Polygon","coordinates":[[[121.5,31.3],[121.51,31.3],[121.51,31.31],[121.5,31.31],[121.5,31.3]]]}"#;
    for (fields, wanted) in [
        (vec![("district", &*id), ("geometry", square)], StatusCode::SEE_OTHER),
        (
            vec![("district", ""), ("name", "New"), ("geometry", square)],
            StatusCode::SEE_OTHER,
        ),
        (
            vec![("district", ""), ("name", ""), ("geometry", square)],
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            vec![("district", &*id), ("geometry", "")],
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ] {
        assert_eq!(admin.draw(&fields).await.0, wanted, "{fields:?}");
    }
    admin
        .draw(&[("district", &*id), ("name", "ignored"), ("geometry", square)])
        .await;
    let (status, preview) = admin.get("/admin/import/preview").await;
    assert_eq!(status, StatusCode::OK);
    for told in [
        "km²",
        "falls out of",
        "would lie outside all of his districts",
        "name=\"valid_from\"",
        "/admin/draw?again=true",
    ] {
        assert!(preview.contains(told), "{told}: {preview}");
    }
    assert!(
        admin
            .get("/admin/draw?again=true")
            .await
            .1
            .contains(&format!("value=\"{}\" required", known.name))
    );
    assert!(admin.get("/map/shape").await.1.contains("121.51"));
    assert_eq!(books().districts[&id], known, "nothing changed yet");

    let (status, _) = admin
        .post("/admin/import/preview", "do=apply&valid_from=2026-11-22")
        .await;
    assert_eq!(status, StatusCode::OK);
    assert_ne!(books().districts[&id].shape, known.shape);

    // What crosses itself is no district.
    let crossed = r#"{"type":"Polygon","coordinates":[[[121,31],[122,32],[122,31],[121,32],[121,31]]]}"#;
    admin.draw(&[("district", &*id), ("geometry", crossed)]).await;
    let (status, preview) = admin.get("/admin/import/preview").await;
    assert!(
        status == StatusCode::UNPROCESSABLE_ENTITY && preview.contains("role=\"alert\""),
        "{preview}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_map_is_served_in_ranges_and_only_its_origin_is_let_in() {
    let world = World::new().await;
    let path = world.folder.path().join("map.pmtiles");
    std::fs::write(&path, b"PMTiles\x03 and what follows").unwrap();
    let tiles = "https://tiles.example.com/{z}/{x}/{y}.png";
    for (file, tiles, ranged, policy) in [
        (None, None, StatusCode::NOT_FOUND, "connect-src 'self';"),
        (Some(&*path), None, StatusCode::PARTIAL_CONTENT, "connect-src 'self';"),
        (
            None,
            Some(tiles),
            StatusCode::NOT_FOUND,
            "connect-src 'self' https://tiles.example.com;",
        ),
    ] {
        let base_map = BaseMap::new(file, tiles, true, "© us").unwrap();
        let site = Site {
            data: world.folder.path().to_owned(),
            metrics: None,
            base_map,
        };
        let mut admin = Admin::of(&world).await;
        admin.desk.site = Some(site.into());
        admin.router = router::router(&admin.desk, "http://127.0.0.1:8080", &Limits::default());
        let ask = |path: &str, range: &str| {
            let request = Request::builder()
                .uri(path)
                .header(header::AUTHORIZATION, &admin.token)
                .header(header::ACCEPT, "text/html")
                .header(header::RANGE, range)
                .body(Body::empty())
                .unwrap();
            let peer = Peer("192.0.2.7:1234".parse().unwrap());
            admin.router.clone().layer(Extension(peer)).oneshot(request)
        };
        let part = ask("/map/base.pmtiles", "bytes=0-6").await.unwrap();
        assert_eq!(part.status(), ranged);
        if ranged == StatusCode::PARTIAL_CONTENT {
            assert_eq!(to_bytes(part.into_body(), 100).await.unwrap(), "PMTiles");
        }
        let page = ask("/today", "").await.unwrap();
        let told = page.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(told.contains(policy), "{told}");
        let page = to_bytes(page.into_body(), usize::MAX).await.unwrap();
        let page = String::from_utf8_lossy(&page);
        assert_eq!(page.contains("data-shift"), file.is_some() || tiles.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_narrowed_to_whatever_can_stand_there_and_has_words_for_it() {
    let world = World::new().await;
    let admin = Admin::of(&world).await;
    let (_, page) = admin.get("/admin/audit").await;
    for kind in TYPES {
        assert!(
            page.contains(&format!("<option value=\"{kind}\"")),
            "{kind} can't be asked for"
        );
        let key = ["audit.type", &kind.replace('.', "_")].join(".");
        for language in [Language::En, Language::Zh] {
            assert!(
                Words(language).find(&key).is_some(),
                "{language:?} has no words for {kind}"
            );
        }
    }
    let (_, narrowed) = admin.get("/admin/audit?type=document.put").await;
    assert!(narrowed.contains("Document put: Rep</td>"), "{narrowed}");
    let (_, narrowed) = admin.get("/admin/audit?type=month.frozen").await;
    assert!(!narrowed.contains("<td"), "{narrowed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_says_what_a_policy_changed() {
    let world = World::new().await;
    let admin = Admin::of(&world).await;
    let mut policy = Books::now(&admin.desk).policy.clone();
    for (far_m, said) in [(300.0, "200.0 → 300.0"), (400.0, "300.0 → 400.0")] {
        policy.visit.far_m = far_m;
        let document = serde_json::to_value(&policy).unwrap();
        documents::put(&admin.desk, &Actor::console(), ("policy", "policy"), document, None)
            .await
            .unwrap();
        let (_, page) = admin.get("/admin/audit?type=document.put").await;
        let said = format!("Visits · Far from, m: {said}");
        assert!(page.contains(&said) && !page.contains("Begins:"), "{said} in {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_on_erasing_says_what_went_by_itself_and_what_goes_next() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(8, 0), 0).await;
    phone.fix(at(8, 1), 0);
    phone.fix(at(8, 2), 0);
    world.set_time(at(8, 3));
    world.pushed(&phone, 0).await;
    // Places are kept for 90 days after their own.
    let days_later = |days: i64| world.set_time(at(9, 0) + days * 24 * HOUR);
    days_later(90);
    let mut admin = Admin::of(&world).await;
    let (_, page) = admin.get("/admin/erase").await;
    assert!(
        page.contains("It has not run yet.") && page.contains("Nothing goes by itself"),
        "{page}"
    );
    duties::record_demo(&admin.desk, &Actor::console()).await.unwrap();
    let counts = |page: &str| {
        let rows = page.split("<th scope=\"row\">").skip(1);
        let cells = rows.map(|row| row.split(['<', '>']).step_by(4).take(2).collect::<Vec<_>>().join(" "));
        cells.collect::<Vec<String>>()
    };
    let [nothing, a_day] = [0, 1].map(|days| {
        let counted = [
            ("Positions", 2 * days),
            ("Days of reps", days),
            ("Days kept: under dispute", 0),
        ];
        let others = [
            ("Batches that did not check", 0),
            ("Days of which a summary is left", 0),
        ];
        let all = counted.into_iter().chain(others);
        all.map(|(kind, count)| format!("{kind} {count}")).collect::<Vec<_>>()
    });
    for (days, ran, next) in [(90, &nothing, &a_day), (91, &a_day, &nothing)] {
        days_later(days);
        admin = Admin::of(&world).await;
        retention::daily(&admin.desk).await.unwrap().unwrap();
        let (_, page) = admin.get("/admin/erase").await;
        assert!(!page.contains("Nothing goes by itself"), "{page}");
        assert_eq!(counts(&page), *ran, "{days} days later: {page}");
        let (_, page) = admin.post("/admin/erase", "do=next").await;
        assert_eq!(counts(&page), [&ran[..], next].concat(), "{days} days later: {page}");
    }
    admin.language = "zh-CN";
    let (_, page) = admin.post("/admin/erase", "do=next").await;
    assert!(page.contains("上次运行") && page.contains("下次运行将删除"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_phone_shows_of_itself_stands_beside_its_key() {
    let world = World::new().await;
    let admin = Admin {
        language: "zh",
        ..Admin::of(&world).await
    };
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(8, 0), 0).await;
    assert!(admin.get("/admin/phones").await.1.contains("未报告"));

    phone.write(at(8, 1), &SignsNoted::of(&[Trace::SuFile], false));
    phone.write(at(8, 2), &SignsNoted::of(&[Trace::SuFile, Trace::HookLoaded], true));
    phone.fix(at(8, 3), 0);
    world.set_time(at(8, 4));
    world.pushed(&phone, 0).await;
    let (_, page) = admin.get("/admin/phones").await;
    for words in [
        "系统或应用可能被改动",
        "已获取系统权限",
        "应用内有外来代码",
        "由其他应用给出位置",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }

    // What is pushed again, and what says nothing of signs, changes nothing.
    world.pushed(&phone, 0).await;
    let sent = phone.records.len();
    phone.fix(at(8, 5), 0);
    world.set_time(at(8, 6));
    world.pushed(&phone, sent).await;
    assert!(admin.get("/admin/phones").await.1.contains("系统或应用可能被改动"));

    let sent = phone.records.len();
    phone.write(at(8, 7), &SignsNoted::of(&[], false));
    world.set_time(at(8, 8));
    world.pushed(&phone, sent).await;
    let (_, page) = admin.get("/admin/phones").await;
    assert!(page.contains("未见异常") && !page.contains("已获取系统权限"), "{page}");
    let findings = admin.get("/findings").await.1;
    assert!(!findings.contains("data-line"), "no finding follows: {findings}");
}
