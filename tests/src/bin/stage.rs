//! The world around a phone that is written in another language, which plays the day of a script.
//!
//! `stage --script FILE --dir DIR` plays it with a phone of Rust first, then starts a fresh server and says
//! `{"ok":{"link":…}}`. After that it reads one command a line and answers one line each, as `player` does:
//! `{"do":"clock","at_ms":…}` sets the server's clock; `{"do":"check","export":FILE}` holds the other phone's copy of
//! its log against that of Rust and has it verified; `{"do":"onbeat","arguments":[…]}` runs a command beside the server
//! and answers `{"ok":{"said":…}}`. It ends with its input.

use std::{
    fs,
    io::{self, BufRead, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use onbeat_tests::{
    printed::ended,
    story::Story,
    world::{Binaries, Script, Stage, differences, played},
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The seed that the committed script was made with.
const SEED: u64 = 1;

#[derive(Parser)]
struct Arguments {
    /// The day's commands.
    #[arg(long)]
    script: PathBuf,
    /// A folder for servers and phones; made anew.
    #[arg(long)]
    dir: PathBuf,
}

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Command {
    Clock { at_ms: i64 },
    Check { export: PathBuf },
    Onbeat { arguments: Vec<String> },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    ended("stage", play(&arguments).map(|()| true))
}

fn play(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let (binaries, script) = (Binaries::find()?, Script::read(&arguments.script)?);
    let story = Story::new(include_str!("../../data/nyc-boroughs.geojson"), SEED);
    let wanted = played(&script, &story, &binaries, &arguments.dir.join("rust"))?;
    let stage = Stage::start(&story, &binaries, &arguments.dir.join("other"))?;
    say(&json!({"ok": {"link": stage.link()}}))?;
    for line in io::stdin().lock().lines() {
        let command: Command = serde_json::from_str(&line?)?;
        let answer = match perform(&stage, &wanted, command) {
            Ok(said) => json!({"ok": {"said": said}}),
            Err(error) => json!({"error": {"code": "stage", "message": error.to_string()}}),
        };
        say(&answer)?;
    }
    Ok(())
}

/// Answers what the command said.
fn perform(stage: &Stage, wanted: &[Value], command: Command) -> Result<String, Box<dyn std::error::Error>> {
    match command {
        Command::Clock { at_ms } => stage.set_clock(at_ms)?,
        Command::Check { export } => {
            let wrong = differences(wanted, &fs::read_to_string(&export)?);
            if !wrong.is_empty() {
                return Err(wrong.join("\n").into());
            }
            stage.verify(&export)?;
        }
        Command::Onbeat { arguments } => {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            return Ok(stage.command(&arguments)?);
        }
    }
    Ok(String::new())
}

fn say(answer: &Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{answer}")?;
    out.flush()
}
