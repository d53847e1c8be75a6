//! What lists and files hold for whom: body by body, in every format, of the own team and of another, and of a rep who
//! changed teams between two days.

use std::{collections::BTreeSet, io::Read};

use futures_util::StreamExt;
use onbeat_core::rules::visit::{CheckedIn, Outcome, Report};

use super::*;
use crate::{
    auth::{Actor, access},
    desk::{
        decide::{self, Ruling},
        documents,
        exceptions::{self, NewException},
        look,
    },
    fold,
    store::{Field, ViewQuery},
    testing::Phone,
};

const DAY: i64 = 24 * HOUR;
const DAYS: [&str; 2] = ["2026-11-23", "2026-11-24"];

/// What is of one rep's day, and so of the team that he was in then. Each text stands nowhere else.
#[derive(Debug, Clone)]
struct OfDay {
    rep: &'static str,
    team: &'static str,
    day: usize,
    customer: String,
    shop: String,
    landline: String,
    said: String,
    visit: String,
    finding: String,
    exception: String,
    stream: String,
}

/// Kinds of texts that a list may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rep,
    Team,
    Customer,
    Shop,
    /// A customer's landline, which auditors are not shown.
    Landline,
    /// A number that called, which stands in the register for all who read it.
    Caller,
    Said,
    Visit,
    Finding,
    Exception,
    Stream,
}
use Kind::{Caller, Customer, Exception, Finding, Landline, Rep, Said, Shop, Stream, Team, Visit};

/// Those that nobody else's day has.
const OF_A_DAY: [Kind; 9] = [Rep, Customer, Shop, Landline, Said, Visit, Finding, Exception, Stream];

impl OfDay {
    fn text(&self, kind: Kind) -> &str {
        match kind {
            Rep => self.rep,
            Team => self.team,
            Customer => &self.customer,
            Shop => &self.shop,
            Landline | Caller => &self.landline,
            Said => &self.said,
            Visit => &self.visit,
            Finding => &self.finding,
            Exception => &self.exception,
            Stream => &self.stream,
        }
    }
}

/// Which days a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    /// The one that the path names as `{day}`: it is asked for each.
    Named,
    /// All.
    All,
    /// None: it goes by the team that the rep is in.
    Now,
}

