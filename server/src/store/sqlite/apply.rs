use std::collections::{BTreeSet, HashMap};

use onbeat_core::record::Hash;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use crate::store::{Change, Committed, Field, Guard, LogLine, NewRecord, StoreResult, ViewRow, runs::runs};

/// Applies a change inside a savepoint. On [`Committed::Stale`] or an error the caller rolls back to it.
pub(super) fn change(db: &Connection, change: &Change) -> StoreResult<Committed> {
    for guard in &change.guards {
        if !holds(db, guard)? {
            return Ok(Committed::Stale);
        }
    }
    let mut log = Log::new(db)?;
    for record in &change.append {
        if !log.append(record)? {
            return Ok(Committed::Stale);
        }
    }
    for (line, seq) in &change.erase {
        log.erase(line, *seq)?;
    }
    for (line, seq, key) in &change.keys {
        log.touch(line, *seq, key)?;
    }
    log.tie()?;
    desk(db, change)?;
    views(db, change)?;
    cells(db, change)?;
    blobs(db, change)?;
    marks(db, change)?;
    Ok(Committed::Done)
}

fn holds(db: &Connection, guard: &Guard) -> rusqlite::Result<bool> {
    match guard {
        Guard::Tip(line, seq) => {
            let newest: i64 = db
                .prepare_cached(
                    "SELECT coalesce(max(seq), 0) FROM log
                     WHERE line = (SELECT id FROM line WHERE stream = ? AND epoch = ? AND branch = ?)",
                )?
                .query_row(params![line.stream, line.epoch, line.branch], |row| row.get(0))?;
            Ok(newest == *seq as i64)
        }
        Guard::Cell(kind, key, expected) => {
            let found: Option<String> = db
                .prepare_cached("SELECT body FROM cell WHERE kind = ? AND key = ?")?
                .query_row([kind, key], |row| row.get(0))
                .optional()?;
            Ok(found == *expected)
        }
    }
}

/// Appends, with the ids of lines and keys that one change has looked up.
struct Log<'a> {
    db: &'a Connection,
    put: CachedStatement<'a>,
    lines: HashMap<LogLine, i64>,
    keys: HashMap<String, i64>,
    /// Keys and the records that touch them, to be tied.
    tied: BTreeSet<(i64, i64)>,
}

impl<'a> Log<'a> {
    fn new(db: &'a Connection) -> rusqlite::Result<Self> {
        let put = "INSERT INTO log (line, seq, hash, head, body, received_ms) VALUES (?, ?, ?, ?, ?, ?)
                   ON CONFLICT (line, seq) DO NOTHING";
        Ok(Self {
            db,
            put: db.prepare_cached(put)?,
            lines: HashMap::new(),
            keys: HashMap::new(),
            tied: BTreeSet::new(),
        })
    }

    /// False: the record's place is taken.
    fn append(&mut self, record: &NewRecord) -> rusqlite::Result<bool> {
        let line = self.line(&record.line)?;
        let added = self.put.execute(params![
            line,
            record.seq as i64,
            record.hash.0,
            record.head,
            record.body,
            record.received_ms
        ])?;
        if added == 0 {
            return Ok(false);
        }
        let id = self.db.last_insert_rowid();
        for key in &record.keys {
            let key = self.key(key)?;
            self.tied.insert((key, id));
        }
        Ok(true)
    }

    fn erase(&mut self, line: &LogLine, seq: u64) -> rusqlite::Result<()> {
        let line = self.line(line)?;
        self.db
            .prepare_cached("UPDATE log SET body = NULL WHERE line = ? AND seq = ?")?
            .execute(params![line, seq as i64])?;
        Ok(())
    }

    fn touch(&mut self, line: &LogLine, seq: u64, key: &str) -> rusqlite::Result<()> {
        let line = self.line(line)?;
        let id: Option<i64> = self
            .db
            .prepare_cached("SELECT id FROM log WHERE line = ? AND seq = ?")?
            .query_row(params![line, seq as i64], |row| row.get(0))
            .optional()?;
        let Some(id) = id else { return Ok(()) };
        let key = self.key(key)?;
        if !self.is_tied(key, id)? {
            self.tied.insert((key, id));
        }
        Ok(())
    }

    fn is_tied(&self, key: i64, id: i64) -> rusqlite::Result<bool> {
        let sql = "SELECT last FROM log_key WHERE key = ? AND first <= ? ORDER BY first DESC LIMIT 1";
        let last = self
            .db
            .prepare_cached(sql)?
            .query_row([key, id], |row| row.get::<_, i64>(0));
        Ok(last.optional()?.is_some_and(|last| last >= id))
    }

    /// A row for those that follow one another. None of them was tied before, so no two rows of a key overlap.
    fn tie(self) -> rusqlite::Result<()> {
        let sql = "INSERT INTO log_key (key, first, last) VALUES (?, ?, ?)";
        let mut tie = self.db.prepare_cached(sql)?;
        for run in runs(self.tied) {
            tie.execute([run.key, run.first, run.last])?;
        }
        Ok(())
    }

    fn line(&mut self, line: &LogLine) -> rusqlite::Result<i64> {
        if let Some(id) = self.lines.get(line) {
            return Ok(*id);
        }
        let names = params![line.stream, line.epoch, line.branch];
        self.db
            .prepare_cached("INSERT OR IGNORE INTO line (stream, epoch, branch) VALUES (?, ?, ?)")?
            .execute(names)?;
        let id = self
            .db
            .prepare_cached("SELECT id FROM line WHERE stream = ? AND epoch = ? AND branch = ?")?
            .query_row(names, |row| row.get(0))?;
        self.lines.insert(line.clone(), id);
        Ok(id)
    }

