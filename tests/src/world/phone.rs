use std::{collections::VecDeque, mem};

use serde_json::{Value, json};

use super::{
    Player, WorldError, WorldResult,
    commands::{self, act, reading},
    tamper,
};
use crate::story::{DayStory, Happening, What};

/// A phone that still has something to send after so many syncs in a row is stuck.
const SYNCS_MAX: usize = 5;

/// One rep's phone, living his day.
pub struct Phone {
    day: DayStory,
    steps: VecDeque<Happening>,
    player: Player,
    online: bool,
    clock_off_ms: i64,
    visit: Value,
}

impl Phone {
    /// Switched off, before the day.
    pub fn new(day: DayStory, player: Player) -> Self {
        let steps = day.timeline().into();
        Self {
            day,
            steps,
            player,
            online: true,
            clock_off_ms: 0,
            visit: Value::Null,
        }
    }

    /// Whose.
    pub fn rep(&self) -> &'static str {
        self.day.rep
    }

    /// Its process.
    pub fn player(&mut self) -> &mut Player {
        &mut self.player
    }

    /// Starts the app, enrols it by a link, and fetches what the desk says.
    ///
    /// # Errors
    /// Of the phone.
    pub fn enrol(&mut self, link: &str, now_ms: i64) -> WorldResult<()> {
        self.player.start()?;
        let mut command = self.command("enrol", now_ms);
        command["link"] = json!(link);
        self.player.ask(command)?;
        self.sync(now_ms)
    }

    /// Syncs, if there is a network and the app runs, until nothing waits.
    ///
    /// # Errors
    /// Of the phone, or the first problem that stays.
    pub fn sync(&mut self, now_ms: i64) -> WorldResult<()> {
        if !self.online {
            return Ok(());
        }
        let command = self.command("sync", now_ms);
        let mut report = Value::Null;
        for _ in 0..SYNCS_MAX {
            report = self.player.ask(command.clone())?;
            if report["problems"] == json!([]) && report["waiting"] == 0 && report["photos_waiting"] == 0 {
                return Ok(());
            }
        }
        let (who, code) = (format!("phone of {}", self.rep()), "unsynced".into());
        Err(WorldError::Refused {
            who,
            command: command.to_string(),
            code,
            message: report.to_string(),
        })
    }

    /// What made a finding, as the phone tells.
    ///
    /// # Errors
    /// Of the phone.
    pub fn explain(&mut self, finding: &Value, now_ms: i64) -> WorldResult<Value> {
        let mut command = self.command("explain", now_ms);
        command["finding"] = finding.clone();
        Ok(self.player.ask(command)?["explanation"].take())
    }

    /// Lives on up to an instant.
    ///
    /// # Errors
    /// Of the phone.
    pub fn play_until(&mut self, until_ms: i64) -> WorldResult<()> {
        let mut fixes = Vec::new();
        while self.steps.front().is_some_and(|step| step.at_ms < until_ms) {
            let step = self.steps.pop_front().expect("it was there");
            self.clock_off_ms = step.wall_ms - step.at_ms;
            if step.what == What::Fix {
                fixes.push(reading(self.rep(), "fix", &step));
            } else {
                self.player.ask_all(&mem::take(&mut fixes))?;
                self.happen(&step)?;
            }
        }
        self.player.ask_all(&fixes).map(drop)
    }

    fn happen(&mut self, step: &Happening) -> WorldResult<()> {
        match &step.what {
            What::AirplaneOn => self.online = false,
            What::AirplaneOff => self.online = true,
            What::Kill => self.player.kill(),
            What::Start => self.player.start()?,
            What::CopyFolder | What::RestoreFolder | What::EditLog => self.tamper(&step.what)?,
            what => {
                if let Some(command) = act(&self.day, &self.visit, what, step) {
                    self.tell(command)?;
                }
            }
        }
        Ok(())
    }

    fn tell(&mut self, command: Value) -> WorldResult<()> {
        let checks_in = command["do"] == "check_in";
        let answer = self.player.ask(command)?;
        if checks_in {
            let visit = answer.get("visit").filter(|visit| visit.is_string()).cloned();
            let who = format!("phone of {}", self.rep());
            self.visit = visit.ok_or(WorldError::Answer {
                who,
                lacks: "visit",
                answer,
            })?;
        }
        Ok(())
    }

    fn command(&self, call: &str, now_ms: i64) -> Value {
        commands::command(self.rep(), call, now_ms + self.clock_off_ms, now_ms)
    }

    fn tamper(&mut self, what: &What) -> WorldResult<()> {
        let copy = self.player.folder().with_extension("copy");
        self.player.exit()?;
        match what {
            What::CopyFolder => self.player.copy_folder(&copy)?,
            What::RestoreFolder => self.player.restore_folder(&copy)?,
            _ => tamper::edit_newest_fix(self.player.folder())?,
        }
        self.player.start()
    }
}
