//! How the programs here print, and how they end.

use std::{error::Error, process::ExitCode};

use clap::ValueEnum;

/// For whom.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// People.
    Text,
    /// Programs.
    Json,
}

/// The exit code of a program whose run came to something: 0 well, 1 not as it should, 3 it could not be told, and
/// why is printed.
pub fn ended(program: &str, run: Result<bool, Box<dyn Error>>) -> ExitCode {
    match run {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{program}: {}", with_causes(&*error));
            ExitCode::from(3)
        }
    }
}

/// Some errors say what caused them, `reqwest`'s do not.
fn with_causes(error: &(dyn Error + 'static)) -> String {
    let (mut said, mut cause) = (error.to_string(), error.source());
    while let Some(error) = cause {
        let word = error.to_string();
        if !said.contains(&word) {
            said = format!("{said}: {word}");
        }
        cause = error.source();
    }
    said
}
