use std::collections::{BTreeMap, HashSet};

use onbeat_core::record::{Hash, StreamId};
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use crate::{
    desk::DeskResult,
    store::snapshot::{Row, Sink},
};

/// Rows after which who waits is told.
const TOLD_EVERY: u64 = 1_000_000;

/// What some rows hold. Stores with the same tally hold the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Rows of each kind.
    pub rows: BTreeMap<String, u64>,
    /// Streams that have records.
    pub streams: u64,
    /// Bytes of all lines.
    pub bytes: u64,
    /// SHA-256 of all lines.
    pub sha256: Hash,
}

impl Tally {
    /// Rows of a kind.
    pub fn count(&self, kind: &str) -> u64 {
        self.rows.get(kind).copied().unwrap_or_default()
    }
}

/// Counts rows. Its memory grows with the number of streams alone.
pub(super) struct Counter {
    rows: BTreeMap<String, u64>,
    streams: HashSet<StreamId>,
    counted: u64,
    bytes: u64,
    hash: Context,
    line: Vec<u8>,
}

impl Counter {
    pub(super) fn new() -> Self {
        Self {
            rows: BTreeMap::new(),
            streams: HashSet::new(),
            counted: 0,
            bytes: 0,
            hash: Context::new(&SHA256),
            line: Vec::new(),
        }
    }

    /// Counts a row; answers its line.
    pub(super) fn add(&mut self, row: &Row) -> &[u8] {
        self.line.clear();
        serde_json::to_writer(&mut self.line, row).expect("a row is JSON");
        self.line.push(b'\n');
        self.hash.update(&self.line);
        self.bytes += self.line.len() as u64;
        match self.rows.get_mut(row.kind()) {
            Some(count) => *count += 1,
            None => drop(self.rows.insert(row.kind().to_owned(), 1)),
        }
        if let Row::Record(record) = row
            && !self.streams.contains(&record.line.stream)
        {
            self.streams.insert(record.line.stream.clone());
        }
        self.counted += 1;
        if self.counted.is_multiple_of(TOLD_EVERY) {
            tracing::info!(rows = self.counted, mb = self.bytes / 1_000_000, "so far");
        }
        &self.line
    }

    /// Bytes of all lines so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn tally(self) -> Tally {
        Tally {
            rows: self.rows,
            streams: self.streams.len() as u64,
            bytes: self.bytes,
            sha256: sum(self.hash),
        }
    }
}

impl Sink for Counter {
    type Error = crate::desk::DeskError;

    async fn take(&mut self, row: Row) -> DeskResult<()> {
        self.add(&row);
        Ok(())
    }
}

/// The SHA-256 of what was hashed.
pub(super) fn sum(hash: Context) -> Hash {
    let sum = hash.finish();
    Hash(sum.as_ref().try_into().expect("a SHA-256 has 32 bytes"))
}
