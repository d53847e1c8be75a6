use std::collections::BTreeMap;

use deadpool_postgres::GenericClient;
use futures_util::future::{join, join3, try_join, try_join_all, try_join5};
use onbeat_core::record::Hash;
use tokio_postgres::error::SqlState;

use super::{
    connect::in_time,
    marks,
    read::{self, Params, count, rows},
    text::{Text, text, texts},
};
use crate::store::{
    Cell, Change, Committed, Field, Guard, LogLine, NewRecord, StoreError, StoreResult,
    runs::{Run, runs},
};

/// Applies a change inside a savepoint. On [`Committed::Stale`] or an error the caller rolls back to it. What stands
/// in many rows goes as arrays: one statement a table, whatever the number of records. Statements that don't need one
/// another's answers are on their way together.
pub(super) async fn change(db: &impl GenericClient, change: &Change) -> StoreResult<Committed> {
    let guards = try_join_all(change.guards.iter().map(|guard| holds(db, guard)));
    let (held, claimed) = try_join(guards, marks::held(db, &change.unmark)).await?;
    if !claimed || held.contains(&false) {
        return Ok(Committed::Stale);
    }
    let others = try_join5(
        documents(db, change),
        feed(db, change),
        views(db, change),
        cells(db, change),
        try_join(blobs(db, change), marked(db, change)),
    );
    match join(log(db, change), others).await {
        (Ok(true), Ok(_)) => Ok(Committed::Done),
        // All statements behind it failed for that.
        (Ok(false), _) => Ok(Committed::Stale),
        (Err(StoreError::Busy), Err(why)) | (Err(why), _) | (_, Err(why)) => Err(why),
    }
}

async fn holds(db: &impl GenericClient, guard: &Guard) -> StoreResult<bool> {
    Ok(match guard {
        Guard::Tip(line, seq) => read::tip(db, line).await?.map_or(0, |tip| tip.seq) == *seq,
        Guard::Cell(kind, key, expected) => {
            let found = read::cell(db, kind, key, i64::MIN).await?;
            found.map(|cell| cell.body) == *expected
        }
    })
}

/// Stream, epoch and branch of each line, as columns.
fn columns<'a>(lines: impl Iterator<Item = &'a LogLine> + Clone) -> (Vec<Text<'a>>, Vec<i64>, Vec<Text<'a>>) {
    (
        texts(lines.clone().map(|line| &line.stream)),
        lines.clone().map(|line| i64::from(line.epoch)).collect(),
        texts(lines.map(|line| &line.branch)),
    )
}

/// False: a record's place is taken.
async fn log(db: &impl GenericClient, change: &Change) -> StoreResult<bool> {
    if !append(db, &change.append).await? {
        return Ok(false);
    }
    erase(db, &change.erase).await?;
    let touched = change.keys.iter().map(|(line, seq, key)| ((key, line), *seq as i64));
    tie(db, &runs(touched.collect())).await?;
    Ok(true)
}

/// False: a record's place is taken.
async fn append(db: &impl GenericClient, records: &[NewRecord]) -> StoreResult<bool> {
    for records in records.chunk_by(|a, b| a.line == b.line) {
        let (line, put, tied) = join3(put_line(db, &records[0].line), put(db, records), tie_new(db, records)).await;
        line?;
        if !put? {
            return Ok(false);
        }
        tied?;
    }
    Ok(true)
}

async fn put_line(db: &impl GenericClient, line: &LogLine) -> StoreResult<()> {
    let sql = "INSERT INTO line (stream, epoch, branch) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    let (stream, epoch, branch) = (text(&line.stream), i64::from(line.epoch), text(&line.branch));
    rows(db, sql, &[&stream, &epoch, &branch]).await.map(drop)
}

/// Puts records of one line. False: a record's place is taken; that fails instead of being asked about, which would
/// cost half as much again.
async fn put(db: &impl GenericClient, records: &[NewRecord]) -> StoreResult<bool> {
    let line = &records[0].line;
    let (stream, epoch, branch) = (text(&line.stream), i64::from(line.epoch), text(&line.branch));
    let seqs: Vec<i64> = records.iter().map(|record| record.seq as i64).collect();
    let hashes: Vec<&[u8]> = records.iter().map(|record| &record.hash.0[..]).collect();
    let heads = texts(records.iter().map(|record| &record.head));
    let bodies: Vec<_> = records.iter().map(|record| record.body.as_deref().map(text)).collect();
    let received: Vec<i64> = records.iter().map(|record| record.received_ms).collect();
    let sql = "INSERT INTO log (stream, epoch, branch, seq, hash, head, body, received_ms)
               SELECT $1, $2, $3, * FROM unnest($4::bigint[], $5::bytea[], $6::text[], $7::text[], $8::bigint[])";
    let params: Params<'_> = &[&stream, &epoch, &branch, &seqs, &hashes, &heads, &bodies, &received];
    let put = async {
        let statement = db.prepare_cached(sql).await?;
        match db.execute(&statement, params).await {
            Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => Ok(false),
            put => put.map(|_| true),
        }
    };
    in_time(put).await
}

