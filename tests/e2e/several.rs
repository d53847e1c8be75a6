//! Three servers on one PostgreSQL under load, servers and database killed with -9 at random: nothing acknowledged is
//! lost, nothing doubled, every chain checks, and the views are those that one server makes from nothing.

use std::{
    collections::BTreeMap,
    env, fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, sleep},
    time::{Duration, Instant},
};

use onbeat_tests::{
    load::{self, Push, anchored, fixes},
    raw_phone::RawPhone,
    story::{Random, Story, at},
    world::{Api, Binaries, Login, Server, WorldError, set_up},
};
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::{self, Runtime};

use crate::{
    bed::{moment, seed, verify},
    cluster::Cluster,
    kills::fixes_by_time,
};

/// Kills of an ordinary run; `ONBEAT_KILLS` asks for more.
const KILLS: usize = 30;
const REPS: [&str; 4] = ["ada", "ben", "leo", "mia"];
const FIXES_A_PUSH: usize = 3;
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

    /// Enrols a rep's phone at one of the servers, and has it write down the time and a fix each second since nine.
    fn phone(&self, n: usize, runtime: &Runtime, fixes_in_all: usize) -> (RawPhone, Vec<Push>) {
        let link = self.servers[n % 3].enrolment_link(REPS[n]).unwrap();
        runtime.block_on(async {
            let mut phone = RawPhone::enrol(load::client(), &link).await.expect("enrolled");
            let batch = anchored(&mut phone).await.expect("a time");
            assert_eq!(phone.push(&batch).await.0, 200);
            let times_ms = (0..fixes_in_all as i64).map(|n| at("09:00") + 1_000 * n);
            let pushes = fixes(&mut phone, times_ms, FIXES_A_PUSH);
            (phone, pushes)
        })
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

/// What the load runs against, and until when.
#[derive(Clone)]
struct Target {
    addresses: Arc<Vec<String>>,
    over: Arc<AtomicBool>,
}

impl Target {
    fn any(&self, random: &mut Random) -> &str {
        &self.addresses[random.bits() as usize % self.addresses.len()]
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }
}

/// Pushes one after the other, each to any server until one acknowledges it; how many fixes that were.
async fn push_until_over(phone: RawPhone, pushes: Vec<Push>, target: Target, mut random: Random) -> usize {
    let http = load::client();
    for (n, push) in pushes.into_iter().enumerate() {
        loop {
            let url = format!("{}/api/v1/streams/{}/log", target.any(&mut random), phone.tip.stream);
            let request = http.post(url).bearer_auth(&phone.token).body(push.bytes.clone());
            let sent = request.timeout(Duration::from_secs(40)).send().await;
            // A server that died says nothing; one whose database did, when to come again.
            if let Ok(answer) = sent {
                match answer.status().as_u16() {
                    200 => break,
                    503 => assert!(answer.headers().contains_key("retry-after")),
                    status => panic!("{status}: {}", answer.text().await.unwrap()),
                }
            }
            tokio::time::sleep(moment(&mut random, Duration::from_millis(50))).await;
        }
        if target.is_over() {
            return (n + 1) * FIXES_A_PUSH;
        }
        tokio::time::sleep(moment(&mut random, Duration::from_millis(300))).await;
    }
    panic!("the phone has nothing left to push");
}

/// Excuses minute after minute, each at any server's desk, once; the minutes that were acknowledged.
fn excuse_until_over(desks: &[Api], target: &Target, mut random: Random) -> Vec<i64> {
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
        if target.is_over() {
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
    let target = Target {
        addresses: Arc::new(three.servers.iter().map(Server::address).collect()),
        over: Arc::default(),
    };
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    // More than they can push until the last kill.
    let fixes_in_all = (300 + 12 * kills) * FIXES_A_PUSH;
    let phones: Vec<_> = (0..REPS.len())
        .map(|n| three.phone(n, &runtime, fixes_in_all))
        .collect();
    three.go_on("15:00");
    let pushing: Vec<_> = REPS
        .iter()
        .zip(phones)
        .map(|(rep, (phone, pushes))| {
            let random = Random::new(random.bits(), rep);
            runtime.spawn(push_until_over(phone, pushes, target.clone(), random))
        })
        .collect();
    let desks: Vec<Api> = (0..3).map(|n| three.desk(n)).collect();
    let excusing = {
        let (target, random) = (target.clone(), Random::new(random.bits(), "desk"));
        thread::spawn(move || excuse_until_over(&desks, &target, random))
    };

    let mut killed = BTreeMap::new();
    for _ in 0..kills {
        sleep(moment(&mut random, Duration::from_millis(400)));
        *killed.entry(three.kill(&mut random)).or_insert(0) += 1;
    }
    target.over.store(true, Ordering::Relaxed);
    let pushed: Vec<usize> = pushing
        .into_iter()
        .map(|pushing| runtime.block_on(pushing).unwrap())
        .collect();
    let excused = excusing.join().unwrap();

    three.go_on("18:00");
    three.settle();
    for (rep, pushed) in REPS.iter().zip(&pushed) {
        let stored = fixes_by_time(&three.verified(&["--rep", rep]));
        let sent = (0..*pushed as i64).map(|n| (at("09:00") + 1_000 * n, 1)).collect();
        assert_eq!(
            stored, sent,
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
