//! The backend for a company too large for one file: a PostgreSQL database.
//!
//! What waits to be written is committed together over two connections; others read beside them. A commit is answered
//! after it is durable (`synchronous_commit=on`). Several servers share one database: [`locks`] keeps their
//! transactions apart, each works off the marks that no other has ([`marks`]), and they wake each other ([`listener`]).

mod apply;
mod connect;
mod faults;
mod listener;
mod locks;
mod marks;
mod read;
mod schema;
mod snapshot;
mod text;
mod turn;
mod writer;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
#[allow(dead_code)] // The end-to-end tests use more of it.
pub(crate) mod cluster;
#[cfg(test)]
mod tests;

use std::{fs::File, path::Path, time::Duration};

use async_trait::async_trait;
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use onbeat_core::record::Hash;
use refinery::Target;
use tokio::time::timeout;

use super::{
    Cell, Change, Claim, Committed, DocumentRow, FeedRow, Found, LogLine, LogRow, Lookup, Store, StoreError,
    StoreFault, StoreResult, Turn, ViewQuery, ViewRow, Wanted, lock::lock,
};
use crate::metrics::Writes;
use connect::{Address, PATIENCE};
use listener::{Channel, Listener};
pub(crate) use snapshot::Snapshot;
use writer::{WRITERS, Writer};

/// Connections that read beside the writer.
const READERS: usize = 8;

/// The store in a database, which several servers share. It holds the lock of the folder with the server's keys as
/// long as it lives.
pub struct Postgres {
    writer: Writer,
    listener: Listener,
    pool: Pool,
    _lock: Option<File>,
}

impl Postgres {
    /// Opens the store at `url` (`postgres://user@host/database`) for the server whose keys are in `folder`, and makes
    /// its tables in an empty database.
    ///
    /// # Errors
    /// [`StoreError::Locked`] where another process has the folder, [`StoreError::Newer`] where a newer onbeat wrote
    /// the database, [`StoreError::Away`] where it can't be reached, [`StoreError::Database`] for a URL that asks for
    /// what is not offered.
    pub async fn open(folder: &Path, url: &str) -> StoreResult<Self> {
        let lock = lock(folder)?;
        let store = Self::connect(url).await?;
        Ok(Self {
            _lock: Some(lock),
            ..store
        })
    }

    /// As [`Postgres::open`], for who holds the folder already.
    ///
    /// # Errors
    /// As [`Postgres::open`].
    pub(crate) async fn connect(url: &str) -> StoreResult<Self> {
        let address = Address::read(url)?;
        let recycling_method = RecyclingMethod::Fast;
        let (config, tls) = (address.config.clone(), address.tls.clone());
        let manager = Manager::from_config(config, tls, ManagerConfig { recycling_method });
        let pool = Pool::builder(manager)
            .max_size(READERS + WRITERS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .build()
            .map_err(|error| StoreError::Database(error.to_string()))?;
        locks::check_free(&*pool.get().await?).await?;
        schema::upgrade(&mut *pool.get().await?, Target::Latest).await?;
        let listener = Listener::start(address);
        // Whoever moves the database sees from now on that a server runs.
        let _ = timeout(PATIENCE, listener.heard(Channel::Marks)).await;
        Ok(Self {
            writer: Writer::start(pool.clone()),
            listener,
            pool,
            _lock: None,
        })
    }
}

#[async_trait]
impl Lookup for Postgres {
    async fn tip(&self, line: &LogLine) -> StoreResult<Option<LogRow>> {
        read::tip(&self.pool.get().await?, line).await
    }

    async fn records_of(&self, key: &str) -> StoreResult<Vec<LogRow>> {
        read::records_of(&self.pool.get().await?, key).await
    }

    async fn cell(&self, kind: &str, key: &str, now_ms: i64) -> StoreResult<Option<Cell>> {
        read::cell(&self.pool.get().await?, kind, key, now_ms).await
    }
}

#[async_trait]
impl Store for Postgres {
    async fn commit(&self, change: Change) -> StoreResult<Committed> {
        self.writer.commit(change).await
    }

    async fn look(&self, wanted: Wanted) -> StoreResult<Found> {
        read::look(&self.pool.get().await?, &wanted).await
    }

    async fn lines(&self, stream: &str) -> StoreResult<Vec<(LogLine, u64, u64)>> {
        read::lines(&self.pool.get().await?, stream).await
    }

    async fn records(&self, line: &LogLine, from_seq: u64, limit: usize) -> StoreResult<Vec<LogRow>> {
        read::records(&self.pool.get().await?, line, from_seq, limit).await
    }

    async fn documents_after(&self, desk_seq: u64) -> StoreResult<Vec<DocumentRow>> {
        read::documents_after(&self.pool.get().await?, desk_seq).await
    }

    async fn documents(&self, kind: &str, key: Option<&str>) -> StoreResult<Vec<DocumentRow>> {
        read::documents(&self.pool.get().await?, kind, key).await
    }

    async fn feed(&self, scopes: &[String], after: u64, limit: usize) -> StoreResult<(Vec<FeedRow>, u64)> {
        read::feed(&self.pool.get().await?, scopes, after, limit).await
    }

    async fn view(&self, kind: &str, key: &str) -> StoreResult<Option<ViewRow>> {
        read::view(&self.pool.get().await?, kind, key).await
    }

    async fn views(&self, query: &ViewQuery) -> StoreResult<Vec<ViewRow>> {
        read::views(&self.pool.get().await?, query).await
    }

    async fn cells(&self, kind: &str, prefix: &str, now_ms: i64) -> StoreResult<Vec<Cell>> {
        read::cells(&self.pool.get().await?, kind, prefix, now_ms).await
    }

    async fn blob(&self, hash: &Hash) -> StoreResult<Option<Vec<u8>>> {
        match read::blob(&self.pool.get().await?, hash).await? {
            Some(bytes) if Hash::of(&bytes) != *hash => Err(StoreError::Altered(*hash)),
            blob => Ok(blob),
        }
    }

    async fn append_blob(&self, hash: &Hash, offset: u64, bytes: Vec<u8>) -> StoreResult<u64> {
        self.writer.append_blob(*hash, offset, bytes).await
    }

    async fn unfinished_blob(&self, hash: &Hash) -> StoreResult<u64> {
        read::unfinished_blob(&self.pool.get().await?, hash).await
    }

    async fn unfinished_bytes(&self, hash: &Hash) -> StoreResult<Vec<u8>> {
        read::unfinished_bytes(&self.pool.get().await?, hash).await
    }

    async fn marks(&self, limit: usize) -> StoreResult<Vec<(String, u64)>> {
        marks::marks(&self.pool.get().await?, limit).await
    }

    async fn claim(&self, limit: usize, lease: Duration, except: &[String]) -> StoreResult<Vec<Claim>> {
        marks::claim(&self.pool.get().await?, limit, lease, except).await
    }

    async fn turn(&self) -> StoreResult<Turn> {
        turn::take(self.pool.get().await?).await
    }

    async fn marked_elsewhere(&self) {
        self.listener.heard(Channel::Marks).await;
    }

    async fn viewed_elsewhere(&self) {
        self.listener.heard(Channel::Views).await;
    }

    fn writes(&self) -> Writes {
        self.writer.writes.clone()
    }

    async fn faults(&self) -> StoreResult<Vec<StoreFault>> {
        faults::faults(&self.pool.get().await?).await
    }

    fn free_bytes(&self) -> Option<u64> {
        None
    }
}
