use onbeat_core::record::Hash;
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Row, params,
    types::{Value, ValueRef},
};

use crate::store::{Cell, DocumentRow, FeedRow, Field, Found, LogLine, LogRow, StoreFault, ViewQuery, ViewRow, Wanted};

/// No query answers more rows than this at once.
const MOST: usize = 1_000;

pub(super) const LOG: &str =
    "SELECT log.id, line.stream, line.epoch, line.branch, log.seq, log.hash, log.head, log.body,
                   log.received_ms FROM log JOIN line ON line.id = log.line";

pub(super) fn log_row(row: &Row<'_>) -> rusqlite::Result<LogRow> {
    Ok(LogRow {
        id: row.get(0)?,
        line: LogLine {
            stream: row.get(1)?,
            epoch: row.get(2)?,
            branch: row.get(3)?,
        },
        seq: row.get::<_, i64>(4)? as u64,
        hash: Hash(row.get(5)?),
        head: row.get(6)?,
        body: row.get(7)?,
        received_ms: row.get(8)?,
    })
}

pub(super) fn tip(db: &Connection, line: &LogLine) -> rusqlite::Result<Option<LogRow>> {
    db.prepare_cached(&format!(
        "{LOG} WHERE line.stream = ? AND line.epoch = ? AND line.branch = ? ORDER BY log.seq DESC LIMIT 1"
    ))?
    .query_row(params![line.stream, line.epoch, line.branch], log_row)
    .optional()
}

/// As it stands at one moment.
pub(super) fn look(db: &Connection, wanted: &Wanted) -> rusqlite::Result<Found> {
    let _moment = db.unchecked_transaction()?;
    let found = |(kind, key): &(String, String)| cell(db, kind, key, i64::MIN);
    Ok(Found {
        tips: wanted
            .tips
            .iter()
            .map(|line| tip(db, line))
            .collect::<rusqlite::Result<_>>()?,
        records: wanted
            .keys
            .iter()
            .map(|key| records_of(db, key))
            .collect::<rusqlite::Result<_>>()?,
        cells: wanted.cells.iter().map(found).collect::<rusqlite::Result<_>>()?,
    })
}

pub(super) fn lines(db: &Connection, stream: &str) -> rusqlite::Result<Vec<(LogLine, u64, u64)>> {
    // Two look-ups in the index a line: min and max in one would walk through all its records.
    db.prepare_cached(
        "SELECT * FROM (SELECT epoch, branch, (SELECT min(seq) FROM log WHERE line = line.id) AS first,
                               (SELECT max(seq) FROM log WHERE line = line.id) FROM line WHERE stream = ?)
         WHERE first IS NOT NULL ORDER BY epoch, branch",
    )?
    .query_map([stream], |row| {
        let line = LogLine {
            stream: stream.to_owned(),
            epoch: row.get(0)?,
            branch: row.get(1)?,
        };
        Ok((line, row.get::<_, i64>(2)? as u64, row.get::<_, i64>(3)? as u64))
    })?
    .collect()
}

pub(super) fn records(db: &Connection, line: &LogLine, from: u64, limit: usize) -> rusqlite::Result<Vec<LogRow>> {
    db.prepare_cached(&format!(
        "{LOG} WHERE line.stream = ? AND line.epoch = ? AND line.branch = ? AND log.seq >= ?
         ORDER BY log.seq LIMIT ?"
    ))?
    .query_map(
        params![line.stream, line.epoch, line.branch, from as i64, limit as i64],
        log_row,
    )?
    .collect()
}

/// A key's runs don't overlap: run by run is in order of arrival.
pub(super) const OF_KEY: &str = "JOIN log_key ON log.id BETWEEN log_key.first AND log_key.last
                   WHERE log_key.key = (SELECT id FROM key WHERE name = ?) ORDER BY log_key.first, log.id";

pub(super) fn records_of(db: &Connection, key: &str) -> rusqlite::Result<Vec<LogRow>> {
    db.prepare_cached(&format!("{LOG} {OF_KEY}"))?
        .query_map([key], log_row)?
        .collect()
}