/// Every list with what it holds of each rep-day that its reader sees, and nothing else.
#[rustfmt::skip]
const LISTS: &[(&str, Of, &[Kind])] = &[
    ("/api/v1/reps", Of::Now, &[Rep, Team]),
    ("/api/v1/teams", Of::Now, &[Team]),
    ("/api/v1/days?from={day}&to={day}", Of::Named, &[Rep]),
    ("/api/v1/visits?from={day}&to={day}", Of::Named, &[Rep, Customer, Shop, Said, Visit]),
    ("/api/v1/visits", Of::All, &[Rep, Said, Visit]),
    ("/api/v1/findings?from={day}&to={day}", Of::Named, &[Rep, Finding]),
    ("/api/v1/register?day={day}", Of::Named, &[Rep, Caller, Customer]),
    ("/api/v1/exceptions", Of::All, &[Rep, Exception, Said]),
    ("/api/v1/customers", Of::Now, &[Customer, Shop, Landline]),
    ("/api/v1/phones", Of::Now, &[Rep, Stream]),
    ("/api/v1/quarantine", Of::Now, &[Rep]),
    ("/today?day={day}", Of::Named, &[Rep, Shop]),
    ("/map/visits?day={day}", Of::Named, &[Rep, Shop]),
    ("/findings?state=excused", Of::All, &[Rep, Finding]),
    ("/register?day={day}", Of::Named, &[Rep, Caller, Shop]),
    ("/register/print?day={day}", Of::Named, &[Rep, Caller, Shop]),
    ("/visits", Of::All, &[Rep, Shop, Said, Visit]),
    ("/customers", Of::Now, &[Customer, Shop, Rep, Landline]),
    ("/map/customers", Of::Now, &[Customer, Shop]),
    ("/exceptions", Of::All, &[Rep, Said]),
    ("/reports?by=rep", Of::All, &[Rep]),
    ("/reports/months/2026-11", Of::All, &[Rep]),
    ("/reports/export?what=adherence&by=rep&from={day}&to={day}", Of::Named, &[Rep]),
    ("/reports/export?what=days&from={day}&to={day}", Of::Named, &[Rep]),
    ("/reports/export?what=visits&from={day}&to={day}", Of::Named, &[Rep, Customer, Shop, Said, Visit]),
    ("/reports/export?what=findings&from={day}&to={day}", Of::Named, &[Rep, Finding]),
    ("/reports/export?what=register&from={day}&to={day}", Of::Named, &[Rep, Caller, Customer]),
    ("/reports/export?what=customers", Of::Now, &[Customer, Shop, Landline]),
    ("/reports/export?what=exceptions", Of::All, &[Rep, Exception, Said]),
    ("/reports/export?what=looks&from={day}&to={day}", Of::Named, &[Rep, Said]),
    ("/reports/export?what=month&from=2026-11-01&to=2026-11-30", Of::All, &[Rep]),
    ("/reports/export?what=phones", Of::Now, &[Rep, Stream]),
    ("/admin/phones", Of::Now, &[Rep]),
    ("/admin/quarantine", Of::Now, &[Rep]),
    ("/admin/export?what=users", Of::Now, &[Team]),
    ("/admin/export?what=duties", Of::Now, &[]),
    ("/admin/export?what=shares", Of::Now, &[]),
];
/// What is drawn on a map or in a track holds of the same; notes and numbers are no place.
const PLACES: &[(&str, Of, &[Kind])] = &[
    (
        "/reports/export?what=visits&from={day}&to={day}&format=geojson",
        Of::Named,
        &[Rep, Customer, Shop, Visit],
    ),
    (
        "/reports/export?what=visits&from={day}&to={day}&format=gpx",
        Of::Named,
        &[Shop],
    ),
    (
        "/reports/export?what=customers&format=geojson",
        Of::Now,
        &[Customer, Shop],
    ),
    ("/reports/export?what=customers&format=gpx", Of::Now, &[Shop]),
];
/// Lists that are asked otherwise, below.
const OTHERWISE: [&str; 2] = ["/today/live", "/register/number"];

/// `own` is in t1, `oth` in t2, and `mov` was in t1 on the first day and is in t2 on the second, which runs.
async fn two_days() -> (Office, Vec<OfDay>) {
    let office = Office::open().await;
    let world = &office.world;
    world.set_time(at(7, 0));
    for (rep, team) in [("rep-own", "t1"), ("rep-oth", "t2"), ("rep-mov", "t1")] {
        let customers = customers_of(rep);
        for (n, id) in customers.iter().enumerate() {
            let landline = Some(landline_of(rep, n));
            let name = format!("Shop {id}");
            let shop = onbeat_core::reference::Customer {
                name,
                landline,
                ..customer(id, CENTRE)
            };
            world.put(id, Document::Customer(shop)).await;
        }
        let customers: Vec<&str> = customers.iter().map(String::as_str).collect();
        world.put_rep_of(team, rep, &["d1"], &customers).await;
    }
    let mut phones = Vec::new();
    for rep in ["rep-own", "rep-oth", "rep-mov"] {
        phones.push((rep, world.enrol(rep).await));
        quarantine(world, rep).await;
    }
    let mut all = Vec::new();
    for day in 0..2 {
        let morning = at(7, 0) + day as i64 * DAY;
        world.set_time(morning);
        if day == 1 {
            move_to(world, "rep-mov", "t2", at(0, 0) + DAY).await;
        }
        for (rep, phone) in &mut phones {
            let team = match (*rep, day) {
                ("rep-own", _) | ("rep-mov", 0) => "t1",
                _ => "t2",
            };
            all.push(worked(&office, phone, rep, team, day).await);
        }
    }
    world.set_time(at(17, 0) + DAY);
    fold::drain(&world.app).await.unwrap();
    excuse_all(&office).await;
    (office, all)
}

fn customers_of(rep: &str) -> [String; 2] {
    [0, 1].map(|day| format!("cust-{}-{day}", &rep[4..]))
}

