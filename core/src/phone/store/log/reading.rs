//! Records of a time, for the rules and the screens.

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    clocks::clocks_of,
    rows::{LogRow, ROW, read_row},
};
use crate::{phone::PhoneError, reading::Stamp, record::BodyLine, rules::Entry};

/// The newest stamp in the log.
pub(crate) fn newest_stamp(connection: &Connection) -> Result<Option<Stamp>, PhoneError> {
    Ok(connection
        .query_row(
            "SELECT wall_ms, elapsed_ms, boot FROM log ORDER BY id DESC LIMIT 1",
            [],
            |row| {
                Ok(Stamp {
                    at_ms: row.get(0)?,
                    elapsed_ms: row.get(1)?,
                    boot: row.get(2)?,
                })
            },
        )
        .optional()?)
}

/// The newest row of one of two kinds since `from_ms`: the kind and the time.
pub(crate) fn newest_of(
    connection: &Connection,
    kinds: [&str; 2],
    from_ms: i64,
) -> Result<Option<(String, i64)>, PhoneError> {
    Ok(connection
        .prepare_cached(
            "SELECT kind, at_ms FROM log WHERE kind IN (?1, ?2) AND at_ms >= ?3 AND state < 2
             ORDER BY at_ms DESC, id DESC LIMIT 1",
        )?
        .query_row(params![kinds[0], kinds[1], from_ms], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?)
}

/// Body of the newest record of a kind before an instant.
pub(crate) fn newest_body(connection: &Connection, kind: &str, before_ms: i64) -> Result<Option<String>, PhoneError> {
    Ok(connection
        .prepare_cached(
            "SELECT body FROM log WHERE kind = ?1 AND at_ms < ?2 AND state < 2 AND body IS NOT NULL
             ORDER BY at_ms DESC, id DESC LIMIT 1",
        )?
        .query_row(params![kind, before_ms], |row| row.get(0))
        .optional()?)
}

/// Rows of a time span, in the order they were written.
pub(crate) fn rows_between(
    connection: &Connection,
    stream: &str,
    from_ms: i64,
    to_ms: i64,
) -> Result<Vec<LogRow>, PhoneError> {
    let sql = format!("SELECT {ROW} FROM log WHERE at_ms >= ?1 AND at_ms < ?2 AND state < 2 ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([from_ms, to_ms], |row| read_row(row, stream))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The kinds that speak of other days than their own: answers, reasons, and what is counted by the month.
const FAR_KINDS: &str = "'finding.answered', 'finding.appealed', 'reason.given', 'private.started', 'private.ended', 'break.started', 'break.ended'";

/// The kinds that belong to a visit, though it be of an earlier day: a report that is written the next morning.
const VISIT_KINDS: &str = "'visit.checked_out', 'visit.reported', 'photo.taken'";

/// What the rules fold for a day: the rows of `from_ms..to_ms`, what came later of its visits, and what speaks of
/// other days from `far_from_ms` on. Sorted by trusted time and name; erased and unreadable ones are left out.
pub(crate) fn entries(
    connection: &Connection,
    stream: &str,
    (from_ms, to_ms): (i64, i64),
    far_from_ms: i64,
    drift_ppm: i64,
) -> Result<Vec<Entry>, PhoneError> {
    let sql = format!(
        "SELECT {ROW} FROM log WHERE state < 2 AND body IS NOT NULL
         AND ((at_ms >= ?1 AND at_ms < ?2)
           OR (kind IN ({VISIT_KINDS}) AND at_ms >= ?2)
           OR (kind IN ({FAR_KINDS}) AND at_ms >= ?3))"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows: Vec<LogRow> = statement
        .query_map([from_ms, to_ms, far_from_ms], |row| read_row(row, stream))?
        .collect::<Result<_, _>>()?;
    let clocks = clocks_of(connection, rows.iter().map(|row| row.stamp.boot.as_str()), drift_ppm)?;
    let mut entries: Vec<Entry> = rows
        .into_iter()
        .filter_map(|row| {
            let body = BodyLine::parse(row.body?).ok()?;
            Some(Entry {
                when: clocks.trust(&body.at),
                name: row.name,
                hash: row.hash,
                body,
            })
        })
        .collect();
    entries.sort_by(|a, b| (a.when.at_ms, &a.name).cmp(&(b.when.at_ms, &b.name)));
    Ok(entries)
}