/// Damage, as SQLite finds it without holding indexes against tables; it may be such that SQLite can't go on.
pub(super) fn faults(db: &Connection) -> rusqlite::Result<Vec<StoreFault>> {
    let damaged = |why| StoreFault::Damaged { why };
    match quick_check(db) {
        Ok(found) => Ok(found.into_iter().filter(|line| line != "ok").map(damaged).collect()),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
            Ok(vec![damaged(error.to_string())])
        }
        Err(error) => Err(error),
    }
}

fn quick_check(db: &Connection) -> rusqlite::Result<Vec<String>> {
    db.prepare("PRAGMA quick_check(10)")?
        .query_map([], |row| row.get(0))?
        .collect()
}

const DOCUMENT: &str = "SELECT kind, key, valid_from_ms, recorded_ms, desk_seq, body FROM document";

pub(super) fn document_row(row: &Row<'_>) -> rusqlite::Result<DocumentRow> {
    Ok(DocumentRow {
        kind: row.get(0)?,
        key: row.get(1)?,
        valid_from_ms: row.get(2)?,
        recorded_ms: row.get(3)?,
        desk_seq: row.get::<_, i64>(4)? as u64,
        body: row.get(5)?,
    })
}

pub(super) fn documents_after(db: &Connection, desk_seq: u64) -> rusqlite::Result<Vec<DocumentRow>> {
    db.prepare_cached(&format!("{DOCUMENT} WHERE desk_seq > ? ORDER BY desk_seq, id"))?
        .query_map([desk_seq as i64], document_row)?
        .collect()
}

pub(super) fn documents(db: &Connection, kind: &str, key: Option<&str>) -> rusqlite::Result<Vec<DocumentRow>> {
    db.prepare_cached(&format!(
        "{DOCUMENT} WHERE kind = ?1 AND (?2 IS NULL OR key = ?2) ORDER BY id"
    ))?
    .query_map(params![kind, key], document_row)?
    .collect()
}

pub(super) fn feed(
    db: &Connection,
    scopes: &[String],
    after: u64,
    limit: usize,
) -> rusqlite::Result<(Vec<FeedRow>, u64)> {
    let newest: i64 = db
        .prepare_cached("SELECT coalesce(max(cursor), 0) FROM feed")?
        .query_row([], |row| row.get(0))?;
    let mut wanted: Vec<Value> = scopes.iter().map(|scope| Value::from(scope.clone())).collect();
    let marks = vec!["?"; scopes.len()].join(", ");
    wanted.extend([Value::from(after as i64), Value::from(limit.min(MOST) as i64)]);
    let items = db
        .prepare_cached(&format!(
            "SELECT cursor, scope, kind, key, body FROM feed WHERE scope IN ({marks}) AND cursor > ?
             ORDER BY cursor LIMIT ?"
        ))?
        .query_map(rusqlite::params_from_iter(wanted), feed_row)?
        .collect::<rusqlite::Result<_>>()?;
    Ok((items, newest as u64))
}

pub(super) fn feed_row(row: &Row<'_>) -> rusqlite::Result<FeedRow> {
    Ok(FeedRow {
        cursor: row.get::<_, i64>(0)? as u64,
        scope: row.get(1)?,
        kind: row.get(2)?,
        key: row.get(3)?,
        body: row.get(4)?,
    })
}

pub(super) const VIEW: &str = "SELECT view.id, view.kind, view.key, view.scope, view.at_ms, view.body FROM view";

pub(super) fn view_row(row: &Row<'_>) -> rusqlite::Result<(i64, ViewRow)> {
    let view = ViewRow {
        kind: row.get(1)?,
        key: row.get(2)?,
        scope: row.get(3)?,
        at_ms: row.get(4)?,
        body: row.get(5)?,
        fields: Vec::new(),
    };
    Ok((row.get(0)?, view))
}

