use std::{io, path::PathBuf};

use onbeat_core::{place::PlaceError, time::TimeError};

use crate::files::track::TrackError;

/// Why nothing could be judged.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// A file can't be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file of text is none.
    #[error("{path}: not UTF-8 text: byte {byte} (counted from 0) does not fit; save the file as UTF-8", path = path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// First byte that does not fit.
        byte: usize,
    },
    /// The districts can't be read.
    #[error("{path}: {source}", path = path.display())]
    Districts {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: PlaceError,
    },
    /// `--district` names none of them.
    #[error("no district is named {name:?}; the file has: {names}")]
    NoSuchDistrict {
        /// What was asked for.
        name: String,
        /// What there is.
        names: String,
    },
    /// The track can't be read.
    #[error("{path}: {source}", path = path.display())]
    Track {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: TrackError,
    },
    /// The policy can't be read.
    #[error("{path}: {message}", path = path.display())]
    Policy {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and key.
        message: String,
    },
    /// `--window` is no window.
    #[error("--window {0:?}: write HH:MM-HH:MM, such as 08:00-16:30")]
    Window(String),
    /// The window can't be read.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The answer can't be written.
    #[error("cannot write the answer: {0}")]
    Output(io::Error),
}

impl JudgeError {
    /// 2 for bad input, 3 for what the machine refuses.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Unreadable { .. } | Self::Output(_) => 3,
            _ => 2,
        }
    }
}
