//! The phone's own log, and what the server says of it.
//!
//! A *line* is an epoch's main line (`branch` empty) or a branch of it. Rows mirror the server's lines, so
//! that what is sent stands here as it does there.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use crate::{
    phone::PhoneError,
    reading::Stamp,
    record::{Body, Certificate, Hash, Head, Line, MAX_RECORD_BYTES, Payload, Receipt, Record, RecordError, Seal, Tip},
    rules::{Entry, Name, clock::Anchored},
    time::{ClockAnchor, Clocks},
};

/// Room that a record leaves for what [`carry`] adds to it.
const CARRY_BYTES: usize = 128;

/// Epoch and seq.
type RecordName = (u32, u64);

/// What becomes of a row; the numbers stand in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i64)]
pub(crate) enum State {
    /// Sent, or to be sent.
    Live = 0,
    /// Refused by the server, or left behind by a lost key: waits to be written anew in the next epoch.
    Aside = 1,
    /// Written anew; kept as it was, never sent again.
    Carried = 2,
}

/// A line of the log, as far as it is live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogLineRow {
    pub(crate) epoch: u32,
    pub(crate) branch: String,
    /// Oldest record kept.
    pub(crate) first_seq: u64,
    /// Newest record.
    pub(crate) tip_seq: u64,
    /// Newest record that a receipt covers, 0 for none.
    pub(crate) receipted_seq: u64,
}

/// One record as it stands in the file.
#[derive(Debug, Clone)]
pub(crate) struct LogRow {
    pub(crate) name: Name,
    pub(crate) hash: Hash,
    pub(crate) body: Option<String>,
    pub(crate) kind: String,
    pub(crate) stamp: Stamp,
    pub(crate) state: i64,
}

/// The bytes of a record. They go to the server as they are, even where somebody has changed them here: it
/// is for the server to see that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawRecord {
    pub(crate) seq: u64,
    pub(crate) hash: Hash,
    pub(crate) head: String,
    pub(crate) body: Option<String>,
}

impl RawRecord {
    /// The two lines, each with its line break.
    pub(crate) fn to_ndjson(&self) -> String {
        format!("{}\n{}\n", self.head, self.body.as_deref().unwrap_or("null"))
    }
}

/// What [`append`] takes.
pub(crate) struct NewRow<'a> {
    pub(crate) body: &'a Body,
    /// Best known time.
    pub(crate) at_ms: i64,
}

const ROW: &str = "epoch, branch, seq, hash, body, kind, wall_ms, elapsed_ms, boot, state";

fn read_row(row: &Row<'_>, stream: &str) -> rusqlite::Result<LogRow> {
    Ok(LogRow {
        name: Name {
            stream: stream.into(),
            epoch: row.get(0)?,
            branch: row.get(1)?,
            seq: row.get(2)?,
        },
        hash: read_hash(row, 3)?,
        body: row.get(4)?,
        kind: row.get(5)?,
        stamp: Stamp {
            at_ms: row.get(6)?,
            elapsed_ms: row.get(7)?,
            boot: row.get(8)?,
        },
        state: row.get(9)?,
    })
}

