use std::mem;

use onbeat_core::record::Hash;

use super::tally::{Counter, Tally};
use crate::{
    desk::{DeskError, DeskResult},
    store::{
        Change, Committed, Store,
        snapshot::{Row, Sink},
    },
};

/// One commit takes so many rows …
const ROWS: usize = 4_096;
/// … or about so many bytes.
const BYTES: u64 = 4 * 1024 * 1024;

/// Puts rows into an empty store, many at once.
pub(super) struct Load<'a> {
    store: &'a dyn Store,
    change: Change,
    rows: usize,
    /// Bytes counted before this change.
    before: u64,
    counter: Counter,
    altered: Vec<Hash>,
}

/// What was put into a store.
pub(super) struct Loaded {
    pub(super) tally: Tally,
    /// Names under which other bytes are kept: the source was damaged before. They are kept as they came.
    pub(super) altered: Vec<Hash>,
}

impl<'a> Load<'a> {
    pub(super) fn into(store: &'a dyn Store) -> Self {
        Self {
            store,
            change: Change::default(),
            rows: 0,
            before: 0,
            counter: Counter::new(),
            altered: Vec::new(),
        }
    }

    /// Writes the last.
    pub(super) async fn finish(mut self) -> DeskResult<Loaded> {
        self.commit().await?;
        Ok(Loaded {
            tally: self.counter.tally(),
            altered: self.altered,
        })
    }

    async fn commit(&mut self) -> DeskResult<()> {
        (self.rows, self.before) = (0, self.counter.bytes());
        match self.store.commit(mem::take(&mut self.change)).await? {
            Committed::Done => Ok(()),
            Committed::Stale => Err(DeskError::environment("damaged", "a record stands twice in the source")),
        }
    }
}

impl Sink for Load<'_> {
    type Error = DeskError;

    async fn take(&mut self, row: Row) -> DeskResult<()> {
        self.counter.add(&row);
        self.rows += 1;
        let change = &mut self.change;
        match row {
            Row::Cell(cell) => change.cells.push(cell),
            Row::Document(document) => change.documents.push(document),
            Row::Feed(item) => change.feed.push(item),
            Row::Record(record) => change.append.push(record),
            Row::Ties(ties) => {
                let tie = |seq| (ties.line.clone(), seq, ties.key.clone());
                change.keys.extend(ties.seqs.iter().copied().map(tie));
            }
            Row::Blob(blob) => {
                if Hash::of(&blob.bytes) != blob.hash {
                    self.altered.push(blob.hash);
                }
                change.blobs.push((blob.hash, blob.bytes));
            }
            Row::Part(part) => {
                self.store.append_blob(&part.hash, part.start, part.bytes).await?;
            }
            Row::View(view) => change.views.push(view),
            Row::Mark(key) => change.mark.push(key),
        }
        if self.rows >= ROWS || self.counter.bytes() - self.before >= BYTES {
            self.commit().await?;
        }
        Ok(())
    }
}
