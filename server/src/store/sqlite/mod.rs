//! The embedded backend: one SQLite file in the data folder.
//!
//! One thread writes, and commits what waits in its queue together; a few connections read beside it
//! (WAL). A commit is answered after its fsync (`synchronous=FULL`).

mod apply;
mod pool;
mod read;
mod schema;
mod snapshot;
mod writer;

#[cfg(test)]
mod tests;

use std::{
    fs::File,
    future,
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use onbeat_core::record::Hash;
use refinery::Target;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{
    Cell, Change, Claim, Committed, DocumentRow, FeedRow, Found, LogLine, LogRow, Lookup, Store, StoreError,
    StoreFault, StoreResult, Turn, ViewQuery, ViewRow, Wanted,
    lock::{failed, lock, private},
};
use crate::metrics::Writes;
use pool::Readers;
pub(crate) use snapshot::Snapshot;
use writer::Writer;

const FILE: &str = "onbeat.sqlite";
/// What SQLite puts beside it.
const BESIDE: [&str; 2] = ["onbeat.sqlite-wal", "onbeat.sqlite-shm"];
/// Connections that read beside the writer.
const READERS: usize = 4;
/// Pages that each connection keeps; the kernel keeps the others.
const READER_CACHE_KIB: i64 = 2_000;
/// Records of many phones go to many places of the indexes, again and again until the next checkpoint.
const WRITER_CACHE_KIB: i64 = 32_000;
/// Pages of the write-ahead log from which on it is folded into the database's file: as much as the log keeps.
const CHECKPOINT_PAGES: i64 = 16_000;
const LOG_LIMIT_BYTES: i64 = 64 * 1024 * 1024;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The store in a data folder. It holds the folder's lock file as long as it lives.
pub struct Sqlite {
    writer: Writer,
    readers: Readers,
    folder: PathBuf,
    _lock: File,
}

impl Sqlite {
    /// Opens (or makes) the store in `folder`.
    ///
    /// # Errors
    /// [`StoreError::Locked`] where another process holds the folder, [`StoreError::Newer`] where a newer
    /// onbeat wrote it.
    pub fn open(folder: &Path) -> StoreResult<Self> {
        Self::open_bounded(folder, None)
    }

    /// As [`Sqlite::open`], with a file of at most `max_pages` pages: what a full disk looks like.
    pub(crate) fn open_bounded(folder: &Path, max_pages: Option<u32>) -> StoreResult<Self> {
        let lock = lock(folder)?;
        let file = folder.join(FILE);
        keep_private(folder)?;
        let mut writer = connect(&file, OpenFlags::default(), WRITER_CACHE_KIB)?;
        prepare(&mut writer, max_pages)?;
        let readers = (0..READERS)
            .map(|_| {
                connect(
                    &file,
                    OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
                    READER_CACHE_KIB,
                )
            })
            .collect::<StoreResult<Vec<_>>>()?;
        Ok(Self {
            writer: Writer::start(writer)?,
            readers: Readers::new(readers),
            folder: folder.to_owned(),
            _lock: lock,
        })
    }

    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> StoreResult<T> {
        self.readers.run(query).await
    }
}

/// Makes the database's file for its owner alone before anything is in it, and mends the modes of one that is there.
/// SQLite gives the files that it makes beside it the same mode.
fn keep_private(folder: &Path) -> StoreResult<()> {
    let beside = BESIDE.map(|name| folder.join(name));
    let there = beside.into_iter().filter(|path| path.exists());
    for path in there.chain([folder.join(FILE)]) {
        private(&path).map_err(|e| failed(folder, &e))?;
    }
    Ok(())
}

fn connect(file: &Path, flags: OpenFlags, cache_kib: i64) -> StoreResult<Connection> {
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    Ok(connection)
}

/// Sets the file up, or finds it as this version or an older one left it.
fn prepare(connection: &mut Connection, max_pages: Option<u32>) -> StoreResult<()> {
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "secure_delete", true)?;
    // Each change finds the ids that it writes itself; they would all be looked up once more.
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", LOG_LIMIT_BYTES)?;
    schema::upgrade(connection, Target::Latest)?;
    if let Some(pages) = max_pages {
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    Ok(())
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            _ => Self::Database(error.to_string()),
        }
    }
}

#[async_trait]
impl Lookup for Sqlite {
    async fn tip(&self, line: &LogLine) -> StoreResult<Option<LogRow>> {
        let line = line.clone();
        self.read(move |db| read::tip(db, &line)).await
    }

    async fn records_of(&self, key: &str) -> StoreResult<Vec<LogRow>> {
        let key = key.to_owned();
        self.read(move |db| read::records_of(db, &key)).await
    }

