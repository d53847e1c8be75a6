#![allow(clippy::unwrap_used)]

use std::{os::unix::fs::PermissionsExt, sync::Arc};

use onbeat_core::{
    place::Datum,
    record::{Body, Hash, KeyRing, Record, verify::verify},
    reference::{Document, ExceptionKind, FindingState},
    rules::{
        Answered, Appealed, Finding, FindingKind, Name, presence::ReasonGiven, sign_in::SignInWay, visit::CheckedIn,
    },
    time::Interval,
};
use serde_json::json;

use super::{
    decide::{Case, Choices, Ruling, decide, decide_many},
    duties::{Duty, DutyDone},
    erase::Erasure,
    exceptions::{Decline, NewException},
    export::Export,
    import::File,
    records::CodeIssued,
    register::Call,
    tables::{Asked, What},
    *,
};
use crate::{
    auth::Role,
    clock::{Clock, DemoClock, SystemClock},
    fold, socket,
    store::{Change, LogLine, ViewQuery, ViewRow},
    testing::{self, CENTRE, HOUR, MINUTE, MONDAY, Phone, REP, World, at, customer, fix},
};

const DAY: i64 = 24 * HOUR;

fn desk_of(world: &World) -> Desk {
    Desk::new(world.app.clone())
}

fn user(user: &str, role: Role, teams: &[&str]) -> Actor {
    Actor {
        user: user.into(),
        role,
        teams: teams.iter().map(ToString::to_string).collect(),
    }
}

fn boss() -> Actor {
    user("boss", Role::Supervisor, &["t1"])
}

fn code<T: std::fmt::Debug>(result: DeskResult<T>) -> String {
    result.unwrap_err().code
}

/// A real folder, with nothing in it.
async fn real() -> (tempfile::TempDir, Desk) {
    let folder = tempfile::tempdir().unwrap();
    let app = testing::open(folder.path(), Arc::new(SystemClock), false).await;
    (folder, Desk::new(app))
}

#[tokio::test]
async fn the_set_up_code_opens_once() {
    let (_folder, desk) = real().await;
    let first = users::setup_code(&desk).await.unwrap().unwrap();
    let anew = users::setup_code(&desk).await.unwrap().unwrap();
    let set_up = |code: String| {
        let desk = desk.clone();
        async move { users::set_up(&desk, &code, "Root", "a long enough password").await }
    };
    assert_eq!(code(set_up("x".into()).await), "bad_code");
    assert_eq!(
        code(set_up(first.reveal().into()).await),
        "bad_code",
        "a new start makes a new code"
    );
    let short = users::set_up(&desk, anew.reveal(), "root", "short").await;
    assert_eq!(code(short), "bad_password");
    assert_eq!(set_up(anew.reveal().into()).await.unwrap().user, "root");
    assert_eq!(code(set_up(anew.reveal().into()).await), "bad_code");
    assert!(users::setup_code(&desk).await.unwrap().is_none());
}

#[tokio::test]
async fn the_set_up_code_is_void_once_there_is_an_admin() {
    let (_folder, desk) = real().await;
    let link = users::setup_code(&desk).await.unwrap().unwrap();
    let add = |user: &str, role| {
        let new = users::NewUser {
            user: user.into(),
            name: user.into(),
            role,
            teams: Vec::new(),
            password: None,
        };
        let desk = desk.clone();
        async move { users::add(&desk, &Actor::console(), new).await.unwrap() }
    };
    add("sam", Role::Supervisor).await;
    assert_eq!(
        code(users::set_up(&desk, link.reveal(), "eve", "short").await),
        "bad_password"
    );
    add("ann", Role::Admin).await;
    let late = users::set_up(&desk, link.reveal(), "eve", "a long enough password").await;
    assert_eq!(code(late), "bad_code");
}

#[tokio::test]
async fn the_set_up_code_is_void_once_somebody_became_an_admin() {
    let (_folder, desk) = real().await;
    let link = users::setup_code(&desk).await.unwrap().unwrap();
    let clerk = users::NewUser {
        user: "li".into(),
        name: "Li".into(),
        role: Role::Clerk,
        teams: Vec::new(),
        password: None,
    };
    users::add(&desk, &Actor::console(), clerk).await.unwrap();
    let role = users::UserChange {
        role: Some(Role::Admin),
        ..users::UserChange::default()
    };
    users::change(&desk, &Actor::console(), "li", role).await.unwrap();
    let late = users::set_up(&desk, link.reveal(), "eve", "a long enough password").await;
    assert_eq!(code(late), "bad_code");
}

#[test]
fn nobody_is_another_than_himself_by_a_capital_letter() {
    let li = user("e1042", Role::Supervisor, &["t1"]);
    for (rep, is_he) in [("E1042", true), ("e1042", true), ("e1043", false), ("e1042;x", false)] {
        assert_eq!(li.is_rep(rep), is_he, "{rep}");
    }
}

#[tokio::test]
async fn the_last_admin_stays() {
    let (_folder, desk) = real().await;
    let new = |user: &str| users::NewUser {
        user: user.into(),
        name: user.into(),
        role: Role::Admin,
        teams: Vec::new(),
        password: None,
    };
    let console = Actor::console();
    let made = users::add(&desk, &console, new("Ann")).await.unwrap();
    assert!(made.password.is_some() && made.user == "ann");
    assert_eq!(code(users::add(&desk, &console, new("ann")).await), "exists");
    let off = || users::UserChange {
        disabled: Some(true),
        ..users::UserChange::default()
    };
    assert_eq!(code(users::change(&desk, &console, "ann", off()).await), "last_admin");
    users::add(&desk, &console, new("bob")).await.unwrap();
    assert!(users::change(&desk, &console, "ann", off()).await.unwrap().disabled);
}

fn districts(text: &str) -> File {
    File::Districts {
        text: text.into(),
        name_property: "name".into(),
        datum: Datum::Wgs84,
        edge_tolerance_m: None,
        no_go: false,
    }
}

