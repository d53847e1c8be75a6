use refinery::Target;
use tokio_postgres::Client;

use super::locks::SCHEMA;
use crate::store::{
    StoreResult,
    schema::{HISTORY, at_once, failed, refuse_newer, refuse_other},
};

mod steps {
    refinery::embed_migrations!("src/store/postgres/migrations");
}
pub(super) use steps::migrations::runner;

/// Brings the database to a schema known here, the newest or an older one.
///
/// # Errors
/// [`crate::store::StoreError::Newer`] where a newer onbeat wrote it.
pub(super) async fn upgrade(db: &mut Client, target: Target) -> StoreResult<()> {
    // A step over all rows, and the wait for whoever takes it, may last longer than any answer may.
    db.batch_execute("SET statement_timeout = 0").await?;
    // Of several servers that start at once the first takes the steps.
    db.query_one("SELECT pg_advisory_lock($1)", &[&SCHEMA]).await?;
    let upgraded = take_steps(db, target).await;
    db.query_one("SELECT pg_advisory_unlock($1)", &[&SCHEMA]).await?;
    db.batch_execute("RESET statement_timeout").await?;
    upgraded
}

async fn take_steps(db: &mut Client, target: Target) -> StoreResult<()> {
    refuse_newer(taken(db).await?, &runner())?;
    let run = at_once(runner(), target).run_async(db).await;
    run.map(drop).map_err(|error| failed(&error))
}

/// Refuses to read a database that is not of the newest schema, and leaves it as it is.
///
/// # Errors
/// [`crate::store::StoreError`]: newer, or older.
pub(super) async fn check_newest(db: &Client) -> StoreResult<()> {
    refuse_other(taken(db).await?, &runner())
}

/// The newest step that was taken, 0 where there is no history.
async fn taken(db: &Client) -> StoreResult<u32> {
    let there = db.query_one("SELECT to_regclass($1) IS NOT NULL", &[&HISTORY]).await?;
    if !there.get::<_, bool>(0) {
        return Ok(0);
    }
    let sql = format!("SELECT coalesce(max(version), 0) FROM {HISTORY}");
    let newest: i32 = db.query_one(&sql, &[]).await?.get(0);
    Ok(newest.unsigned_abs())
}
