#![allow(clippy::unwrap_used)]

mod lists;

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Extension, Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use onbeat_core::{
    record::Hash,
    reference::{Document, ExceptionKind, FindingState, Team},
    rules::{Class, Finding, FindingKind, log::BatchQuarantined, presence::ReasonGiven, visit::VisitView},
    time::Interval,
};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::{
    append::append,
    auth::{
        Actor, Role,
        access::{Noted, ROUTES, Route, Scope, Who},
        user::User,
    },
    desk::{
        Desk, audit, customers,
        decide::FindingView,
        door,
        exceptions::{self, NewException},
        export::{self, Export},
        register::{self, Call},
        users,
    },
    desk_log::Act,
    files::export::VisitRow,
    router,
    serve::{Limits, Peer},
    store::{Change, ViewRow},
    testing::{CENTRE, HOUR, MINUTE, REP, World, at, customer, new_pkcs8, public, read_key},
};

/// The desk over a world of two teams: `wang` is in t1, `li` in t2.
struct Office {
    world: World,
    desk: Desk,
    router: Router,
    /// A quarantined batch of each rep.
    quarantined: [(&'static str, u64); 2],
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
    body: Value,
    bytes: Bytes,
}

impl Answer {
    fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or("")
    }

    fn cookie(&self) -> String {
        let cookie = self.headers[header::SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

impl Office {
    async fn open() -> Self {
        let world = World::new().await;
        world.put("t2", Document::Team(Team { name: "South".into() })).await;
        let mut li = world.app.documents().rep("li", at(7, 0)).unwrap().clone();
        li.team = "t2".into();
        li.customers = vec!["c2".into()];
        world.put("c2", Document::Customer(customer("c2", CENTRE))).await;
        world.put_from("li", Document::Rep(li), at(6, 0)).await;
        world.set_time(at(17, 0));
        let desk = Desk::new(world.app.clone());
        let router = router::router(&desk, "http://127.0.0.1:8080", &Limits::default());
        let mut quarantined = [(REP, 0), ("li", 0)];
        for (rep, seq) in &mut quarantined {
            *seq = quarantine(&world, rep).await;
        }
        Self {
            world,
            desk,
            router,
            quarantined,
        }
    }

    /// A user of a role, whose own team (a supervisor's) is t1. Nobody logs in with this password.
    async fn user(&self, role: Role) -> User {
        self.world.user(role.as_str(), role, &["t1"]).await
    }

    async fn commit(&self, change: Change) {
        self.world.app.commit(change).await.unwrap();
    }

    async fn token(&self, user: &User) -> String {
        self.world.bearer(user).await
    }

    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        // A text is what a page's form sends.
        let (kind, text) = match body {
            Value::String(form) => ("application/x-www-form-urlencoded", form.clone()),
            other => ("application/json", other.to_string()),
        };
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, kind);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(text)).unwrap();
        let router = self
            .router
            .clone()
            .layer(Extension(Peer("192.0.2.7:1234".parse().unwrap())));
        let response = router.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        // A stream of events ends when the browser is to ask anew: what it says is not waited for.
        let kind = parts.headers.get(header::CONTENT_TYPE);
        let read = if kind.is_some_and(|kind| kind == "text/event-stream") {
            Ok(Bytes::new())
        } else {
            to_bytes(body, usize::MAX).await
        };
        let bytes = read.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            bytes,
        }
    }

    async fn log_in(&self, user: &str, password: &str) -> Answer {
        let body = json!({"user": user, "password": password});
        self.ask(Method::POST, "/api/v1/login", &[], &body).await
    }
}

/// Has the desk keep a batch of a rep that did not check; the seq of its record.
async fn quarantine(world: &World, rep: &str) -> u64 {
    let bytes = format!("what {rep} sent").into_bytes();
    let batch = BatchQuarantined {
        rep: rep.into(),
        stream: "0".repeat(32),
        epoch: 1,
        seq: 7,
        fault: "seal".into(),
        blob: Hash::of(&bytes),
    };
    let change = Change {
        blobs: vec![(batch.blob, bytes)],
        ..Change::default()
    };
    let written = append(&world.app, vec![Act::new(&batch)], change).await.unwrap();
    written.unwrap()[0].seq
}

fn finding_of(rep: &str) -> Finding {
    Finding {
        id: Hash::of(rep),
        class: Class::Finding,
        kind: FindingKind::LeftArea,
        from_ms: at(12, 10),
        to_ms: at(12, 55),
        evidence: Vec::new(),
        facts: Default::default(),
        state: FindingState::Open,
    }
}

