use rusqlite::Row;

use crate::{reading::Stamp, record::Hash, rules::Name};

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

/// The columns that [`read_row`] reads.
pub(super) const ROW: &str = "epoch, branch, seq, hash, body, kind, wall_ms, elapsed_ms, boot, state";

pub(super) fn read_row(row: &Row<'_>, stream: &str) -> rusqlite::Result<LogRow> {
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

pub(super) fn read_hash(row: &Row<'_>, column: usize) -> rusqlite::Result<Hash> {
    let text: String = row.get(column)?;
    text.parse().map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}