    async fn cell(&self, kind: &str, key: &str, now_ms: i64) -> StoreResult<Option<Cell>> {
        let (kind, key) = (kind.to_owned(), key.to_owned());
        self.read(move |db| read::cell(db, &kind, &key, now_ms)).await
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn commit(&self, change: Change) -> StoreResult<Committed> {
        self.writer.commit(change).await
    }

    async fn look(&self, wanted: Wanted) -> StoreResult<Found> {
        self.read(move |db| read::look(db, &wanted)).await
    }

    async fn lines(&self, stream: &str) -> StoreResult<Vec<(LogLine, u64, u64)>> {
        let stream = stream.to_owned();
        self.read(move |db| read::lines(db, &stream)).await
    }

    async fn records(&self, line: &LogLine, from_seq: u64, limit: usize) -> StoreResult<Vec<LogRow>> {
        let line = line.clone();
        self.read(move |db| read::records(db, &line, from_seq, limit)).await
    }

    async fn documents_after(&self, desk_seq: u64) -> StoreResult<Vec<DocumentRow>> {
        self.read(move |db| read::documents_after(db, desk_seq)).await
    }

    async fn documents(&self, kind: &str, key: Option<&str>) -> StoreResult<Vec<DocumentRow>> {
        let (kind, key) = (kind.to_owned(), key.map(str::to_owned));
        self.read(move |db| read::documents(db, &kind, key.as_deref())).await
    }

    async fn feed(&self, scopes: &[String], after: u64, limit: usize) -> StoreResult<(Vec<FeedRow>, u64)> {
        let scopes = scopes.to_vec();
        self.read(move |db| read::feed(db, &scopes, after, limit)).await
    }

    async fn view(&self, kind: &str, key: &str) -> StoreResult<Option<ViewRow>> {
        let (kind, key) = (kind.to_owned(), key.to_owned());
        self.read(move |db| read::view(db, &kind, &key)).await
    }

    async fn views(&self, query: &ViewQuery) -> StoreResult<Vec<ViewRow>> {
        let query = query.clone();
        self.read(move |db| read::views(db, &query)).await
    }

    async fn cells(&self, kind: &str, prefix: &str, now_ms: i64) -> StoreResult<Vec<Cell>> {
        let (kind, prefix) = (kind.to_owned(), prefix.to_owned());
        self.read(move |db| read::cells(db, &kind, &prefix, now_ms)).await
    }

    async fn blob(&self, hash: &Hash) -> StoreResult<Option<Vec<u8>>> {
        let hash = *hash;
        let hashed = move |bytes: Vec<u8>| (Hash::of(&bytes), bytes);
        match self.read(move |db| Ok(read::blob(db, &hash)?.map(hashed))).await? {
            Some((found, _)) if found != hash => Err(StoreError::Altered(hash)),
            blob => Ok(blob.map(|(_, bytes)| bytes)),
        }
    }

    async fn append_blob(&self, hash: &Hash, offset: u64, bytes: Vec<u8>) -> StoreResult<u64> {
        self.writer.append_blob(*hash, offset, bytes).await
    }

    async fn unfinished_blob(&self, hash: &Hash) -> StoreResult<u64> {
        let hash = *hash;
        self.read(move |db| read::unfinished_blob(db, &hash)).await
    }

    async fn unfinished_bytes(&self, hash: &Hash) -> StoreResult<Vec<u8>> {
        let hash = *hash;
        self.read(move |db| read::unfinished_bytes(db, &hash)).await
    }

    async fn marks(&self, limit: usize) -> StoreResult<Vec<(String, u64)>> {
        self.read(move |db| read::marks(db, limit)).await
    }

    /// One process has the folder, and it works marks off one after the other: nothing need be written down.
    async fn claim(&self, limit: usize, _: Duration, except: &[String]) -> StoreResult<Vec<Claim>> {
        let mut marks = self.marks(limit.saturating_add(except.len())).await?;
        marks.retain(|(key, _)| !except.contains(key));
        marks.truncate(limit);
        let claim = |(key, number)| Claim { key, number, holder: 0 };
        Ok(marks.into_iter().map(claim).collect())
    }

    async fn turn(&self) -> StoreResult<Turn> {
        Ok(Box::new(()))
    }

    async fn marked_elsewhere(&self) {
        future::pending().await
    }

    async fn viewed_elsewhere(&self) {
        future::pending().await
    }

    fn writes(&self) -> Writes {
        self.writer.writes.clone()
    }

    async fn faults(&self) -> StoreResult<Vec<StoreFault>> {
        self.read(read::faults).await
    }

    fn free_bytes(&self) -> Option<u64> {
        let disk = rustix::fs::statvfs(&self.folder).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}
