//! A phone as a process: the real core on a real folder, told by lines of JSON what happens.
//!
//! `player --dir DIR` reads one command a line and answers one line each, in order: `{"ok":…}` or
//! `{"error":{"code","message"}}`. It ends with `exit` or with its input. `--recover LINK STREAM` first fetches
//! a lost `db.key` back from the server.

#[path = "../player/command.rs"]
mod command;

use std::{
    io::{self, BufRead, Write},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use command::{Call, Command, Fault, perform};
use onbeat_core::phone::{Phone, recover};
use onbeat_tests::key::{self, FolderPlatform};
use serde_json::{Value, json};

/// What the process is told at its start.
#[derive(Default)]
struct Arguments {
    folder: PathBuf,
    /// Link and stream of a recovery.
    recover: Option<(String, String)>,
}

fn main() -> ExitCode {
    let Some(arguments) = arguments() else {
        eprintln!("usage: player --dir DIR [--recover LINK STREAM] < commands");
        return ExitCode::from(2);
    };
    match play(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("player: {}: {error}", arguments.folder.display());
            ExitCode::from(3)
        }
    }
}

fn arguments() -> Option<Arguments> {
    let mut given = std::env::args().skip(1);
    let mut arguments = Arguments::default();
    while let Some(name) = given.next() {
        match name.as_str() {
            "--dir" => arguments.folder = given.next()?.into(),
            "--recover" => arguments.recover = Some((given.next()?, given.next()?)),
            _ => return None,
        }
    }
    (!arguments.folder.as_os_str().is_empty()).then_some(arguments)
}

fn play(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let folder = &arguments.folder;
    std::fs::create_dir_all(folder)?;
    let platform = Arc::new(FolderPlatform::new(folder)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if let Some((link, stream)) = &arguments.recover {
        key::keep_database_key(folder, &recover(link, stream, platform.as_ref())?)?;
    }
    let phone = Phone::open(folder, &key::database_key(folder)?, Arc::clone(&platform) as _)?;
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let command: Result<Command, _> = serde_json::from_str(&line?);
        let (answer, ends) = match command {
            Ok(command) => {
                platform.set_elapsed_ms(command.elapsed_ms());
                let ends = matches!(command.call, Call::Exit);
                (answer(perform(&phone, &runtime, command)), ends)
            }
            Err(error) => (answer(Err(Fault::unread(&error))), false),
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
        if ends {
            break;
        }
    }
    Ok(())
}

fn answer(done: Result<Value, Fault>) -> Value {
    match done {
        Ok(value) => json!({"ok": value}),
        Err(Fault { code, message }) => json!({"error": {"code": code, "message": message}}),
    }
}