const SQUARE: &str = r#"{"type":"Feature","properties":{"name":"East"},"geometry":{"type":"Polygon","coordinates":
    [[[121.4,31.2],[121.5,31.2],[121.5,31.3],[121.4,31.3],[121.4,31.2]]]}}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_taken_whole_or_not_at_all() {
    let (_folder, desk) = real().await;
    let console = Actor::console();
    let import = |file| import::import(&desk, &console, file, false, None);
    let text = "id,name,lat,lon\nc1,A,31.23,121.47\nc2,B,121.47,31.23\n".to_owned();
    let error = import(File::Customers { text }).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.rows[0].row), ("bad_rows", 3));
    assert!(error.rows[0].message.contains("swapped"), "{}", error.rows[0].message);
    assert!(Books::now(&desk).customers.is_empty());

    let text = "id,name,lat,lon\nc1,A,31.23,121.47\n".to_owned();
    assert_eq!(import(File::Customers { text }).await.unwrap().turned.added, 1);
    let users = |districts: &str| File::Users {
        text: format!(
            "user,name,role,team,districts,customers\nboss,Boss,supervisor,t1,,\nrep-1,Li,rep,t1,{districts},c1\n"
        ),
    };
    let error = import(users("West")).await.unwrap_err();
    assert_eq!((error.rows[0].row, error.rows[0].column.as_str()), (3, "districts"));
    assert!(
        users::list(&desk).await.unwrap().is_empty(),
        "the log-in of the same file was not made"
    );

    assert_eq!(import(districts(SQUARE)).await.unwrap().turned.added, 1);
    let done = import(users("East")).await.unwrap();
    assert_eq!(
        (done.turned.added, done.turned.areas, done.users.len()),
        (2, 1, 1),
        "team and rep, his area, a log-in"
    );
    assert!(desk.app.documents().in_force("area", "rep-1", desk.now_ms()).is_some());
    let again = import(users("East")).await.unwrap();
    assert_eq!(
        (again.turned, again.users[0].password.clone()),
        (turn::Turned::default(), None)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_writes_nothing() {
    let (_folder, desk) = real().await;
    let before = desk.app.desk.head().await.unwrap();
    let done = import::import(&desk, &Actor::console(), districts(SQUARE), true, None)
        .await
        .unwrap();
    assert_eq!((done.dry_run, done.turned.added), (true, 1));
    assert_eq!(desk.app.desk.head().await.unwrap(), before);
    assert!(Books::now(&desk).districts.is_empty());
    let text = "user,name,role,team,districts,customers,password\nada,Ada,clerk,,,,\n".to_owned();
    for (dry_run, told) in [(true, false), (false, true)] {
        let users = File::Users { text: text.clone() };
        let done = import::import(&desk, &Actor::console(), users, dry_run, None)
            .await
            .unwrap();
        assert_eq!(
            done.users[0].password.is_some(),
            told,
            "only a password that opens something is told"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_kept_for_who_handed_it_in_and_changes_nothing_until_applied() {
    let world = World::new().await;
    let (desk, ada, li) = (
        desk_of(&world),
        user("ada", Role::Admin, &[]),
        user("li", Role::Admin, &[]),
    );
    let text = "id,name,lat,lon\nc9,Nine,31.2,121.4\n".into();
    let handed_in = upload::Upload {
        name: "c.csv".into(),
        drawn: None,
        file: File::Customers { text },
    };
    upload::keep(&desk, &ada, &handed_in).await.unwrap();
    assert!(upload::kept(&desk, &li).await.unwrap().is_none());
    let kept = upload::kept(&desk, &ada).await.unwrap().unwrap();
    let looked_at = import::import(&desk, &ada, kept.file, true, None).await.unwrap();
    let document = &looked_at.documents[0];
    let said = (
        document.kind.as_str(),
        document.key.as_str(),
        document.name.as_str(),
        document.is_new,
    );
    assert_eq!(said, ("customer", "c9", "Nine", true));
    assert!(!Books::now(&desk).customers.contains_key("c9"));
    world.set_time(desk.now_ms() + HOUR);
    assert!(upload::kept(&desk, &ada).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_import_says_which_values_change() {
    let (_folder, desk) = real().await;
    let import = async |text: &str, dry_run| {
        let file = File::Policy { text: text.into() };
        let done = import::import(&desk, &Actor::console(), file, dry_run, None)
            .await
            .unwrap();
        let changed = done.policy.into_iter();
        changed
            .map(|value| format!("{} {} -> {}", value.key, value.old, value.new))
            .collect::<Vec<_>>()
    };
    let first = "[visit]\nfar_m = 300\n[sign_in]\nlate_min = 20\n";
    for dry_run in [true, false] {
        let expected = ["sign_in.late_min 30 -> 20", "visit.far_m 200.0 -> 300.0"];
        assert_eq!(import(first, dry_run).await, expected);
    }
    // What the second leaves out goes back to its default, and that is said.
    assert_eq!(
        import("[visit]\nfar_m = 300\n", true).await,
        ["sign_in.late_min 20 -> 30"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_area_follows_what_it_is_made_of() {
    let (_folder, desk) = real().await;
    let console = Actor::console();
    let import = |file| import::import(&desk, &console, file, false, None);
    import(districts(SQUARE)).await.unwrap();
    let text = "user,name,role,team,districts,customers\nrep-1,Li,rep,t1,East,\n".to_owned();
    import(File::Users { text }).await.unwrap();
    let area = || {
        let documents = desk.app.documents();
        documents.in_force("area", "rep-1", desk.now_ms()).cloned()
    };
    let first = area();
    let text = "id,name,lat,lon\nc1,A,31.35,121.47\n".to_owned();
    assert_eq!(
        import(File::Customers { text }).await.unwrap().turned.areas,
        0,
        "not assigned yet"
    );
    let text = "user,name,role,team,districts,customers\nrep-1,Li,rep,t1,East,c1\n".to_owned();
    assert_eq!(import(File::Users { text }).await.unwrap().turned.areas, 1);
    let second = area();
    assert_ne!(first, second, "a disc around the customer");
    let named = documents::drop(&desk, &console, "customer", "c1").await;
    assert_eq!(code(named), "bad_rows", "a rep's document names it");
    let text = "[transit]\ncustomer_disc_m = 400.0\n".to_owned();
    assert_eq!(import(File::Policy { text }).await.unwrap().turned.areas, 1);
    assert_ne!(area(), second);
}

#[tokio::test]
async fn a_policy_that_cannot_be_lived_by_is_refused() {
    let (_folder, desk) = real().await;
    for (text, says) in [
        ("[window]\nform = \"08:00\"\n", "form"),
        ("[window]\nzone = \"Mars/Olympus\"\n", "Mars/Olympus"),
        ("[window]\nfrom = \"08:00\"\nto = \"08:00\"\n", "no length"),
        ("[fix]\nconfidence = 1.5\n", "confidence"),
        ("[fix]\naccuracy_max_m = nan\n", "number"),
        ("[visit]\nfar_m = -5\n", "visit.far_m"),
        ("[retention]\nfixes_days = 30\n", "31"),
        ("[retention]\nfixes_days = 90\ndays_days = 89\n", "days_days"),
    ] {
        let file = File::Policy { text: text.into() };
        let error = import::import(&desk, &Actor::console(), file, false, None)
            .await
            .unwrap_err();
        assert_eq!(error.code, "bad_policy", "{text}");
        assert!(error.message.contains(says), "{text}: {}", error.message);
    }
}

#[tokio::test]
async fn a_policy_may_wait_and_nothing_reaches_too_far_back() {
    let world = World::new().await;
    let desk = desk_of(&world);
    let put = |(kind, key), document, from: &'static str| {
        let desk = desk.clone();
        async move { documents::put(&desk, &boss(), (kind, key), document, Some(from)).await }
    };
    let policy = || json!({"window": {"from": "09:00"}});
    for (from, says) in [("yesterday", "bad_valid_from"), ("2026-08-22", "too_far_back")] {
        assert_eq!(code(put(("policy", "policy"), policy(), from).await), says, "{from}");
    }
    let team = json!({"name": "South"});
    assert_eq!(code(put(("team", "t9"), team, "2026-12-01").await), "from_now");
    let wider = json!({"transit": {"customer_disc_m": 400.0}});
    let drawn = put(("policy", "policy"), wider, "2026-12-01").await;
    assert_eq!(code(drawn), "from_now", "it would draw areas anew");
    assert_eq!(
        put(("policy", "policy"), policy(), "2026-11-25").await.unwrap().changed,
        1
    );
    let file = File::Customers { text: String::new() };
    let file = import::import(&desk, &boss(), file, false, Some("2026-12-01")).await;
    assert_eq!(code(file), "from_now");
    for (day, opens_ms) in [("2026-11-24", at(8, 0) + DAY), ("2026-11-25", at(9, 0) + 2 * DAY)] {
        let window = desk.app.documents().window_of(REP, day.parse().unwrap());
        assert_eq!(window.from_ms, opens_ms, "{day}");
    }
}

fn new_code(rep: &str) -> enrol::NewCode {
    enrol::NewCode {
        rep: rep.into(),
        recover: None,
        minutes: 60,
    }
}

#[tokio::test]
async fn nobody_enrols_before_the_duties_are_done() {
    let world = World::new().await;
    let desk = desk_of(&world);
    enrol::set_url(&desk, "https://onbeat.example.com").await.unwrap();
    let day = "2026-11-20".parse().unwrap();
    for duty in Duty::ALL {
        assert_eq!(
            code(enrol::issue(&desk, &boss(), new_code(REP)).await),
            "duties_missing"
        );
        let note = "works agreement of 2026, page 3".to_owned();
        duties::record(&desk, &Actor::console(), DutyDone { duty, date: day, note })
            .await
            .unwrap();
    }
    let shown = enrol::issue(&desk, &boss(), new_code(REP)).await.unwrap();
    let (keys, link) = (desk.app.signer.public(desk.now_ms()), &shown.link);
    let key = serde_json::to_value(&keys.keys[0].key).unwrap();
    assert!(link.starts_with("https://onbeat.example.com/enrol#code="), "{link}");
    assert!(
        link.contains(&format!("&key={}&next=", key.as_str().unwrap())),
        "{link}"
    );
    assert!(!link.contains("&pin="), "{link}");
    let other = user("other", Role::Supervisor, &["t2"]);
    assert_eq!(code(enrol::issue(&desk, &other, new_code(REP)).await), "not_found");
    let forever = enrol::NewCode {
        minutes: 7 * 24 * 60 + 1,
        ..new_code(REP)
    };
    assert_eq!(code(enrol::issue(&desk, &boss(), forever).await), "bad_days");
    let code_in_link = link.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let (status, _) = world
        .enrol_with(code_in_link, &crate::testing::read_key(&crate::testing::new_pkcs8()))
        .await;
    assert_eq!(status, 201, "a phone enrols with it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_says_whose_place_it_takes_and_recovers_for_admins_alone() {
    let world = World::new().await;
    let desk = desk_of(&world);
    enrol::set_url(&desk, "https://onbeat.example.com").await.unwrap();
    duties::record_demo(&desk, &Actor::console()).await.unwrap();
    let first = enrol::issue(&desk, &boss(), new_code(REP)).await.unwrap();
    assert_eq!(first.retires, [] as [String; 0]);
    let phone = world.enrol(REP).await;
    let second = enrol::issue(&desk, &boss(), new_code(REP)).await.unwrap();
    assert_eq!(second.retires, [phone.stream.as_str()]);
    let recovers = enrol::NewCode {
        recover: Some(phone.stream.clone()),
        ..new_code(REP)
    };
    assert_eq!(
        code(enrol::issue(&desk, &boss(), recovers.clone()).await),
        "not_your_role"
    );
    let shown = enrol::issue(&desk, &Actor::console(), recovers).await.unwrap();
    assert_eq!(shown.retires, [] as [String; 0], "it stays the same phone");
    let line = LogLine {
        stream: desk.app.desk.stream().clone(),
        epoch: 1,
        branch: String::new(),
    };
    let rows = desk.app.store.records(&line, 1, 1_000).await.unwrap();
    let bodies = rows.iter().map(|row| Body::parse(row.body.as_ref().unwrap()).unwrap());
    let issued = bodies.filter_map(|body| body.read::<CodeIssued>());
    let retires: Vec<usize> = issued.map(|issued| issued.unwrap().retires.len()).collect();
    assert_eq!(retires, [0, 1, 0], "the desk's log has it");
}

#[tokio::test]
async fn the_demos_duties_and_clock_are_the_demos_alone() {
    let (_folder, desk) = real().await;
    let console = Actor::console();
    assert_eq!(code(run(&desk, &console, Command::DutiesDemo).await), "not_a_demo");
    assert_eq!(
        code(run(&desk, &console, Command::ClockSet { at_ms: 0 }).await),
        "not_a_demo"
    );
    let future = DutyDone {
        duty: Duty::Basis,
        date: "2999-01-01".parse().unwrap(),
        note: "n".into(),
    };
    assert_eq!(
        code(run(&desk, &console, Command::DutyRecord(future)).await),
        "bad_date"
    );

    let world = World::new().await;
    let hand = Arc::new(DemoClock::starting_at(MONDAY));
    let desk = Desk {
        hand: Some(hand.clone()),
        ..desk_of(&world)
    };
    let done = run(&desk, &console, Command::DutiesDemo).await.unwrap();
    assert_eq!((&done["missing"], &done["done"][0]["demo"]), (&json!([]), &json!(true)));
    run(&desk, &console, Command::ClockSet { at_ms: at(9, 0) })
        .await
        .unwrap();
    assert!((at(9, 0)..at(9, 1)).contains(&hand.now_ms()));
}

#[tokio::test]
async fn the_socket_carries_commands_for_its_owner_alone() {
    let (folder, desk) = real().await;
    assert!(socket::connect(folder.path()).await.is_none());
    std::fs::write(socket::path(folder.path()), "left by a killed server").unwrap();
    let listener = socket::listen(folder.path()).unwrap();
    let mode = std::fs::metadata(socket::path(folder.path()))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let server = tokio::spawn(socket::serve(listener, desk));
    let mut line = socket::connect(folder.path()).await.unwrap();
    let shown = line.ask(&Command::DutiesShow).await.unwrap();
    assert_eq!(shown["missing"].as_array().unwrap().len(), 5);
    let error = line.ask(&Command::ClockSet { at_ms: 0 }).await.unwrap_err();
    assert_eq!((error.fault, error.code.as_str()), (Fault::Conflict, "not_a_demo"));
    let file = File::Customers {
        text: "id,name,lat,lon\n".to_owned() + &"c,A,x,y\n".repeat(3),
    };
    let error = line
        .ask(&Command::Import {
            file,
            dry_run: false,
            valid_from: None,
        })
        .await
        .unwrap_err();
    assert_eq!(error.rows.len(), 3, "{:?}", error.rows);
    server.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_landline_is_evidence_of_the_place_and_a_mobile_is_none() {
    let world = World::new().await;
    world.set_time(at(9, 0));
    let desk = desk_of(&world);
    let clerk = user("clerk", Role::Clerk, &[]);
    customers::set_landline(&desk, &clerk, "c1", Some("(021) 5888-1234"))
        .await
        .unwrap();
    let call = |rep: &str, number: &str, called_at_ms| Call {
        rep: rep.into(),
        number: number.into(),
        called_at_ms,
        note: "his phone is broken".into(),
    };
    for (number, customer) in [
        ("021 5888 1234", Some("c1")),
        ("+86 21 5888 1234", Some("c1")),
        ("5888 1234", None),
        ("139 1234 5678", None),
    ] {
        let entered = register::enter(&desk, &clerk, call(REP, number, at(8, 40)))
            .await
            .unwrap();
        assert_eq!(entered.customer.as_deref(), customer, "{number}");
        assert_eq!(entered.day.to_string(), "2026-11-23");
    }
    // The day's account takes the first call; it was entered twenty minutes after it came.
    let rows = register::of_day(&desk, &clerk, "2026-11-23".parse().unwrap())
        .await
        .unwrap();
    let entered = rows.iter().find(|row| row.rep == REP).unwrap().entered.clone().unwrap();
    assert_eq!((entered.after_ms, entered.late), (20 * MINUTE, true));
    assert_eq!(
        (entered.by.as_str(), entered.customer.as_deref()),
        ("clerk", Some("c1"))
    );
    // Another rep's customer counts where the rep may be, and nowhere else.
    for (rep, districts, way) in [
        ("zhou", &["d1"][..], SignInWay::Landline),
        ("sun", &[], SignInWay::OtherNumber),
    ] {
        world.put_rep(rep, districts, &[]).await;
        register::enter(&desk, &clerk, call(rep, "021 5888 1234", at(8, 40)))
            .await
            .unwrap();
        let view = fold::day_now(&world.app, rep, "2026-11-23".parse().unwrap())
            .await
            .unwrap();
        assert_eq!(view.sign_in.way, Some(way), "{rep}");
    }
    // A customer whom a supervisor does not see is evidence, and is not named to him.
    let mut unseen = customer("c9", CENTRE);
    unseen.landline = Some("02158889999".into());
    world.put("c9", Document::Customer(unseen)).await;
    world.put_rep("wu", &["d1"], &[]).await;
    let own = user("own", Role::Supervisor, &["t1"]);
    let entered = register::enter(&desk, &own, call("wu", "021 5888 9999", at(8, 40))).await;
    assert_eq!(entered.unwrap().customer, None);
    for (actor, named) in [(&own, None), (&clerk, Some("c9"))] {
        let rows = register::of_day(&desk, actor, "2026-11-23".parse().unwrap())
            .await
            .unwrap();
        let row = rows.iter().find(|row| row.rep == "wu").unwrap();
        assert_eq!(row.way, Some(SignInWay::Landline));
        assert_eq!(row.entered.as_ref().unwrap().customer.as_deref(), named);
    }
    let other = user("other", Role::Supervisor, &["t2"]);
    for (actor, rep, number, expected) in [
        (&clerk, REP, "021 5888 1234", Some((true, true))),
        (&clerk, "zhou", "021 5888 1234", Some((false, true))),
        (&clerk, "sun", "021 5888 1234", Some((false, false))),
        (&clerk, "nobody", "021 5888 1234", Some((false, false))),
        (&clerk, REP, "021 5888", None),
        (&other, REP, "021 5888 1234", None),
    ] {
        let owner = register::owner(&desk, actor, rep, number).await;
        let found = owner.map(|owner| (owner.of_rep, owner.in_area));
        assert_eq!(found, expected, "{} {rep} {number}", actor.user);
    }
    for (rep, number, called_at_ms, says) in [
        (REP, "call me", at(8, 40), "bad_number"),
        (REP, "02158881234", at(9, 1), "not_come"),
        (REP, "02158881234", at(9, 0) - 8 * DAY, "bad_time"),
        (REP, "02158881234", at(5, 59), "too_soon"),
        ("nobody", "02158881234", at(8, 40), "not_found"),
    ] {
        let entered = register::enter(&desk, &clerk, call(rep, number, called_at_ms)).await;
        assert_eq!(code(entered), says, "{rep} {number}");
    }
    let other = user("other", Role::Supervisor, &["t2"]);
    assert_eq!(
        code(register::enter(&desk, &other, call(REP, "02158881234", at(8, 40))).await),
        "not_found"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_entered_after_the_rep_left_for_a_time_when_he_was_there() {
    let world = World::new().await;
    let (desk, clerk) = (desk_of(&world), user("clerk", Role::Clerk, &[]));
    let call = |called_at_ms| Call {
        rep: REP.into(),
        number: "139 1234 5678".into(),
        called_at_ms,
        note: String::new(),
    };
    world.set_time(at(10, 0));
    documents::drop(&desk, &Actor::console(), "rep", REP).await.unwrap();
    world.set_time(at(9, 0) + DAY);
    for (called_at_ms, day) in [
        (at(8, 40) + DAY, None),
        (at(10, 30), None),
        (at(8, 40), Some("2026-11-23")),
    ] {
        let entered = register::enter(&desk, &clerk, call(called_at_ms)).await;
        match day {
            Some(day) => assert_eq!(entered.unwrap().day.to_string(), day),
            None => assert_eq!(code(entered), "not_found", "{called_at_ms}"),
        }
    }
    let rows = register::of_day(&desk, &clerk, "2026-11-23".parse().unwrap())
        .await
        .unwrap();
    let row = rows.iter().find(|row| row.rep == REP).unwrap();
    assert_eq!((row.at_ms, row.way), (Some(at(8, 40)), Some(SignInWay::OtherNumber)));
}

/// A finding of a phone's records, put as the fold would.
async fn put_finding(desk: &Desk, kind: FindingKind, state: FindingState, evidence: &[Name]) -> String {
    let finding = Finding {
        id: Hash::of(format!("{kind:?}")),
        class: kind.class(),
        kind,
        from_ms: at(12, 10),
        to_ms: at(12, 55),
        evidence: evidence.to_vec(),
        facts: Default::default(),
        state,
    };
    let body = decide::FindingView {
        rep: REP.into(),
        day: "2026-11-23".into(),
        finding: finding.clone(),
    };
    let view = ViewRow {
        kind: "finding".into(),
        key: finding.id.to_string(),
        scope: "team/t1".into(),
        at_ms: finding.from_ms,
        body: serde_json::to_string(&body).unwrap(),
        fields: Vec::new(),
    };
    let change = Change {
        views: vec![view],
        ..Change::default()
    };
    desk.app.commit(change).await.unwrap();
    finding.id.to_string()
}

/// A phone whose fixes of noon came at one o'clock.
async fn phone_at_noon(world: &World) -> (Phone, Vec<Name>) {
    let mut phone = world.enrol(REP).await;
    phone.anchor(world, at(8, 0), 0).await;
    for minute in 10..15 {
        phone.fix(at(12, minute), 0);
    }
    world.set_time(at(13, 0));
    world.pushed(&phone, 0).await;
    let names = phone.records[1..].iter().map(|record| Name {
        stream: phone.stream.clone(),
        epoch: 1,
        branch: String::new(),
        seq: record.head.seq,
    });
    let names = names.collect();
    (phone, names)
}

async fn says(world: &World, phone: &mut Phone, id: &str, appeal: bool, at_ms: i64) {
    let (finding, kind, day) = (id.parse().unwrap(), FindingKind::LeftArea, "2026-11-23".to_owned());
    let (from_ms, to_ms, text) = (at(12, 10), at(12, 55), "the road was closed".to_owned());
    world.set_time(at_ms);
    let from = phone.records.len();
    if appeal {
        let said = Appealed {
            finding,
            kind,
            from_ms,
            to_ms,
            day,
            text,
        };
        phone.write(at_ms, &said);
    } else {
        let said = Answered {
            finding,
            kind,
            from_ms,
            to_ms,
            day,
            text,
        };
        phone.write(at_ms, &said);
    }
    world.pushed(phone, from).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rep_comes_first_and_an_appeal_is_decided_by_another() {
    let world = World::new().await;
    let desk = desk_of(&world);
    let (mut phone, names) = phone_at_noon(&world).await;
    let open = || put_finding(&desk, FindingKind::LeftArea, FindingState::Open, &names);
    let id = open().await;
    let confirm = |actor: Actor| {
        let (desk, id) = (desk.clone(), id.clone());
        async move { decide(&desk, &actor, &id, Ruling::Confirmed, "seen outside").await }
    };
    let offered = async |actor: Actor| {
        let case = Case::read(&desk, &id).await.unwrap();
        let choices = Choices::of(&desk, &actor, &case).await.unwrap();
        (choices.rulings.len(), choices.refused.map(|error| error.code))
    };
    let refused = |rulings: usize, code: &str| (rulings, Some(code.to_owned()));
    assert_eq!(code(confirm(boss()).await), "window_open");
    assert_eq!(offered(boss()).await, refused(2, "window_open"));
    world.set_time(at(17, 0));
    assert_eq!(offered(boss()).await, refused(2, "too_early"));
    let early = confirm(boss()).await.unwrap_err();
    assert_eq!((early.code.as_str(), early.retry_at.is_some()), ("too_early", true));
    assert_eq!(
        code(decide(&desk, &boss(), &id, Ruling::Confirmed, " ").await),
        "no_reason"
    );
    assert_eq!(code(confirm(user(REP, Role::Supervisor, &["t1"])).await), "own_case");

    says(&world, &mut phone, &id, false, at(17, 10)).await;
    assert_eq!(offered(boss()).await, (3, None));
    let first = confirm(boss()).await.unwrap();
    assert_eq!((first.state, first.on_appeal), (FindingState::Confirmed, false));

    put_finding(&desk, FindingKind::LeftArea, FindingState::Confirmed, &names).await;
    assert_eq!(
        code(confirm(user("other", Role::Admin, &[])).await),
        "decided",
        "without an appeal it stands"
    );
    assert_eq!(offered(boss()).await, refused(0, "decided"));
    says(&world, &mut phone, &id, true, at(18, 0)).await;
    put_finding(&desk, FindingKind::LeftArea, FindingState::Confirmed, &names).await;
    assert_eq!(offered(boss()).await, refused(0, "same_person"));
    assert_eq!(offered(user("other", Role::Admin, &[])).await, (3, None));
    assert_eq!(code(confirm(boss()).await), "same_person");
    world.set_time(at(18, 30));
    let other = user("other", Role::Admin, &[]);
    let second = decide(&desk, &other, &id, Ruling::Withdrawn, "the road was closed")
        .await
        .unwrap();
    assert_eq!((second.state, second.on_appeal), (FindingState::Withdrawn, true));
    put_finding(&desk, FindingKind::LeftArea, FindingState::Withdrawn, &names).await;
    assert_eq!(code(confirm(user("third", Role::Admin, &[])).await), "decided");

    let table = taken_out(&desk, What::Findings).await;
    let first = "the road was closed,2026-11-23 17:10:00,confirmed,seen outside,boss,2026-11-23 17:10:00";
    let appeal = "the road was closed,2026-11-23 18:00:00,withdrawn,the road was closed,other,2026-11-23 18:30:00";
    assert!(table.contains(&format!("withdrawn,{first},{appeal}\r\n")), "{table}");
}

/// A table of the day as a CSV file, in codes.
async fn taken_out(desk: &Desk, what: What) -> String {
    let day = "2026-11-23".parse().ok();
    let which = days::Which {
        from: day,
        to: day,
        ..Default::default()
    };
    let by = reports::By::Rep;
    Asked { what, which, by }.table(desk, &boss()).await.unwrap().csv()
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_for_three_working_days_is_an_answer_too() {
    let world = World::new().await;
    let desk = desk_of(&world);
    let (_phone, names) = phone_at_noon(&world).await;
    // Known on Monday: Tuesday, Wednesday and Thursday are the rep's.
    for (now_ms, says) in [
        (at(17, 0), Some("too_early")),
        (MONDAY + 4 * DAY - MINUTE, Some("too_early")),
        (MONDAY + 4 * DAY, None),
    ] {
        let id = put_finding(&desk, FindingKind::LeftArea, FindingState::Open, &names).await;
        world.set_time(now_ms);
        let decided = decide(&desk, &boss(), &id, Ruling::Confirmed, "seen outside").await;
        assert_eq!(decided.err().map(|error| error.code).as_deref(), says, "{now_ms}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_never_confirmed_and_many_are_only_excused() {
    let world = World::new().await;
    let desk = desk_of(&world);
    world.set_time(at(17, 0));
    let question = put_finding(&desk, FindingKind::LongStay, FindingState::Answered, &[]).await;
    let finding = put_finding(&desk, FindingKind::LeftArea, FindingState::Open, &[]).await;
    let both = [question.clone(), finding.clone()];
    assert_eq!(
        code(decide(&desk, &boss(), &question, Ruling::Confirmed, "x").await),
        "question"
    );
    assert_eq!(
        code(decide_many(&desk, &boss(), &both, Ruling::Confirmed, "x").await),
        "singly"
    );
    let other = user("other", Role::Supervisor, &["t2"]);
    assert_eq!(
        code(decide_many(&desk, &other, &both, Ruling::Excused, "x").await),
        "not_found"
    );
    let unknown = [finding, "0".repeat(64)];
    assert_eq!(
        code(decide_many(&desk, &boss(), &unknown, Ruling::Excused, "x").await),
        "not_found"
    );
    let decisions = decide_many(&desk, &boss(), &both, Ruling::Excused, "the fair was that day")
        .await
        .unwrap();
    assert_eq!(decisions.len(), 2);
    let documents = desk.app.documents();
    assert!(documents.in_force("decision", &question, desk.now_ms()).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_those_that_others_decided_first_are_told_apart() {
    let world = World::new().await;
    let desk = desk_of(&world);
    world.set_time(at(17, 0));
    let kinds = [FindingKind::LeftArea, FindingKind::LongStay];
    let [first, second] = kinds.map(|kind| put_finding(&desk, kind, FindingState::Open, &[]));
    let both = [first.await, second.await];
    decide(&desk, &boss(), &both[0], Ruling::Excused, "the road was closed")
        .await
        .unwrap();
    put_finding(&desk, FindingKind::LeftArea, FindingState::Excused, &[]).await;
    let [other, elsewhere] =
        [("other", "t1"), ("elsewhere", "t2")].map(|(name, team)| user(name, Role::Supervisor, &[team]));
    let refused = decide_many(&desk, &other, &both, Ruling::Withdrawn, "a fault of the map").await;
    assert_eq!(code(refused), "decided");
    let told = decide::decided(&desk, &other, &both).await.unwrap();
    let told = told.iter().map(|case| {
        let decision = case.decisions.last().unwrap();
        (
            case.view.finding.id.to_string(),
            decision.by.as_str(),
            decision.reason.as_str(),
        )
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [(both[0].clone(), "boss", "the road was closed")]
    );
    assert!(decide::decided(&desk, &elsewhere, &both).await.unwrap().is_empty());
    // The day stays with the team that it was of.
    let mut moved = world.app.documents().rep(REP, desk.now_ms()).unwrap().clone();
    moved.team = "t2".into();
    world.put(REP, Document::Rep(moved)).await;
    assert_eq!(decide::decided(&desk, &other, &both).await.unwrap().len(), 1);
    assert!(decide::decided(&desk, &elsewhere, &both).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_decide_at_once_one_is_told() {
    let world = World::new().await;
    let desk = desk_of(&world);
    world.set_time(at(17, 0));
    let id = put_finding(&desk, FindingKind::LeftArea, FindingState::Open, &[]).await;
    let (boss, other) = (boss(), user("other", Role::Admin, &[]));
    let twice = [id.clone(), id.clone()];
    let (first, second) = tokio::join!(
        decide(&desk, &boss, &id, Ruling::Excused, "the road was closed"),
        decide_many(&desk, &other, &twice, Ruling::Withdrawn, "a fault of the map"),
    );
    let refused: Vec<_> = [first.err(), second.err()].into_iter().flatten().collect();
    let codes: Vec<_> = refused.iter().map(|error| error.code.as_str()).collect();
    assert!(matches!(codes[..], ["changed" | "decided"]), "{codes:?}");

    // As where the day could not be folded since.
    put_finding(&desk, FindingKind::LeftArea, FindingState::Open, &[]).await;
    for actor in [&boss, &other] {
        let again = decide(&desk, actor, &id, Ruling::Excused, "on second thought").await;
        assert_eq!(code(again), "decided");
    }
    let decisions = world.app.store.documents("decision", Some(&id)).await.unwrap();
    assert_eq!(decisions.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looked_before_another_decided_is_told() {
    let world = World::new().await;
    let desk = desk_of(&world);
    let boss = boss();
    let read = || version::Version::read(&desk, "x".into());
    let decided = |version: version::Version| {
        let mut deed = Deed::new(&boss);
        version.raise(&mut deed, desk.now_ms());
        deed.commit(&desk)
    };
    for _ in 0..2 {
        let (first, second) = (read().await.unwrap(), read().await.unwrap());
        decided(first).await.unwrap();
        assert_eq!(code(decided(second).await), "changed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trail_shows_no_place_of_a_phone_that_was_replaced_by_then() {
    let world = World::new().await;
    let desk = desk_of(&world);
    let mut first = world.enrol(REP).await;
    first.anchor(&world, at(8, 0), 0).await;
    first.fix(at(8, 30), 0);
    world.set_time(at(9, 0));
    let mut second = world.enrol(REP).await;
    second.anchor(&world, at(9, 1), 0).await;
    second.fix(at(9, 30), 0);
    first.fix(at(9, 31), 0);
    world.set_time(at(10, 0));
    for phone in [&first, &second] {
        world.pushed(phone, 0).await;
    }
    let day = "2026-11-23".parse().unwrap();
    let trail = look::trail(&desk, &boss(), REP, day, "emergency").await.unwrap();
    let seen: Vec<(&str, i64)> = trail.iter().map(|fix| (fix.name.stream.as_str(), fix.at_ms)).collect();
    let (first, second) = (first.stream.as_str(), second.stream.as_str());
    assert_eq!(seen, [(first, at(8, 30)), (second, at(9, 30))]);
}

/// The rep's phone, which gave a reason for noon as its second record, and the time that it was for.
async fn phone_with_reason(world: &World, reason: ExceptionKind, note: &str) -> (Phone, Interval) {
    let mut phone = world.enrol(REP).await;
    phone.anchor(world, at(8, 0), 0).await;
    let interval = Interval {
        from_ms: at(12, 0),
        to_ms: at(13, 0),
    };
    let note = note.to_owned();
    phone.write(at(13, 5), &ReasonGiven { interval, reason, note });
    world.set_time(at(13, 10));
    world.pushed(&phone, 0).await;
    (phone, interval)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_is_declined_once_with_words_that_the_rep_is_told() {
    let world = World::new().await;
    let desk = desk_of(&world);
    let (phone, _) = phone_with_reason(&world, ExceptionKind::Goods, "").await;
    fold::drain(&world.app).await.unwrap();
    let decline = |actor: Actor, rep: &str, seq, words: &str| {
        let record = Name {
            stream: phone.stream.clone(),
            epoch: 1,
            branch: String::new(),
            seq,
        };
        let declining = Decline {
            rep: rep.into(),
            record,
            words: words.into(),
        };
        let desk = desk.clone();
        async move { exceptions::decline(&desk, &actor, declining).await }
    };
    let why = "no goods were due";
    assert_eq!(exceptions::list(&desk, &boss()).await.unwrap().waiting.len(), 1);
    assert_eq!(
        code(decline(boss(), REP, 1, why).await),
        "not_found",
        "an anchor is no reason"
    );
    assert_eq!(
        code(decline(boss(), "li", 2, why).await),
        "not_found",
        "another's reason"
    );
    assert_eq!(code(decline(boss(), REP, 2, " \u{200b} ").await), "no_reason");
    assert_eq!(
        code(decline(user(REP, Role::Admin, &[]), REP, 2, why).await),
        "own_case"
    );
    assert_eq!(
        code(decline(user("sue", Role::Supervisor, &["t2"]), REP, 2, why).await),
        "not_found",
        "of another team"
    );
    let (first, second) = tokio::join!(decline(boss(), REP, 2, why), decline(boss(), REP, 2, why));
    assert!(first.is_ok() != second.is_ok(), "one is told that it was declined");
    assert_eq!(
        code(decline(user("ann", Role::Admin, &[]), REP, 2, "nor later").await),
        "decided"
    );
    let approving = NewException {
        rep: REP.into(),
        record: Some(Name {
            stream: phone.stream.clone(),
            epoch: 1,
            branch: String::new(),
            seq: 2,
        }),
        reason: None,
        from_ms: None,
        to_ms: None,
    };
    let approved = exceptions::make(&desk, &user("ann", Role::Admin, &[]), approving).await;
    assert_eq!(code(approved), "decided", "what was declined is not approved after");
    assert_eq!(exceptions::list(&desk, &boss()).await.unwrap().waiting.len(), 0);
    let (_, feed) = world.get("/api/v1/feed", &phone.token).await;
    assert!(feed.to_string().contains(why), "the rep's phone is told: {feed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exception_is_taken_back_for_the_days_to_come() {
    let world = World::new().await;
    let desk = desk_of(&world);
    world.set_time(at(10, 0));
    let leave = async |from_day: i64, to_day: i64| {
        let new = NewException {
            rep: REP.into(),
            record: None,
            reason: Some(ExceptionKind::Leave),
            from_ms: Some(MONDAY + from_day * DAY),
            to_ms: Some(MONDAY + to_day * DAY),
        };
        exceptions::make(&desk, &boss(), new).await.unwrap().id
    };
    let (later, since) = (leave(7, 9).await, leave(-2, 5).await);
    let (until_tonight, over) = (leave(0, 1).await, leave(-5, -3).await);
    let own = user(REP, Role::Admin, &[]);
    let others = user("stan", Role::Supervisor, &["t2"]);
    for (actor, id, said) in [
        (&own, &later, "own_case"),
        (&others, &later, "not_found"),
        (&boss(), &until_tonight, "begun"),
        (&boss(), &over, "begun"),
        (&boss(), &"nothing".to_owned(), "not_found"),
    ] {
        let refused = exceptions::take_back(&desk, actor, id).await.unwrap_err();
        assert_eq!(refused.code, said, "{id}");
        assert!(!refused.message.contains(REP), "nobody learns whose it is: {refused}");
    }
    world.set_time(at(11, 0));
    for id in [&later, &since] {
        exceptions::take_back(&desk, &boss(), id).await.unwrap();
    }
    let left = exceptions::list(&desk, &boss()).await.unwrap().exceptions;
    let left: Vec<_> = left.iter().map(|left| (&left.id, left.from_ms, left.to_ms)).collect();
    let day = |n: i64| MONDAY + n * DAY;
    let whole = [
        (&until_tonight, day(0), day(1)),
        (&since, day(-2), day(1)),
        (&over, day(-5), day(-3)),
    ];
    assert_eq!(left, whole, "today stays excused");
    let file = taken_out(&desk, What::Exceptions).await;
    let cut = file.lines().find(|line| line.contains(&since)).unwrap();
    let told = ",approved,boss,2026-11-23 10:00:00,,2026-11-23 11:00:00";
    assert!(cut.ends_with(told), "{file}");
    assert_eq!(code(exceptions::take_back(&desk, &boss(), &since).await), "begun");
    assert_eq!(code(exceptions::take_back(&desk, &boss(), &later).await), "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_is_approved_as_the_rep_gave_it() {
    let world = World::new().await;
    let desk = desk_of(&world);
    let reason = ExceptionKind::CustomerCalled;
    let (phone, interval) = phone_with_reason(&world, reason, "Mr Zhang called").await;
    let name = |seq| Name {
        stream: phone.stream.clone(),
        epoch: 1,
        branch: String::new(),
        seq,
    };
    let new = |rep: &str, record| NewException {
        rep: rep.into(),
        record,
        reason: None,
        from_ms: None,
        to_ms: None,
    };
    let make = |actor: Actor, new| {
        let desk = desk.clone();
        async move { exceptions::make(&desk, &actor, new).await }
    };
    assert_eq!(
        code(make(boss(), new(REP, Some(name(1)))).await),
        "not_found",
        "an anchor is no reason"
    );
    assert_eq!(
        code(make(boss(), new("li", Some(name(2)))).await),
        "not_found",
        "another's reason"
    );
    assert_eq!(code(make(boss(), new(REP, None)).await), "incomplete");
    assert_eq!(
        code(make(user(REP, Role::Admin, &[]), new(REP, Some(name(2)))).await),
        "own_case"
    );
    let made = make(boss(), new(REP, Some(name(2)))).await.unwrap();
    assert_eq!(
        (made.reason, made.from_ms, made.to_ms),
        (reason, interval.from_ms, interval.to_ms)
    );
    assert_eq!(
        make(boss(), new(REP, Some(name(2)))).await.unwrap().id,
        made.id,
        "approved twice it is one"
    );
    let leave = NewException {
        reason: Some(ExceptionKind::Leave),
        from_ms: Some(MONDAY + DAY),
        to_ms: Some(MONDAY + 200 * DAY),
        ..new(REP, None)
    };
    assert_eq!(code(make(boss(), leave).await), "bad_interval");
    let own = user(REP, Role::Admin, &[]);
    let leave = NewException {
        reason: Some(ExceptionKind::Leave),
        from_ms: Some(MONDAY + DAY),
        to_ms: Some(MONDAY + 2 * DAY),
        ..new(REP, None)
    };
    assert_eq!(code(make(own, leave.clone()).await), "own_case", "nor his own leave");
    assert_eq!(make(boss(), leave).await.unwrap().approved_by, "boss");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_each_reason_is_taken_out_with_who_asked_and_who_decided() {
    let world = World::new().await;
    let desk = desk_of(&world);
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(8, 0), 0).await;
    for (hour, note) in [(9, "approved"), (10, "declined"), (11, "waits"), (12, "by the desk")] {
        let interval = Interval {
            from_ms: at(hour, 0),
            to_ms: at(hour, 30),
        };
        let (reason, note) = (ExceptionKind::Goods, note.to_owned());
        phone.write(at(13, hour), &ReasonGiven { interval, reason, note });
    }
    world.set_time(at(14, 0));
    world.pushed(&phone, 0).await;
    let name = |seq| Name {
        stream: phone.stream.clone(),
        epoch: 1,
        branch: String::new(),
        seq,
    };
    let new = |record, reason, from_ms, to_ms| NewException {
        rep: REP.into(),
        record,
        reason,
        from_ms,
        to_ms,
    };
    let declining = Decline {
        rep: REP.into(),
        record: name(3),
        words: "no goods were due".into(),
    };
    for made in [
        new(Some(name(2)), None, None, None),
        new(None, Some(ExceptionKind::Goods), Some(at(12, 0)), Some(at(13, 0))),
        new(None, Some(ExceptionKind::Leave), Some(at(15, 0)), Some(at(16, 0))),
        // Of another day.
        new(
            None,
            Some(ExceptionKind::Leave),
            Some(at(15, 0) + DAY),
            Some(at(16, 0) + DAY),
        ),
    ] {
        exceptions::make(&desk, &boss(), made).await.unwrap();
    }
    exceptions::decline(&desk, &boss(), declining).await.unwrap();
    fold::drain(&desk.app).await.unwrap();
    let table = taken_out(&desk, What::Exceptions).await;
    let said = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let id = if cells[2].is_empty() { "none" } else { "one" };
        [&[id][..], &[cells[5]], &cells[7..14]].concat().join(",")
    };
    let day = "2026-11-23";
    assert_eq!(
        table.lines().skip(1).map(said).collect::<Vec<_>>(),
        [
            format!("one,{day} 15:00:00,,boss,{day} 14:00:00,approved,boss,{day} 14:00:00,"),
            format!("one,{day} 12:00:00,by the desk,wang,{day} 13:12:00,approved,boss,{day} 14:00:00,"),
            format!("none,{day} 11:00:00,waits,wang,{day} 13:11:00,waiting,,,"),
            format!("none,{day} 10:00:00,declined,wang,{day} 13:10:00,declined,boss,{day} 14:00:00,no goods were due"),
            format!("one,{day} 09:00:00,approved,wang,{day} 13:09:00,approved,boss,{day} 14:00:00,"),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_has_its_days_and_so_has_the_desk() {
    let world = World::new().await;
    let desk = desk_of(&world);
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(8, 0), 0).await;
    let give = |from_ms| ReasonGiven {
        interval: Interval {
            from_ms,
            to_ms: from_ms + HOUR,
        },
        reason: ExceptionKind::Goods,
        note: String::new(),
    };
    // Friday's hour is excused until Wednesday's end, Thursday's until Tuesday's. Both are given on Wednesday.
    let (thursday, friday, wednesday) = (at(12, 0) + 3 * DAY, at(12, 0) + 4 * DAY, 9 * DAY);
    phone.write(at(23, 50) + wednesday, &give(thursday));
    phone.write(at(23, 55) + wednesday, &give(friday));
    world.set_time(at(23, 58) + wednesday);
    world.pushed(&phone, 0).await;
    crate::fold::drain(&desk.app).await.unwrap();
    let waiting = |boss: Actor| {
        let desk = desk.clone();
        async move { exceptions::list(&desk, &boss).await.unwrap().waiting }
    };
    let shown = waiting(boss()).await;
    let told = |i: usize| (shown[i].give_until.as_str(), shown[i].late, shown[i].overdue);
    assert_eq!(shown.len(), 2);
    assert_eq!(told(0), ("2026-12-01", true, false));
    assert_eq!(told(1), ("2026-12-02", false, false));
    assert_eq!(
        shown[1].decide_until, "2026-12-07",
        "three workdays after the desk could know"
    );
    let record = |i: usize| NewException {
        rep: REP.into(),
        record: Some(shown[i].seen.record.clone()),
        reason: None,
        from_ms: None,
        to_ms: None,
    };
    let late = exceptions::make(&desk, &boss(), record(0)).await.unwrap_err();
    assert_eq!(late.code, "too_late");
    assert!(
        late.message.contains("2026-12-02") && late.message.contains("2026-12-01"),
        "{late}"
    );
    for (now_ms, overdue) in [(at(23, 59) + 14 * DAY, false), (at(0, 0) + 15 * DAY, true)] {
        world.set_time(now_ms);
        let shown = waiting(boss()).await;
        assert_eq!((shown[0].overdue, shown[1].overdue), (false, overdue));
    }
    exceptions::make(&desk, &boss(), record(1))
        .await
        .expect("the desk is late, not the rep");
    assert_eq!(waiting(boss()).await.len(), 1);
}

async fn exported(desk: &Desk, what: &Export) -> String {
    let (mut text, mut after) = (String::new(), None);
    loop {
        let page = export::page(desk, what, after.as_deref()).await.unwrap();
        text += &page.text;
        match page.next {
            Some(next) => after = Some(next),
            None => return text,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_out_at_the_console_is_told_and_so_is_a_programs_token() {
    let world = World::new().await;
    let desk = desk_of(&world);
    let phone = world.enrol(REP).await;
    world.user("ada", Role::Admin, &[]).await;
    let (from, to) = ("2026-11-20".parse().ok(), "2026-11-23".parse().ok());
    let export = |what| Command::Export { what, after: None };
    let days = json!({"what": "days", "format": "csv", "from": "2026-11-20", "to": "2026-11-23", "by": "console"});
    let visits = json!({"what": "visits", "format": "ndjson", "from": "2026-11-20", "by": "console"});
    let token = json!({"user": "ada", "expires_ms": at(7, 0) + 2 * DAY, "by": "console"});
    let cases = [
        (export(Export::Days { from, to, csv: true }), Some(days)),
        (
            export(Export::Visits {
                from,
                to: None,
                csv: false,
            }),
            Some(visits),
        ),
        (
            export(log(None, Some(REP))),
            Some(json!({"what": "log", "format": "ndjson", "rep": REP, "by": "console"})),
        ),
        (
            export(log(Some(phone.stream.clone()), None)),
            Some(json!({"what": "log", "format": "ndjson", "stream": phone.stream, "by": "console"})),
        ),
        (
            export(log(None, None)),
            Some(json!({"what": "desk_log", "format": "ndjson", "by": "console"})),
        ),
        (export(Export::Keys), None),
        (
            Command::UserToken {
                user: "ada".into(),
                days: 2,
            },
            Some(token),
        ),
    ];
    for (command, told) in cases {
        let before = desk.app.desk.head().await.unwrap().seq;
        run(&desk, &Actor::console(), command.clone()).await.unwrap();
        let (newest, _) = audit::page(&desk, None, &[], |_| true, 1).await.unwrap();
        let record = newest.first().filter(|record| record.seq > before);
        let fields = record.map(|record| Value::Object(record.fields.clone()));
        assert_eq!(fields, told, "{command:?}");
    }
    // What is refused took nothing out, and the pages that follow are of what was told.
    let before = desk.app.desk.head().await.unwrap();
    assert_eq!(
        code(run(&desk, &Actor::console(), export(log(None, Some("nobody")))).await),
        "not_found"
    );
    let next = Command::Export {
        what: Export::Days { from, to, csv: true },
        after: Some(r#"[0,"wang/2026-11-20"]"#.into()),
    };
    run(&desk, &Actor::console(), next).await.unwrap();
    assert_eq!(desk.app.desk.head().await.unwrap(), before);
}

fn log(stream: Option<String>, rep: Option<&str>) -> Export {
    let rep = rep.map(ToOwned::to_owned);
    Export::Log { stream, rep }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exported_log_checks_whole_and_after_an_erasure() {
    let world = World::new().await;
    let desk = desk_of(&world);
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(8, 0), 0).await;
    for i in 0..700 {
        phone.fix(at(8, 1) + i * 10_000, 0);
    }
    world.set_time(at(12, 0));
    world.push(&phone, 0).await;
    for part in [0..400, 400..701] {
        let (status, answer) = world
            .push_text(&phone, "", phone.batch_of(&phone.records[part]).as_bytes())
            .await;
        assert_eq!(status, 200, "{answer}");
    }
    let keys = KeyRing::trust(&desk.app.signer.public(desk.now_ms()), None).unwrap();
    let check = |text: &str| {
        let report = verify(text, &keys, &[]);
        assert!(report.ok, "{:?}", report.faults);
        report
    };
    let all = exported(&desk, &log(Some(phone.stream.clone()), None)).await;
    assert_eq!(
        all.lines().count(),
        1 + 2 * 701 + 2,
        "certificate, records, seal, receipt"
    );
    check(&all);
    assert_eq!(exported(&desk, &log(None, Some(REP))).await, all);
    check(&exported(&desk, &log(None, None)).await);

    let erase = |day: &str, dry_run| {
        let what = Erasure {
            rep: Some(REP.into()),
            before: day.parse().unwrap(),
        };
        let desk = desk.clone();
        async move { erase::erase(&desk, &Actor::console(), what, dry_run).await.unwrap() }
    };
    assert_eq!(erase("2026-11-23", false).await.fixes, 0, "of the days before that one");
    let tomorrow = Erasure {
        rep: Some(REP.into()),
        before: "2026-11-24".parse().unwrap(),
    };
    let early = erase::erase(&desk, &Actor::console(), tomorrow, false).await;
    assert_eq!(code(early), "bad_date", "today is not over");
    world.set_time(at(17, 0));
    crate::fold::drain(&desk.app).await.unwrap();
    world.set_time(at(9, 0) + DAY);
    let would = erase("2026-11-24", true).await;
    assert_eq!((would.fixes, would.days), (700, 1));
    assert_eq!(
        exported(&desk, &log(None, Some(REP))).await,
        all,
        "a dry run erases nothing"
    );
    crate::fold::drain(&desk.app).await.unwrap();
    let day = || async {
        crate::fold::day_now(&desk.app, REP, "2026-11-23".parse().unwrap())
            .await
            .unwrap()
    };
    let before = day().await;
    assert_eq!(erase("2026-11-24", false).await.fixes, 700);
    assert_eq!(day().await, before, "the account of the day outlives its places");
    assert_eq!(erase("2026-11-24", false).await.fixes, 0);
    let erased = exported(&desk, &log(None, Some(REP))).await;
    assert!(!erased.contains("lat_e9"));
    check(&erased);
    check(&exported(&desk, &log(None, None)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_past_its_time_is_erased_once_a_day_and_never_more() {
    let world = World::new().await;
    let desk = desk_of(&world);
    let mut phone = world.enrol(REP).await;
    for day in 0..3 {
        let morning = at(9, 0) + day * DAY;
        phone.reboot(morning);
        phone.anchor(&world, morning, 0).await;
        phone.fix(morning + MINUTE, 0);
        phone.fix(morning + 2 * MINUTE, 0);
        world.set_time(morning + 3 * MINUTE);
        let altered = phone
            .batch(3 * day as usize)
            .replace("\"accuracy_mm\":8000", "\"accuracy_mm\":7000");
        assert_eq!(
            world.push_text(&phone, "", altered.as_bytes()).await.0,
            422,
            "it goes into quarantine"
        );
        world.pushed(&phone, 3 * day as usize).await;
    }
    let batches: Vec<Hash> = audit::page(&desk, None, &["batch.quarantined"], |_| true, 9)
        .await
        .unwrap()
        .0
        .iter()
        .map(|record| serde_json::from_value(record.fields["blob"].clone()).unwrap())
        .collect();
    assert_eq!(batches.len(), 3);
    let kept = async || {
        let mut kept = 0;
        for batch in &batches {
            kept += usize::from(world.app.store.blob(batch).await.unwrap().is_some());
        }
        kept
    };
    // Places are kept for 90 days after their own.
    let day_after = |days: i64| at(9, 0) + days * DAY;
    world.set_time(day_after(90));
    assert_eq!(
        retention::daily(&desk).await.unwrap(),
        None,
        "nobody has decided how long things are kept"
    );
    duties::record_demo(&desk, &Actor::console()).await.unwrap();
    let cases = [
        (90, (0, 0, 0, 0), 3),
        (91, (2, 1, 1, 0), 2),
        (93, (4, 2, 2, 0), 0),
        (365, (0, 0, 0, 0), 0),
        (366, (0, 0, 0, 1), 0),
        (400, (0, 0, 0, 2), 0),
        (401, (0, 0, 0, 0), 0),
    ];
    for (days, erased, left) in cases {
        world.set_time(day_after(days));
        let would = retention::retain(&desk, &Actor::console(), true).await.unwrap();
        let done = retention::daily(&desk).await.unwrap().unwrap();
        for (run, dry_run) in [(&would, true), (&done, false)] {
            let counts = (run.fixes, run.days, run.quarantined, run.summarised_days);
            assert_eq!((counts, run.dry_run), (erased, dry_run), "{days} days later");
        }
        assert_eq!(kept().await, left, "{days} days later");
        assert_eq!(retention::daily(&desk).await.unwrap(), None, "once a day");
    }
    let (told, _) = audit::page(&desk, None, &["retention.applied"], |_| true, 9)
        .await
        .unwrap();
    let told: Vec<_> = told.iter().map(|record| &record.fields).collect();
    assert_eq!(
        told[3],
        json!({
            "before": "2026-11-24", "fixes": 2, "days": 1, "disputed_days": 0, "quarantined": 1,
            "summarised_before": "2026-02-22", "summarised_days": 0, "by": "server",
        })
        .as_object()
        .unwrap()
    );
    crate::fold::drain(&desk.app).await.unwrap();
    for day in ["2026-11-23", "2026-11-24", "2026-11-25"] {
        let day = crate::fold::stored_day(&desk.app, REP, day.parse().unwrap()).await;
        let day = day.unwrap().unwrap();
        assert!(day.is_summary() && day.counts.fixes == 2, "{day:?}");
    }
    let findings = ViewQuery {
        kind: "finding".into(),
        limit: 9,
        ..ViewQuery::default()
    };
    assert_eq!(desk.app.store.views(&findings).await.unwrap(), []);
    assert_eq!(told.len(), 4, "a run that finds nothing is not told");
    let condition = condition::look(&desk).await.unwrap();
    assert_eq!((condition.phones, condition.phones_silent), (1, 1));
    assert_eq!(condition.retained_days, Some(0));
    // A run that began three days later and failed is none.
    world.set_time(day_after(404));
    let mut cell = world.app.store.cell("meta", "retention", 0).await.unwrap().unwrap();
    let mut progress: serde_json::Value = serde_json::from_str(&cell.body).unwrap();
    progress["day"] = json!(world.app.documents().day_at("", day_after(404)));
    cell.body = progress.to_string();
    let begun = Change {
        cells: vec![cell],
        ..Change::default()
    };
    world.app.commit(begun).await.unwrap();
    let condition = condition::look(&desk).await.unwrap();
    assert_eq!(condition.retained_days, Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn places_are_erased_by_their_true_age_whatever_a_clock_said() {
    let world = World::new().await;
    let desk = desk_of(&world);
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(9, 0), 0).await;
    phone.reboot(at(9, 30));
    // No anchor; clocks of last year, of today and of next year, and a body that can't be read.
    for days in [-400, 0, 400] {
        phone.write_with(at(10, 0), days * DAY, &fix(days));
    }
    let body = "{\"where\":[31,121]}".to_owned();
    let (stream, prev) = (&phone.stream, phone.tip.hash);
    let head = json!({"v": 1, "stream": stream, "epoch": 1, "seq": 5, "prev": prev, "body": Hash::of(&body)});
    let unreadable = Record::from_lines(head.to_string(), Some(body)).unwrap();
    phone.records.push(unreadable);
    world.set_time(at(10, 1));
    assert_eq!(world.pushed(&phone, 0).await["erased"], json!([]));
    let before = |day: &str| Erasure {
        rep: Some(REP.into()),
        before: day.parse().unwrap(),
    };
    world.set_time(at(9, 0) + 500 * DAY);
    for (day, fixes) in [("2026-11-23", 0), ("2026-11-24", 4), ("2027-12-31", 0)] {
        let erased = erase::erase(&desk, &Actor::console(), before(day), false).await;
        assert_eq!(erased.unwrap().fixes, fixes, "before {day}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trail_opens_for_a_reason_and_the_rep_is_told() {
    let world = World::new().await;
    let desk = desk_of(&world);
    let (_phone, _) = phone_at_noon(&world).await;
    let day = "2026-11-23".parse().unwrap();
    for why in [
        "",
        "x",
        "核",
        "0123abcd",
        "x\u{200b}\u{200b}\u{200b}\u{2060}",
        "\u{200b}…………",
    ] {
        assert_eq!(
            code(look::trail(&desk, &boss(), REP, day, why).await),
            "no_reason",
            "{why:?}"
        );
    }
    let fixes = look::trail(&desk, &boss(), REP, day, "客户投诉核实").await.unwrap();
    assert_eq!(fixes.len(), 5);
    look::trail(&desk, &boss(), REP, day, "客户投诉\u{200b}核实")
        .await
        .unwrap();
    let told = desk.app.documents().reference_of(REP, desk.now_ms());
    assert_eq!(told.iter().filter(|(kind, ..)| *kind == "look").count(), 1);
    // Two Chinese characters say as much as four letters.
    let fixes = look::trail(&desk, &boss(), REP, day, "核实").await.unwrap();
    assert_eq!(fixes.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_reps_were_at_visits_opens_with_a_look_that_the_rep_sees() {
    let world = World::new().await;
    let desk = desk_of(&world);
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(8, 0), 0).await;
    for (minute, visit, is_named) in [(10, "a", true), (40, "b", true), (50, "c", false)] {
        let fix_seq = phone.fix(at(9, minute), 0).head.seq;
        let check_in = CheckedIn {
            visit: visit.repeat(32),
            customer: "c1".into(),
            fix_epoch: is_named.then_some(1),
            fix_seq: is_named.then_some(fix_seq),
            purpose: "order".into(),
        };
        phone.write(at(9, minute) + 1, &check_in);
    }
    world.set_time(at(10, 0));
    world.pushed(&phone, 0).await;
    fold::settle(&desk.app).await.unwrap();
    let found = visits::find(&desk, &boss(), &visits::Wanted::default()).await.unwrap();
    assert_eq!(found.visits.len(), 3);
    let looks = || desk.app.documents().looks(REP).map(|look| look.why).collect::<Vec<_>>();
    assert!(looks().is_empty());
    // Who looks again looks once.
    for _ in 0..2 {
        let stood = look::check_ins(&desk, &boss(), &found.visits).await.unwrap();
        let told: Vec<_> = stood.iter().map(|(visit, fix)| (visit.as_str(), fix.at_ms)).collect();
        assert_eq!(told, [(&*"a".repeat(32), at(9, 10)), (&*"b".repeat(32), at(9, 40))]);
        assert!(
            stood
                .values()
                .all(|fix| fix.circle().is_some_and(|(_, radius_m)| radius_m > 0.0))
        );
        assert_eq!(looks(), [found.visits[0].visit.visit.clone()]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finding_is_explained_to_whom_the_rep_then_sees() {
    let world = World::new().await;
    let desk = desk_of(&world);
    let (_phone, evidence) = phone_at_noon(&world).await;
    let looks = || {
        let told = desk.app.documents().reference_of(REP, desk.now_ms());
        told.iter().filter(|(kind, ..)| *kind == "look").count()
    };
    // A clock that was moved shows no fix: nobody looked at a trail.
    let clock = put_finding(&desk, FindingKind::ClockChanged, FindingState::Open, &[]).await;
    let explanation = look::explained(&desk, &boss(), &clock).await.unwrap();
    assert_eq!(
        (explanation.fixes.len(), explanation.sentences.len(), looks()),
        (0, 2, 0)
    );

    let late = put_finding(&desk, FindingKind::SignedInLate, FindingState::Open, &evidence[..1]).await;
    let explanation = look::explained(&desk, &boss(), &late).await.unwrap();
    assert_eq!(explanation.fixes.len(), 1);
    look::explained(&desk, &boss(), &late).await.unwrap();
    assert_eq!((explanation.fixes[0].name.clone(), looks()), (evidence[0].clone(), 1));
    assert!(!explanation.erased && explanation.records[0].at_ms.is_some());
    assert_eq!(code(look::explained(&desk, &boss(), "none").await), "not_found");

    // After the places were erased it says so, and shows what was said before.
    world.set_time(at(9, 0) + DAY);
    let what = Erasure {
        rep: Some(REP.into()),
        before: "2026-11-24".parse().unwrap(),
    };
    let erased = erase::erase(&desk, &Actor::console(), what, false).await.unwrap();
    assert_eq!(erased.fixes, 5);
    let after = look::explained(&desk, &boss(), &late).await.unwrap();
    assert!(after.erased && after.fixes.is_empty());
    assert_eq!(after.sentences[..2], explanation.sentences[..]);
    assert_eq!(after.sentences[2].code, "places_erased");
    assert_eq!(looks(), 1, "nothing of a trail was left to see");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_phone_is_told_to_wipe_itself() {
    let world = World::new().await;
    let desk = desk_of(&world);
    let phone = world.enrol(REP).await;
    assert_eq!(phones::list(&desk, &boss()).await.unwrap().len(), 1);
    let other = user("other", Role::Supervisor, &["t2"]);
    assert!(phones::list(&desk, &other).await.unwrap().is_empty());
    phones::revoke(&desk, &Actor::console(), &phone.stream).await.unwrap();
    let (status, answer) = world.get("/api/v1/feed", &phone.token).await;
    assert_eq!((status.as_u16(), &answer["error"]["wipe"]), (403, &json!(true)));
    assert_eq!(
        code(phones::revoke(&desk, &Actor::console(), "none").await),
        "not_found"
    );
}