pub(super) fn with_fields(db: &Connection, (id, mut view): (i64, ViewRow)) -> rusqlite::Result<ViewRow> {
    view.fields = db
        .prepare_cached("SELECT name, text, int FROM view_field WHERE view = ? ORDER BY name")?
        .query_map([id], |row| {
            let field = match row.get::<_, Option<String>>(1)? {
                Some(text) => Field::Text(text),
                None => Field::Int(row.get(2)?),
            };
            Ok((row.get(0)?, field))
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(view)
}

pub(super) fn view(db: &Connection, kind: &str, key: &str) -> rusqlite::Result<Option<ViewRow>> {
    db.prepare_cached(&format!("{VIEW} WHERE view.kind = ? AND view.key = ?"))?
        .query_row([kind, key], view_row)
        .optional()?
        .map(|found| with_fields(db, found))
        .transpose()
}

/// A body that stands in the index by time, written as it is there: `NULL` where it is longer.
pub(super) const BRIEF: &str = "CASE WHEN length(body) <= 500 THEN body END";
/// So many views with a field are found by it, and sorted; more are gone through in order of time.
const SORTED_MOST: i64 = 2_000;

/// A query's conditions, and what they are asked with.
struct Where {
    text: String,
    values: Vec<Value>,
}

impl Where {
    fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.text.push_str(" AND ");
        self.text.push_str(condition);
        self.values.extend(values);
    }
}

/// `own` is how the view's own columns are written: with a plus before them, no index over them is used.
fn conditions(query: &ViewQuery, own: &'static str) -> Where {
    let mut all = Where {
        text: format!("{own}kind = ?"),
        values: vec![query.kind.clone().into()],
    };
    if let Some(scopes) = &query.scopes {
        let marks = vec!["?"; scopes.len()].join(", ");
        all.and(
            &format!("{own}scope IN ({marks})"),
            scopes.iter().map(|s| s.clone().into()),
        );
    }
    // A later page has one bound by where it begins; of two SQLite might go by the farther, through all pages before it.
    let begun = query.after.is_some();
    if let Some(from) = query.from_ms.filter(|_| query.descending || !begun) {
        all.and(&format!("{own}at_ms >= ?"), [from.into()]);
    }
    if let Some(to) = query.to_ms.filter(|_| !query.descending || !begun) {
        all.and(&format!("{own}at_ms < ?"), [to.into()]);
    }
    by_fields(&mut all, query);
    if let Some((at, key)) = &query.after {
        let sign = if query.descending { "<" } else { ">" };
        all.and(
            &format!("({own}at_ms, {own}key) {sign} (?, ?)"),
            [(*at).into(), key.clone().into()],
        );
    }
    all
}

/// The conditions on what views declare.
fn by_fields(all: &mut Where, query: &ViewQuery) {
    for (name, field) in &query.fields {
        let (column, value) = column(field);
        all.and(
            &format!("view.id IN (SELECT view FROM view_field WHERE name = ? AND {column} = ?)"),
            [name.clone().into(), value],
        );
    }
    for (name, field) in &query.except {
        let (column, value) = column(field);
        // Looked up view by view: those that are left out may be most of all.
        all.and(
            &format!("NOT EXISTS (SELECT 1 FROM view_field WHERE view = view.id AND name = ? AND {column} = ?)"),
            [name.clone().into(), value],
        );
    }
    if let Some((name, most)) = &query.at_most {
        all.and(
            "view.id IN (SELECT view FROM view_field WHERE name = ? AND int <= ?)",
            [name.clone().into(), (*most).into()],
        );
    }
}

/// Where a field's value stands.
fn column(field: &Field) -> (&'static str, Value) {
    match field {
        Field::Text(text) => ("text", text.clone().into()),
        Field::Int(int) => ("int", (*int).into()),
    }
}

/// Whether a field of the query singles few views out.
fn are_few(db: &Connection, query: &ViewQuery) -> rusqlite::Result<bool> {
    for (name, field) in &query.fields {
        let (column, value) = column(field);
        let counted = format!(
            "SELECT count(*) FROM (SELECT 1 FROM view_field WHERE name = ? AND {column} = ? LIMIT {SORTED_MOST} + 1)"
        );
        let count: i64 = db
            .prepare_cached(&counted)?
            .query_row(params![name, value], |row| row.get(0))?;
        if count <= SORTED_MOST {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(super) fn views(db: &Connection, query: &ViewQuery) -> rusqlite::Result<Vec<ViewRow>> {
    let few = are_few(db, query)?;
    let own = if few { "+view." } else { "view." };
    let mut wanted = conditions(query, own);
    let order = if query.descending { "DESC" } else { "ASC" };
    wanted.values.push((query.limit.min(MOST) as i64).into());
    let body = if query.bare && !few { BRIEF } else { "body" };
    let found: Vec<(i64, Option<ViewRow>)> = db
        .prepare_cached(&format!(
            "SELECT view.id, view.kind, view.key, view.scope, view.at_ms, {body} FROM view
             WHERE {} ORDER BY {own}at_ms {order}, {own}key {order} LIMIT ?",
            wanted.text
        ))?
        .query_map(rusqlite::params_from_iter(wanted.values), |row| {
            match row.get_ref(5)? {
                ValueRef::Null => Ok((row.get(0)?, None)),
                _ => view_row(row).map(|(id, view)| (id, Some(view))),
            }
        })?
        .collect::<rusqlite::Result<_>>()?;
    let whole = |(id, view): (i64, Option<ViewRow>)| match view {
        Some(view) if query.bare => Ok(view),
        Some(view) => with_fields(db, (id, view)),
        None => by_id(db, id),
    };
    found.into_iter().map(whole).collect()
}

/// One whose body is too long for the index.
fn by_id(db: &Connection, id: i64) -> rusqlite::Result<ViewRow> {
    db.prepare_cached(&format!("{VIEW} WHERE view.id = ?"))?
        .query_row([id], |row| view_row(row).map(|(_, view)| view))
}

pub(super) fn cell_row(row: &Row<'_>) -> rusqlite::Result<Cell> {
    Ok(Cell {
        kind: row.get(0)?,
        key: row.get(1)?,
        body: row.get(2)?,
        expires_ms: row.get(3)?,
    })
}

pub(super) fn cell(db: &Connection, kind: &str, key: &str, now_ms: i64) -> rusqlite::Result<Option<Cell>> {
    db.prepare_cached(
        "SELECT kind, key, body, expires_ms FROM cell
         WHERE kind = ? AND key = ? AND (expires_ms IS NULL OR expires_ms > ?)",
    )?
    .query_row(params![kind, key, now_ms], cell_row)
    .optional()
}

pub(super) fn cells(db: &Connection, kind: &str, prefix: &str, now_ms: i64) -> rusqlite::Result<Vec<Cell>> {
    // The greatest code point bounds the range: `LIKE` would not use the index, and has wildcards.
    db.prepare_cached(
        "SELECT kind, key, body, expires_ms FROM cell
         WHERE kind = ?1 AND key >= ?2 AND key < ?2 || char(1114111) AND (expires_ms IS NULL OR expires_ms > ?3)
         ORDER BY key",
    )?
    .query_map(params![kind, prefix, now_ms], cell_row)?
    .collect()
}

pub(super) fn blob(db: &Connection, hash: &Hash) -> rusqlite::Result<Option<Vec<u8>>> {
    db.prepare_cached("SELECT bytes FROM blob WHERE hash = ?")?
        .query_row([hash.0], |row| row.get(0))
        .optional()
}

pub(super) fn unfinished_blob(db: &Connection, hash: &Hash) -> rusqlite::Result<u64> {
    db.prepare_cached("SELECT coalesce(sum(length(bytes)), 0) FROM blob_part WHERE hash = ?")?
        .query_row([hash.0], |row| row.get::<_, i64>(0))
        .map(|length| length as u64)
}

pub(super) fn unfinished_bytes(db: &Connection, hash: &Hash) -> rusqlite::Result<Vec<u8>> {
    let mut whole = Vec::new();
    let mut parts = db.prepare_cached("SELECT bytes FROM blob_part WHERE hash = ? ORDER BY start")?;
    for part in parts.query_map([hash.0], |row| row.get::<_, Vec<u8>>(0))? {
        whole.extend(part?);
    }
    Ok(whole)
}

pub(super) fn marks(db: &Connection, limit: usize) -> rusqlite::Result<Vec<(String, u64)>> {
    db.prepare_cached("SELECT key, number FROM mark ORDER BY number LIMIT ?")?
        .query_map([limit.min(MOST) as i64], |row| {
            Ok((row.get(0)?, row.get::<_, i64>(1)? as u64))
        })?
        .collect()
}