fn landline_of(rep: &str, day: usize) -> String {
    let of_rep = ["rep-own", "rep-oth", "rep-mov"].iter().position(|known| *known == rep);
    format!("0215888{:02}{day:02}", of_rep.unwrap() + 41)
}

async fn move_to(world: &World, rep: &str, team: &str, from_ms: i64) {
    let mut moved = world.app.documents().rep(rep, from_ms).unwrap().clone();
    moved.team = team.into();
    world.put_from(rep, Document::Rep(moved), from_ms).await;
}

/// A day's work, by the rep's phone and at the desk.
async fn worked(office: &Office, phone: &mut Phone, rep: &'static str, team: &'static str, day: usize) -> OfDay {
    let (world, desk, admin) = (&office.world, &office.desk, Actor::console());
    let at = |hour, minute| at(hour, minute) + day as i64 * DAY;
    let customer = customers_of(rep)[day].clone();
    let visit = Hash::of(format!("{rep} {day}")).branch() + &Hash::of(rep).branch();
    let said = format!("said-{rep}-{day}");
    let from = phone.records.len();
    phone.reboot(at(7, 30));
    phone.anchor(world, at(8, 0), 0).await;
    phone.fix(at(8, 30), 0);
    let came = CheckedIn {
        visit: visit.clone(),
        customer: customer.clone(),
        fix_epoch: None,
        fix_seq: None,
        purpose: "order".into(),
    };
    phone.write(at(8, 31), &came);
    let report = Report {
        visit: visit.clone(),
        purpose: "order".into(),
        content: said.clone(),
        feedback: said.clone(),
        next_step: String::new(),
        outcome: Outcome::Met,
    };
    phone.write(at(8, 40), &report);
    let reason = ReasonGiven {
        interval: Interval {
            from_ms: at(12, 0),
            to_ms: at(12, 30),
        },
        reason: ExceptionKind::Goods,
        note: said.clone(),
    };
    phone.write(at(12, 40), &reason);
    world.set_time(at(13, 0));
    world.pushed(phone, from).await;
    let call = Call {
        rep: rep.into(),
        number: landline_of(rep, day),
        called_at_ms: at(8, 10),
        note: String::new(),
    };
    register::enter(desk, &admin, call).await.unwrap();
    let leave = NewException {
        rep: rep.into(),
        record: None,
        reason: Some(ExceptionKind::Leave),
        from_ms: Some(at(15, 0)),
        to_ms: Some(at(16, 0)),
    };
    let exception = exceptions::make(desk, &admin, leave).await.unwrap().id;
    let looked = look::trail(desk, &admin, rep, DAYS[day].parse().unwrap(), &said).await;
    assert_eq!(looked.unwrap().len(), 1);
    OfDay {
        finding: found(office, rep, team, day).await,
        rep,
        team,
        day,
        shop: format!("Shop {customer}"),
        customer,
        landline: landline_of(rep, day),
        said,
        visit,
        exception,
        stream: phone.stream.clone(),
    }
}

/// Decides on what was found of days without positions: what waits for a word stands on every day's board.
async fn excuse_all(office: &Office) {
    let query = ViewQuery {
        kind: "finding".into(),
        fields: vec![("state".into(), Field::Text("open".into()))],
        limit: decide::BULK_MAX,
        ..ViewQuery::default()
    };
    let open = office.world.app.store.views(&query).await.unwrap();
    let ids: Vec<String> = open.into_iter().map(|view| view.key).collect();
    if !ids.is_empty() {
        let (desk, admin) = (&office.desk, Actor::console());
        decide::decide_many(desk, &admin, &ids, Ruling::Excused, "known")
            .await
            .unwrap();
    }
}

