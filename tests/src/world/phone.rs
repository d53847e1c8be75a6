use std::{collections::VecDeque, mem};

use onbeat_core::base64url;
use serde_json::{Value, json};

use super::{Player, WorldError, WorldResult, tamper};
use crate::story::{DayStory, Happening, What, at};

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
        let mut command = self.command("enrol", now_ms + self.clock_off_ms, now_ms);
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
        let command = self.command("sync", now_ms + self.clock_off_ms, now_ms);
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
        let mut command = self.command("explain", now_ms + self.clock_off_ms, now_ms);
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
                fixes.push(self.reading("fix", &step));
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
                if let Some(command) = self.act(what, step) {
                    self.tell(command)?;
                }
            }
        }
        Ok(())
    }

    /// The command for what the rep does with the app; none for what the sensors alone notice.
    fn act(&self, what: &What, step: &Happening) -> Option<Value> {
        let with = |call: &str, more: Value| {
            let mut command = self.reading(call, step);
            let more = more.as_object().into_iter().flatten();
            more.for_each(|(key, value)| command[key] = value.clone());
            command
        };
        Some(match what {
            What::SignIn => with("sign_in", json!({"note": ""})),
            What::CheckIn(site) => with(
                "check_in",
                json!({"customer": self.day.customer_id(*site), "purpose": "restock"}),
            ),
            What::CheckOut => with("check_out", json!({"visit": self.visit})),
            What::Report => with("report", json!({"report": self.report()})),
            What::Photo => {
                let bytes = base64url::encode(photo(self.rep()));
                with(
                    "photo",
                    json!({"visit": self.visit, "bytes_b64": bytes, "media_type": "image/jpeg"}),
                )
            }
            What::BreakStart => with("break_start", Value::Null),
            What::BreakEnd => with("break_end", Value::Null),
            What::Cause(cause) => with("cause", json!({"cause": cause})),
            What::Reason(from_ms, to_ms, reason) => with(
                "reason",
                json!({"from_ms": from_ms, "to_ms": to_ms, "reason": reason, "note": ""}),
            ),
            _ => return None,
        })
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

    fn report(&self) -> Value {
        json!({
            "visit": self.visit, "purpose": "restock", "content": "went through the shelf and the order",
            "feedback": "wants smaller boxes", "next_step": "bring a sample", "outcome": "met",
        })
    }

    fn reading(&self, call: &str, step: &Happening) -> Value {
        let mut command = self.command(call, step.wall_ms, step.at_ms);
        command["fix"] = json!(step.fix);
        command
    }

    /// Every phone was switched on at six: true time since then is what no one can change.
    fn command(&self, call: &str, wall_ms: i64, at_ms: i64) -> Value {
        let elapsed_ms = at_ms - at("06:00");
        let boot = self.rep().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        json!({"do": call, "fix": null,
            "at": {"at_ms": wall_ms, "elapsed_ms": elapsed_ms, "boot": format!("{boot:016x}")}})
    }
}

/// A small JPEG, another one for each name: a quantisation table differs.
pub fn photo(name: &str) -> Vec<u8> {
    let mut table = [16_u8; 64];
    name.bytes()
        .zip(&mut table)
        .for_each(|(byte, entry)| *entry = byte.max(1));
    let mut jpeg = vec![0xff, 0xd8, 0xff, 0xdb, 0x00, 0x43, 0x00];
    jpeg.extend(table);
    // One grey block of 8 x 8: frame, one Huffman table of each class with the single code 0, scan.
    jpeg.extend([
        0xff, 0xc0, 0x00, 0x0b, 0x08, 0x00, 0x08, 0x00, 0x08, 0x01, 0x01, 0x11, 0x00,
    ]);
    for class in [0x00, 0x10] {
        jpeg.extend([0xff, 0xc4, 0x00, 0x14, class, 0x01]);
        jpeg.extend([0_u8; 15]);
        jpeg.push(0x00);
    }
    jpeg.extend([
        0xff, 0xda, 0x00, 0x08, 0x01, 0x01, 0x00, 0x00, 0x3f, 0x00, 0x3f, 0xff, 0xd9,
    ]);
    jpeg
}
