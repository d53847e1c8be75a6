use deadpool_postgres::GenericClient;
use futures_util::future::{try_join_all, try_join3};
use onbeat_core::record::Hash;
use tokio_postgres::{Row, types::ToSql};

use super::{
    connect::in_time,
    text::{Text, text, texts},
};
use crate::store::{
    Cell, DocumentRow, FeedRow, Field, Found, LogLine, LogRow, StoreError, StoreResult, ViewQuery, ViewRow, Wanted,
};

/// No query answers more rows than this at once.
pub(super) const MOST: usize = 1_000;

pub(super) const LOG: &str = "SELECT log.id, log.stream, log.epoch, log.branch, log.seq, log.hash, log.head, log.body,
                   log.received_ms FROM log";

pub(super) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

pub(super) async fn rows(db: &impl GenericClient, sql: &str, params: Params<'_>) -> StoreResult<Vec<Row>> {
    let answer = async {
        let statement = db.prepare_cached(sql).await?;
        db.query(&statement, params).await
    };
    in_time(answer).await
}

pub(super) fn string(row: &Row, column: usize) -> String {
    row.get::<_, Text<'static>>(column).into()
}

fn optional(row: &Row, column: usize) -> Option<String> {
    row.get::<_, Option<Text<'static>>>(column).map(String::from)
}

pub(super) fn count(row: &Row, column: usize) -> u64 {
    row.get::<_, i64>(column) as u64
}

pub(super) fn hash(row: &Row, column: usize) -> StoreResult<Hash> {
    let bytes: &[u8] = row.get(column);
    let bytes = bytes
        .try_into()
        .map_err(|_| StoreError::Database("a hash has 32 bytes".into()))?;
    Ok(Hash(bytes))
}

/// A line, whose stream stands in a column, and the rest behind it.
pub(super) fn line(row: &Row, column: usize) -> LogLine {
    LogLine {
        stream: string(row, column),
        epoch: count(row, column + 1) as u32,
        branch: string(row, column + 2),
    }
}

pub(super) fn log_row(row: &Row) -> StoreResult<LogRow> {
    Ok(LogRow {
        id: row.get(0),
        line: line(row, 1),
        seq: count(row, 4),
        hash: hash(row, 5)?,
        head: string(row, 6),
        body: optional(row, 7),
        received_ms: row.get(8),
    })
}

pub(super) async fn tip(db: &impl GenericClient, line: &LogLine) -> StoreResult<Option<LogRow>> {
    let sql = format!("{LOG} WHERE stream = $1 AND epoch = $2 AND branch = $3 ORDER BY seq DESC LIMIT 1");
    let epoch = i64::from(line.epoch);
    let found = rows(db, &sql, &[&text(&line.stream), &epoch, &text(&line.branch)]).await?;
    found.first().map(log_row).transpose()
}

/// All is asked at once and answered in turn: the client does not wait in between.
pub(super) async fn look(db: &impl GenericClient, wanted: &Wanted) -> StoreResult<Found> {
    let tips = wanted.tips.iter().map(|line| tip(db, line));
    let records = wanted.keys.iter().map(|key| records_of(db, key));
    // Cells first: what guards hold them for is read after them.
    let cells = these_cells(db, &wanted.cells);
    let all = try_join3(cells, try_join_all(tips), try_join_all(records));
    let (cells, tips, records) = all.await?;
    Ok(Found { tips, records, cells })
}

pub(super) async fn lines(db: &impl GenericClient, stream: &str) -> StoreResult<Vec<(LogLine, u64, u64)>> {
    // Two look-ups in the index a line: min and max in one would walk through all its records.
    let sql = "SELECT * FROM (SELECT epoch, branch,
                 (SELECT seq FROM log WHERE (stream, epoch, branch) = (line.stream, line.epoch, line.branch)
                  ORDER BY seq LIMIT 1) AS first,
                 (SELECT seq FROM log WHERE (stream, epoch, branch) = (line.stream, line.epoch, line.branch)
                  ORDER BY seq DESC LIMIT 1) AS last FROM line WHERE stream = $1) AS ends
               WHERE first IS NOT NULL ORDER BY epoch, branch";
    let found = rows(db, sql, &[&text(stream)]).await?;
    let line = |row: &Row| LogLine {
        stream: stream.to_owned(),
        epoch: row.get::<_, i64>(0) as u32,
        branch: string(row, 1),
    };
    Ok(found
        .iter()
        .map(|row| (line(row), count(row, 2), count(row, 3)))
        .collect())
}

