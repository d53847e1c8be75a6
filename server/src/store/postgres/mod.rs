//! The backend for a company too large for one file: a PostgreSQL database.
//!
//! What waits to be written is committed together over one connection; others read beside it. A commit is answered
//! after it is durable (`synchronous_commit=on`).

mod apply;
mod read;
mod schema;
mod text;
mod writer;

#[cfg(test)]
pub(crate) mod tests;

use std::{str::FromStr, time::Duration};

use async_trait::async_trait;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use onbeat_core::record::Hash;
use tokio_postgres::{Config, NoTls, config::SslMode, error::SqlState};

use super::{
    Cell, Change, Committed, DocumentRow, FeedRow, LogLine, LogRow, Store, StoreError, StoreResult, ViewQuery, ViewRow,
};
use crate::metrics::Writes;
use writer::Writer;

/// Connections that read beside the writer.
const READERS: usize = 8;
/// Longest wait for a connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// The database takes no statement longer than this, and keeps no commit only in memory.
const SESSION: &str = "-c statement_timeout=60000 -c synchronous_commit=on";
/// The advisory lock of the process that has the database.
const HOLDER: i64 = i64::from_be_bytes(*b"onbeat/1");

/// The store in a database.
pub struct Postgres {
    writer: Writer,
    pool: Pool,
}

impl Postgres {
    /// Opens the store at `url` (`postgres://user@host/database`), and makes its tables in an empty database.
    ///
    /// # Errors
    /// [`StoreError::Locked`] where another process has the database, [`StoreError::Newer`] where a newer onbeat
    /// wrote it, [`StoreError::Database`] for a URL that asks for what is not offered.
    pub async fn open(url: &str) -> StoreResult<Self> {
        let config = config(url)?;
        let recycling_method = RecyclingMethod::Fast;
        let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method });
        let pool = Pool::builder(manager)
            .max_size(READERS + 1)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .build()
            .map_err(|error| StoreError::Database(error.to_string()))?;
        let mut holder = hold(&pool).await?;
        schema::upgrade(&mut holder).await?;
        Ok(Self {
            writer: Writer::start(pool.clone(), holder),
            pool,
        })
    }
}

/// A connection that has the database for this process, as long as it lasts.
async fn hold(pool: &Pool) -> StoreResult<Object> {
    let holder = pool.get().await?;
    let held = holder.query_one("SELECT pg_try_advisory_lock($1)", &[&HOLDER]).await?;
    if held.get::<_, bool>(0) {
        Ok(holder)
    } else {
        Err(StoreError::Locked("this database".into()))
    }
}

fn config(url: &str) -> StoreResult<Config> {
    let mut config = Config::from_str(url).map_err(|error| StoreError::Database(format!("--database: {error}")))?;
    if config.get_ssl_mode() == SslMode::Require {
        let why = "--database: sslmode=require is not offered: reach the database over its Unix socket, a private \
                   network or a tunnel";
        return Err(StoreError::Database(why.into()));
    }
    config.ssl_mode(SslMode::Disable);
    let options = config
        .get_options()
        .map_or_else(|| SESSION.to_owned(), |own| format!("{own} {SESSION}"));
    Ok(config
        .options(options)
        .application_name("onbeat")
        .connect_timeout(PATIENCE)
        .clone())
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.code() {
            Some(&SqlState::DISK_FULL) => Self::Full,
            // The connection was cut, or the server is stopping or starting: it comes again.
            None => Self::Busy,
            Some(&(SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN | SqlState::CANNOT_CONNECT_NOW)) => Self::Busy,
            Some(_) => {
                let said = error.as_db_error().map(tokio_postgres::error::DbError::message);
                Self::Database(said.map_or_else(|| error.to_string(), str::to_owned))
            }
        }
    }
}

impl From<deadpool_postgres::PoolError> for StoreError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        match error {
            deadpool_postgres::PoolError::Timeout(_) => Self::Busy,
            deadpool_postgres::PoolError::Backend(error) if error.code().is_some() => error.into(),
            error => Self::Database(error.to_string()),
        }
    }
}

#[async_trait]
impl Store for Postgres {
    async fn commit(&self, change: Change) -> StoreResult<Committed> {
        self.writer.commit(change).await
    }

    async fn tip(&self, line: &LogLine) -> StoreResult<Option<LogRow>> {
        read::tip(&self.pool.get().await?, line).await
    }

    async fn lines(&self, stream: &str) -> StoreResult<Vec<(LogLine, u64, u64)>> {
        read::lines(&self.pool.get().await?, stream).await
    }

    async fn records(&self, line: &LogLine, from_seq: u64, limit: usize) -> StoreResult<Vec<LogRow>> {
        read::records(&self.pool.get().await?, line, from_seq, limit).await
    }

    async fn records_of(&self, key: &str) -> StoreResult<Vec<LogRow>> {
        read::records_of(&self.pool.get().await?, key).await
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

    async fn cell(&self, kind: &str, key: &str, now_ms: i64) -> StoreResult<Option<Cell>> {
        read::cell(&self.pool.get().await?, kind, key, now_ms).await
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

    async fn take_unfinished_blob(&self, hash: &Hash) -> StoreResult<Vec<u8>> {
        self.writer.take_blob(*hash).await
    }

    async fn marks(&self, limit: usize) -> StoreResult<Vec<(String, u64)>> {
        read::marks(&self.pool.get().await?, limit).await
    }

    fn writes(&self) -> Writes {
        self.writer.writes.clone()
    }

    fn free_bytes(&self) -> Option<u64> {
        None
    }
}
