//! Plays a story with a real server and real phones, one process each, on an injected clock.
//!
//! [`Server`], [`Player`] and [`Api`] are small parts that other tests put together in their own way (kills,
//! forks, forgeries); [`World`] is the whole working day.

mod api;
mod binaries;
mod commands;
mod error;
mod phone;
mod player;
mod process;
mod script;
mod server;
mod setup;
mod shop_front;
mod stage;
mod tamper;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use onbeat_core::{reference::ExceptionKind, rules::DayView};
use serde::Serialize;
use serde_json::{Value, json};

pub use api::Api;
pub use binaries::Binaries;
pub use commands::photo;
pub use error::{WorldError, WorldResult};
pub use phone::Phone;
pub use player::Player;
pub use script::Script;
pub use server::{Process, Server};
pub use setup::{Login, set_up};
pub use stage::{Stage, differences, played};
pub use tamper::edit_newest_fix;

use crate::story::{DATE, DayStory, Story, What, at, got_json, time_of};

/// Phones sync so often, in the day's time.
const SYNC_EVERY_MS: i64 = 30 * 60_000;
/// Longest wait until the server has ruled on all it holds.
const SETTLE_WAIT: Duration = Duration::from_secs(120);
/// Pause between two looks at whether it has.
const SETTLE_PAUSE: Duration = Duration::from_millis(100);

/// A server, its people and all phones, at an instant of the story's day.
pub struct World {
    story: Story,
    /// The server.
    pub server: Server,
    /// The reps' phones, in the story's order.
    pub phones: Vec<Phone>,
    /// Who can log in.
    pub logins: Vec<Login>,
    now_ms: i64,
}

/// What came out for one rep.
#[derive(Debug, Clone, Serialize)]
pub struct RepResult {
    /// His id.
    pub rep: String,
    /// All is as the story says.
    pub ok: bool,
    /// What is true of his day.
    pub truth: String,
    /// What must follow.
    pub expected: Value,
    /// What came out.
    pub got: Value,
    /// Where the two differ.
    pub wrong: Vec<String>,
}

/// A decision that a supervisor takes in the course of the day.
struct Approval<'a> {
    at_ms: i64,
    day: &'a DayStory,
    reason: ExceptionKind,
    from_ms: i64,
    to_ms: i64,
}

impl World {
    /// Starts a server on a fresh folder at seven in the morning, sets it up, and enrols all phones.
    ///
    /// # Errors
    /// Whatever part did not do what it was told.
    pub fn start(story: Story, binaries: &Binaries, folder: &Path, listen: &str) -> WorldResult<Self> {
        let now_ms = at("07:00");
        let server = Server::start(&binaries.onbeat, folder, listen, now_ms)?;
        let logins = set_up(&server, &story, &folder.join("import"))?;
        let phone = |day: &DayStory| {
            let own: PathBuf = folder.join("phones").join(day.rep);
            Phone::new(day.clone(), Player::new(day.rep, &binaries.player, &own))
        };
        let phones = story.days.iter().map(phone).collect();
        let mut world = Self {
            story,
            server,
            phones,
            logins,
            now_ms,
        };
        world.enrol()?;
        Ok(world)
    }

    fn enrol(&mut self) -> WorldResult<()> {
        let link = |day: &DayStory| Ok((day.rep, self.server.enrolment_link(day.rep)?));
        let links: BTreeMap<_, _> = self.story.days.iter().map(link).collect::<WorldResult<_>>()?;
        let now_ms = self.now_ms;
        each(&mut self.phones, |phone| phone.enrol(&links[phone.rep()], now_ms))
    }

    /// Plays the whole day up to the evening after it; `progress` is told each time the phones have synced.
    ///
    /// # Errors
    /// Whatever part did not do what it was told.
    pub fn play_day(&mut self, mut progress: impl FnMut(&str)) -> WorldResult<()> {
        while self.now_ms < at("18:00") {
            self.play_until(self.now_ms + SYNC_EVERY_MS)?;
            progress(&format!(
                "{}  {} phones played",
                time_of(self.now_ms),
                self.phones.len()
            ));
        }
        self.play_until(at("18:40"))?;
        progress("18:40  the day is over; waiting for the rulings");
        self.settle()
    }

    /// Plays up to an instant, and has all phones sync that can.
    ///
    /// # Errors
    /// Whatever part did not do what it was told.
    pub fn play_until(&mut self, until_ms: i64) -> WorldResult<()> {
        each(&mut self.phones, |phone| phone.play_until(until_ms))?;
        for approval in approvals(&self.story, self.now_ms, until_ms) {
            self.server.set_clock(approval.at_ms)?;
            self.approve(&approval)?;
        }
        self.server.set_clock(until_ms)?;
        self.now_ms = until_ms;
        each(&mut self.phones, |phone| phone.sync(until_ms))
    }

    fn approve(&self, approval: &Approval<'_>) -> WorldResult<()> {
        let rep = approval.day.rep;
        let mut supervisor = self.supervisor_of(approval.day)?;
        let entered =
            json!({"rep": rep, "reason": approval.reason, "from_ms": approval.from_ms, "to_ms": approval.to_ms});
        let exception = if approval.reason == ExceptionKind::Leave {
            entered
        } else {
            json!({"rep": rep, "record": self.waiting_reason(&mut supervisor, rep)?})
        };
        supervisor.post("/api/v1/exceptions", &exception).map(drop)
    }

