//! What keeps the transactions of several servers apart.
//!
//! Before a transaction reads or writes anything it locks, by name and in one order, all that it guards or changes.
//! So what a guard has seen stays true until the commit, and no two transactions wait for each other in a circle.
//! Views need no lock of their own: they are written with the mark of their day. The feed has its own row.

use std::collections::BTreeSet;

use deadpool_postgres::GenericClient;
use onbeat_core::record::Hash;
use tokio_postgres::Client;

use super::read::rows;
use crate::store::{Change, Guard, LogLine, StoreError, StoreResult, queue::Job};

/// Everything: shared by those who lock single things.
const ALL: i64 = i64::from_be_bytes(*b"onbeat/1");
/// One step of the schema at a time.
pub(super) const SCHEMA: i64 = i64::from_be_bytes(*b"onbeat/s");
/// Whose turn it is to write to the desk's log.
pub(super) const TURN: i64 = i64::from_be_bytes(*b"onbeat/d");
/// That a server runs on the database: shared by all of them, had alone by who moves it.
pub(super) const SERVED: i64 = i64::from_be_bytes(*b"onbeat/h");
/// Who has more things to lock locks everything instead: the database's table of locks holds some thousands.
const MOST: usize = 512;

/// Refuses a database that is being moved.
///
/// # Errors
/// [`StoreError::Locked`].
pub(super) async fn check_free(db: &Client) -> StoreResult<()> {
    let shared = db
        .query_one("SELECT pg_try_advisory_lock_shared($1)", &[&SERVED])
        .await?;
    if !shared.get::<_, bool>(0) {
        return Err(StoreError::Locked("this database".into()));
    }
    db.query_one("SELECT pg_advisory_unlock_shared($1)", &[&SERVED]).await?;
    Ok(())
}

/// Locks what some jobs guard and change, until the transaction ends.
pub(super) async fn take(db: &impl GenericClient, jobs: &[&Job]) -> StoreResult<()> {
    let names = names(jobs);
    if names.len() > MOST {
        return rows(db, "SELECT pg_advisory_xact_lock($1)", &[&ALL]).await.map(drop);
    }
    let sql = "SELECT pg_advisory_xact_lock_shared($1) UNION ALL
               SELECT pg_advisory_xact_lock(name) FROM unnest($2::bigint[]) AS t (name)";
    rows(db, sql, &[&ALL, &names]).await.map(drop)
}

/// In order, each once.
fn names(jobs: &[&Job]) -> Vec<i64> {
    let mut names = Vec::new();
    for job in jobs {
        match job {
            Job::Commit(change) => of_change(change, &mut names),
            Job::AppendBlob(hash, ..) => names.push(blob(hash)),
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}

fn of_change(change: &Change, names: &mut Vec<i64>) {
    names.extend(change.guards.iter().map(|guard| match guard {
        Guard::Tip(of, _) => line(of),
        Guard::Cell(kind, key, _) => cell(kind, key),
    }));
    let lines: BTreeSet<&LogLine> = change.append.iter().map(|record| &record.line).collect();
    names.extend(lines.into_iter().map(line));
    names.extend(change.erase.iter().map(|(of, _)| line(of)));
    names.extend(change.keys.iter().map(|(of, ..)| line(of)));
    names.extend(change.cells.iter().map(|put| cell(&put.kind, &put.key)));
    names.extend(change.drop_cells.iter().map(|(kind, key)| cell(kind, key)));
    names.extend(change.blobs.iter().map(|(hash, _)| blob(hash)));
    names.extend(change.drop_unfinished.iter().map(blob));
    names.extend(change.mark.iter().map(|key| mark(key)));
    names.extend(change.unmark.iter().map(|claim| mark(&claim.key)));
}

fn line(line: &LogLine) -> i64 {
    name(&format!("line\n{}\n{}\n{}", line.stream, line.epoch, line.branch))
}

fn cell(kind: &str, key: &str) -> i64 {
    name(&format!("cell\n{kind}\n{key}"))
}

fn mark(key: &str) -> i64 {
    name(&format!("mark\n{key}"))
}

fn blob(hash: &Hash) -> i64 {
    name(&format!("blob\n{hash}"))
}

/// Two things with one name would only wait for each other.
fn name(of: &str) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = Hash::of(of).0;
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}
