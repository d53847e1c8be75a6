//! One day as data: the commands to a phone, a line each, as `player` reads them. Phones in other languages play the
//! same file.
//!
//! A phone adds what it is told on the way: the link to `enrol`, the newest visit's id to what concerns a visit.
//! `reopen` ends the app and starts it again. Before `enrol` and `sync` the server's clock is set to the line's time.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Value, json};

use super::{
    Player, Stage, WorldError, WorldResult,
    commands::{act, command, reading},
    error::Doing,
};
use crate::story::{DayStory, Happening, What, at};

/// So many of a day's fixes go into a script: one in five minutes.
const FIXES_KEPT: usize = 5;
/// Records that are made of what the server said: it says something else each time.
const OF_THE_SERVER: [&str; 2] = ["clock.anchored", "feed.seen"];

/// The lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Script(Vec<Value>);

impl Script {
    /// Of a rep's day, with all that a phone can be told to do.
    pub fn of(day: &DayStory) -> Self {
        let of_time = |call: &str, time: &str, more: Value| {
            let mut line = command(day.rep, call, at(time), at(time));
            let more = more.as_object().into_iter().flatten();
            more.for_each(|(key, value)| line[key] = value.clone());
            line
        };
        let mut lines = told(day);
        lines.extend(["07:30", "10:00", "12:00", "14:30", "16:45"].map(|time| of_time("sync", time, Value::Null)));
        lines.extend([
            of_time("enrol", "07:15", Value::Null),
            // Else the start of the process would be noted by the sync, some moments after its line.
            of_time("cause", "07:20", json!({"cause": "location_on"})),
            of_time("reopen", "11:00", Value::Null),
            of_time(
                "still",
                "14:40",
                json!({"from_elapsed_ms": at("14:20") - at("06:00"), "to_elapsed_ms": at("14:38") - at("06:00")}),
            ),
            of_time("cause", "15:42", json!({"cause": "no_signal"})),
            of_time("private_start", "15:45", Value::Null),
            of_time("private_end", "15:55", Value::Null),
        ]);
        lines.sort_by_key(|line| line["at"]["at_ms"].as_i64());
        Self(lines)
    }

    /// Reads the lines.
    ///
    /// # Errors
    /// Of the file, or a line that is no JSON.
    pub fn read(path: &Path) -> WorldResult<Self> {
        let reading = || format!("reading {}", path.display());
        let text = fs::read_to_string(path).doing(reading)?;
        let lines = text.lines().map(|line| serde_json::from_str(line).map_err(Into::into));
        Ok(Self(lines.collect::<std::io::Result<_>>().doing(reading)?))
    }

    /// As the file holds it.
    pub fn to_text(&self) -> String {
        self.0.iter().map(|line| format!("{line}\n")).collect()
    }

    /// Plays it with a phone of Rust; its own copy of its log.
    ///
    /// # Errors
    /// Of the phone or the server.
    pub fn play(&self, stage: &Stage, player: &mut Player) -> WorldResult<String> {
        player.start()?;
        let mut visit = Value::Null;
        for line in &self.0 {
            let mut command = line.clone();
            match line["do"].as_str().unwrap_or_default() {
                "reopen" => {
                    player.exit()?;
                    player.start()?;
                    continue;
                }
                "enrol" => command["link"] = json!(stage.link()),
                "check_out" | "photo" => command["visit"] = visit.clone(),
                "report" => command["report"]["visit"] = visit.clone(),
                _ => {}
            }
            if matches!(line["do"].as_str(), Some("enrol" | "sync")) {
                stage.set_clock(line["at"]["at_ms"].as_i64().unwrap_or_default())?;
            }
            let answer = player.ask(command)?;
            if line["do"] == "check_in" {
                visit = answer["visit"].clone();
            }
        }
        let answer = player.ask(json!({"do": "export"}))?;
        let export = answer["ndjson"].as_str().map(ToOwned::to_owned);
        export.ok_or_else(|| WorldError::Answer {
            who: "the phone".into(),
            lacks: "ndjson",
            answer,
        })
    }
}

/// What the story's rep does, and the fixes that are kept.
fn told(day: &DayStory) -> Vec<Value> {
    let is_kept = |fixes: &mut usize, step: &Happening| {
        *fixes += usize::from(step.what == What::Fix);
        step.what != What::Fix || fixes.is_multiple_of(FIXES_KEPT)
    };
    let mut fixes = 0;
    let timeline = day.timeline().into_iter();
    let kept = timeline.filter(|step| is_kept(&mut fixes, step));
    kept.filter_map(|step| match &step.what {
        What::Fix => Some(reading(day.rep, "fix", &step)),
        what => act(day, &Value::Null, what, &step),
    })
    .collect()
}

/// The records of a log's copy as every phone must write them: without salts, with visits numbered in their order, and
/// without what the server said.
pub(super) fn records(export: &str) -> Vec<Value> {
    let mut visits = BTreeMap::new();
    let bodies = export.lines().filter_map(|line| serde_json::from_str(line).ok());
    let bodies = bodies.filter(|line: &Value| line.get("salt").is_some());
    bodies.map(|body| comparable(body, &mut visits)).collect()
}

fn comparable(mut body: Value, visits: &mut BTreeMap<String, usize>) -> Value {
    let kind = body["type"].as_str().unwrap_or_default();
    if OF_THE_SERVER.contains(&kind) {
        return json!({"type": kind});
    }
    if let Some(fields) = body.as_object_mut() {
        fields.remove("salt");
    }
    if let Some(id) = body["visit"].as_str() {
        let known = visits.len() + 1;
        let number = *visits.entry(id.to_owned()).or_insert(known);
        body["visit"] = json!(format!("visit {number}"));
    }
    body
}

#[cfg(test)]
mod tests {
    use std::{env, fs, path::Path};

    use super::{Script, records};
    use crate::story::Story;

    #[test]
    fn the_file_is_adas_day() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("stories/day.ndjson");
        let story = Story::new(include_str!("../../data/nyc-boroughs.geojson"), 1);
        let text = Script::of(&story.days[0]).to_text();
        if env::var_os("ONBEAT_RENEW").is_some() {
            fs::write(&path, &text).expect("the file is ours");
        }
        let file = fs::read_to_string(&path).expect("the file is there");
        assert!(
            file == text,
            "the story has changed: renew the file with ONBEAT_RENEW=1"
        );
        assert_eq!(Script::read(&path).expect("lines of JSON").to_text(), file);
    }

    #[test]
    fn records_compare_by_what_happened() {
        let export = r#"{"stream":"a"}
{"v":1,"seq":1}
{"salt":"01","at":{"at_ms":1},"type":"visit.checked_in","visit":"ab"}
{"salt":"02","at":{"at_ms":2},"type":"clock.anchored","server_ms":7}
{"salt":"03","at":{"at_ms":3},"type":"visit.checked_out","visit":"ab"}"#;
        let told: Vec<String> = records(export).iter().map(ToString::to_string).collect();
        let wanted = [
            r#"{"at":{"at_ms":1},"type":"visit.checked_in","visit":"visit 1"}"#,
            r#"{"type":"clock.anchored"}"#,
            r#"{"at":{"at_ms":3},"type":"visit.checked_out","visit":"visit 1"}"#,
        ];
        assert_eq!(told, wanted);
    }
}
