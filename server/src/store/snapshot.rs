//! Everything a store holds at one moment, row by row and in one order: equal stores give equal rows, whichever
//! backend they stand in. Numbers that only tell an order (of arrival, of marks) are left out: the rows have it.

use onbeat_core::record::Hash;
use serde::{Deserialize, Serialize};

use super::{Cell, DocumentRow, FeedRow, LogLine, LogRow, NewRecord, StoreError, ViewRow};

/// Records that one [`Ties`] names at most.
const TIED: usize = 1_000;

/// A row, in the order in which they come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Row {
    /// By kind and key. First, so that half of a copy is never taken for a new server's data.
    Cell(Cell),
    /// As they were recorded.
    Document(DocumentRow),
    /// By cursor.
    Feed(FeedRow),
    /// In order of arrival; its keys come as [`Ties`].
    Record(NewRecord),
    /// By key and line.
    Ties(Ties),
    /// By hash.
    Blob(Blob),
    /// By hash and start.
    Part(Part),
    /// By kind and key.
    View(ViewRow),
    /// Oldest first.
    Mark(String),
}

impl Row {
    /// What kind of row.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Cell(_) => "cells",
            Self::Document(_) => "documents",
            Self::Feed(_) => "feed",
            Self::Record(_) => "records",
            Self::Ties(_) => "ties",
            Self::Blob(_) => "blobs",
            Self::Part(_) => "parts",
            Self::View(_) => "views",
            Self::Mark(_) => "marks",
        }
    }
}

impl From<LogRow> for NewRecord {
    fn from(row: LogRow) -> Self {
        Self {
            line: row.line,
            seq: row.seq,
            hash: row.hash,
            head: row.head,
            body: row.body,
            received_ms: row.received_ms,
            keys: Vec::new(),
        }
    }
}

/// Records that touch a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ties {
    pub(crate) key: String,
    pub(crate) line: LogLine,
    pub(crate) seqs: Vec<u64>,
}

/// A whole blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Blob {
    pub(crate) hash: Hash,
    #[serde(with = "base64")]
    pub(crate) bytes: Vec<u8>,
}

/// A part of a blob that is not whole yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) hash: Hash,
    pub(crate) start: u64,
    #[serde(with = "base64")]
    pub(crate) bytes: Vec<u8>,
}

/// Where rows go: a file, another store, a sum.
pub(crate) trait Sink {
    /// Why it takes no more.
    type Error: From<StoreError>;

    /// Takes the next row.
    async fn take(&mut self, row: Row) -> Result<(), Self::Error>;
}

/// Puts ties together that come one by one, by key and line.
#[derive(Default)]
pub(super) struct Tying(Option<Ties>);

impl Tying {
    /// One more; what is complete by it goes on.
    pub(super) fn add(&mut self, key: &str, line: &LogLine, seq: u64) -> Option<Row> {
        match &mut self.0 {
            Some(ties) if ties.key == key && ties.line == *line && ties.seqs.len() < TIED => {
                ties.seqs.push(seq);
                None
            }
            open => open
                .replace(Ties {
                    key: key.to_owned(),
                    line: line.clone(),
                    seqs: vec![seq],
                })
                .map(Row::Ties),
        }
    }

    /// The last.
    pub(super) fn end(self) -> Option<Row> {
        self.0.map(Row::Ties)
    }
}

/// Bytes as text.
mod base64 {
    use onbeat_core::base64url;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&base64url::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        base64url::decode(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}
