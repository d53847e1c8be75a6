use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{LogLineRow, RawRecord, State, read_hash};
use crate::{
    phone::PhoneError,
    reading::Stamp,
    record::{Body, Certificate, Hash, MAX_RECORD_BYTES, Record, RecordError, Tip},
};

/// Room that a record leaves for what [`super::carry()`] adds to it.
const CARRY_BYTES: usize = 128;

/// What [`append`] takes.
pub(crate) struct NewRow<'a> {
    pub(crate) body: &'a Body,
    /// Best known time.
    pub(crate) at_ms: i64,
}

/// The newest certificate.
pub(crate) fn certificate(connection: &Connection) -> Result<Option<Certificate>, PhoneError> {
    let line: Option<String> = connection
        .query_row("SELECT line FROM certificates ORDER BY epoch DESC LIMIT 1", [], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(line.map(|line| Certificate::parse(&line)).transpose()?)
}

/// All certificates, oldest first.
pub(crate) fn certificates(connection: &Connection) -> Result<Vec<Certificate>, PhoneError> {
    let mut statement = connection.prepare_cached("SELECT line FROM certificates ORDER BY epoch")?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
    lines.map(|line| Ok(Certificate::parse(&line?)?)).collect()
}

/// What the next record continues, and the state it has to take: behind a row that waits for the next
/// epoch, new rows wait too.
pub(crate) fn tip(connection: &Connection) -> Result<Option<(Tip, i64)>, PhoneError> {
    let Some(certificate) = certificate(connection)? else {
        return Ok(None);
    };
    let mut tip = Tip::of_certificate(&certificate);
    let newest = connection
        .prepare_cached("SELECT seq, hash, state FROM log WHERE epoch = ?1 AND branch = '' ORDER BY seq DESC LIMIT 1")?
        .query_row([certificate.epoch], |row| {
            Ok((row.get(0)?, read_hash(row, 1)?, row.get(2)?))
        })
        .optional()?;
    let state = match newest {
        Some((seq, hash, state)) => {
            (tip.seq, tip.hash) = (seq, hash);
            state
        }
        None => State::Live as i64,
    };
    Ok(Some((tip, state)))
}

/// Appends a record and moves the tip on.
pub(crate) fn append(tx: &Connection, tip: &mut Tip, state: i64, new: &NewRow<'_>) -> Result<(), PhoneError> {
    let record = Record::write(tip, new.body)?;
    let bytes = record.head_line.len() + record.body_line.as_ref().map_or(0, String::len);
    if bytes + CARRY_BYTES > MAX_RECORD_BYTES {
        return Err(RecordError::TooLong { bytes }.into());
    }
    insert(tx, &record, state, &new.body.kind, &new.body.at, new.at_ms)?;
    Ok(tip.advance(&record)?)
}

pub(super) fn insert(
    tx: &Connection,
    record: &Record,
    state: i64,
    kind: &str,
    stamp: &Stamp,
    at_ms: i64,
) -> Result<(), PhoneError> {
    tx.prepare_cached(
        "INSERT INTO log (epoch, branch, seq, state, hash, head, body, kind, boot, elapsed_ms, wall_ms, at_ms)
         VALUES (?1, '', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        record.head.epoch,
        record.head.seq,
        state,
        record.hash.to_string(),
        record.head_line,
        record.body_line,
        kind,
        stamp.boot,
        stamp.elapsed_ms,
        stamp.at_ms,
        at_ms
    ])?;
    Ok(())
}

/// The live lines, oldest epoch first, main line before branches. Steps from line to line: a year's records are not read
/// to find a few.
pub(crate) fn lines(connection: &Connection) -> Result<Vec<LogLineRow>, PhoneError> {
    let mut next = connection.prepare_cached(
        "SELECT epoch, branch FROM log WHERE state = 0 AND (epoch, branch) > (?1, ?2) ORDER BY epoch, branch LIMIT 1",
    )?;
    let mut lines: Vec<LogLineRow> = Vec::new();
    loop {
        let last = lines.last().map_or((0, ""), |line| (line.epoch, line.branch.as_str()));
        let found = next.query_row(params![last.0, last.1], |row| {
            Ok((row.get(0)?, row.get::<_, String>(1)?))
        });
        let Some((epoch, branch)) = found.optional()? else {
            return Ok(lines);
        };
        lines.push(line(connection, epoch, branch)?);
    }
}

fn line(connection: &Connection, epoch: u32, branch: String) -> Result<LogLineRow, PhoneError> {
    // CROSS JOIN: from the receipts, which are few, to their records. Left to choose, SQLite goes through all records.
    let mut ends = connection.prepare_cached(
        "SELECT (SELECT min(seq) FROM log WHERE state = 0 AND epoch = ?1 AND branch = ?2),
            (SELECT max(seq) FROM log WHERE state = 0 AND epoch = ?1 AND branch = ?2),
            coalesce((SELECT r.seq FROM receipts r
                CROSS JOIN log k ON k.epoch = r.epoch AND k.branch = r.branch AND k.seq = r.seq AND k.hash = r.hash
                WHERE r.epoch = ?1 AND r.branch = ?2 AND k.state = 0 ORDER BY r.seq DESC LIMIT 1), 0)",
    )?;
    let ends = ends.query_row(params![epoch, branch], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    let (first_seq, tip_seq, receipted_seq) = ends;
    Ok(LogLineRow {
        epoch,
        branch,
        first_seq,
        tip_seq,
        receipted_seq,
    })
}

/// Records that no receipt covers, those that wait for an epoch included, and the time of the first of them.
pub(crate) fn waiting(connection: &Connection) -> Result<(u64, Option<i64>), PhoneError> {
    let (mut count, mut oldest) = connection.query_row(
        "SELECT count(*), min(at_ms) FROM log WHERE state = ?1",
        [State::Aside as i64],
        |row| Ok((row.get::<_, u64>(0)?, row.get::<_, Option<i64>>(1)?)),
    )?;
    for line in lines(connection)? {
        // A line has no holes.
        let from = line.first_seq.max(line.receipted_seq + 1);
        count += (line.tip_seq + 1).saturating_sub(from);
        let first = connection
            .prepare_cached("SELECT at_ms FROM log WHERE epoch = ?1 AND branch = ?2 AND seq = ?3")?
            .query_row(params![line.epoch, line.branch, from], |row| row.get(0))
            .optional()?;
        oldest = [oldest, first].into_iter().flatten().min();
    }
    Ok((count, oldest))
}

/// Whether rows wait for a new epoch.
pub(crate) fn has_aside(connection: &Connection) -> Result<bool, PhoneError> {
    Ok(connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM log WHERE state = ?1)",
        [State::Aside as i64],
        |row| row.get(0),
    )?)
}