fn visit_of(rep: &str) -> VisitView {
    VisitView {
        visit: Hash::of(rep).branch() + &Hash::of(rep).branch(),
        customer: "c1".into(),
        customer_name: None,
        from_ms: at(10, 0),
        to_ms: None,
        dwell_s: None,
        distance_mm: None,
        purpose: "order".into(),
        report: None,
        photos: vec![photo()],
        records: Vec::new(),
        in_window: true,
    }
}

fn photo() -> Hash {
    Hash::of("a photo")
}

/// A finding and a visit of a rep, as the fold would put them.
fn views_of(rep: &str, team: &str) -> Vec<ViewRow> {
    let (finding, visit, day) = (finding_of(rep), visit_of(rep), "2026-11-23".to_owned());
    let row = |kind: &str, key: String, body: String| ViewRow {
        kind: kind.into(),
        key,
        scope: format!("team/{team}"),
        at_ms: at(10, 0),
        body,
        fields: Vec::new(),
    };
    let (rep, key) = (rep.to_owned(), visit.visit.clone());
    let found = FindingView {
        rep: rep.clone(),
        day: day.clone(),
        finding: finding.clone(),
    };
    let visited = VisitRow { rep, day, visit };
    vec![
        row(
            "finding",
            finding.id.to_string(),
            serde_json::to_string(&found).unwrap(),
        ),
        row("visit", key, serde_json::to_string(&visited).unwrap()),
    ]
}

/// A route's path about a rep.
fn path_of(office: &Office, route: &Route, rep: &str) -> String {
    let path = route.path;
    let path = path.replace("{rep}", rep).replace("{day}", "2026-11-23");
    let path = path.replace("{finding}", &finding_of(rep).id.to_string());
    let path = path
        .replace("{visit}", &visit_of(rep).visit)
        .replace("{photo}", &photo().to_string());
    let path = path
        .replace("{customer}", if rep == REP { "c1" } else { "c2" })
        .replace("{user}", "auditor")
        .replace("{stream}", "none");
    let path = path.replace("{month}", "2026-10");
    let path = path.replace("{kind}", "team").replace("{key}", "t1");
    let (_, quarantined) = office.quarantined.iter().find(|(whose, _)| *whose == rep).unwrap();
    let path = path.replace("{seq}", &quarantined.to_string());
    if ["/trail", "/reps/{rep}/log", "{seq}"]
        .iter()
        .any(|end| route.path.ends_with(end))
    {
        path + "?why=emergency"
    } else {
        path
    }
}

/// A body that a route can read, about a rep.
fn body_of(route: &Route, rep: &str) -> Value {
    match route.path {
        "/api/v1/me/password" => json!({"old": "x", "new": "a long enough password"}),
        "/api/v1/register" => json!({"rep": rep, "number": "021 5888 1234", "called_at_ms": at(9, 0)}),
        "/api/v1/findings/{finding}/decision" => json!({"state": "excused", "reason": "the fair"}),
        "/api/v1/findings/decisions" => {
            json!({"findings": [finding_of(rep).id], "state": "excused", "reason": "the fair"})
        }
        "/api/v1/exceptions" => {
            json!({"rep": rep, "reason": "leave", "from_ms": at(9, 0), "to_ms": at(10, 0)})
        }
        "/api/v1/exceptions/declined" => declining(rep, "00"),
        "/api/v1/customers/{customer}/landline" => json!({"number": "021 5888 1234"}),
        "/api/v1/codes" => json!({"rep": rep, "minutes": 60}),
        "/api/v1/users" => json!({"user": "new", "name": "New", "role": "clerk"}),
        "/api/v1/documents/{kind}/{key}" => json!({"name": "North"}),
        "/api/v1/rejudge" => json!({"from": "2026-11-20", "to": "2026-11-22"}),
        "/api/v1/duties" => json!({"duty": "basis", "date": "2026-11-20", "note": "page 3"}),
        "/findings" => json!(format!("finding={}&state=excused&reason=the+fair", finding_of(rep).id)),
        "/findings/{finding}" => json!("state=excused&reason=the+fair"),
        "/register" => json!(format!("rep={rep}&number=021+5888+1234")),
        "/exceptions" => json!(format!(
            "rep={rep}&reason=leave&from=2026-11-23T09:00&to=2026-11-23T10:00"
        )),
        "/customers/{customer}" => json!("number=021+5888+1234"),
        "/admin/codes" => json!(format!("rep={rep}&minutes=60")),
        "/admin/users" => json!("user=new&name=New&role=clerk"),
        "/admin/users/{user}" => json!("do=save&name=A&role=auditor"),
        "/admin/teams" => json!("team=t3&name=West"),
        "/admin/notice" => json!("zh=%E4%BD%8D%E7%BD%AE&en=Location"),
        "/admin/duties" => json!("duty=basis&date=2026-11-20&note=page+3"),
        "/admin/policy" => json!("do=look&visit.far_m=250"),
        "/admin/import/preview" => json!("do=apply"),
        "/admin/erase" => json!("before=2026-11-01&do=look"),
        _ => json!({}),
    }
}

