//! Three servers on one PostgreSQL under load, servers and database killed with -9 at random: nothing acknowledged is
//! lost, nothing doubled, every chain checks, and the views are those that one server makes from nothing.

use std::{
    collections::BTreeMap,
    env, fs,
    sync::atomic::{AtomicBool, Ordering},
    thread::{self, sleep},
    time::{Duration, Instant},
};

use onbeat_tests::{
    load::{self, Happened, anchored, fix, pushes_of},
    raw_phone::RawPhone,
    story::{Random, Story, at},
    world::{Api, Binaries, Login, Server, WorldError, set_up},
};
use reqwest::header::{ACCEPT_LANGUAGE, COOKIE};
use serde_json::json;
use tempfile::TempDir;
use tokio::{runtime::Runtime, time::timeout};

use crate::{
    bed::{moment, seed, verify},
    cluster::Cluster,
    kills::fixes_by_time,
    pushing::{FIXES_A_PUSH, Pushing, each_second},
};

/// Kills of an ordinary run; `ONBEAT_KILLS` asks for more.
const KILLS: usize = 30;
const REPS: [&str; 4] = ["ada", "ben", "leo", "mia"];
/// Before a board is drawn anew though nothing happened.
const DRAWN_BY_TIME: Duration = Duration::from_secs(20);
/// Longest wait for what the servers owe, leases of the dead included.
const SETTLED: Duration = Duration::from_secs(180);

/// Three servers, each with a folder of its own, and their database.
struct Three {
    servers: Vec<Server>,
    logins: Vec<Login>,
    binaries: Binaries,
    cluster: Cluster,
    folder: TempDir,
    clock: RunningClock,
}

/// One clock for all: it goes on over a server's death, and what one has recorded is never to come for the next.
#[derive(Clone, Copy)]
struct RunningClock {
    from_ms: i64,
    since: Instant,
}

impl RunningClock {
    fn from(time: &str) -> Self {
        Self {
            from_ms: at(time),
            since: Instant::now(),
        }
    }

    fn now_ms(self) -> i64 {
        self.from_ms + self.since.elapsed().as_millis() as i64
    }
}

impl Three {
    fn start() -> Self {
        let (folder, binaries, cluster, clock) = (
            tempfile::tempdir().unwrap(),
            Binaries::find().unwrap(),
            Cluster::start(&[]),
            RunningClock::from("08:30"),
        );
        let data = |n: usize| folder.path().join(format!("server-{n}"));
        let start = |n: usize| {
            let (database, now_ms) = (["--database", &cluster.url], clock.now_ms());
            Server::start_with(&binaries.onbeat, &data(n), "127.0.0.1:0", now_ms, &database).unwrap()
        };
        let first = start(0);
        let story = Story::new(include_str!("../data/nyc-boroughs.geojson"), 1);
        let logins = set_up(&first, &story, &folder.path().join("import")).unwrap();
        for n in 1..3 {
            fs::create_dir(data(n)).unwrap();
            for file in ["keys.json", "DEMO"] {
                fs::copy(data(0).join(file), data(n).join(file)).unwrap();
            }
        }
        Self {
            servers: vec![first, start(1), start(2)],
            logins,
            cluster,
            clock,
            binaries,
            folder,
        }
    }

    /// Sets all clocks forward.
    fn go_on(&mut self, time: &str) {
        self.clock = RunningClock::from(time);
        for server in &self.servers {
            server.set_clock(self.clock.now_ms()).unwrap();
        }
    }