/// Ties new records of one line to their keys.
async fn tie_new(db: &impl GenericClient, records: &[NewRecord]) -> StoreResult<()> {
    let line = &records[0].line;
    let (stream, epoch, branch) = (text(&line.stream), i64::from(line.epoch), text(&line.branch));
    let tied = records
        .iter()
        .flat_map(|record| record.keys.iter().map(|key| (key, record.seq as i64)));
    let runs = runs(tied.collect());
    let keys = texts(runs.iter().map(|run| run.key));
    let (firsts, lasts) = ends(&runs);
    let sql = "INSERT INTO log_key (stream, epoch, branch, key, first, last)
               SELECT $1, $2, $3, * FROM unnest($4::text[], $5::bigint[], $6::bigint[])";
    rows(db, sql, &[&stream, &epoch, &branch, &keys, &firsts, &lasts])
        .await
        .map(drop)
}

/// The first and the last seq of each run, as columns.
fn ends<K>(runs: &[Run<K>]) -> (Vec<i64>, Vec<i64>) {
    runs.iter().map(|run| (run.first, run.last)).unzip()
}

/// Ties runs of records that may be stored, and may be tied: what is left of a run may be several. `OFFSET 0` has each
/// looked up by itself, as in [`read::of_key`].
pub(super) const TIE: &str = "
    INSERT INTO log_key (key, stream, epoch, branch, first, last)
    SELECT key, stream, epoch, branch, min(seq), max(seq)
    FROM (SELECT key, stream, epoch, branch, seq,
                 seq - row_number() OVER (PARTITION BY key, stream, epoch, branch ORDER BY seq) AS run
          FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[])
               AS new (key, stream, epoch, branch, first, last)
          CROSS JOIN LATERAL
              (SELECT seq FROM log WHERE (stream, epoch, branch) = (new.stream, new.epoch, new.branch)
                                         AND seq BETWEEN new.first AND new.last OFFSET 0) AS stored
          WHERE NOT EXISTS
              (SELECT FROM log_key AS tied
               WHERE (tied.key, tied.stream, tied.epoch, tied.branch) = (new.key, new.stream, new.epoch, new.branch)
                     AND seq BETWEEN tied.first AND tied.last OFFSET 0)) AS untied
    GROUP BY key, stream, epoch, branch, run";

async fn tie(db: &impl GenericClient, runs: &[Run<(&String, &LogLine)>]) -> StoreResult<()> {
    if runs.is_empty() {
        return Ok(());
    }
    let (keys, lines): (Vec<_>, Vec<_>) = runs.iter().map(|run| run.key).unzip();
    let (keys, (streams, epochs, branches)) = (texts(keys.into_iter()), columns(lines.into_iter()));
    let (firsts, lasts) = ends(runs);
    rows(db, TIE, &[&keys, &streams, &epochs, &branches, &firsts, &lasts])
        .await
        .map(drop)
}

async fn erase(db: &impl GenericClient, erased: &[(LogLine, u64)]) -> StoreResult<()> {
    if erased.is_empty() {
        return Ok(());
    }
    let (streams, epochs, branches) = columns(erased.iter().map(|(line, _)| line));
    let seqs: Vec<i64> = erased.iter().map(|(_, seq)| *seq as i64).collect();
    let sql = "UPDATE log SET body = NULL
               FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[]) AS t (stream, epoch, branch, seq)
               WHERE (log.stream, log.epoch, log.branch, log.seq) = (t.stream, t.epoch, t.branch, t.seq)";
    rows(db, sql, &[&streams, &epochs, &branches, &seqs]).await.map(drop)
}

async fn documents(db: &impl GenericClient, change: &Change) -> StoreResult<()> {
    let sql = "INSERT INTO document (kind, key, valid_from_ms, recorded_ms, desk_seq, body)
               VALUES ($1, $2, $3, $4, $5, $6)";
    for d in &change.documents {
        let (body, seq) = (d.body.as_deref().map(text), d.desk_seq as i64);
        rows(
            db,
            sql,
            &[
                &text(&d.kind),
                &text(&d.key),
                &d.valid_from_ms,
                &d.recorded_ms,
                &seq,
                &body,
            ],
        )
        .await?;
    }
    Ok(())
}

/// The row of the newest cursor is held until the commit: cursors have the order of commits (ADR 1).
async fn feed(db: &impl GenericClient, change: &Change) -> StoreResult<()> {
    if change.feed.is_empty() {
        return Ok(());
    }
    let given = change.feed.len() as i64;
    let sql = "UPDATE feed_newest SET newest = newest + $1 RETURNING newest";
    let newest = count(&rows(db, sql, &[&given]).await?[0], 0) as i64;
    let sql = "INSERT INTO feed (cursor, scope, kind, key, body) VALUES ($1, $2, $3, $4, $5)";
    for (cursor, item) in (newest - given + 1..).zip(&change.feed) {
        let body = item.body.as_deref().map(text);
        rows(
            db,
            sql,
            &[&cursor, &text(&item.scope), &text(&item.kind), &text(&item.key), &body],
        )
        .await?;
    }
    Ok(())
}

