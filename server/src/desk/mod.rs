//! What people at the desk do. Each act is one function here, whoever calls it: a page, a program, a command
//! beside the server. It checks, then writes its records, documents and feed items in one transaction.

pub mod audit;
pub mod base_map;
pub mod books;
pub mod condition;
pub mod customers;
pub mod days;
pub mod decide;
mod deed;
pub mod documents;
pub mod door;
pub mod duties;
pub mod effects;
pub mod enrol;
pub mod erase;
mod error;
pub mod exceptions;
pub mod excused;
pub mod export;
mod forget;
pub mod import;
pub mod look;
pub mod month;
pub mod phones;
pub mod policy;
pub mod records;
pub mod register;
pub mod rejudge;
pub mod reports;
pub mod retention;
mod said;
pub mod seen;
pub mod shares;
pub mod site;
pub mod tables;
pub mod turn;
pub mod upload;
pub mod users;
mod version;
pub mod visits;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use books::Books;
pub(crate) use deed::Deed;
pub use error::{DeskError, DeskResult, Fault};

use crate::{
    app::App,
    auth::{Actor, Passwords, Tally, Throttle},
    clock::DemoClock,
    keeping,
};

/// What the acts need.
#[derive(Clone)]
pub struct Desk {
    /// Store, clock, keys.
    pub app: Arc<App>,
    /// Passwords and their guessers.
    pub gate: Arc<Gate>,
    /// Sets the clock, where it is a demo's.
    pub hand: Option<Arc<DemoClock>>,
    /// The server is reached through TLS: cookies are sent no other way.
    pub tls: bool,
    /// Where it runs, if it serves.
    pub site: Option<Arc<site::Site>>,
    /// The books that were read last.
    pub latest: Arc<books::Latest>,
    /// What share of findings was withdrawn, as counted last.
    pub shares: Arc<shares::Latest>,
}

/// What stands between a password and a session.
#[derive(Default)]
pub struct Gate {
    /// Hashes and checks.
    pub passwords: Passwords,
    /// Slows guessing down.
    pub throttle: Throttle,
    /// Counts what the log is not told one by one.
    pub tally: Tally,
}

impl Desk {
    /// A desk over an open data folder.
    pub fn new(app: Arc<App>) -> Self {
        Self {
            app,
            gate: Arc::default(),
            hand: None,
            tls: false,
            site: None,
            latest: Arc::default(),
            shares: Arc::default(),
        }
    }

    /// What lies under the maps of its pages.
    pub fn base_map(&self) -> Option<&base_map::BaseMap> {
        self.site.as_ref()?.base_map.as_ref()
    }

    /// Milliseconds since 1970 (UTC).
    pub fn now_ms(&self) -> i64 {
        self.app.clock.now_ms()
    }
}