pub(super) async fn records(
    db: &impl GenericClient,
    line: &LogLine,
    from: u64,
    limit: usize,
) -> StoreResult<Vec<LogRow>> {
    let sql = format!("{LOG} WHERE stream = $1 AND epoch = $2 AND branch = $3 AND seq >= $4 ORDER BY seq LIMIT $5");
    let (epoch, from, limit) = (i64::from(line.epoch), from as i64, limit as i64);
    let found = rows(
        db,
        &sql,
        &[&text(&line.stream), &epoch, &text(&line.branch), &from, &limit],
    )
    .await?;
    found.iter().map(log_row).collect()
}

/// What touches a key, run by run: they don't overlap. `OFFSET 0` has each looked up by itself; a join that was planned
/// while the log was short would go on to read all of it.
pub(super) fn of_key() -> String {
    format!(
        "SELECT log.* FROM log_key CROSS JOIN LATERAL
             ({LOG} WHERE (stream, epoch, branch) = (log_key.stream, log_key.epoch, log_key.branch)
                    AND seq BETWEEN first AND last OFFSET 0) AS log
         WHERE log_key.key = $1 ORDER BY log.id"
    )
}

pub(super) async fn records_of(db: &impl GenericClient, key: &str) -> StoreResult<Vec<LogRow>> {
    let found = rows(db, &of_key(), &[&text(key)]).await?;
    found.iter().map(log_row).collect()
}

pub(super) const DOCUMENT: &str = "SELECT kind, key, valid_from_ms, recorded_ms, desk_seq, body FROM document";

pub(super) fn document(row: &Row) -> DocumentRow {
    DocumentRow {
        kind: string(row, 0),
        key: string(row, 1),
        valid_from_ms: row.get(2),
        recorded_ms: row.get(3),
        desk_seq: count(row, 4),
        body: optional(row, 5),
    }
}

pub(super) async fn documents_after(db: &impl GenericClient, desk_seq: u64) -> StoreResult<Vec<DocumentRow>> {
    let sql = format!("{DOCUMENT} WHERE desk_seq > $1 ORDER BY desk_seq, id");
    Ok(rows(db, &sql, &[&(desk_seq as i64)])
        .await?
        .iter()
        .map(document)
        .collect())
}

pub(super) async fn documents(db: &impl GenericClient, kind: &str, key: Option<&str>) -> StoreResult<Vec<DocumentRow>> {
    let sql = format!("{DOCUMENT} WHERE kind = $1 AND ($2::text IS NULL OR key = $2) ORDER BY id");
    let found = rows(db, &sql, &[&text(kind), &key.map(text)]).await?;
    Ok(found.iter().map(document).collect())
}

pub(super) async fn feed(
    db: &impl GenericClient,
    scopes: &[String],
    after: u64,
    limit: usize,
) -> StoreResult<(Vec<FeedRow>, u64)> {
    let newest = count(&rows(db, "SELECT newest FROM feed_newest", &[]).await?[0], 0);
    let scopes: Vec<_> = scopes.iter().map(|scope| text(scope)).collect();
    let sql = "SELECT cursor, scope, kind, key, body FROM feed WHERE scope = ANY($1) AND cursor > $2
               ORDER BY cursor LIMIT $3";
    let found = rows(db, sql, &[&scopes, &(after as i64), &(limit.min(MOST) as i64)]).await?;
    Ok((found.iter().map(feed_row).collect(), newest))
}

pub(super) fn feed_row(row: &Row) -> FeedRow {
    FeedRow {
        cursor: count(row, 0),
        scope: string(row, 1),
        kind: string(row, 2),
        key: string(row, 3),
        body: optional(row, 4),
    }
}

