//! What the server does not take where it stands: it becomes a branch, or is written anew in the next epoch.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::{
    lines::{hash_at, insert, lines, raw, tip},
    rows::State,
};
use crate::{
    phone::PhoneError,
    reading::Stamp,
    record::{Body, Certificate, Hash, Head, Payload, Record, Tip},
    rules::clock::Anchored,
};

/// Epoch and seq.
type RecordName = (u32, u64);

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
    if let Some(former) = super::certificate(tx)?.filter(|former| former.key != certificate.key) {
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
