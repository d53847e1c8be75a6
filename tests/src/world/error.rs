use std::{io, path::PathBuf, time::Duration};

use serde_json::Value;

/// Why a world stopped.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// A binary was not built.
    #[error("{name} is not at {path}: build it (cargo build -p {package}), or name it in {variable}")]
    NoBinary {
        /// `onbeat` or `player`.
        name: &'static str,
        /// Where it was looked for.
        path: PathBuf,
        /// Package that makes it.
        package: &'static str,
        /// Environment variable that names another place.
        variable: &'static str,
    },
    /// A file or a process.
    #[error("{what}: {error}")]
    Io {
        /// What was done.
        what: String,
        /// The system's answer.
        error: io::Error,
    },
    /// No answer in time.
    #[error("{who} gave no answer within {waited:?}; its last words: {last_words}")]
    Silent {
        /// Which process.
        who: String,
        /// How long.
        waited: Duration,
        /// End of its standard error.
        last_words: String,
    },
    /// The process is gone.
    #[error("{who} has ended; its last words: {last_words}")]
    Ended {
        /// Which process.
        who: String,
        /// End of its standard error.
        last_words: String,
    },
    /// A phone refused a command.
    #[error("{who} refused {command}: {code}: {message}")]
    Refused {
        /// Whose phone.
        who: String,
        /// The command.
        command: String,
        /// Stable code.
        code: String,
        /// In words.
        message: String,
    },
    /// A command beside the server failed.
    #[error("`onbeat {command}` failed: {message}")]
    Command {
        /// Its arguments.
        command: String,
        /// Standard error.
        message: String,
    },
    /// The server's API refused or could not be reached.
    #[error("{request}: {message}")]
    Api {
        /// Method and path.
        request: String,
        /// Status and body, or the transport's error.
        message: String,
    },
    /// An answer lacks what it must have.
    #[error("{who} answered without {lacks}: {answer}")]
    Answer {
        /// Who.
        who: String,
        /// Which field.
        lacks: &'static str,
        /// The answer.
        answer: Value,
    },
    /// A phone's database that can't be opened.
    #[error("the phone's database: {0}")]
    Database(#[from] rusqlite::Error),
}

/// Short for results of the world.
pub type WorldResult<T> = Result<T, WorldError>;

/// Says what was done when the system refused.
pub(super) trait Doing<T> {
    fn doing(self, what: impl FnOnce() -> String) -> WorldResult<T>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, what: impl FnOnce() -> String) -> WorldResult<T> {
        self.map_err(|error| WorldError::Io { what: what(), error })
    }
}