    /// Kills a server or the database, as it is drawn, and starts it again.
    fn kill(&mut self, random: &mut Random) -> &'static str {
        let (drawn, pause) = (random.bits() % 8, moment(random, Duration::from_millis(300)));
        if drawn < 6 {
            let now_ms = self.clock.now_ms();
            let server = &mut self.servers[drawn as usize % 3];
            server.kill();
            sleep(pause);
            server.restart(now_ms).unwrap();
            return "server";
        }
        self.cluster.kill(if drawn == 6 { "KILL" } else { "QUIT" });
        sleep(pause);
        self.cluster.restart();
        "database"
    }

    fn desk(&self, server: usize) -> Api {
        let admin = self.logins.iter().find(|login| login.role == "admin").unwrap();
        Api::log_in(&self.servers[server].address(), &admin.user, &admin.password).unwrap()
    }

    /// Waits until everything is ruled on.
    fn settle(&self) {
        let (desk, begun) = (self.desk(0), Instant::now());
        let mut settled = 0;
        // Twice: a day that closes only now is marked by the worker's next look.
        while settled < 2 {
            assert!(begun.elapsed() < SETTLED, "the servers still have marks to work off");
            sleep(Duration::from_millis(1_500));
            settled = if desk.get("/healthz").unwrap()["settled"] == true {
                settled + 1
            } else {
                0
            };
        }
    }

    /// An exported log, which checks.
    fn verified(&self, of: &[&str]) -> String {
        let log = self.servers[0].command(&[&["export", "log"][..], of].concat()).unwrap();
        let keys = self.servers[0].command(&["export", "keys"]).unwrap();
        let file = |name: &str, text: &str| {
            let path = self.folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let (code, said) = verify(
            &self.binaries.onbeat,
            &file("log.ndjson", &log),
            &file("keys.json", &keys),
        );
        assert_eq!(code, 0, "the exported log {of:?} does not check: {said}");
        log
    }

    /// All views with their fields, a line each.
    fn views(&self) -> Vec<String> {
        let views = self.cluster.sql(
            "SELECT view.*, array(SELECT f::text FROM view_field AS f
                                  WHERE (f.kind, f.key) = (view.kind, view.key) ORDER BY name)
             FROM view ORDER BY kind, key",
        );
        views.lines().map(str::to_owned).collect()
    }

    /// Commands find the data also where no server runs, if they are told the database.
    fn ask_without_servers(&mut self) {
        self.servers.iter_mut().for_each(Server::kill);
        let list = ["user", "list", "--database", &self.cluster.url];
        assert!(self.servers[1].command(&list).unwrap().contains("nora"));
        let refused = self.servers[1].command(&list[..2]).unwrap_err().to_string();
        assert!(refused.contains("--database"), "{refused}");
    }

    /// All views as one server makes them from the logs alone; none runs.
    fn rebuilt(&mut self) -> Vec<String> {
        self.cluster.sql(
            "TRUNCATE view, view_field, mark; DELETE FROM cell WHERE kind = 'together';
             INSERT INTO mark (key, number)
             SELECT key, nextval('mark_number') FROM log_key WHERE key LIKE 'day/%' GROUP BY key",
        );
        self.servers.truncate(1);
        self.servers[0].restart(at("18:00")).unwrap();
        self.settle();
        self.views()
    }
}

/// Excuses minute after minute, each at any server's desk, once; the minutes that were acknowledged.
fn excuse_until(over: &AtomicBool, desks: &[Api], mut random: Random) -> Vec<i64> {
    let mut acknowledged = Vec::new();
    for n in 0.. {
        let from_ms = at("08:00") + 60_000 * n;
        let rep = REPS[n as usize % REPS.len()];
        let exception = json!({"rep": rep, "reason": "leave", "from_ms": from_ms, "to_ms": from_ms + 60_000});
        match desks[random.bits() as usize % desks.len()].post("/api/v1/exceptions", &exception) {
            Ok(_) => acknowledged.push(from_ms),
            Err(error) => {
                // Refused for a while, or no answer: never a word of anything else.
                let WorldError::Api { message, .. } = &error else {
                    panic!("{error}")
                };
                assert!(
                    message.starts_with("503 ") || message.starts_with("reqwest::Error"),
                    "{message}"
                );
            }
        }
        if over.load(Ordering::Relaxed) {
            break;
        }
        sleep(moment(&mut random, Duration::from_millis(400)));
    }
    acknowledged
}