    /// The record of the reason that a rep gave and nobody has decided on.
    fn waiting_reason(&self, supervisor: &mut Api, rep: &str) -> WorldResult<Value> {
        let begun = Instant::now();
        loop {
            let list = supervisor.get("/api/v1/exceptions")?;
            let waiting = list["waiting"].as_array().into_iter().flatten();
            if let Some(reason) = waiting.into_iter().find(|reason| reason["rep"] == rep) {
                return Ok(reason["record"].clone());
            }
            if begun.elapsed() > SETTLE_WAIT {
                return Err(WorldError::Answer {
                    who: "the server".into(),
                    lacks: "waiting reason",
                    answer: list,
                });
            }
            thread::sleep(SETTLE_PAUSE);
        }
    }

    /// Waits until no view is out of date.
    fn settle(&self) -> WorldResult<()> {
        let admin = self.log_in("admin", None)?;
        let begun = Instant::now();
        loop {
            let health = admin.get("/healthz")?;
            if health["settled"] == true {
                return Ok(());
            }
            if begun.elapsed() > SETTLE_WAIT {
                return Err(WorldError::Answer {
                    who: "the server".into(),
                    lacks: "settled: true",
                    answer: health,
                });
            }
            thread::sleep(SETTLE_PAUSE);
        }
    }

    /// The account of each rep's day as his supervisor sees it, beside what must follow.
    ///
    /// # Errors
    /// [`WorldError::Api`].
    pub fn results(&self) -> WorldResult<Vec<RepResult>> {
        let mut supervisors = BTreeMap::new();
        for day in &self.story.days {
            if !supervisors.contains_key(setup::team_of(day)) {
                supervisors.insert(setup::team_of(day), self.supervisor_of(day)?);
            }
        }
        let result = |day: &DayStory| {
            let view = day_view(&supervisors[setup::team_of(day)], day)?;
            Ok(RepResult::new(day, &view))
        };
        self.story.days.iter().map(result).collect()
    }

    /// Everything found of the reps' days with what made it, as each rep's phone tells and as his supervisor is told.
    ///
    /// # Errors
    /// Whatever part did not do what it was told.
    pub fn explanations(&mut self) -> WorldResult<Vec<[Value; 2]>> {
        let now_ms = self.now_ms;
        // What the server found last is on the phones after one more sync.
        each(&mut self.phones, |phone| phone.sync(now_ms))?;
        let mut pairs = Vec::new();
        for place in 0..self.phones.len() {
            let day = &self.story.days[place];
            let desk = self.supervisor_of(day)?;
            let found = desk.get(&format!("/api/v1/findings?limit=200&rep={}", day.rep))?;
            for shown in found["items"].as_array().into_iter().flatten() {
                let id = &shown["finding"]["id"];
                let path = format!("/api/v1/findings/{}/explain", id.as_str().unwrap_or_default());
                pairs.push([self.phones[place].explain(id, now_ms)?, desk.get(&path)?]);
            }
        }
        Ok(pairs)
    }

    /// Logs in as the supervisor of a rep's team.
    ///
    /// # Errors
    /// [`WorldError::Api`].
    pub fn supervisor_of(&self, day: &DayStory) -> WorldResult<Api> {
        self.log_in("supervisor", Some(setup::team_of(day)))
    }

    fn log_in(&self, role: &str, team: Option<&str>) -> WorldResult<Api> {
        let fits = |login: &&Login| login.role == role && team.is_none_or(|team| login.team == team);
        let login = self
            .logins
            .iter()
            .find(fits)
            .expect("there is somebody of each role and team");
        Api::log_in(&self.server.address(), &login.user, &login.password)
    }

    /// The story that is played.
    pub fn story(&self) -> &Story {
        &self.story
    }
}

impl RepResult {
    fn new(day: &DayStory, view: &DayView) -> Self {
        let wrong = day.expect.differences(view);
        Self {
            rep: day.rep.to_owned(),
            ok: wrong.is_empty(),
            truth: day.truth.to_owned(),
            expected: day.expect.to_json(),
            got: got_json(view),
            wrong,
        }
    }
}

/// A rep's day as somebody at the desk sees it.
///
/// # Errors
/// [`WorldError::Api`], or an answer that is no day.
pub fn day_view(desk: &Api, day: &DayStory) -> WorldResult<DayView> {
    let answer = desk.get(&format!("/api/v1/days/{}/{DATE}", day.rep))?;
    serde_json::from_value(answer["view"].clone()).map_err(|error| WorldError::Answer {
        who: format!("the server ({error})"),
        lacks: "a day",
        answer,
    })
}

/// Does something with all phones at once; the first error, if any.
fn each(phones: &mut [Phone], act: impl Fn(&mut Phone) -> WorldResult<()> + Sync) -> WorldResult<()> {
    thread::scope(|scope| {
        let running: Vec<_> = phones.iter_mut().map(|phone| scope.spawn(|| act(phone))).collect();
        let ended = running
            .into_iter()
            .map(|thread| thread.join().expect("playing a phone does not panic"));
        ended.collect::<Vec<_>>().into_iter().collect()
    })
}

fn approvals(story: &Story, from_ms: i64, to_ms: i64) -> Vec<Approval<'_>> {
    let mut all: Vec<_> = story.days.iter().flat_map(approvals_of).collect();
    all.retain(|approval| (from_ms..to_ms).contains(&approval.at_ms));
    all.sort_by_key(|approval| approval.at_ms);
    all
}

fn approvals_of(day: &DayStory) -> impl Iterator<Item = Approval<'_>> {
    day.happenings.iter().filter_map(move |(at_ms, what)| match *what {
        What::Approve(from_ms, to_ms, reason) => Some(Approval {
            at_ms: *at_ms,
            day,
            reason,
            from_ms,
            to_ms,
        }),
        _ => None,
    })
}