fn read_hash(row: &Row<'_>, column: usize) -> rusqlite::Result<Hash> {
    let text: String = row.get(column)?;
    text.parse().map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
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

fn insert(
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

/// The live lines, oldest epoch first, main line before branches.
pub(crate) fn lines(connection: &Connection) -> Result<Vec<LogLineRow>, PhoneError> {
    let mut statement = connection.prepare_cached(
        "SELECT l.epoch, l.branch, min(l.seq), max(l.seq),
            coalesce((SELECT max(r.seq) FROM receipts r
                JOIN log k ON k.epoch = r.epoch AND k.branch = r.branch AND k.seq = r.seq AND k.hash = r.hash
                WHERE r.epoch = l.epoch AND r.branch = l.branch AND k.state = 0), 0)
         FROM log l WHERE l.state = 0 GROUP BY l.epoch, l.branch ORDER BY l.epoch, l.branch",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(LogLineRow {
            epoch: row.get(0)?,
            branch: row.get(1)?,
            first_seq: row.get(2)?,
            tip_seq: row.get(3)?,
            receipted_seq: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Records that no receipt covers, those that wait for an epoch included, and the time of the oldest.
pub(crate) fn waiting(connection: &Connection) -> Result<(u64, Option<i64>), PhoneError> {
    let (mut count, mut oldest) = connection.query_row(
        "SELECT count(*), min(at_ms) FROM log WHERE state = ?1",
        [State::Aside as i64],
        |row| Ok((row.get::<_, u64>(0)?, row.get::<_, Option<i64>>(1)?)),
    )?;
    for line in lines(connection)? {
        let (more, first): (u64, Option<i64>) = connection
            .prepare_cached(
                "SELECT count(*), min(at_ms) FROM log WHERE state = 0 AND epoch = ?1 AND branch = ?2 AND seq > ?3",
            )?
            .query_row(params![line.epoch, line.branch, line.receipted_seq], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        count += more;
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

/// Everything of a line from `from` on waits for the next epoch.
pub(crate) fn set_aside(tx: &Connection, epoch: u32, branch: &str, from: u64) -> Result<(), PhoneError> {
    tx.execute(
        "UPDATE log SET state = ?4 WHERE epoch = ?1 AND branch = ?2 AND seq >= ?3 AND state = 0",
        params![epoch, branch, from, State::Aside as i64],
    )?;
    Ok(())
}

/// What diverges from the server's main line becomes a branch, named by its first record.
pub(crate) fn make_branch(tx: &Connection, epoch: u32, from: u64) -> Result<(), PhoneError> {
    if let Some(first) = hash_at(tx, epoch, "", from)? {
        tx.execute(
            "UPDATE log SET branch = ?3 WHERE epoch = ?1 AND branch = '' AND seq >= ?2 AND state = 0",
            params![epoch, from, first.branch()],
        )?;
    }
    Ok(())
}

/// The server (restored from an older copy) no longer knows these epochs: what they hold waits to be written
/// anew. The rows are kept under a name that no branch can have. Anchors are not written anew: they are over
/// records that will bear the same names and other hashes.
pub(crate) fn forget_epochs(tx: &Connection, from: u32) -> Result<(), PhoneError> {
    tx.execute(
        "UPDATE log SET branch = '~' || branch || '~' || substr(hash, 1, 16),
            state = CASE WHEN kind = ?2 THEN 2 WHEN state = 0 THEN 1 ELSE state END WHERE epoch >= ?1",
        params![from, Anchored::TYPE],
    )?;
    tx.execute("DELETE FROM certificates WHERE epoch >= ?1", [from])?;
    Ok(())
}

/// Opens an epoch: from here on records go there, and what waited is written anew in it. Where the key was
/// lost, what came after the certificate was asked for stands in no `heads` and is carried over too.
pub(crate) fn adopt(tx: &Connection, certificate: &Certificate) -> Result<(), PhoneError> {
    if let Some(former) = self::certificate(tx)?.filter(|former| former.key != certificate.key) {
        let covered: u64 = raw(tx, former.epoch, "", 0, usize::MAX >> 1)?
            .iter()
            .filter(|record| certificate.heads.contains(&record.hash))
            .map(|record| record.seq)
            .max()
            .unwrap_or(0);
        let receipted = lines(tx)?
            .iter()
            .filter(|line| line.epoch == former.epoch && line.branch.is_empty())
            .map(|line| line.receipted_seq)
            .max();
        set_aside(tx, former.epoch, "", covered.max(receipted.unwrap_or(0)) + 1)?;
    }
    tx.execute(
        "INSERT OR IGNORE INTO certificates (epoch, line) VALUES (?1, ?2)",
        params![certificate.epoch, certificate.line()],
    )?;
    carry(tx)
}

/// Writes what waits anew in the newest epoch: the same bodies, the fixes they name renamed with them.
pub(crate) fn carry(tx: &Connection) -> Result<(), PhoneError> {
    let Some((mut tip, state)) = tip(tx)? else {
        return Ok(());
    };
    let mut statement = tx.prepare_cached(
        "SELECT epoch, seq, body, kind, wall_ms, elapsed_ms, boot, at_ms FROM log WHERE state = ?1 ORDER BY id",
    )?;
    let mut rows = statement.query([State::Aside as i64])?;
    let mut renamed = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let Some(body) = row.get::<_, Option<String>>(2)? else {
            continue; // erased: there is nothing to write anew
        };
        let was: RecordName = (row.get(0)?, row.get(1)?);
        let record = write_line(&tip, carried(body, was, &renamed))?;
        let stamp = Stamp {
            at_ms: row.get(4)?,
            elapsed_ms: row.get(5)?,
            boot: row.get(6)?,
        };
        insert(tx, &record, state, &row.get::<_, String>(3)?, &stamp, row.get(7)?)?;
        tip.advance(&record)?;
        renamed.insert(was, (record.head.epoch, record.head.seq));
    }
    drop(rows);
    drop(statement);
    tx.execute(
        "UPDATE log SET state = ?1 WHERE state = ?2",
        [State::Carried as i64, State::Aside as i64],
    )?;
    Ok(())
}

/// A record of a body line as it stands, readable or not.
fn write_line(tip: &Tip, body_line: String) -> Result<Record, PhoneError> {
    let head = Head {
        v: 1,
        stream: tip.stream.clone(),
        epoch: tip.epoch,
        seq: tip.seq + 1,
        prev: tip.hash,
        body: Hash::of(&body_line),
    };
    Ok(Record::from_lines(head.to_line(), Some(body_line))?)
}

/// The body as it is written anew: it says which record it was, and names its fix by that one's new name. A
/// body that can't be read is left as it is.
fn carried(body: String, was: RecordName, renamed: &BTreeMap<RecordName, RecordName>) -> String {
    let Ok(mut read) = Body::parse(&body) else {
        return body;
    };
    read.fields
        .insert("carried_from".into(), json!({"epoch": was.0, "seq": was.1}));
    let number = |name: &str| read.fields.get(name).and_then(Value::as_u64);
    let fix = number("fix_epoch").and_then(|epoch| Some((u32::try_from(epoch).ok()?, number("fix_seq")?)));
    if let Some((epoch, seq)) = fix.and_then(|fix| renamed.get(&fix)) {
        read.fields.insert("fix_epoch".into(), (*epoch).into());
        read.fields.insert("fix_seq".into(), (*seq).into());
    }
    read.to_line()
}

/// Keeps a receipt.
pub(crate) fn put_receipt(tx: &Connection, receipt: &Receipt) -> Result<(), PhoneError> {
    let line = serde_json::to_string(receipt).expect("a receipt has nothing that JSON cannot hold");
    tx.execute(
        "INSERT OR IGNORE INTO receipts (epoch, branch, seq, hash, received_at, line) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            receipt.epoch,
            receipt.branch,
            receipt.seq,
            receipt.hash.to_string(),
            receipt.received_at,
            line
        ],
    )?;
    Ok(())
}

/// The newest receipts, newest first.
pub(crate) fn receipts(connection: &Connection, max: u32) -> Result<Vec<Receipt>, PhoneError> {
    let mut statement = connection
        .prepare_cached("SELECT line FROM receipts ORDER BY received_at DESC, epoch DESC, seq DESC LIMIT ?1")?;
    let lines = statement.query_map([max], |row| row.get::<_, String>(0))?;
    lines
        .map(|line| serde_json::from_str(&line?).map_err(|error| PhoneError::Damaged(error.to_string())))
        .collect()
}

/// When the server had a record, by the first receipt that covers it.
pub(crate) fn received_at(connection: &Connection, row: &LogRow) -> Result<Option<i64>, PhoneError> {
    if row.state != State::Live as i64 {
        return Ok(None);
    }
    Ok(connection
        .prepare_cached("SELECT min(received_at) FROM receipts WHERE epoch = ?1 AND branch = ?2 AND seq >= ?3")?
        .query_row(params![row.name.epoch, row.name.branch, row.name.seq], |row| row.get(0))?)
}

/// Keeps the newest seal of a line, as its NDJSON line.
pub(crate) fn put_seal(tx: &Connection, branch: &str, seal: &Seal) -> Result<(), PhoneError> {
    let line = Line::Seal(seal.clone()).to_ndjson();
    tx.execute(
        "INSERT OR REPLACE INTO seals (epoch, branch, hash, line) VALUES (?1, ?2, ?3, ?4)",
        params![seal.epoch, branch, seal.hash.to_string(), line.trim_end()],
    )?;
    Ok(())
}

/// The newest seal of a line: the record it is over, and its NDJSON line.
pub(crate) fn seal(connection: &Connection, epoch: u32, branch: &str) -> Result<Option<(Hash, String)>, PhoneError> {
    Ok(connection
        .query_row(
            "SELECT hash, line FROM seals WHERE epoch = ?1 AND branch = ?2",
            params![epoch, branch],
            |row| Ok((read_hash(row, 0)?, row.get(1)?)),
        )
        .optional()?)
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

/// The anchors of a boot.
pub(crate) fn anchors(connection: &Connection, boot: &str) -> Result<Vec<ClockAnchor>, PhoneError> {
    let mut statement = connection.prepare_cached("SELECT elapsed_ms, at_ms, error_ms FROM anchors WHERE boot = ?1")?;
    let rows = statement.query_map([boot], |row| {
        Ok(ClockAnchor {
            boot: boot.into(),
            elapsed_ms: row.get(0)?,
            at_ms: row.get(1)?,
            error_ms: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps an anchor.
pub(crate) fn put_anchor(tx: &Connection, anchor: &ClockAnchor) -> Result<(), PhoneError> {
    tx.execute(
        "INSERT OR REPLACE INTO anchors (boot, elapsed_ms, at_ms, error_ms) VALUES (?1, ?2, ?3, ?4)",
        params![anchor.boot, anchor.elapsed_ms, anchor.at_ms, anchor.error_ms],
    )?;
    Ok(())
}

/// Sets the best known time of a boot's records anew; answers the fixes for which `outside` holds.
pub(crate) fn retime(
    tx: &Connection,
    boot: &str,
    clocks: &Clocks,
    outside: impl Fn(i64) -> bool,
) -> Result<Vec<(u32, u64)>, PhoneError> {
    let mut statement =
        tx.prepare_cached("SELECT id, epoch, seq, kind, wall_ms, elapsed_ms FROM log WHERE boot = ?1")?;
    let mut update = tx.prepare_cached("UPDATE log SET at_ms = ?2 WHERE id = ?1")?;
    let mut rows = statement.query([boot])?;
    let (mut times, mut found) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let stamp = Stamp {
            at_ms: row.get(4)?,
            elapsed_ms: row.get(5)?,
            boot: boot.into(),
        };
        let at_ms = clocks.trust(&stamp).at_ms;
        times.push((row.get::<_, i64>(0)?, at_ms));
        if row.get::<_, String>(3)? == "fix" && outside(at_ms) {
            found.push((row.get(1)?, row.get(2)?));
        }
    }
    for (id, at_ms) in times {
        update.execute([id, at_ms])?;
    }
    Ok(found)
}

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

/// What the rules fold for a day: the rows of `from_ms..to_ms`, and what speaks of other days from
/// `far_from_ms` on. Sorted by trusted time and name; erased and unreadable ones are left out.
pub(crate) fn entries(
    connection: &Connection,
    stream: &str,
    (from_ms, to_ms): (i64, i64),
    far_from_ms: i64,
    drift_ppm: i64,
) -> Result<Vec<Entry>, PhoneError> {
    let sql = format!(
        "SELECT {ROW} FROM log WHERE state < 2 AND body IS NOT NULL
         AND ((at_ms >= ?1 AND at_ms < ?2) OR (kind IN ({FAR_KINDS}) AND at_ms >= ?3))"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows: Vec<LogRow> = statement
        .query_map([from_ms, to_ms, far_from_ms], |row| read_row(row, stream))?
        .collect::<Result<_, _>>()?;
    let clocks = clocks_of(connection, rows.iter().map(|row| row.stamp.boot.as_str()), drift_ppm)?;
    let mut entries: Vec<Entry> = rows
        .into_iter()
        .filter_map(|row| {
            let body = Body::parse(row.body.as_deref()?).ok()?;
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

/// The clocks of some boots.
pub(crate) fn clocks_of<'a>(
    connection: &Connection,
    boots: impl Iterator<Item = &'a str>,
    drift_ppm: i64,
) -> Result<Clocks, PhoneError> {
    let boots: BTreeSet<&str> = boots.collect();
    let mut all = Vec::new();
    for boot in boots {
        all.extend(anchors(connection, boot)?);
    }
    Ok(Clocks::new(all, drift_ppm))
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
