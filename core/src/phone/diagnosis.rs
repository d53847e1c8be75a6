//! What a help desk asks for: how the phone stands, and how its app was started lately. None of it is ever sent.

use rusqlite::Connection;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    Heads, Phone, PhoneError, Problem, Recording, SignsShown, integrity, recording,
    store::{self, log},
    sync::enrolment,
};
use crate::{reading::Stamp, record::Payload, rules::presence::FixTaken};

/// What the newest sync could not do.
const PROBLEMS: &str = "sync_problems";
/// The newest starts.
const STARTS: &str = "starts";
/// Starts that are kept.
const STARTS_KEPT: usize = 5;
/// The platform's words on how a process ended.
const MAX_EXIT_CHARS: usize = 200;

/// What a help desk asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct Diagnosis {
    /// Version of the engine.
    pub engine: String,
    /// The server, once enrolled.
    pub server: Option<String>,
    /// Where the log stands, once enrolled.
    pub heads: Option<Heads>,
    /// Bytes of the database.
    pub file_bytes: u64,
    /// The name under which a damaged database was set aside, if that happened.
    pub set_aside: Option<String>,
    /// Trusted time of the newest sync that reached its end.
    pub last_sync_ms: Option<i64>,
    /// What the newest sync could not do.
    pub problems: Vec<Problem>,
    /// When the newest place was kept.
    pub last_fix_ms: Option<i64>,
    /// The newest starts, newest first, five at most.
    pub starts: Vec<StartSeen>,
    /// What the platform shows of itself, once the shell looked.
    pub signs: Option<SignsShown>,
    /// IANA zone in which times are said, once the company's data is here.
    pub zone: Option<String>,
    /// Why the reference data can't be used, if it can't.
    pub reference: Option<String>,
}

/// A start of the app, as the shell knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct Start {
    /// When it was due, by the phone's clock. Where the shell set nothing for it: when recording was to begin, if it
    /// had not yet.
    pub due_ms: Option<i64>,
    /// What began it.
    pub by: StartedBy,
    /// How the process before it ended, where the platform tells.
    pub exit: Option<Exit>,
}

/// How a process ended, as the platform tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct Exit {
    /// When, by the phone's clock.
    pub at_ms: i64,
    /// Why.
    pub why: ExitReason,
    /// What else the platform has to say, in its own words.
    pub words: Option<String>,
}

/// Why a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum ExitReason {
    /// It ended itself.
    Itself,
    /// The phone needed its memory.
    Memory,
    /// It took too much of the phone.
    Resources,
    /// A fault of its own.
    Crash,
    /// It did not answer the phone.
    Hang,
    /// What it was allowed was changed.
    Permission,
    /// The rep or the maker's cleaner closed it.
    Hand,
    /// Something else that the system does.
    System,
}

/// What began a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum StartedBy {
    /// The rep opened the app.
    Opened,
    /// An alarm of the app's own.
    Alarm,
    /// The phone's start.
    Boot,
    /// The system, for a reason of its own.
    System,
}

/// A start with its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct StartSeen {
    /// When, by the phone's clock.
    pub at_ms: i64,
    /// As the shell told it.
    pub start: Start,
}

impl Phone {
    /// What a help desk asks for. Answers whatever the state.
    ///
    /// # Errors
    /// The disk's.
    pub fn diagnosis(&self) -> Result<Diagnosis, PhoneError> {
        let heads = match self.heads() {
            Err(PhoneError::NotEnrolled) => None,
            heads => Some(heads?),
        };
        let (zone, reference) = match self.basis() {
            Ok(basis) => (Some(basis.schedule.zone().into()), None),
            Err(error) => (None, Some(error.to_string())),
        };
        self.with(|store| {
            let connection = store.connection();
            let last_fix = log::newest_of(connection, [FixTaken::TYPE, FixTaken::TYPE], 0)?;
            Ok(Diagnosis {
                engine: crate::ENGINE_VERSION.into(),
                server: enrolment(connection)?.map(|enrolment| enrolment.server),
                heads,
                file_bytes: store.file_bytes(),
                set_aside: store::meta(connection, store::SET_ASIDE)?,
                last_sync_ms: store::meta(connection, store::LAST_SYNC)?.and_then(|text| text.parse().ok()),
                problems: kept(connection, PROBLEMS)?,
                last_fix_ms: last_fix.map(|(_, at_ms)| at_ms),
                starts: kept(connection, STARTS)?,
                signs: integrity::shown(connection)?,
                zone,
                reference,
            })
        })
    }

    /// The app was started: keeps when that was due, what began it, and how it had ended before.
    ///
    /// # Errors
    /// The disk's.
    pub fn note_start(&self, at: &Stamp, start: Start) -> Result<(), PhoneError> {
        let exit = start.exit.map(|exit| Exit {
            words: exit.words.map(|words| words.chars().take(MAX_EXIT_CHARS).collect()),
            ..exit
        });
        let due_ms = match start.due_ms {
            None => self.was_due_ms(at)?,
            due_ms => due_ms,
        };
        let seen = StartSeen {
            at_ms: at.at_ms,
            start: Start { due_ms, exit, ..start },
        };
        self.with(|store| {
            store.write(|tx| {
                let mut starts: Vec<StartSeen> = kept(tx, STARTS)?;
                starts.insert(0, seen);
                starts.truncate(STARTS_KEPT);
                keep(tx, STARTS, &starts)
            })
        })
    }

    /// When recording was to begin that had not begun before, by the phone's clock.
    fn was_due_ms(&self, at: &Stamp) -> Result<Option<i64>, PhoneError> {
        let Ok(basis) = self.basis() else {
            return Ok(None);
        };
        let now_ms = self.trusted_ms(at)?;
        let Some(opened_ms) = recording::opened_ms(&basis, now_ms) else {
            return Ok(None);
        };
        let begun = self.with(|store| {
            let connection = store.connection();
            let is_off = recording::recording(connection, &basis, now_ms)? == Recording::Off;
            Ok(is_off || log::newest_of(connection, [FixTaken::TYPE, FixTaken::TYPE], opened_ms)?.is_some())
        })?;
        Ok((!begun).then_some(opened_ms + at.at_ms - now_ms))
    }
}

/// How the app ended before its newest starts, newest first; `behind_ms` is by how much the phone's clock is.
pub(super) fn exits(connection: &Connection, behind_ms: i64) -> Result<Vec<Exit>, PhoneError> {
    let starts: Vec<StartSeen> = kept(connection, STARTS)?;
    let exits = starts.into_iter().filter_map(|seen| seen.start.exit);
    let trusted = |exit: Exit| Exit {
        at_ms: exit.at_ms + behind_ms,
        ..exit
    };
    Ok(exits.map(trusted).collect())
}

/// What a sync that reached its end could not do.
pub(super) fn keep_problems(tx: &Connection, problems: &[Problem]) -> Result<(), PhoneError> {
    keep(tx, PROBLEMS, problems)
}

fn keep<T: Serialize>(tx: &Connection, key: &str, list: &[T]) -> Result<(), PhoneError> {
    let text = serde_json::to_string(list).expect("what is kept is plain data");
    store::set_meta(tx, key, &text)
}

/// Empty where none was kept, or another version kept it.
fn kept<T: DeserializeOwned>(connection: &Connection, key: &str) -> Result<Vec<T>, PhoneError> {
    let text = store::meta(connection, key)?;
    Ok(text
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default())
}