async fn views(db: &impl GenericClient, change: &Change) -> StoreResult<()> {
    for (kind, key) in &change.drop_views {
        let sql = "DELETE FROM view WHERE kind = $1 AND key = $2";
        rows(db, sql, &[&text(kind), &text(key)]).await?;
    }
    for view in &change.views {
        let (kind, key) = (text(&view.kind), text(&view.key));
        let sql = "INSERT INTO view (kind, key, scope, at_ms, body) VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (kind, key) DO UPDATE
                   SET scope = excluded.scope, at_ms = excluded.at_ms, body = excluded.body";
        rows(
            db,
            sql,
            &[&kind, &key, &text(&view.scope), &view.at_ms, &text(&view.body)],
        )
        .await?;
        rows(
            db,
            "DELETE FROM view_field WHERE kind = $1 AND key = $2",
            &[&kind, &key],
        )
        .await?;
        let names = texts(view.fields.iter().map(|(name, _)| name));
        let values = view.fields.iter().map(|(_, field)| match field {
            Field::Text(value) => (Some(text(value)), None),
            Field::Int(value) => (None, Some(*value)),
        });
        let (strings, ints): (Vec<_>, Vec<_>) = values.unzip();
        let sql = "INSERT INTO view_field (kind, key, name, text, int)
                   SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::bigint[])";
        rows(db, sql, &[&kind, &key, &names, &strings, &ints]).await?;
    }
    Ok(())
}

async fn cells(db: &impl GenericClient, change: &Change) -> StoreResult<()> {
    for (kind, key) in &change.drop_cells {
        rows(
            db,
            "DELETE FROM cell WHERE kind = $1 AND key = $2",
            &[&text(kind), &text(key)],
        )
        .await?;
    }
    if let Some(now_ms) = change.drop_expired_ms {
        // One that is being put anew is none of them: whoever puts it is not waited for, so nobody waits in a circle.
        let sql = "DELETE FROM cell WHERE (kind, key) IN
                       (SELECT kind, key FROM cell WHERE expires_ms <= $1 FOR UPDATE SKIP LOCKED)";
        rows(db, sql, &[&now_ms]).await?;
    }
    put_cells(db, &change.cells).await
}

/// Of two with one name the last stays.
async fn put_cells(db: &impl GenericClient, cells: &[Cell]) -> StoreResult<()> {
    let named = cells.iter().map(|cell| ((&cell.kind, &cell.key), cell));
    let last: BTreeMap<_, &Cell> = named.collect();
    if last.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO cell (kind, key, body, expires_ms)
               SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
               ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body, expires_ms = excluded.expires_ms";
    let (kinds, keys) = (
        texts(last.values().map(|cell| &cell.kind)),
        texts(last.values().map(|cell| &cell.key)),
    );
    let bodies = texts(last.values().map(|cell| &cell.body));
    let expires: Vec<Option<i64>> = last.values().map(|cell| cell.expires_ms).collect();
    rows(db, sql, &[&kinds, &keys, &bodies, &expires]).await.map(drop)
}

async fn blobs(db: &impl GenericClient, change: &Change) -> StoreResult<()> {
    for hash in &change.drop_blobs {
        rows(db, "DELETE FROM blob WHERE hash = $1", &[&&hash.0[..]]).await?;
    }
    for hash in &change.drop_unfinished {
        rows(db, "DELETE FROM blob_part WHERE hash = $1", &[&&hash.0[..]]).await?;
    }
    for (hash, bytes) in &change.blobs {
        let sql = "INSERT INTO blob (hash, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        rows(db, sql, &[&&hash.0[..], bytes]).await?;
    }
    Ok(())
}

async fn marked(db: &impl GenericClient, change: &Change) -> StoreResult<()> {
    marks::drop_done(db, &change.unmark).await?;
    marks::set(db, &change.mark).await
}

/// Appends to an unfinished blob if `offset` is its length so far; answers its length then.
pub(super) async fn append_blob(db: &impl GenericClient, hash: &Hash, offset: u64, bytes: &[u8]) -> StoreResult<u64> {
    let length = read::unfinished_blob(db, hash).await?;
    if length != offset || bytes.is_empty() {
        return Ok(length);
    }
    let sql = "INSERT INTO blob_part (hash, start, bytes) VALUES ($1, $2, $3)";
    rows(db, sql, &[&&hash.0[..], &(offset as i64), &bytes]).await?;
    Ok(length + bytes.len() as u64)
}