#[test]
fn three_servers_killed_at_random_lose_nothing_double_nothing_and_rule_as_one() {
    let kills = env::var("ONBEAT_KILLS").map_or(KILLS, |text| text.parse().expect("ONBEAT_KILLS is a number"));
    let mut random = seed("several");
    let mut three = Three::start();
    let mut pushing = Pushing::to(three.servers.iter().map(Server::address).collect());
    // More than they can push until the last kill.
    let fixes_in_all = (300 + 12 * kills) * FIXES_A_PUSH;
    for (n, rep) in REPS.iter().enumerate() {
        let link = three.servers[n % 3].enrolment_link(rep).unwrap();
        pushing.enrol(&link, at("09:00"), fixes_in_all);
    }
    three.go_on("15:00");
    pushing.begin(&mut random);
    let desks: Vec<Api> = (0..3).map(|n| three.desk(n)).collect();
    let excusing = {
        let (over, random) = (pushing.over(), Random::new(random.bits(), "desk"));
        thread::spawn(move || excuse_until(&over, &desks, random))
    };

    let mut killed = BTreeMap::new();
    for _ in 0..kills {
        sleep(moment(&mut random, Duration::from_millis(400)));
        *killed.entry(three.kill(&mut random)).or_insert(0) += 1;
    }
    let pushed = pushing.end();
    let excused = excusing.join().unwrap();

    three.go_on("18:00");
    three.settle();
    for (rep, pushed) in REPS.iter().zip(&pushed) {
        let stored = fixes_by_time(&three.verified(&["--rep", rep]));
        assert_eq!(
            stored,
            each_second(at("09:00"), *pushed),
            "of {rep}: lost, doubled, or stored without being acknowledged"
        );
    }
    three.verified(&["--desk"]);
    let told = three.desk(1).get("/api/v1/exceptions").unwrap();
    let mut exceptions: BTreeMap<i64, u32> = BTreeMap::new();
    for exception in told["exceptions"].as_array().unwrap() {
        *exceptions.entry(exception["from_ms"].as_i64().unwrap()).or_default() += 1;
    }
    assert!(
        exceptions.values().all(|count| *count == 1),
        "made more than once: {exceptions:?}"
    );
    let lost: Vec<_> = excused
        .iter()
        .filter(|from_ms| !exceptions.contains_key(from_ms))
        .collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert!(
        excused.len() > kills / 4 && pushed.iter().sum::<usize>() > kills * REPS.len(),
        "the load was no load"
    );

    let folded = three.views();
    three.ask_without_servers();
    let rebuilt = three.rebuilt();
    let differing = folded.iter().zip(&rebuilt).find(|(folded, rebuilt)| folded != rebuilt);
    assert_eq!(
        (differing, folded.len()),
        (None, rebuilt.len()),
        "views differ from those made anew"
    );
    println!(
        "{killed:?} killed; {} fixes and {} exceptions acknowledged, {} views equal to a rebuild",
        pushed.iter().sum::<usize>(),
        excused.len(),
        folded.len()
    );
}

#[test]
fn a_board_of_one_server_tells_at_once_what_another_was_pushed() {
    let mut three = Three::start();
    let link = three.servers[0].enrolment_link("ada").unwrap();
    let runtime = Runtime::new().unwrap();
    let mut phone = runtime
        .block_on(RawPhone::enrol(load::client(), &link))
        .expect("enrolled");
    let batch = runtime.block_on(anchored(&mut phone)).expect("a time");
    assert_eq!(runtime.block_on(phone.push(&batch)).0, 200);
    three.go_on("09:10");
    let desk = three.desk(1);
    let signed_in = [(at("09:06"), Happened::Fix(fix(0))), (at("09:07"), Happened::SignedIn)];
    let push = pushes_of(&mut phone, signed_in, 2).remove(0);
    runtime.block_on(async {
        let board = load::client().get(format!("{}/today/live", three.servers[1].address()));
        let board = board.header(COOKIE, desk.cookie()).header(ACCEPT_LANGUAGE, "en");
        let mut board = board.send().await.unwrap().error_for_status().unwrap();
        let pushed = phone.push_request(None, push.bytes).send().await.unwrap();
        assert_eq!(pushed.status(), 200);
        let drawn = async {
            let mut told = String::new();
            while !(told.contains("rep-ada") && told.contains("09:07")) {
                told += &String::from_utf8_lossy(&board.chunk().await.unwrap().expect("the stream goes on"));
            }
        };
        timeout(DRAWN_BY_TIME.mul_f64(0.9), drawn)
            .await
            .expect("the board speaks");
    });
}