pub(super) const VIEW: &str = "SELECT view.kind, view.key, view.scope, view.at_ms, view.body,
    array(SELECT name FROM view_field AS f WHERE (f.kind, f.key) = (view.kind, view.key) ORDER BY name),
    array(SELECT text FROM view_field AS f WHERE (f.kind, f.key) = (view.kind, view.key) ORDER BY name),
    array(SELECT int FROM view_field AS f WHERE (f.kind, f.key) = (view.kind, view.key) ORDER BY name) FROM view";

/// The same without the declared fields.
const BARE_VIEW: &str = "SELECT view.kind, view.key, view.scope, view.at_ms, view.body,
    '{}'::text[], '{}'::text[], '{}'::bigint[] FROM view";

pub(super) fn view_row(row: &Row) -> ViewRow {
    let names: Vec<Text<'static>> = row.get(5);
    let texts: Vec<Option<Text<'static>>> = row.get(6);
    let ints: Vec<Option<i64>> = row.get(7);
    let values = texts.into_iter().zip(ints).map(|(text, int)| match text {
        Some(text) => Field::Text(text.into()),
        None => Field::Int(int.unwrap_or_default()),
    });
    ViewRow {
        kind: string(row, 0),
        key: string(row, 1),
        scope: string(row, 2),
        at_ms: row.get(3),
        body: string(row, 4),
        fields: names.into_iter().map(String::from).zip(values).collect(),
    }
}

pub(super) async fn view(db: &impl GenericClient, kind: &str, key: &str) -> StoreResult<Option<ViewRow>> {
    let sql = format!("{VIEW} WHERE view.kind = $1 AND view.key = $2");
    let found = rows(db, &sql, &[&text(kind), &text(key)]).await?;
    Ok(found.first().map(view_row))
}

/// A query's conditions, and what they are asked with.
struct Where {
    text: String,
    values: Vec<Box<dyn ToSql + Sync + Send>>,
}

impl Where {
    /// The next parameter's name.
    fn put(&mut self, value: impl ToSql + Sync + Send + 'static) -> String {
        self.values.push(Box::new(value));
        format!("${}", self.values.len())
    }

    fn text(&mut self, value: &str) -> String {
        self.put(String::from(text(value).0))
    }

    fn and(&mut self, condition: &str) {
        self.text.push_str(" AND ");
        self.text.push_str(condition);
    }
}

fn conditions(query: &ViewQuery) -> Where {
    let mut all = Where {
        text: "view.kind = $1".into(),
        values: Vec::new(),
    };
    all.text(&query.kind);
    if let Some(scopes) = &query.scopes {
        let scopes: Vec<String> = scopes.iter().map(|scope| text(scope).0.into()).collect();
        let scopes = all.put(scopes);
        all.and(&format!("view.scope = ANY({scopes})"));
    }
    for (bound, sign) in [(query.from_ms, ">="), (query.to_ms, "<")] {
        if let Some(at_ms) = bound {
            let at_ms = all.put(at_ms);
            all.and(&format!("view.at_ms {sign} {at_ms}"));
        }
    }
    by_fields(&mut all, query);
    if let Some((at_ms, key)) = &query.after {
        let sign = if query.descending { "<" } else { ">" };
        let (at_ms, key) = (all.put(*at_ms), all.text(key));
        all.and(&format!("(view.at_ms, view.key) {sign} ({at_ms}, {key})"));
    }
    all
}

/// The conditions on what views declare.
fn by_fields(all: &mut Where, query: &ViewQuery) {
    for (name, field) in &query.fields {
        let found = with_field(all, name, field);
        all.and(&format!("view.key IN ({found})"));
    }
    for (name, field) in &query.except {
        let found = with_field(all, name, field);
        all.and(&format!("NOT EXISTS ({found} AND f.key = view.key)"));
    }
    if let Some((name, most)) = &query.at_most {
        let (name, most) = (all.text(name), all.put(*most));
        let found =
            format!("SELECT f.key FROM view_field AS f WHERE f.kind = $1 AND f.name = {name} AND f.int <= {most}");
        all.and(&format!("view.key IN ({found})"));
    }
}

/// The keys of the views that declare a value.
fn with_field(all: &mut Where, name: &str, field: &Field) -> String {
    let name = all.text(name);
    let matches = match field {
        Field::Text(value) => {
            let value = all.text(value);
            // By its sum, since an entry of an index holds no long text.
            format!("md5(f.text) = md5({value}) AND f.text = {value}")
        }
        Field::Int(value) => format!("f.int = {}", all.put(*value)),
    };
    format!("SELECT f.key FROM view_field AS f WHERE f.kind = $1 AND f.name = {name} AND {matches}")
}