    fn key(&mut self, name: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.keys.get(name) {
            return Ok(*id);
        }
        self.db
            .prepare_cached("INSERT OR IGNORE INTO key (name) VALUES (?)")?
            .execute([name])?;
        let id = self
            .db
            .prepare_cached("SELECT id FROM key WHERE name = ?")?
            .query_row([name], |row| row.get(0))?;
        self.keys.insert(name.to_owned(), id);
        Ok(id)
    }
}

fn desk(db: &Connection, change: &Change) -> rusqlite::Result<()> {
    let mut put = db.prepare_cached(
        "INSERT INTO document (kind, key, valid_from_ms, recorded_ms, desk_seq, body) VALUES (?, ?, ?, ?, ?, ?)",
    )?;
    for d in &change.documents {
        put.execute(params![
            d.kind,
            d.key,
            d.valid_from_ms,
            d.recorded_ms,
            d.desk_seq as i64,
            d.body
        ])?;
    }
    let mut feed = db.prepare_cached("INSERT INTO feed (scope, kind, key, body) VALUES (?, ?, ?, ?)")?;
    for item in &change.feed {
        feed.execute(params![item.scope, item.kind, item.key, item.body])?;
    }
    Ok(())
}

fn views(db: &Connection, change: &Change) -> rusqlite::Result<()> {
    let mut drop_fields =
        db.prepare_cached("DELETE FROM view_field WHERE view = (SELECT id FROM view WHERE kind = ? AND key = ?)")?;
    let mut drop_view = db.prepare_cached("DELETE FROM view WHERE kind = ? AND key = ?")?;
    for (kind, key) in &change.drop_views {
        drop_fields.execute([kind, key])?;
        drop_view.execute([kind, key])?;
    }
    change.views.iter().try_for_each(|view| put_view(db, view))
}

fn put_view(db: &Connection, view: &ViewRow) -> rusqlite::Result<()> {
    let id: i64 = db
        .prepare_cached(
            "INSERT INTO view (kind, key, scope, at_ms, body) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (kind, key) DO UPDATE SET scope = excluded.scope, at_ms = excluded.at_ms, body = excluded.body
             RETURNING id",
        )?
        .query_row(params![view.kind, view.key, view.scope, view.at_ms, view.body], |row| {
            row.get(0)
        })?;
    db.prepare_cached("DELETE FROM view_field WHERE view = ?")?
        .execute([id])?;
    let mut put = db.prepare_cached("INSERT INTO view_field (view, name, text, int) VALUES (?, ?, ?, ?)")?;
    for (name, field) in &view.fields {
        let (text, int) = match field {
            Field::Text(text) => (Some(text), None),
            Field::Int(int) => (None, Some(int)),
        };
        put.execute(params![id, name, text, int])?;
    }
    Ok(())
}

fn cells(db: &Connection, change: &Change) -> rusqlite::Result<()> {
    let mut drop_cell = db.prepare_cached("DELETE FROM cell WHERE kind = ? AND key = ?")?;
    for (kind, key) in &change.drop_cells {
        drop_cell.execute([kind, key])?;
    }
    if let Some(now_ms) = change.drop_expired_ms {
        db.prepare_cached("DELETE FROM cell WHERE expires_ms <= ?")?
            .execute([now_ms])?;
    }
    let mut put = db.prepare_cached("INSERT OR REPLACE INTO cell (kind, key, body, expires_ms) VALUES (?, ?, ?, ?)")?;
    for cell in &change.cells {
        put.execute(params![cell.kind, cell.key, cell.body, cell.expires_ms])?;
    }
    Ok(())
}

fn blobs(db: &Connection, change: &Change) -> rusqlite::Result<()> {
    let mut drop_blob = db.prepare_cached("DELETE FROM blob WHERE hash = ?")?;
    for hash in &change.drop_blobs {
        drop_blob.execute([hash.0])?;
    }
    let mut drop_parts = db.prepare_cached("DELETE FROM blob_part WHERE hash = ?")?;
    for hash in &change.drop_unfinished {
        drop_parts.execute([hash.0])?;
    }
    let mut put = db.prepare_cached("INSERT OR IGNORE INTO blob (hash, bytes) VALUES (?, ?)")?;
    for (hash, bytes) in &change.blobs {
        put.execute(params![hash.0, bytes])?;
    }
    Ok(())
}

fn marks(db: &Connection, change: &Change) -> rusqlite::Result<()> {
    let mut unmark = db.prepare_cached("DELETE FROM mark WHERE key = ? AND number = ?")?;
    for claim in &change.unmark {
        unmark.execute(params![claim.key, claim.number as i64])?;
    }
    let mut mark = db.prepare_cached("INSERT OR REPLACE INTO mark (key) VALUES (?)")?;
    for key in &change.mark {
        mark.execute([key])?;
    }
    Ok(())
}

/// Appends to an unfinished blob if `offset` is its length so far; answers its length then.
pub(super) fn append_blob(db: &Connection, hash: &Hash, offset: u64, bytes: &[u8]) -> StoreResult<u64> {
    let length = super::read::unfinished_blob(db, hash)?;
    if length != offset || bytes.is_empty() {
        return Ok(length);
    }
    db.prepare_cached("INSERT INTO blob_part (hash, start, bytes) VALUES (?, ?, ?)")?
        .execute(params![hash.0, offset as i64, bytes])?;
    Ok(length + bytes.len() as u64)
}
