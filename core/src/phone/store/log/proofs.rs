//! What the server and the phone's key say of the log: receipts and seals.

use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{LogRow, State, read_hash};
use crate::{
    phone::PhoneError,
    record::{Hash, Line, Receipt, Seal},
};

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