fn declining(rep: &str, stream: &str) -> Value {
    let record = json!({"stream": stream, "epoch": 1, "branch": "", "seq": 2});
    json!({"rep": rep, "words": "no goods that day", "record": record})
}

/// A phone of a rep that gave a reason for noon as its second record: its stream.
async fn phone_with_reason(world: &World, rep: &str) -> String {
    let mut phone = world.enrol(rep).await;
    phone.anchor(world, at(17, 0), 0).await;
    let reason = ReasonGiven {
        interval: Interval {
            from_ms: at(12, 0),
            to_ms: at(13, 0),
        },
        reason: ExceptionKind::Goods,
        note: String::new(),
    };
    phone.write(at(17, 1), &reason);
    world.set_time(at(17, 2));
    world.pushed(&phone, 0).await;
    phone.stream
}

/// A rep's leave a week later: its id.
async fn leave_of(office: &Office, rep: &str) -> String {
    let leave = NewException {
        rep: rep.into(),
        record: None,
        reason: Some(ExceptionKind::Leave),
        from_ms: Some(at(9, 0) + 7 * 24 * HOUR),
        to_ms: Some(at(10, 0) + 7 * 24 * HOUR),
    };
    let made = exceptions::make(&office.desk, &Actor::console(), leave).await;
    made.unwrap().id
}

/// What a role gets of a route about an own team's rep or another's.
#[derive(Debug, PartialEq)]
enum Gets {
    Refused,
    Hidden,
    Served,
}

fn expected(route: &Route, role: Role, own: bool) -> Gets {
    let Who::Desk(roles) = route.who else {
        return Gets::Served;
    };
    let narrowed = matches!(
        route.scope,
        Scope::Rep | Scope::Finding | Scope::Visit | Scope::Customer | Scope::Quarantine | Scope::Body
    );
    match (roles.contains(&role), role) {
        (false, _) => Gets::Refused,
        (true, Role::Supervisor) if narrowed && !own => Gets::Hidden,
        _ => Gets::Served,
    }
}