/// The hash of a live record of ours.
pub(crate) fn hash_at(connection: &Connection, epoch: u32, branch: &str, seq: u64) -> Result<Option<Hash>, PhoneError> {
    Ok(connection
        .prepare_cached("SELECT hash FROM log WHERE epoch = ?1 AND branch = ?2 AND seq = ?3 AND state = 0")?
        .query_row(params![epoch, branch, seq], |row| read_hash(row, 0))
        .optional()?)
}

/// Records of a line from `from` on, at most `max`, as their bytes.
pub(crate) fn raw(
    connection: &Connection,
    epoch: u32,
    branch: &str,
    from: u64,
    max: usize,
) -> Result<Vec<RawRecord>, PhoneError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, hash, head, body FROM log
         WHERE epoch = ?1 AND branch = ?2 AND seq >= ?3 AND state = 0 ORDER BY seq LIMIT ?4",
    )?;
    let rows = statement.query_map(params![epoch, branch, from, max as i64], |row| {
        Ok(RawRecord {
            seq: row.get(0)?,
            hash: read_hash(row, 1)?,
            head: row.get(2)?,
            body: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Erases the bodies of fixes; their hashes stay. Answers how many there were.
pub(crate) fn erase(tx: &Connection, names: &[(u32, u64)]) -> Result<usize, PhoneError> {
    let mut erased = 0;
    for (epoch, seq) in names {
        erased += tx
            .prepare_cached(
                "UPDATE log SET body = NULL WHERE epoch = ?1 AND seq = ?2 AND kind = 'fix' AND body IS NOT NULL",
            )?
            .execute(params![epoch, seq])?;
    }
    Ok(erased)
}

/// Drops what is older than `before_ms` and receipted. The newest record of each line stays: the chain goes
/// on from it. Answers how many went.
pub(crate) fn prune(tx: &Connection, before_ms: i64) -> Result<usize, PhoneError> {
    let mut pruned = 0;
    for line in lines(tx)? {
        // Never a hole: up to the first record that is young, not receipted, or the tip.
        let young: Option<u64> = tx.query_row(
            "SELECT min(seq) FROM log WHERE epoch = ?1 AND branch = ?2 AND state = 0 AND at_ms >= ?3",
            params![line.epoch, line.branch, before_ms],
            |row| row.get(0),
        )?;
        let end = young
            .unwrap_or(line.tip_seq)
            .min(line.tip_seq)
            .min(line.receipted_seq + 1);
        pruned += tx.execute(
            "DELETE FROM log WHERE epoch = ?1 AND branch = ?2 AND state = 0 AND seq < ?3",
            params![line.epoch, line.branch, end],
        )?;
    }
    pruned += tx.execute(
        "DELETE FROM log WHERE state = ?1 AND at_ms < ?2",
        [State::Carried as i64, before_ms],
    )?;
    tx.execute(
        "DELETE FROM receipts WHERE received_at < ?1 AND NOT EXISTS
            (SELECT 1 FROM log l WHERE l.epoch = receipts.epoch AND l.branch = receipts.branch AND l.hash = receipts.hash)",
        [before_ms],
    )?;
    tx.execute(
        "DELETE FROM anchors WHERE at_ms < ?1 AND NOT EXISTS (SELECT 1 FROM log WHERE log.boot = anchors.boot)",
        [before_ms],
    )?;
    Ok(pruned)
}
