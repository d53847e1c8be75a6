use refinery::Target;
use rusqlite::{Connection, OptionalExtension};

use crate::store::{
    StoreResult,
    schema::{HISTORY, at_once, failed, refuse_newer, refuse_other},
};

mod steps {
    refinery::embed_migrations!("src/store/sqlite/migrations");
}
pub(super) use steps::migrations::runner;

/// Brings the file to a schema known here, the newest or an older one.
///
/// # Errors
/// [`crate::store::StoreError::Newer`] where a newer onbeat wrote it.
pub(super) fn upgrade(db: &mut Connection, target: Target) -> StoreResult<()> {
    let taken = taken(db)?;
    // The first servers wrote no history, only this number: what they made is the first step.
    let first: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    refuse_newer(taken.unwrap_or(0).max(first), &runner())?;
    if taken.is_none() && first == 1 {
        let noted = at_once(runner(), Target::FakeVersion(1)).run(db);
        noted.map_err(|error| failed(&error))?;
    }
    let run = at_once(runner(), target).run(db);
    run.map(drop).map_err(|error| failed(&error))
}

/// Refuses to read a file that is not of the newest schema, and leaves it as it is.
///
/// # Errors
/// [`crate::store::StoreError`]: newer, or older.
pub(super) fn check_newest(db: &Connection) -> StoreResult<()> {
    refuse_other(taken(db)?.unwrap_or(0), &runner())
}

/// The newest step that was taken; none where there is no history.
fn taken(db: &Connection) -> rusqlite::Result<Option<u32>> {
    let history = db
        .query_row("SELECT 1 FROM sqlite_master WHERE name = ?", [HISTORY], |_| Ok(()))
        .optional()?;
    history.map_or(Ok(None), |()| {
        db.query_row(&format!("SELECT coalesce(max(version), 0) FROM {HISTORY}"), [], |row| {
            row.get(0)
        })
        .map(Some)
    })
}