/// A finding that was decided on, as the fold would put it.
async fn found(office: &Office, rep: &str, team: &str, day: usize) -> String {
    let at_ms = at(10, 0) + day as i64 * DAY;
    let finding = onbeat_core::rules::Finding {
        id: Hash::of(format!("{rep} {day}")),
        from_ms: at_ms,
        to_ms: at_ms,
        state: FindingState::Excused,
        ..finding_of(rep)
    };
    let view = FindingView {
        rep: rep.into(),
        day: DAYS[day].into(),
        finding,
    };
    let key = view.finding.id.to_string();
    let text = |text: &str| Field::Text(text.into());
    let fields = [
        ("rep", text(rep)),
        ("day", text(DAYS[day])),
        ("team", text(team)),
        ("state", text("excused")),
    ];
    let row = ViewRow {
        kind: "finding".into(),
        key: key.clone(),
        scope: format!("team/{team}"),
        at_ms,
        body: serde_json::to_string(&view).unwrap(),
        fields: fields.map(|(name, value)| (name.to_owned(), value)).into(),
    };
    let change = Change {
        views: vec![row],
        ..Change::default()
    };
    office.commit(change).await;
    key
}

/// One who reads, and what he says of himself.
struct Reader {
    role: Role,
    teams: &'static [&'static str],
    token: String,
}

impl Reader {
    async fn of(office: &Office, role: Role, teams: &'static [&'static str]) -> Self {
        let name = format!("{}{}", role.as_str(), teams.concat());
        let user = office.world.user(&name, role, teams).await;
        Self {
            role,
            teams,
            token: office.world.bearer(&user).await,
        }
    }

    /// A supervisor of each team, one of none, and each other role.
    async fn all(office: &Office) -> Vec<Self> {
        let mut all = Vec::new();
        for (role, teams) in [
            (Role::Supervisor, &["t1"][..]),
            (Role::Supervisor, &["t2"]),
            (Role::Supervisor, &[]),
            (Role::Admin, &[]),
            (Role::Clerk, &[]),
            (Role::Auditor, &[]),
        ] {
            all.push(Self::of(office, role, teams).await);
        }
        all
    }

    fn sees(&self, team: &str) -> bool {
        self.role != Role::Supervisor || self.teams.contains(&team)
    }

    fn sees_all_of(&self, rep: &str, all: &[OfDay]) -> bool {
        all.iter().filter(|own| own.rep == rep).all(|own| self.sees(own.team))
    }

    async fn get(&self, office: &Office, path: &str) -> Answer {
        let headers = [("authorization", self.token.as_str()), ("accept-language", "en")];
        office.ask(Method::GET, path, &headers, &Value::Null).await
    }
}

/// What a body says, whatever it is packed in.
fn said_by(answer: &Answer) -> String {
    if !answer.bytes.starts_with(b"PK") {
        return answer.text.clone();
    }
    let mut files = zip::ZipArchive::new(std::io::Cursor::new(&answer.bytes)).unwrap();
    let mut said = String::new();
    for n in 0..files.len() {
        files.by_index(n).unwrap().read_to_string(&mut said).unwrap();
    }
    said
}

/// Whether a list may say a text of a rep-day to a reader.
fn may_say(reader: &Reader, all: &[OfDay], (of, day): (Of, usize), holds: &[Kind], kind: Kind, text: &str) -> bool {
    let says = |own: &&OfDay| own.text(kind) == text;
    let is_seen = |own: &OfDay| reader.sees(own.team) && (of != Of::Named || own.day == day);
    let seen = all.iter().filter(says).any(is_seen);
    // A rep is in one team now, and what is his goes with him: customers, the phone.
    let reps_now = all
        .iter()
        .filter(|own| own.day == 1 && reader.sees(own.team))
        .map(|own| own.rep);
    let reps_now: BTreeSet<&str> = reps_now.collect();
    let is_own_now = of != Of::Named && all.iter().filter(says).any(|own| reps_now.contains(own.rep));
    match kind {
        Landline if holds.contains(&Caller) => seen,
        Landline => of == Of::Now && is_own_now && reader.role != Role::Auditor,
        Customer | Shop if of == Of::Now => is_own_now,
        // Filters name the reps whom the reader sees now.
        Rep | Stream => seen || is_own_now,
        _ => seen,
    }
}

