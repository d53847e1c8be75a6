use std::{error::Error, fs, path::Path, sync::Arc};

use chrono::NaiveDate;
use onbeat_core::{
    phone::{Device, Phone},
    reading::{Reading, Stamp},
    record::Grade,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    figures::server::Bed,
    key::{FolderPlatform, database_key},
    load::{self, local_ms, minutes, workdays},
    story::{Story, at},
    world::{Binaries, Player, WorldResult},
};

/// Records in the phone's log before anything is measured.
pub(super) const EVENTS: usize = 100_000;
/// Fixes of a day that is over: every third minute has one.
const EVERY: usize = 3;
const DAY_MS: i64 = 86_400_000;
/// The district with the most vertices: 27,058.
const DISTRICT: &str = "Queens";

/// A phone of a rep in Queens with 100,000 records of its own, written by its own calls; none was sent yet, which is
/// the worst that a phone can be left with.
pub(super) struct Filled {
    /// Plays the phone, a process each time.
    pub(super) player: Player,
    /// Commands that record one fix each, of the day that has just begun.
    pub(super) fixes: std::vec::IntoIter<Value>,
    /// Where it lies.
    pub(super) folder: TempDir,
    /// What the rep's day is asked for with.
    pub(super) today: Value,
}

impl Filled {
    pub(super) fn new(binaries: &Binaries, story: &Story) -> Result<Self, Box<dyn Error>> {
        let Bed { folder, server } = Bed::new(binaries, story)?;
        let rep = story.days.iter().find(|day| day.district == DISTRICT);
        let link = server.enrolment_link(rep.ok_or("nobody works in Queens")?.rep)?;
        let own = folder.path().join("phone");
        let today = fill(&own, &link)?;
        Ok(Self {
            player: Player::new("the figures", &binaries.player, &own),
            fixes: times(today).map(fix).collect::<Vec<_>>().into_iter(),
            folder,
            today: command("today", local_ms(today, 17)),
        })
    }

    /// Starts the process, and shows the day.
    pub(super) fn open(&mut self) -> WorldResult<()> {
        self.player.start()?;
        self.player.ask(self.today.clone()).map(drop)
    }

    /// The next fixes of the day.
    pub(super) fn some_fixes(&mut self, n: usize) -> Vec<Value> {
        self.fixes.by_ref().take(n).collect()
    }
}

/// Enrols a phone, fetches what the desk says, and records; the first day that has no record.
fn fill(folder: &Path, link: &str) -> Result<NaiveDate, Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let platform = Arc::new(FolderPlatform::new(folder)?);
    let phone = Phone::open(folder, &database_key(folder)?, Arc::clone(&platform) as _)?;
    let device = Device {
        platform: "figures".into(),
        model: "none".into(),
        app: env!("CARGO_PKG_VERSION").into(),
    };
    phone.enrol(link, Grade::Software, &device)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let morning = stamp(at("07:05"));
    platform.set_elapsed_ms(Some(morning.elapsed_ms));
    runtime.block_on(phone.sync(morning))?;
    let mut days = workdays().skip(1);
    let mut times = days.by_ref().flat_map(|day| times(day).step_by(EVERY)).take(EVENTS);
    times.try_for_each(|at_ms| match phone.on_fix(&reading(at_ms)) {
        Ok(outcome) if outcome.kept => Ok(()),
        Ok(outcome) => Err(format!("a fix in the window is kept: {outcome:?}")),
        Err(error) => Err(error.to_string()),
    })?;
    drop(times);
    Ok(days.next().expect("days do not end"))
}

/// The minutes of a day's fixes. One at the very opening would have been measured before it.
fn times(day: NaiveDate) -> impl Iterator<Item = i64> {
    minutes(day).skip(1)
}

fn reading(at_ms: i64) -> Reading {
    Reading {
        at: stamp(at_ms),
        fix: Some(load::fix(at_ms / 60_000).fix),
    }
}

/// The phone is switched on at night.
fn stamp(at_ms: i64) -> Stamp {
    Stamp {
        at_ms,
        elapsed_ms: at_ms % DAY_MS,
        boot: format!("{:016x}", at_ms / DAY_MS),
    }
}

fn fix(at_ms: i64) -> Value {
    let mut command = command("fix", at_ms);
    command["fix"] = json!(reading(at_ms).fix);
    command
}

fn command(call: &str, at_ms: i64) -> Value {
    json!({"do": call, "at": stamp(at_ms)})
}
