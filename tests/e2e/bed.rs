//! What the tests below start from: a server that is set up, phones that are enrolled, an hour of the day.

use std::{
    env, fs,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use onbeat_core::reading::{Fix, Provider};
use onbeat_tests::{
    story::{Random, Story, at},
    world::{Api, Binaries, Login, Player, Server, set_up},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::watched::Watched;

/// A rep who works in Queens.
pub(crate) const REP: &str = "leo";

/// A server, its people, and a clock that only moves forward.
pub(crate) struct Bed {
    pub(crate) folder: TempDir,
    pub(crate) binaries: Binaries,
    pub(crate) server: Server,
    pub(crate) logins: Vec<Login>,
    pub(crate) now_ms: i64,
    /// The server's watch, where the test asked for one.
    pub(crate) watched: Option<Watched>,
}

impl Bed {
    /// At ten in the morning of the story's day.
    pub(crate) fn new() -> Self {
        Self::new_with(|_, _| None)
    }

    /// The same, after something was done to the programs.
    pub(crate) fn new_with(prepare: impl FnOnce(&mut Binaries, &Path) -> Option<Watched>) -> Self {
        Self::start(&[], prepare)
    }

    /// The same, its data in a database.
    pub(crate) fn on(database: &str) -> Self {
        Self::start(&["--database", database], |_, _| None)
    }

    /// The same, with further arguments of the server.
    pub(crate) fn start(more: &[&str], prepare: impl FnOnce(&mut Binaries, &Path) -> Option<Watched>) -> Self {
        let (folder, mut binaries, now_ms) = (tempfile::tempdir().unwrap(), Binaries::find().unwrap(), at("10:00"));
        let watched = prepare(&mut binaries, folder.path());
        // The set-up takes real seconds, and a clock is never set back.
        let set_up_ms = at("09:30");
        let data = folder.path().join("server");
        let server = Server::start_with(&binaries.onbeat, &data, "127.0.0.1:0", set_up_ms, more).unwrap();
        let story = Story::new(include_str!("../data/nyc-boroughs.geojson"), 1);
        let logins = set_up(&server, &story, &folder.path().join("import")).unwrap();
        server.set_clock(now_ms).unwrap();
        Self {
            folder,
            binaries,
            server,
            logins,
            now_ms,
            watched,
        }
    }

    /// On an older server's data, at an hour after it was left; it listens where that one did.
    pub(crate) fn over(older: &Path, listen: &str, admin_password: &str) -> Self {
        let (folder, binaries, now_ms) = (tempfile::tempdir().unwrap(), Binaries::find().unwrap(), at("11:30"));
        let data = folder.path().join("server");
        copy(older, &data);
        let server = Server::start(&binaries.onbeat, &data, listen, now_ms).unwrap();
        let admin = Login {
            role: "admin".into(),
            user: "admin".into(),
            password: admin_password.into(),
            team: String::new(),
        };
        Self {
            folder,
            binaries,
            server,
            logins: vec![admin],
            now_ms,
            watched: None,
        }
    }

    /// A phone that goes on with an older app's folder.
    pub(crate) fn older_phone(&self, older: &Path) -> BedPhone {
        let mut phone = self.new_phone(REP);
        copy(older, phone.player.folder());
        phone.player.start().unwrap();
        phone
    }

    /// Somebody of a role at the desk.
    pub(crate) fn desk(&self, role: &str) -> Api {
        let login = self.logins.iter().find(|login| login.role == role).unwrap();
        Api::log_in(&self.server.address(), &login.user, &login.password).unwrap()
    }

    /// The supervisor of a team.
    pub(crate) fn supervisor(&self, team: &str) -> Api {
        let login = self.logins.iter().find(|login| login.team == team).unwrap();
        Api::log_in(&self.server.address(), &login.user, &login.password).unwrap()
    }

    /// A phone that is enrolled and has fetched what the desk says.
    pub(crate) fn phone(&mut self, rep: &str) -> BedPhone {
        let link = self.server.enrolment_link(rep).unwrap();
        let mut phone = self.new_phone(rep);
        phone.player.start().unwrap();
        phone.ask(self.now_ms, json!({"do": "enrol", "link": link})).unwrap();
        self.sync(&mut phone, self.now_ms);
        phone
    }

    /// A phone in its box, with a folder of its own.
    pub(crate) fn new_phone(&self, rep: &str) -> BedPhone {
        let taken = (0..).find(|n| !self.phone_folder(rep, *n).exists()).unwrap();
        BedPhone {
            player: Player::new(rep, &self.binaries.player, &self.phone_folder(rep, taken)),
            boot: format!("{:016x}", 0xb007 + taken),
        }
    }

    fn phone_folder(&self, rep: &str, n: u64) -> PathBuf {
        self.folder.path().join(format!("{rep}-{n}"))
    }

    /// Sets the server's clock, and has the phone sync until nothing waits: at most a few times, since it goes
    /// on without help.
    pub(crate) fn sync(&mut self, phone: &mut BedPhone, now_ms: i64) {
        self.now_ms = now_ms;
        let mut report = Value::Null;
        for _ in 0..6 {
            report = self.sync_once(phone);
            if report["waiting"] == 0 && report["problems"] == json!([]) {
                return;
            }
            // A server that asks for patience is given it.
            self.now_ms += 1000 * report["retry_after_s"].as_i64().unwrap_or_default();
        }
        panic!("the phone does not get its records through: {report}");
    }

    /// One sync, at the clock's time.
    pub(crate) fn sync_once(&mut self, phone: &mut BedPhone) -> Value {
        self.server.set_clock(self.now_ms).unwrap();
        phone.ask(self.now_ms, json!({"do": "sync"})).unwrap()
    }

    /// Waits until the server has ruled on all it holds.
    pub(crate) fn settle(&self) {
        let desk = self.desk("admin");
        for _ in 0..600 {
            if desk.get("/healthz").unwrap()["settled"] == true {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("the server still has marks to work off");
    }

    /// Copies the server's folder; it must not run.
    pub(crate) fn copy_server_to(&self, to: &Path) {
        copy(self.server.data(), to);
    }

    /// Puts a copy in place of the server's folder; it must not run.
    pub(crate) fn restore_server_from(&self, from: &Path) {
        fs::remove_dir_all(self.server.data()).unwrap();
        copy(from, self.server.data());
    }

    /// `onbeat export log` of a rep, and what `onbeat verify` says of it: exit code and words.
    pub(crate) fn exported_log(&self, rep: &str) -> (String, i32, String) {
        let log = self.server.command(&["export", "log", "--rep", rep]).unwrap();
        let keys = self.server.command(&["export", "keys"]).unwrap();
        let (log_file, keys_file) = (
            self.folder.path().join("log.ndjson"),
            self.folder.path().join("keys.json"),
        );
        fs::write(&log_file, &log).unwrap();
        fs::write(&keys_file, keys).unwrap();
        let (code, said) = verify(&self.binaries.onbeat, &log_file, &keys_file);
        (log, code, said)
    }

    /// The log of a rep as it was exported; it checks.
    pub(crate) fn verified_log(&self, rep: &str) -> String {
        let (log, code, said) = self.exported_log(rep);
        assert_eq!(code, 0, "the exported log of {rep} does not check: {said}");
        log
    }
}

/// Copies a folder's plain files.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Exit code and words of `onbeat verify`.
pub(crate) fn verify(onbeat: &Path, log: &Path, keys: &Path) -> (i32, String) {
    let run = std::process::Command::new(onbeat)
        .arg("verify")
        .arg(log)
        .arg("--keys")
        .arg(keys)
        .output()
        .unwrap();
    let said = [run.stdout, run.stderr].concat();
    (run.status.code().unwrap(), String::from_utf8_lossy(&said).into_owned())
}

/// A phone of the real core.
pub(crate) struct BedPhone {
    pub(crate) player: Player,
    boot: String,
}

impl BedPhone {
    /// Starts a boot that no anchor ties to true time yet.
    pub(crate) fn reboot(&mut self) {
        self.boot = format!("f{}", &self.boot[1..]);
    }

    /// A command at an instant; the wall clock is right.
    pub(crate) fn command(&self, now_ms: i64, mut command: Value) -> Value {
        command["at"] = json!({"at_ms": now_ms, "elapsed_ms": now_ms - at("06:00"), "boot": self.boot});
        command
    }

    /// Asks it.
    pub(crate) fn ask(&mut self, now_ms: i64, command: Value) -> onbeat_tests::world::WorldResult<Value> {
        let command = self.command(now_ms, command);
        self.player.ask(command)
    }

    /// A fix in the middle of Queens, a little elsewhere each time.
    pub(crate) fn fix(&self, now_ms: i64) -> Value {
        let off = now_ms / 1_000 % 997;
        let fix = Fix {
            lat_e9: 40_728_000_000 + 1_000 * off,
            lon_e9: -73_795_000_000 - 700 * off,
            accuracy_mm: Some(9_000),
            age_ms: 200,
            provider: Provider::Gps,
            satellites: Some(9),
            speed_mm_s: Some(1_100),
            simulated: false,
            approximate: false,
            still: false,
        };
        self.command(now_ms, json!({"do": "fix", "fix": fix}))
    }

    /// Records so many fixes, a minute apart, from an instant on; the instant after the last.
    pub(crate) fn take_fixes(&mut self, from_ms: i64, count: i64) -> i64 {
        let commands: Vec<_> = (0..count).map(|n| self.fix(from_ms + 60_000 * n)).collect();
        self.player.ask_all(&commands).unwrap();
        from_ms + 60_000 * count
    }
}

/// The seed of a test: `ONBEAT_SEED`, or a fixed one. It is printed, so that a failure can be played again.
pub(crate) fn seed(test: &str) -> Random {
    let seed = env::var("ONBEAT_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(20_260_512);
    println!("{test}: ONBEAT_SEED={seed}");
    Random::new(seed, test)
}

/// A short while, drawn.
pub(crate) fn moment(random: &mut Random, at_most: Duration) -> Duration {
    at_most.mul_f64(random.between(0.0, 1.0))
}