/// What is wrong with what a list says to a reader: what is not there that should be, and what is there that should not.
fn faults(reader: &Reader, said: &str, all: &[OfDay], (of, day): (Of, usize), holds: &[Kind]) -> Vec<String> {
    let is_of = |own: &&OfDay| match of {
        Of::Named => own.day == day,
        Of::All => true,
        Of::Now => own.day == 1,
    };
    let mut faults = Vec::new();
    for own in all.iter().filter(is_of).filter(|own| reader.sees(own.team)) {
        let told = holds
            .iter()
            .filter(|kind| **kind != Landline || reader.role != Role::Auditor);
        let missing = told.filter(|kind| !said.contains(own.text(**kind)));
        faults.extend(missing.map(|kind| format!("no {kind:?} {}", own.text(*kind))));
    }
    for (other, kind) in all.iter().flat_map(|other| OF_A_DAY.map(|kind| (other, kind))) {
        let text = other.text(kind);
        if said.contains(text) && !may_say(reader, all, (of, day), holds, kind, text) {
            faults.push(format!("holds {kind:?} {text}"));
        }
    }
    faults
}

#[tokio::test(flavor = "multi_thread")]
async fn each_list_holds_what_its_reader_may_see_in_every_format_and_nothing_else() {
    let (office, all) = two_days().await;
    let readers = Reader::all(&office).await;
    let files = LISTS.iter().filter(|(path, ..)| path.contains("/export?"));
    let workbooks = files.map(|(path, of, holds)| (format!("{path}&format=xlsx"), *of, *holds));
    let lists = LISTS
        .iter()
        .chain(PLACES)
        .map(|(path, of, holds)| ((*path).to_owned(), *of, *holds));
    let mut wrong = Vec::new();
    for (path, of, holds) in lists.chain(workbooks) {
        let days = if of == Of::Named { 0..2 } else { 0..1 };
        for (day, reader) in days.flat_map(|day| readers.iter().map(move |reader| (day, reader))) {
            let path = path.replace("{day}", DAYS[day]);
            let answer = reader.get(&office, &path).await;
            let route = access::of(
                &Method::GET,
                path.split('?').next().unwrap().replace("2026-11", "{month}").as_str(),
            );
            let Some(Who::Desk(roles)) = route.map(|route| route.who) else {
                panic!("{path} is no route of the desk")
            };
            if !roles.contains(&reader.role) {
                assert_eq!(answer.code(), "not_your_role", "{path}");
                continue;
            }
            let faults = match answer.status {
                StatusCode::OK => faults(reader, &said_by(&answer), &all, (of, day), holds),
                status => vec![format!("{status} {}", answer.text)],
            };
            let who = format!("{:?} {:?}", reader.role, reader.teams);
            wrong.extend(faults.into_iter().map(|fault| format!("{who} {path}: {fault}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let asked = LISTS.iter().map(|(path, ..)| path.split('?').next().unwrap());
    let asked: BTreeSet<String> = asked.map(|path| path.replace("2026-11", "{month}")).collect();
    let lists = ROUTES
        .iter()
        .filter(|route| route.method == Method::GET && route.scope == Scope::List);
    let unasked: Vec<&str> = lists
        .map(|route| route.path)
        .filter(|path| !asked.contains(*path) && !OTHERWISE.contains(path))
        .collect();
    assert!(
        unasked.is_empty(),
        "lists of which nobody says what they hold: {unasked:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_tells_whose_it_is_to_who_may_see_the_customer() {
    let (office, all) = two_days().await;
    for reader in Reader::all(&office).await {
        if reader.role == Role::Auditor {
            continue;
        }
        for own in all.iter().filter(|own| own.day == 1) {
            let path = format!("/register/number?number={}&rep={}", own.landline, own.rep);
            let said = reader.get(&office, &path).await.text;
            let who = format!("{:?} {:?} {path}: {said}", reader.role, reader.teams);
            assert_eq!(said.contains(&own.shop), reader.sees(own.team), "{who}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_of_no_team_names_nobody_of_another() {
    let (office, all) = two_days().await;
    let reader = Reader::of(&office, Role::Supervisor, &["t1"]).await;
    let company = ROUTES
        .iter()
        .filter(|route| route.method == Method::GET && route.scope == Scope::Company);
    for route in company.filter(|route| matches!(route.who, Who::Desk(roles) if roles.contains(&Role::Supervisor))) {
        let said = said_by(&reader.get(&office, route.path).await);
        for other in all.iter().filter(|other| other.rep == "rep-oth") {
            for kind in OF_A_DAY {
                assert!(!said.contains(other.text(kind)), "{}: {kind:?} in {said}", route.path);
            }
        }
    }
}

/// The first thing that a board's stream says once all that its page shows has changed.
async fn first_event(office: &Office, reader: &Reader) -> String {
    let page = reader.get(office, "/today").await.text;
    let stream = page
        .split("data-events=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let request = Request::get(stream.unwrap()).header(header::AUTHORIZATION, &reader.token);
    let request = request
        .header(header::ACCEPT_LANGUAGE, "en")
        .body(Body::empty())
        .unwrap();
    let router = office
        .router
        .clone()
        .layer(Extension(Peer("192.0.2.7:1234".parse().unwrap())));
    let mut said = router.oneshot(request).await.unwrap().into_body().into_data_stream();
    for team in ["t1", "t2"] {
        let name = format!("{team} as {:?} {:?} sees it", reader.role, reader.teams);
        office
            .world
            .put(team, Document::Team(onbeat_core::reference::Team { name }))
            .await;
    }
    office.world.app.news.send(()).unwrap();
    String::from_utf8(said.next().await.unwrap().unwrap().to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_live_board_tells_of_the_own_teams_alone() {
    let (office, all) = two_days().await;
    for (role, teams) in [
        (Role::Supervisor, &["t1"][..]),
        (Role::Supervisor, &["t2"]),
        (Role::Admin, &[]),
    ] {
        let reader = Reader::of(&office, role, teams).await;
        let said = first_event(&office, &reader).await;
        let faults = faults(&reader, &said, &all, (Of::Named, 1), &[Rep, Shop]);
        assert!(faults.is_empty(), "{role:?} {teams:?}: {faults:?} in {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_opens_for_whose_team_the_rep_was_in_then_as_lists_show_it() {
    let (office, all) = two_days().await;
    let readers = Reader::all(&office).await;
    for own in &all {
        let (rep, day, visit, finding) = (own.rep, DAYS[own.day], &own.visit, &own.finding);
        let at = |hour| at(hour, 0) + own.day as i64 * DAY;
        let asked = [
            (Method::GET, format!("/reps/{rep}/days/{day}"), Value::Null),
            (
                Method::GET,
                format!("/reps/{rep}/days/{day}?why=emergency"),
                Value::Null,
            ),
            (
                Method::GET,
                format!("/reps/{rep}/days/{day}/trail?why=emergency"),
                Value::Null,
            ),
            (Method::GET, format!("/api/v1/days/{rep}/{day}"), Value::Null),
            (
                Method::GET,
                format!("/api/v1/days/{rep}/{day}/trail?why=emergency"),
                Value::Null,
            ),
            (Method::GET, format!("/visits/{visit}"), Value::Null),
            (Method::GET, format!("/api/v1/visits/{visit}"), Value::Null),
            (Method::GET, format!("/map/visits/{visit}"), Value::Null),
            (Method::GET, format!("/api/v1/findings/{finding}"), Value::Null),
            (
                Method::POST,
                "/api/v1/findings/decisions".to_owned(),
                json!({"findings": [finding], "state": "withdrawn", "reason": "the fair"}),
            ),
            (
                Method::POST,
                "/api/v1/exceptions".to_owned(),
                json!({"rep": rep, "reason": "leave", "from_ms": at(9), "to_ms": at(10)}),
            ),
            (
                Method::POST,
                "/api/v1/register".to_owned(),
                json!({"rep": rep, "number": "021 5888 9999", "called_at_ms": at(9)}),
            ),
        ];
        for reader in &readers {
            for (method, path, body) in &asked {
                let headers = [("authorization", reader.token.as_str())];
                let answer = office.ask(method.clone(), path, &headers, body).await;
                let who = format!(
                    "{:?} {:?} {method} {path} {body}: {}",
                    reader.role, reader.teams, answer.status
                );
                if answer.code() == "not_your_role" {
                    continue;
                }
                let is_hidden = answer.status == StatusCode::NOT_FOUND;
                assert_eq!(is_hidden, !reader.sees(own.team), "{who}");
                assert!(!answer.status.is_server_error(), "{who}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_name_all_reps_whose_days_the_reader_sees_and_say_who_left() {
    let (office, _) = two_days().await;
    documents::drop(&office.desk, &Actor::console(), "rep", "rep-own")
        .await
        .unwrap();
    for (teams, expected) in [
        (&["t1"][..], &["rep-mov", "rep-own (left)"][..]),
        (&["t2"], &["rep-mov", "rep-oth"]),
        (&["t1", "t2"], &["rep-mov", "rep-oth", "rep-own (left)"]),
        (&[], &[]),
    ] {
        let reader = Reader::of(&office, Role::Supervisor, teams).await;
        for path in ["/visits", "/findings", "/exceptions"] {
            let page = reader.get(&office, path).await.text;
            let options = page.split("<option value=\"rep-").skip(1);
            let named = options.map(|option| option.split(['>', '<']).nth(1).unwrap());
            assert_eq!(named.collect::<Vec<_>>(), expected, "{teams:?} {path}");
        }
    }
    let boss = Reader::of(&office, Role::Supervisor, &["t1", "t2"]).await;
    let narrowed = boss.get(&office, "/visits?rep=rep-own").await.text;
    assert!(
        narrowed.contains("said-rep-own-0") && !narrowed.contains("said-rep-mov"),
        "{narrowed}"
    );
}

/// Rep, team and day of each row of a file.
fn of_rows(csv: &str) -> BTreeSet<[String; 3]> {
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let columns = reader.headers().unwrap().clone();
    let place = |name| columns.iter().position(|column| column == name).unwrap();
    let wanted = ["Rep id", "Team", "Day"].map(place);
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| wanted.map(|place| row[place].to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_names_the_team_that_the_rep_was_in_on_each_day_also_after_he_left() {
    let (office, all) = two_days().await;
    documents::drop(&office.desk, &Actor::console(), "rep", "rep-mov")
        .await
        .unwrap();
    let admin = Reader::of(&office, Role::Admin, &[]).await;
    let expected: BTreeSet<[String; 3]> = all
        .iter()
        .map(|own| [own.rep, own.team, DAYS[own.day]].map(str::to_owned))
        .collect();
    for what in ["days", "findings", "register"] {
        let path = format!("/reports/export?what={what}&from={}&to={}", DAYS[0], DAYS[1]);
        let mut rows = of_rows(&admin.get(&office, &path).await.text);
        rows.retain(|[rep, ..]| rep.starts_with("rep-"));
        assert_eq!(rows, expected, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leave_that_spans_a_move_is_entered_and_seen_by_who_leads_either_team() {
    let (office, _) = two_days().await;
    let leaders = [
        Reader::of(&office, Role::Supervisor, &["t1"]).await,
        Reader::of(&office, Role::Supervisor, &["t2"]).await,
    ];
    // The rep is in the other team from midnight on.
    for (from_ms, to_ms, of) in [
        (at(16, 30), at(9, 0) + DAY, [true, true]),
        (at(9, 0), at(10, 0), [true, false]),
        (at(16, 45), at(0, 0) + DAY, [true, false]),
        (at(0, 0) + DAY, at(9, 0) + DAY, [false, true]),
    ] {
        let leave = json!({"rep": "rep-mov", "reason": "leave", "from_ms": from_ms, "to_ms": to_ms});
        let mut made = String::new();
        for (leader, is_of) in leaders.iter().zip(of) {
            let headers = [("authorization", leader.token.as_str())];
            let answer = office.ask(Method::POST, "/api/v1/exceptions", &headers, &leave).await;
            assert_eq!(
                answer.status.is_success(),
                is_of,
                "{:?} {leave}: {}",
                leader.teams,
                answer.text
            );
            if is_of {
                made = answer.body["id"].as_str().unwrap().to_owned();
            }
        }
        for (leader, is_of) in leaders.iter().zip(of) {
            let listed = leader.get(&office, "/api/v1/exceptions").await.text;
            assert_eq!(listed.contains(&made), is_of, "{:?} {leave}", leader.teams);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_opens_for_who_sees_all_days_of_the_rep_and_a_day_says_so_to_others() {
    let (office, all) = two_days().await;
    let mut readers = Reader::all(&office).await;
    readers.push(Reader::of(&office, Role::Supervisor, &["t1", "t2"]).await);
    for (own, reader) in all
        .iter()
        .flat_map(|own| readers.iter().map(move |reader| (own, reader)))
    {
        let (rep, day) = (own.rep, DAYS[own.day]);
        let log = reader
            .get(&office, &format!("/api/v1/reps/{rep}/log?why=emergency"))
            .await;
        let who = format!("{:?} {:?} {rep} {day}", reader.role, reader.teams);
        if reader.role == Role::Clerk {
            assert_eq!(log.code(), "not_your_role", "{who}");
            continue;
        }
        let sees_all = reader.sees_all_of(rep, &all);
        let expected = if sees_all {
            StatusCode::OK
        } else {
            StatusCode::NOT_FOUND
        };
        assert_eq!(log.status, expected, "{who}");
        if reader.sees(own.team) {
            let page = reader
                .get(&office, &format!("/reps/{rep}/days/{day}?why=emergency"))
                .await;
            assert_eq!(page.status, StatusCode::OK, "{who}");
            let offers = ["verify-run", "log.ndjson", "opens for who leads each of them"];
            let offered = offers.map(|offer| page.text.contains(offer));
            assert_eq!(offered, [sees_all, sees_all, !sees_all], "{who}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_of_the_days_of_a_rep_opens_after_he_left() {
    let (office, all) = two_days().await;
    let days: Vec<&OfDay> = all.iter().filter(|own| own.rep == "rep-own").collect();
    let mut asked = vec!["/api/v1/reps/rep-own/log?why=emergency".to_owned()];
    for (own, day) in days.iter().map(|own| (own, DAYS[own.day])) {
        let (visit, finding, customer) = (&own.visit, &own.finding, &own.customer);
        asked.extend([
            format!("/reps/rep-own/days/{day}"),
            format!("/reps/rep-own/days/{day}?why=emergency"),
            format!("/reps/rep-own/days/{day}/trail?why=emergency"),
            format!("/api/v1/days/rep-own/{day}"),
            format!("/api/v1/days/rep-own/{day}/trail?why=emergency"),
            format!("/findings/{finding}"),
            format!("/api/v1/findings/{finding}/explain"),
            format!("/visits/{visit}"),
            format!("/customers/{customer}?positions=true"),
        ]);
    }
    let (desk, console) = (&office.desk, Actor::console());
    documents::drop(desk, &console, "rep", "rep-own").await.unwrap();
    for reader in Reader::all(&office).await {
        // What a clerk reads is none of it, and customers go by the team that the rep is in.
        let is_led = reader.role == Role::Supervisor;
        for path in asked.iter().filter(|path| !(is_led && path.starts_with("/customers"))) {
            let answer = reader.get(&office, path).await;
            let expected = match reader.role {
                Role::Clerk => continue,
                _ if reader.sees("t1") => StatusCode::OK,
                _ => StatusCode::NOT_FOUND,
            };
            let who = format!("{:?} {:?} {path}: {}", reader.role, reader.teams, answer.text);
            assert_eq!(answer.status, expected, "{who}");
        }
        if reader.role != Role::Clerk {
            let exceptions = reader.get(&office, "/api/v1/exceptions").await.text;
            let shown = days.iter().filter(|own| exceptions.contains(&own.exception)).count();
            let expected = if reader.sees("t1") { days.len() } else { 0 };
            assert_eq!(shown, expected, "{:?} {:?}", reader.role, reader.teams);
        }
    }
    let leave = json!({"rep": "rep-own", "reason": "leave", "from_ms": at(9, 0), "to_ms": at(10, 0)});
    let admin = Reader::of(&office, Role::Admin, &[]).await;
    let headers = [("authorization", admin.token.as_str())];
    let made = office.ask(Method::POST, "/api/v1/exceptions", &headers, &leave).await;
    assert!(made.status.is_success(), "{}", made.text);
    let unknown = admin.get(&office, "/api/v1/reps/nobody/log?why=emergency").await;
    assert_eq!(unknown.code(), "not_found");
}
