//! Marks, and who works them off: of several servers each takes what no other has.

use std::time::Duration;

use deadpool_postgres::GenericClient;

use super::{
    read::{MOST, count, rows, string},
    text::texts,
};
use crate::store::{Claim, StoreResult};

pub(super) async fn marks(db: &impl GenericClient, limit: usize) -> StoreResult<Vec<(String, u64)>> {
    let sql = "SELECT key, number FROM mark ORDER BY number LIMIT $1";
    let found = rows(db, sql, &[&(limit.min(MOST) as i64)]).await?;
    Ok(found.iter().map(|row| (string(row, 0), count(row, 1))).collect())
}

/// Takes marks for as long as the lease: by then their views are written, or whoever took them has died.
pub(super) async fn claim(
    db: &impl GenericClient,
    limit: usize,
    lease: Duration,
    except: &[String],
) -> StoreResult<Vec<Claim>> {
    let sql = "UPDATE mark SET holder = nextval('mark_number'), held_until = clock_timestamp() + $2 * interval '1 ms'
               FROM (SELECT key FROM mark
                     WHERE (held_until IS NULL OR held_until < clock_timestamp()) AND key <> ALL($3::text[])
                     ORDER BY number LIMIT $1 FOR UPDATE SKIP LOCKED) AS due
               WHERE mark.key = due.key RETURNING mark.key, mark.number, mark.holder";
    let lease_ms = lease.as_millis() as f64;
    let found = rows(db, sql, &[&(limit.min(MOST) as i64), &lease_ms, &texts(except.iter())]).await?;
    let claim = |row: &tokio_postgres::Row| Claim {
        key: string(row, 0),
        number: count(row, 1),
        holder: count(row, 2),
    };
    let mut claims: Vec<_> = found.iter().map(claim).collect();
    claims.sort_by_key(|claim| claim.number);
    Ok(claims)
}

/// Keys of claims, and who holds each, as columns.
fn columns(claims: &[Claim]) -> (Vec<super::text::Text<'_>>, Vec<i64>) {
    let keys = texts(claims.iter().map(|claim| &claim.key));
    (keys, claims.iter().map(|claim| claim.holder as i64).collect())
}

/// False: one of them was given to another server, which took this one for dead.
pub(super) async fn held(db: &impl GenericClient, claims: &[Claim]) -> StoreResult<bool> {
    if claims.is_empty() {
        return Ok(true);
    }
    let (keys, holders) = columns(claims);
    let sql = "SELECT count(*) FROM mark JOIN unnest($1::text[], $2::bigint[]) AS t (key, holder) USING (key, holder)";
    Ok(count(&rows(db, sql, &[&keys, &holders]).await?[0], 0) == claims.len() as u64)
}

/// Drops the marks that were worked off; those set again since are free for the next.
pub(super) async fn drop_done(db: &impl GenericClient, claims: &[Claim]) -> StoreResult<()> {
    if claims.is_empty() {
        return Ok(());
    }
    let (keys, holders) = columns(claims);
    let numbers: Vec<i64> = claims.iter().map(|claim| claim.number as i64).collect();
    let sql = "DELETE FROM mark USING unnest($1::text[], $2::bigint[]) AS t (key, number)
               WHERE (mark.key, mark.number) = (t.key, t.number)";
    rows(db, sql, &[&keys, &numbers]).await?;
    let sql = "UPDATE mark SET holder = NULL, held_until = NULL
               FROM unnest($1::text[], $2::bigint[]) AS t (key, holder)
               WHERE (mark.key, mark.holder) = (t.key, t.holder)";
    rows(db, sql, &[&keys, &holders]).await.map(drop)
}

/// Sets marks anew: whoever works one off just now will have it again.
pub(super) async fn set(db: &impl GenericClient, keys: &[String]) -> StoreResult<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO mark (key, number)
               SELECT key, nextval('mark_number') FROM (
                   SELECT key FROM unnest($1::text[]) WITH ORDINALITY AS t (key, place) GROUP BY key ORDER BY max(place)
               ) AS last ON CONFLICT (key) DO UPDATE SET number = excluded.number";
    rows(db, sql, &[&texts(keys.iter())]).await.map(drop)
}