pub(super) async fn views(db: &impl GenericClient, query: &ViewQuery) -> StoreResult<Vec<ViewRow>> {
    let mut wanted = conditions(query);
    let order = if query.descending { "DESC" } else { "ASC" };
    let limit = wanted.put(query.limit.min(MOST) as i64);
    let view = if query.bare { BARE_VIEW } else { VIEW };
    let sql = format!(
        "{view} WHERE {} ORDER BY view.at_ms {order}, view.key {order} LIMIT {limit}",
        wanted.text
    );
    let values: Vec<&(dyn ToSql + Sync)> = wanted.values.iter().map(|value| &**value as _).collect();
    Ok(rows(db, &sql, &values).await?.iter().map(view_row).collect())
}

pub(super) fn cell_row(row: &Row) -> Cell {
    Cell {
        kind: string(row, 0),
        key: string(row, 1),
        body: string(row, 2),
        expires_ms: row.get(3),
    }
}

pub(super) async fn cell(db: &impl GenericClient, kind: &str, key: &str, now_ms: i64) -> StoreResult<Option<Cell>> {
    let sql = "SELECT kind, key, body, expires_ms FROM cell
               WHERE kind = $1 AND key = $2 AND (expires_ms IS NULL OR expires_ms > $3)";
    let found = rows(db, sql, &[&text(kind), &text(key), &now_ms]).await?;
    Ok(found.first().map(cell_row))
}

/// As many as are asked for, those that have expired included.
async fn these_cells(db: &impl GenericClient, wanted: &[(String, String)]) -> StoreResult<Vec<Option<Cell>>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT kind, key, body, expires_ms, place FROM unnest($1::text[], $2::text[])
                   WITH ORDINALITY AS t (kind, key, place) JOIN cell USING (kind, key)";
    let (kinds, keys) = (
        texts(wanted.iter().map(|(kind, _)| kind)),
        texts(wanted.iter().map(|(_, key)| key)),
    );
    let mut cells = vec![None; wanted.len()];
    for row in rows(db, sql, &[&kinds, &keys]).await? {
        if let Some(place) = cells.get_mut(count(&row, 4).saturating_sub(1) as usize) {
            *place = Some(cell_row(&row));
        }
    }
    Ok(cells)
}

pub(super) async fn cells(db: &impl GenericClient, kind: &str, prefix: &str, now_ms: i64) -> StoreResult<Vec<Cell>> {
    // The greatest code point bounds the range: `LIKE` has wildcards.
    let sql = "SELECT kind, key, body, expires_ms FROM cell
               WHERE kind = $1 AND key >= $2 AND key < $2 || chr(1114111) AND (expires_ms IS NULL OR expires_ms > $3)
               ORDER BY key";
    let found = rows(db, sql, &[&text(kind), &text(prefix), &now_ms]).await?;
    Ok(found.iter().map(cell_row).collect())
}

pub(super) async fn blob(db: &impl GenericClient, hash: &Hash) -> StoreResult<Option<Vec<u8>>> {
    let found = rows(db, "SELECT bytes FROM blob WHERE hash = $1", &[&&hash.0[..]]).await?;
    Ok(found.first().map(|row| row.get(0)))
}

pub(super) async fn unfinished_blob(db: &impl GenericClient, hash: &Hash) -> StoreResult<u64> {
    let sql = "SELECT coalesce(sum(length(bytes)), 0)::bigint FROM blob_part WHERE hash = $1";
    Ok(count(&rows(db, sql, &[&&hash.0[..]]).await?[0], 0))
}

pub(super) async fn unfinished_bytes(db: &impl GenericClient, hash: &Hash) -> StoreResult<Vec<u8>> {
    let sql = "SELECT bytes FROM blob_part WHERE hash = $1 ORDER BY start";
    let parts = rows(db, sql, &[&&hash.0[..]]).await?;
    Ok(parts.iter().flat_map(|row| row.get::<_, &[u8]>(0)).copied().collect())
}
