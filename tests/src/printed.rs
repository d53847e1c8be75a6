//! How the programs here print, and how they end.

use std::{fmt::Display, process::ExitCode};

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
pub fn ended(program: &str, run: Result<bool, impl Display>) -> ExitCode {
    match run {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{program}: {error}");
            ExitCode::from(3)
        }
    }
}
