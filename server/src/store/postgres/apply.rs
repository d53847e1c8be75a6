use deadpool_postgres::GenericClient;
use onbeat_core::record::Hash;

use super::{
    marks,
    read::{self, Params, count, rows},
    text::{Text, text, texts},
};
use crate::store::{Change, Committed, Field, Guard, LogLine, NewRecord, StoreResult};

/// Applies a change inside a savepoint. On [`Committed::Stale`] or an error the caller rolls back to it. What stands
/// in many rows goes as arrays: one statement a table, whatever the number of records.
pub(super) async fn change(db: &impl GenericClient, change: &Change) -> StoreResult<Committed> {
    for guard in &change.guards {
        if !holds(db, guard).await? {
            return Ok(Committed::Stale);
        }
    }
    if !marks::held(db, &change.unmark).await? {
        return Ok(Committed::Stale);
    }
    if !append(db, &change.append).await? {
        return Ok(Committed::Stale);
    }
    erase(db, &change.erase).await?;
    let touched = change.keys.iter().map(|(line, seq, key)| (line, *seq, key.as_str()));
    tie(db, touched.collect()).await?;
    documents(db, change).await?;
    feed(db, change).await?;
    views(db, change).await?;
    cells(db, change).await?;
    for hash in &change.drop_blobs {
        rows(db, "DELETE FROM blob WHERE hash = $1", &[&&hash.0[..]]).await?;
    }
    for (hash, bytes) in &change.blobs {
        let sql = "INSERT INTO blob (hash, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        rows(db, sql, &[&&hash.0[..], bytes]).await?;
    }
    marks::drop_done(db, &change.unmark).await?;
    marks::set(db, &change.mark).await?;
    Ok(Committed::Done)
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
async fn append(db: &impl GenericClient, records: &[NewRecord]) -> StoreResult<bool> {
    if records.is_empty() {
        return Ok(true);
    }
    let (streams, epochs, branches) = columns(records.iter().map(|record| &record.line));
    let sql = "INSERT INTO line SELECT DISTINCT * FROM unnest($1::text[], $2::bigint[], $3::text[])
               ON CONFLICT DO NOTHING";
    rows(db, sql, &[&streams, &epochs, &branches]).await?;
    let seqs: Vec<i64> = records.iter().map(|record| record.seq as i64).collect();
    let hashes: Vec<&[u8]> = records.iter().map(|record| &record.hash.0[..]).collect();
    let heads = texts(records.iter().map(|record| &record.head));
    let bodies: Vec<_> = records.iter().map(|record| record.body.as_deref().map(text)).collect();
    let received: Vec<i64> = records.iter().map(|record| record.received_ms).collect();
    let sql = "INSERT INTO log (stream, epoch, branch, seq, hash, head, body, received_ms)
               SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bytea[], $6::text[],
                                    $7::text[], $8::bigint[])
               ON CONFLICT DO NOTHING RETURNING seq";
    let params: Params<'_> = &[&streams, &epochs, &branches, &seqs, &hashes, &heads, &bodies, &received];
    if rows(db, sql, params).await?.len() != records.len() {
        return Ok(false);
    }
    let keys = records
        .iter()
        .flat_map(|record| record.keys.iter().map(|key| (&record.line, record.seq, key.as_str())));
    tie(db, keys.collect()).await?;
    Ok(true)
}

/// Ties records that are stored to keys.
async fn tie(db: &impl GenericClient, tied: Vec<(&LogLine, u64, &str)>) -> StoreResult<()> {
    if tied.is_empty() {
        return Ok(());
    }
    let (streams, epochs, branches) = columns(tied.iter().map(|(line, ..)| *line));
    let seqs: Vec<i64> = tied.iter().map(|(_, seq, _)| *seq as i64).collect();
    let keys: Vec<_> = tied.iter().map(|(.., key)| text(key)).collect();
    let sql = "INSERT INTO log_key (key, stream, epoch, branch, seq)
               SELECT DISTINCT t.key, t.stream, t.epoch, t.branch, t.seq
               FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[])
                    AS t (key, stream, epoch, branch, seq)
               JOIN log USING (stream, epoch, branch, seq) ON CONFLICT DO NOTHING";
    rows(db, sql, &[&keys, &streams, &epochs, &branches, &seqs])
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
    for cell in &change.cells {
        let sql = "INSERT INTO cell (kind, key, body, expires_ms) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body, expires_ms = excluded.expires_ms";
        rows(
            db,
            sql,
            &[&text(&cell.kind), &text(&cell.key), &text(&cell.body), &cell.expires_ms],
        )
        .await?;
    }
    Ok(())
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

/// Takes the parts of an unfinished blob out.
pub(super) async fn take_blob(db: &impl GenericClient, hash: &Hash) -> StoreResult<Vec<u8>> {
    let sql = "SELECT bytes FROM blob_part WHERE hash = $1 ORDER BY start";
    let parts = rows(db, sql, &[&&hash.0[..]]).await?;
    let whole = parts.iter().flat_map(|row| row.get::<_, &[u8]>(0)).copied().collect();
    rows(db, "DELETE FROM blob_part WHERE hash = $1", &[&&hash.0[..]]).await?;
    Ok(whole)
}
