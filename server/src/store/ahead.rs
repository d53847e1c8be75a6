//! What is going to be asked, read in one trip to the store: on its way in, a batch of records asks about ten times.

use std::collections::HashMap;

use async_trait::async_trait;

use super::{Cell, LogLine, LogRow, Lookup, Store, StoreResult};

/// What is read together.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Lines whose newest record is wanted.
    pub tips: Vec<LogLine>,
    /// Keys whose records are wanted.
    pub keys: Vec<String>,
    /// Kind and key of cells.
    pub cells: Vec<(String, String)>,
}

/// The answers, in the order of what was wanted.
#[derive(Debug, Default)]
pub struct Found {
    /// As [`Lookup::tip`].
    pub tips: Vec<Option<LogRow>>,
    /// As [`Lookup::records_of`].
    pub records: Vec<Vec<LogRow>>,
    /// As [`Lookup::cell`], those that have expired included.
    pub cells: Vec<Option<Cell>>,
}

/// A store of which some was read ahead; whatever else is asked, it is asked then.
pub struct Ahead<'a> {
    store: &'a dyn Store,
    tips: HashMap<LogLine, Option<LogRow>>,
    records: HashMap<String, Vec<LogRow>>,
    cells: HashMap<(String, String), Option<Cell>>,
}

impl<'a> Ahead<'a> {
    /// Reads what is wanted.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(store: &'a dyn Store, wanted: Wanted) -> StoreResult<Self> {
        let found = store.look(wanted.clone()).await?;
        Ok(Self {
            store,
            tips: wanted.tips.into_iter().zip(found.tips).collect(),
            records: wanted.keys.into_iter().zip(found.records).collect(),
            cells: wanted.cells.into_iter().zip(found.cells).collect(),
        })
    }
}

#[async_trait]
impl Lookup for Ahead<'_> {
    async fn tip(&self, line: &LogLine) -> StoreResult<Option<LogRow>> {
        match self.tips.get(line) {
            Some(found) => Ok(found.clone()),
            None => self.store.tip(line).await,
        }
    }

    async fn records_of(&self, key: &str) -> StoreResult<Vec<LogRow>> {
        match self.records.get(key) {
            Some(found) => Ok(found.clone()),
            None => self.store.records_of(key).await,
        }
    }

    async fn cell(&self, kind: &str, key: &str, now_ms: i64) -> StoreResult<Option<Cell>> {
        match self.cells.get(&(kind.to_owned(), key.to_owned())) {
            Some(found) => Ok(found.clone().filter(|cell| cell.is_there(now_ms))),
            None => self.store.cell(kind, key, now_ms).await,
        }
    }
}