/// What a command beside the server can ask for: the same over the control socket and on a folder that no
/// server has open.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// Sets the clock of a demo, milliseconds since 1970 (UTC).
    ClockSet {
        /// The new time.
        at_ms: i64,
    },
    /// Imports a file.
    Import {
        /// Which kind, with its text.
        #[serde(flatten)]
        file: import::File,
        /// Only says what would change.
        #[serde(default)]
        dry_run: bool,
        /// Comes into force then, RFC 3339; now without it.
        #[serde(default)]
        valid_from: Option<String>,
    },
    /// Takes out a page of something.
    Export {
        /// What.
        #[serde(flatten)]
        what: export::Export,
        /// From where the last page ended.
        #[serde(default)]
        after: Option<String>,
    },
    /// Adds a user.
    UserAdd(users::NewUser),
    /// All users.
    UserList,
    /// Changes a user.
    UserChange {
        /// Log-in name.
        user: String,
        /// What changes.
        #[serde(flatten)]
        change: users::UserChange,
    },
    /// Makes a token for a program.
    UserToken {
        /// As whom it acts.
        user: String,
        /// How long.
        days: u32,
    },
    /// The employer's duties.
    DutiesShow,
    /// Records one.
    DutyRecord(duties::DutyDone),
    /// Marks all as the demo's.
    DutiesDemo,
    /// Makes a one-time code for a phone.
    Enrol(enrol::NewCode),
    /// The phones.
    PhonesList,
    /// Revokes one.
    PhoneRevoke {
        /// Its stream.
        stream: String,
    },
    /// Judges days of the past anew, some reps a page.
    Rejudge {
        /// Which.
        #[serde(flatten)]
        days: rejudge::Days,
        /// Only says what would change.
        #[serde(default)]
        dry_run: bool,
        /// From where the last page ended.
        #[serde(default)]
        after: Option<String>,
    },
    /// Erases bodies for good.
    Erase {
        /// Which.
        #[serde(flatten)]
        what: erase::Erasure,
        /// Only says how many.
        #[serde(default)]
        dry_run: bool,
    },
    /// Erases what is past its time.
    Retention {
        /// Only says how much.
        #[serde(default)]
        dry_run: bool,
    },
    /// Notes that a backup was made.
    BackupMade {
        /// When, milliseconds since 1970 (UTC).
        at_ms: i64,
    },
    /// How the data stand.
    Condition,
}

/// Carries a command out.
///
/// # Errors
/// Of the act.
pub async fn run(desk: &Desk, actor: &Actor, command: Command) -> DeskResult<Value> {
    desk.app.refresh().await?;
    match command {
        Command::ClockSet { at_ms } => set_clock(desk, at_ms),
        Command::Import {
            file,
            dry_run,
            valid_from,
        } => answer(import::import(desk, actor, file, dry_run, valid_from.as_deref()).await?),
        Command::Export { what, after } => answer(export::taken(desk, actor, &what, after.as_deref()).await?),
        Command::UserAdd(new) => answer(users::add(desk, actor, new).await?),
        Command::UserList => answer(users::list(desk).await?),
        Command::UserChange { user, change } => answer(users::change(desk, actor, &user, change).await?),
        Command::UserToken { user, days } => {
            let token = users::token(desk, actor, &user, days).await?;
            Ok(serde_json::json!({ "token": token.reveal() }))
        }
        Command::DutiesShow => answer(duties::show(desk).await?),
        Command::DutyRecord(done) => answer(duties::record(desk, actor, done).await?),
        Command::DutiesDemo => answer(duties::record_demo(desk, actor).await?),
        Command::Enrol(new) => answer(enrol::issue(desk, actor, new).await?),
        Command::PhonesList => answer(phones::list(desk, actor).await?),
        Command::PhoneRevoke { stream } => answer(phones::revoke(desk, actor, &stream).await?),
        Command::Rejudge { days, dry_run, after } => {
            answer(rejudge::rejudge(desk, actor, &days, dry_run, after.as_deref()).await?)
        }
        Command::Erase { what, dry_run } => answer(erase::erase(desk, actor, what, dry_run).await?),
        Command::Retention { dry_run } => answer(retention::retain(desk, actor, dry_run).await?),
        Command::BackupMade { at_ms } => answer(keeping::note_backup(&*desk.app.store, at_ms).await?),
        Command::Condition => answer(condition::look(desk).await?),
    }
}

/// Only a demo's clock is set: a real day has the real time.
fn set_clock(desk: &Desk, at_ms: i64) -> DeskResult<Value> {
    let why = "only a server started with --demo-clock on a demo's folder has a clock to set";
    let hand = desk
        .hand
        .as_ref()
        .ok_or_else(|| DeskError::conflict("not_a_demo", why))?;
    hand.set(at_ms);
    Ok(serde_json::json!({ "at_ms": desk.now_ms() }))
}

fn answer(answer: impl Serialize) -> DeskResult<Value> {
    Ok(serde_json::to_value(answer).expect("answers are JSON"))
}
