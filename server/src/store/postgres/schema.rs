use refinery::Target;
use tokio_postgres::Client;

use super::locks::SCHEMA;
use crate::store::{
    StoreResult,
    schema::{HISTORY, at_once, failed, refuse_newer},
};

mod steps {
    refinery::embed_migrations!("src/store/postgres/migrations");
}
pub(super) use steps::migrations::runner;

/// Brings the database to the newest schema known here.
///
/// # Errors
/// [`crate::store::StoreError::Newer`] where a newer onbeat wrote it.
pub(super) async fn upgrade(db: &mut Client) -> StoreResult<()> {
    // Of several servers that start at once the first takes the steps.
    db.query_one("SELECT pg_advisory_lock($1)", &[&SCHEMA]).await?;
    let upgraded = to_newest(db).await;
    db.query_one("SELECT pg_advisory_unlock($1)", &[&SCHEMA]).await?;
    upgraded
}

async fn to_newest(db: &mut Client) -> StoreResult<()> {
    let there: bool = db
        .query_one("SELECT to_regclass($1) IS NOT NULL", &[&HISTORY])
        .await?
        .get(0);
    if there {
        let sql = format!("SELECT coalesce(max(version), 0) FROM {HISTORY}");
        let taken: i32 = db.query_one(&sql, &[]).await?.get(0);
        refuse_newer(taken.unsigned_abs(), &runner())?;
    }
    let run = at_once(runner(), Target::Latest).run_async(db).await;
    run.map(drop).map_err(|error| failed(&error))
}