fn got(answer: &Answer) -> Gets {
    // No photo was uploaded, no phone enrolled and no base map set here: that these are missing is no word on who may ask.
    let message = answer.body["error"]["message"].as_str().unwrap_or("");
    let absent = ["photo", "stream", "base map"]
        .iter()
        .any(|thing| message.starts_with(&format!("there is no {thing}")));
    match answer.code() {
        // A page shows its form again, with what was wrong.
        "" if answer.status == StatusCode::NOT_FOUND => Gets::Hidden,
        "not_your_role" => Gets::Refused,
        "not_found" if !absent => Gets::Hidden,
        _ => Gets::Served,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_gets_of_each_route_what_the_table_says() {
    let office = Office::open().await;
    for role in Role::ALL {
        office.user(role).await;
    }
    let mut streams = Vec::new();
    for rep in [REP, "li"] {
        streams.push(phone_with_reason(&office.world, rep).await);
    }
    let mut wrong = Vec::new();
    for route in ROUTES.iter().filter(|route| matches!(route.who, Who::Desk(_))) {
        for role in Role::ALL {
            for ((rep, team, own), stream) in [(REP, "t1", true), ("li", "t2", false)].into_iter().zip(&streams) {
                // Requests change things: each starts from the same.
                let user = office.user(role).await;
                let change = Change {
                    views: views_of(rep, team),
                    ..Change::default()
                };
                office.commit(change).await;
                let token = office.token(&user).await;
                let headers = [("authorization", token.as_str())];
                let body = match route.path {
                    "/api/v1/exceptions/declined" => declining(rep, stream),
                    _ => body_of(route, rep),
                };
                let mut path = path_of(&office, route, rep);
                if path.contains("{exception}") {
                    path = path.replace("{exception}", &leave_of(&office, rep).await);
                }
                let answer = office.ask(route.method.clone(), &path, &headers, &body).await;
                let (got, expected) = (got(&answer), expected(route, role, own));
                let failed = answer.status.is_server_error() || answer.status == StatusCode::UNAUTHORIZED;
                if got != expected || failed {
                    let said = format!("{} {}", answer.status, answer.body);
                    wrong.push(format!(
                        "{role:?} {} {} own={own}: {expected:?}, got {said}",
                        route.method, route.path
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the desk's log tells, from a record on.
async fn told_since(office: &Office, seq: u64) -> Vec<audit::DeskRecord> {
    let (newest, _) = audit::page(&office.desk, None, &[], |_| true, 200).await.unwrap();
    newest.into_iter().filter(|record| record.seq > seq).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_is_told_where_the_table_says_so_and_nowhere_else() {
    let office = Office::open().await;
    let admin = office.user(Role::Admin).await;
    let change = Change {
        views: views_of(REP, "t1"),
        ..Change::default()
    };
    office.commit(change).await;
    let landline = Some("021 5888 1234");
    customers::set_landline(&office.desk, &admin.actor(), "c1", landline)
        .await
        .unwrap();
    let call = Call {
        rep: REP.into(),
        number: "021 5888 1234".into(),
        called_at_ms: at(9, 0),
        note: String::new(),
    };
    register::enter(&office.desk, &admin.actor(), call).await.unwrap();
    let token = office.token(&admin).await;
    let headers = [("authorization", token.as_str())];
    let mut wrong = Vec::new();
    for route in ROUTES
        .iter()
        .filter(|route| route.method == Method::GET && matches!(route.who, Who::Desk(_)))
    {
        let path = path_of(&office, route, REP).replace("/documents/team", "/documents/customer");
        let path = match route.path {
            "/register/number" => path + "?number=021+5888+1234&rep=wang",
            "/register" | "/register/print" | "/api/v1/register" => path + "?day=2026-11-23",
            _ => path,
        };
        let since = office.desk.app.desk.head().await.unwrap().seq;
        for _ in 0..2 {
            office.ask(Method::GET, &path, &headers, &Value::Null).await;
        }
        let told: Vec<String> = told_since(&office, since)
            .await
            .into_iter()
            .map(|record| record.kind)
            .collect();
        let about_customers = |path: &str| ["customer", "visit", "register"].iter().any(|part| path.contains(part));
        let expected: &[&str] = match (route.noted, route.path) {
            (Noted::No, _) => &[],
            (Noted::WithWhy, _) if !path.contains("why=") => &[],
            // The views here were folded from nothing that could be explained, or that a log could hold.
            (_, "/findings/{finding}" | "/api/v1/findings/{finding}/explain") => &[],
            (_, "/api/v1/days/{rep}/{day}" | "/reps/{rep}/days/{day}") => &[],
            (_, "/customers/{customer}") => &["customer.opened", "customer.opened"],
            (_, "/reports/export" | "/admin/audit/export" | "/admin/export") => &["data.exported", "data.exported"],
            (_, path) if about_customers(path) || path.contains("documents") => &["customers.seen"],
            _ => &["document.put"],
        };
        if told != expected {
            wrong.push(format!("{path}: expected {expected:?}, told {told:?}"));
        }
        // Each is asked as if nothing had been seen lately.
        office.world.set_time(office.desk.now_ms() + 11 * MINUTE);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn nobody_gets_anything_without_logging_in() {
    let office = Office::open().await;
    for route in ROUTES.iter().filter(|route| route.who != Who::Anyone) {
        let answer = office
            .ask(
                route.method.clone(),
                &path_of(&office, route, REP),
                &[],
                &body_of(route, REP),
            )
            .await;
        assert_eq!(
            answer.status,
            StatusCode::UNAUTHORIZED,
            "{} {}",
            route.method,
            route.path
        );
    }
}

#[tokio::test]
async fn every_route_stands_in_the_table_and_no_other() {
    let office = Office::open().await;
    let document = router::routes(&office.desk).split_for_parts().1;
    let document = serde_json::to_value(document).unwrap();
    let mut served = BTreeSet::from(["GET /api/v1/openapi.json".to_owned()]);
    for (path, item) in document["paths"].as_object().unwrap() {
        served.extend(
            item.as_object()
                .unwrap()
                .keys()
                .map(|method| format!("{} {path}", method.to_uppercase())),
        );
    }
    let table: BTreeSet<_> = ROUTES
        .iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(table.len(), ROUTES.len(), "no row stands twice");
    assert_eq!(served, table);
}

#[tokio::test]
async fn the_document_of_the_api_changes_on_purpose_only() {
    let office = Office::open().await;
    let answer = office.ask(Method::GET, "/api/v1/openapi.json", &[], &Value::Null).await;
    let mut document = answer.body;
    document["info"]["version"] = "[version]".into();
    insta::assert_json_snapshot!("openapi", document);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_and_tells_nothing() {
    let office = Office::open().await;
    let code = users::setup_code(&office.desk).await.unwrap().unwrap();
    users::set_up(&office.desk, code.reveal(), "root", "a long enough password")
        .await
        .unwrap();
    let wrong = office.log_in("root", "another long password").await;
    let nobody = office.log_in("nobody", "another long password").await;
    let told = |answer: &Answer| {
        let mut error = answer.body["error"].clone();
        let id = error.as_object_mut().unwrap().remove("request_id").unwrap();
        assert_eq!(answer.headers["x-request-id"], id.as_str().unwrap());
        error
    };
    assert_eq!((wrong.status, told(&wrong)), (StatusCode::FORBIDDEN, told(&nobody)));
    for _ in 0..9 {
        assert_eq!(
            office.log_in("ROOT", "another long password").await.code(),
            "bad_log_in"
        );
    }
    let waits = office.log_in("root", "a long enough password").await;
    assert_eq!(
        (waits.status, waits.code()),
        (StatusCode::TOO_MANY_REQUESTS, "too_often")
    );
    assert!(waits.headers.contains_key(header::RETRY_AFTER));
    assert_eq!(
        office.log_in("other", "another long password").await.code(),
        "bad_log_in"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_side_by_side_are_counted_before_they_are_checked() {
    let office = Office::open().await;
    let code = users::setup_code(&office.desk).await.unwrap().unwrap();
    users::set_up(&office.desk, code.reveal(), "root", "a long enough password")
        .await
        .unwrap();
    // None has an answer before the last is sent: hashing goes one at a time.
    let office = Arc::new(office);
    let guess = |office: Arc<Office>| async move { office.log_in("root", "another long password").await };
    let guesses: JoinSet<Answer> = (0..20).map(|_| guess(office.clone())).collect();
    let answers = guesses.join_all().await;
    let refused = |code: &str| answers.iter().filter(|answer| answer.code() == code).count();
    assert_eq!((refused("bad_log_in"), refused("too_often")), (10, 10));
    // One line tells of the first of them, and a number of the others.
    assert_eq!(office.desk.gate.tally.take("root"), 19);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_session_is_no_place_to_guess_its_password() {
    let office = Office::open().await;
    let admin = office.user(Role::Admin).await;
    let token = office.token(&admin).await;
    let headers = [("authorization", token.as_str())];
    let body = json!({"old": "a wrong long password", "new": "another long password"});
    for n in 0..11 {
        let answer = office.ask(Method::PUT, "/api/v1/me/password", &headers, &body).await;
        assert_eq!(answer.code(), if n < 10 { "bad_log_in" } else { "too_often" }, "{n}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_tries_codes_shuts_enrolment_for_nobody_else() {
    let office = Office::open().await;
    let limits = Limits {
        proxy: Some([192, 0, 2, 7].into()),
        ..Limits::default()
    };
    let office = Office {
        router: router::router(&office.desk, "https://onbeat.example.com", &limits),
        ..office
    };
    let key = json!(public(&read_key(&new_pkcs8())));
    let body = json!({"code": "guessed", "key": key, "grade": "software", "recovery": {"enc": "", "sealed": ""}});
    let try_code = async |from: &str| {
        let headers = [("x-forwarded-for", from)];
        let answer = office.ask(Method::POST, "/api/v1/enrol", &headers, &body).await;
        answer.code().to_owned()
    };
    for _ in 0..400 {
        try_code("203.0.113.1").await;
    }
    assert_eq!(try_code("203.0.113.1").await, "too_often");
    assert_eq!(try_code("203.0.113.2").await, "bad_code");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_lives_in_a_cookie_until_it_idles_or_ends() {
    let office = Office::open().await;
    let code = users::setup_code(&office.desk).await.unwrap().unwrap();
    let body = json!({"code": code.reveal(), "user": "Root", "password": "a long enough password"});
    let made = office.ask(Method::POST, "/api/v1/setup", &[], &body).await;
    assert_eq!(
        (made.status, &made.body["role"]),
        (StatusCode::CREATED, &json!("admin"))
    );
    assert_eq!(
        office.ask(Method::POST, "/api/v1/setup", &[], &body).await.code(),
        "bad_code"
    );
    let set = made.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(
        set.contains("HttpOnly") && set.contains("SameSite=Strict") && !set.contains("Secure"),
        "{set}"
    );

    let cookie = made.cookie();
    let me = async || {
        let headers = [("cookie", cookie.as_str())];
        office.ask(Method::GET, "/api/v1/me", &headers, &Value::Null).await
    };
    assert_eq!(me().await.body["user"], "root");
    office.world.set_time(at(17, 0) + 11 * HOUR);
    assert_eq!(me().await.status, StatusCode::OK);
    office.world.set_time(at(17, 0) + 22 * HOUR);
    assert_eq!(me().await.status, StatusCode::OK, "it was used in between");
    office.world.set_time(at(17, 0) + 35 * HOUR);
    assert_eq!(
        me().await.status,
        StatusCode::UNAUTHORIZED,
        "idle for longer than 12 hours"
    );

    let again = office.log_in("root", "a long enough password").await;
    let cookie = again.cookie();
    let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
    let out = office.ask(Method::POST, "/api/v1/logout", &headers, &Value::Null).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert_eq!(
        office
            .ask(Method::GET, "/api/v1/me", &headers, &Value::Null)
            .await
            .code(),
        "not_logged_in"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_sessions_and_tokens() {
    let office = Office::open().await;
    let code = users::setup_code(&office.desk).await.unwrap().unwrap();
    let root = users::set_up(&office.desk, code.reveal(), "root", "a long enough password")
        .await
        .unwrap();
    let token = office.token(&root).await;
    let with_token = [("authorization", token.as_str())];
    assert_eq!(
        office
            .ask(Method::GET, "/api/v1/me", &with_token, &Value::Null)
            .await
            .status,
        StatusCode::OK
    );
    let body = json!({"old": "a long enough password", "new": "another long password"});
    let changed = office.ask(Method::PUT, "/api/v1/me/password", &with_token, &body).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert_eq!(
        office
            .ask(Method::GET, "/api/v1/me", &with_token, &Value::Null)
            .await
            .code(),
        "not_logged_in"
    );
    let cookie = changed.cookie();
    let with_cookie = [("cookie", cookie.as_str())];
    assert_eq!(
        office
            .ask(Method::GET, "/api/v1/me", &with_cookie, &Value::Null)
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_changes_nothing() {
    let office = Office::open().await;
    let admin = office.user(Role::Admin).await;
    let session = door::enter(&office.desk, &admin).await.unwrap();
    let cookie = format!("onbeat_session={}", session.reveal());
    let body = json!({"name": "North"});
    for (says, admitted) in [
        (vec![], false),
        (vec![("sec-fetch-site", "none")], false),
        (vec![("sec-fetch-site", "same-origin")], true),
        (vec![("sec-fetch-site", "same-site")], false),
        (
            vec![
                ("sec-fetch-site", "cross-site"),
                ("origin", "http://onbeat.test"),
                ("host", "onbeat.test"),
            ],
            false,
        ),
        (vec![("origin", "http://onbeat.test"), ("host", "onbeat.test")], true),
        (vec![("origin", "http://evil.test"), ("host", "onbeat.test")], false),
        (vec![("origin", "ftp://onbeat.test"), ("host", "onbeat.test")], false),
        (vec![("origin", "null"), ("host", "onbeat.test")], false),
    ] {
        let mut headers = vec![("cookie", cookie.as_str())];
        headers.extend(says.iter().copied());
        let answer = office
            .ask(Method::PUT, "/api/v1/documents/team/t1", &headers, &body)
            .await;
        assert_eq!(answer.status == StatusCode::OK, admitted, "{says:?} {}", answer.body);
        let read = office.ask(Method::GET, "/api/v1/me", &headers, &Value::Null).await;
        assert_eq!(read.status, StatusCode::OK, "reading changes nothing: {says:?}");
        // But opening a trail is written down in the person's name.
        let is_foreign = !admitted && !says.is_empty() && says[0].1 != "none";
        for noted in [
            "/api/v1/days/wang/2026-11-23/trail?why=emergency",
            "/reps/wang/days/2026-11-23?wh%79=emergency",
            "/api/v1/findings/f/explain",
            "/customers/c1",
        ] {
            let looked = office.ask(Method::GET, noted, &headers, &Value::Null).await;
            assert_eq!(
                looked.code() == "cross_site",
                is_foreign,
                "{noted} {says:?} {}",
                looked.body
            );
        }
        let planted = format!("{cookie}; onbeat_session=another");
        let two = office
            .ask(Method::GET, "/api/v1/me", &[("cookie", planted.as_str())], &Value::Null)
            .await;
        assert_eq!(
            two.status,
            StatusCode::UNAUTHORIZED,
            "nobody can say which of two is his own"
        );
    }
    let foreign = [("sec-fetch-site", "cross-site")];
    let log_in = json!({"user": "root", "password": "a long enough password"});
    assert_eq!(
        office
            .ask(Method::POST, "/api/v1/login", &foreign, &log_in)
            .await
            .code(),
        "cross_site"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_tls_a_page_without_it_is_another_site() {
    let mut office = Office::open().await;
    let admin = office.user(Role::Admin).await;
    let cookie = format!(
        "onbeat_session={}",
        door::enter(&office.desk, &admin).await.unwrap().reveal()
    );
    for (url, origin, admitted) in [
        ("https://onbeat.test", "https://onbeat.test", true),
        ("https://onbeat.test", "http://onbeat.test", false),
        ("http://onbeat.test", "http://onbeat.test", true),
        // A proxy that nobody told of may have added it.
        ("http://onbeat.test", "https://onbeat.test", true),
    ] {
        office.router = router::router(&office.desk, url, &Limits::default());
        let headers = [("cookie", cookie.as_str()), ("host", "onbeat.test"), ("origin", origin)];
        let team = "/api/v1/documents/team/t1";
        let answer = office.ask(Method::PUT, team, &headers, &json!({"name": "North"})).await;
        assert_eq!(
            answer.status == StatusCode::OK,
            admitted,
            "{url} {origin} {}",
            answer.body
        );
    }
}

#[tokio::test]
async fn every_answer_has_an_id_and_trusts_nothing() {
    let office = Office::open().await;
    for (path, status) in [("/healthz", 200), ("/api/v1/me", 401), ("/nowhere", 404)] {
        let answer = office.ask(Method::GET, path, &[], &Value::Null).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert_eq!(answer.headers["x-request-id"].len(), 16, "{path}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
    }
    let large = "x".repeat(1024 * 1024 + 1);
    let answer = office
        .ask(
            Method::POST,
            "/api/v1/login",
            &[],
            &json!({"user": large, "password": ""}),
        )
        .await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::PAYLOAD_TOO_LARGE, "too_big")
    );
    let wrong = office
        .ask(Method::POST, "/api/v1/login", &[], &json!({"user": 1}))
        .await;
    assert_eq!(
        (wrong.status, wrong.code()),
        (StatusCode::UNPROCESSABLE_ENTITY, "bad_body")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_paged_to_their_end_and_bounded() {
    let office = Office::open().await;
    let auditor = office.user(Role::Auditor).await;
    let token = office.token(&auditor).await;
    let headers = [("authorization", token.as_str())];
    for path in ["/api/v1/audit?limit=2", "/api/v1/visits?limit=1"] {
        let change = Change {
            views: [views_of(REP, "t1"), views_of("li", "t2")].concat(),
            ..Change::default()
        };
        office.commit(change).await;
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let answer = office
                .ask(Method::GET, &format!("{path}{after}"), &headers, &Value::Null)
                .await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            let items = answer.body["items"].as_array().unwrap();
            assert!(items.len() <= 2);
            seen.extend(items.iter().map(ToString::to_string));
            match answer.body["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        let distinct: BTreeSet<_> = seen.iter().collect();
        assert!(seen.len() > 1 && distinct.len() == seen.len(), "{path}: {seen:?}");
    }
    let bad = office
        .ask(Method::GET, "/api/v1/visits?after=x", &headers, &Value::Null)
        .await;
    assert_eq!(bad.code(), "bad_cursor");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_takes_out_what_proves_a_day_and_the_rep_sees_it() {
    let office = Office::open().await;
    let supervisor = office.user(Role::Supervisor).await;
    let token = office.token(&supervisor).await;
    let get = async |path: &str| {
        let headers = [("authorization", token.as_str())];
        office.ask(Method::GET, path, &headers, &Value::Null).await
    };
    let mut phone = office.world.enrol(REP).await;
    phone.anchor(&office.world, at(8, 0), 0).await;
    for i in 0..600 {
        phone.fix(at(8, 1) + i * 10_000, 0);
    }
    for part in [0..400, 400..601] {
        let batch = phone.batch_of(&phone.records[part]);
        assert_eq!(office.world.push_text(&phone, "", batch.as_bytes()).await.0, 200);
    }
    for (path, code) in [("/api/v1/reps/wang/log", 400), ("/api/v1/reps/wang/log?why=x", 422)] {
        assert_eq!(get(path).await.status.as_u16(), code, "{path}");
    }
    let answer = get("/api/v1/reps/wang/log?why=a+complaint+about+Monday").await;
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/x-ndjson");
    let what = Export::Log {
        stream: None,
        rep: Some(REP.into()),
    };
    let (mut command, mut after) = (String::new(), None);
    loop {
        let page = export::page(&office.desk, &what, after.as_deref()).await.unwrap();
        command += &page.text;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(answer.text, command, "as `onbeat export log` writes it");
    assert_eq!(answer.text.matches("\"type\":\"fix\"").count(), 600);

    let list = get("/api/v1/quarantine").await.body;
    let (_, seq) = office.quarantined[0];
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "the own team's: {list}");
    assert_eq!(
        (&list["items"][0]["seq"], &list["items"][0]["fields"]["rep"]),
        (&json!(seq), &json!(REP))
    );
    let bytes = get(&format!("/api/v1/quarantine/{seq}?why=what+was+changed")).await;
    assert_eq!(bytes.text, "what wang sent");
    assert_eq!(
        get(&format!("/api/v1/quarantine/{}?why=emergency", seq - 1))
            .await
            .code(),
        "not_found"
    );

    let told = office.world.app.documents().reference_of(REP, office.desk.now_ms());
    let looks: BTreeSet<(String, String, String)> = told
        .iter()
        .filter_map(|(_, _, document)| match &**document {
            Document::Look(look) => Some((look.by.clone(), look.day.clone(), look.why.clone())),
            _ => None,
        })
        .collect();
    let look = |day: &str, why: &str| ("supervisor".to_owned(), day.to_owned(), why.to_owned());
    let expected = [
        look("all", "a complaint about Monday"),
        look("2026-11-23", "what was changed"),
    ];
    assert_eq!(looks, BTreeSet::from(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_parameter_is_refused_and_the_right_ones_are_named() {
    let office = Office::open().await;
    let token = office.token(&office.user(Role::Admin).await).await;
    let phone = office.world.enrol(REP).await;
    let phones = format!("Bearer {}", phone.token);
    let headers = [("authorization", token.as_str())];
    let device = [("authorization", phones.as_str())];
    /// Who asks, what, and what the refusal says, if it is one.
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, Option<&'a str>);
    let cases: &[Case<'_>] = &[
        (
            &headers,
            "/api/v1/days?tem=t1",
            Some("it knows after, from, limit, rep, team, to"),
        ),
        (&headers, "/api/v1/days?team=t1&limit=5&rep=wang&from=2026-11-01", None),
        (&headers, "/api/v1/findings?stat=open", Some("state")),
        (&headers, "/api/v1/audit?typ=look", Some("it knows after, limit, type")),
        (&headers, "/api/v1/audit?type=look&limit=3", None),
        (&headers, "/api/v1/reps?team=t1", Some("this route has none")),
        (&headers, "/api/v1/openapi.json?x", Some("this route has none")),
        (&device, "/api/v1/feed?afetr=1", Some("it knows after, limit")),
        (&device, "/api/v1/feed?limit=3", None),
    ];
    for (headers, path, refused) in cases {
        let answer = office.ask(Method::GET, path, headers, &Value::Null).await;
        match refused {
            None => assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body),
            Some(why) => {
                assert_eq!(
                    (answer.status, answer.code()),
                    (StatusCode::BAD_REQUEST, "bad_query"),
                    "{path}"
                );
                assert!(answer.text.contains(why), "{path}: {}", answer.text);
            }
        }
    }
    let answer = office.ask(Method::GET, "/api/v1/days?tem=t1", &[], &Value::Null).await;
    assert_eq!(
        answer.status,
        StatusCode::UNAUTHORIZED,
        "who may not ask learns nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_not_said_who_he_is_may_not_fill_the_memory() {
    let office = Office::open().await;
    for (path, kind) in [
        ("/api/v1/login", "application/json"),
        ("/api/v1/setup", "application/json"),
        ("/api/v1/enrol", "application/json"),
        ("/api/v1/recover", "application/json"),
        ("/setup", "application/x-www-form-urlencoded"),
    ] {
        for (bytes, too_big) in [(1_000, false), (40_000, true)] {
            let request = Request::post(path)
                .header(header::CONTENT_TYPE, kind)
                .header("sec-fetch-site", "same-origin")
                .body(Body::from(format!("{{\"user\":\"{}\"}}", "x".repeat(bytes))))
                .unwrap();
            let status = office.router.clone().oneshot(request).await.unwrap().status();
            assert_eq!(status == StatusCode::PAYLOAD_TOO_LARGE, too_big, "{path}: {status}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_set_up_link_opens_a_form_that_works_once() {
    let office = Office::open().await;
    let code = users::setup_code(&office.desk).await.unwrap().unwrap();
    let form = format!("code={}&user=ada&password=a+long+enough+password", code.reveal());
    let send = async |method: Method, form: &str, site: &str| {
        let request = Request::builder()
            .method(method)
            .uri("/setup")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site)
            .body(Body::from(form.to_owned()))
            .unwrap();
        let response = office.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        (
            parts.status.as_u16(),
            parts.headers,
            String::from_utf8(bytes.to_vec()).unwrap(),
        )
    };
    for _ in 0..2 {
        let (status, headers, text) = send(Method::GET, "", "none").await;
        assert_eq!(
            (status, &headers[header::CONTENT_TYPE]),
            (200, &"text/html; charset=utf-8".parse().unwrap())
        );
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{policy}");
        assert!(
            text.contains("action=\"/setup\"") && text.contains("curl") && !text.contains("<script>"),
            "{text}"
        );
    }
    let (status, _, text) = send(
        Method::POST,
        "code=x&user=%3Cb%3E&password=a+long+enough+password",
        "same-origin",
    )
    .await;
    assert_eq!(status, 403, "{text}");
    let name = form.replace("ada", "%3Cb+%3E");
    let (status, _, text) = send(Method::POST, &name, "same-origin").await;
    assert!(status == 422 && text.contains("&#60;b &#62;"), "{status} {text}");
    assert_eq!(send(Method::POST, &form, "cross-site").await.0, 403);
    assert_eq!(send(Method::POST, &form, "same-origin").await.0, 303);
    assert_eq!(
        send(Method::POST, &form, "same-origin").await.0,
        403,
        "the code works once"
    );
    assert_eq!(
        office.log_in("ada", "a long enough password").await.status,
        StatusCode::OK
    );
}
