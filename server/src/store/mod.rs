//! The storage kernel: everything the server keeps, behind one small trait that does not grow when a rule
//! is added. No SQL outside this folder.
//!
//! Rows: **log** (append-only), **documents**, **views** with their declared fields, **blobs**, **cells**
//! (what is neither record nor projection: certificates, credentials, sessions), and **marks** (keys whose
//! view is out of date).

mod ahead;
pub(crate) mod lock;
pub mod postgres;
mod queue;
mod runs;
mod schema;
pub(crate) mod snapshot;
pub mod sqlite;

#[cfg(test)]
mod conformance;

use std::time::Duration;

use async_trait::async_trait;
use onbeat_core::record::{BodyLine, Branch, Hash, StreamId};
use serde::{Deserialize, Serialize};

use crate::metrics::Writes;

pub use ahead::{Ahead, Found, Wanted};

/// One line of records: a stream's epoch, and a branch of it (empty: the main line).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LogLine {
    /// Whose log.
    pub stream: StreamId,
    /// Which epoch.
    pub epoch: u32,
    /// Which branch.
    pub branch: Branch,
}

/// A stored record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// Order of arrival in this store, within one stream only; never a cursor over all.
    pub id: i64,
    /// Which line it stands in.
    pub line: LogLine,
    /// Its place there.
    pub seq: u64,
    /// Hash of the head line.
    pub hash: Hash,
    /// The head line, as it came.
    pub head: String,
    /// The body line, as it came; `None` where erased.
    pub body: Option<String>,
    /// When it came, milliseconds since 1970 (UTC).
    pub received_ms: i64,
}

impl LogRow {
    /// The body; `None` where it was erased or can't be read.
    pub fn read(&self) -> Option<BodyLine> {
        BodyLine::parse(self.body.clone()?).ok()
    }
}

/// A record to append, with the keys that its modules say it touches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRecord {
    /// Which line.
    pub line: LogLine,
    /// Its place there.
    pub seq: u64,
    /// Hash of the head line.
    pub hash: Hash,
    /// The head line.
    pub head: String,
    /// The body line, `None` where it was erased at intake.
    pub body: Option<String>,
    /// When it came.
    pub received_ms: i64,
    /// Keys such as `day/rep-7/2026-11-23` or `boot/<stream>/<boot>`; bounded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
}

/// A document version (bitemporal): in force from `valid_from_ms`, known since `recorded_ms`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentRow {
    /// `policy`, `customer`, `rep`, …
    pub kind: String,
    /// Its key within the kind.
    pub key: String,
    /// In force from.
    pub valid_from_ms: i64,
    /// Known since.
    pub recorded_ms: i64,
    /// Seq of the desk record that made it.
    pub desk_seq: u64,
    /// The JSON of [`onbeat_core::reference::Document`]; `None`: dropped.
    pub body: Option<String>,
}

/// An item of the phones' feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedRow {
    /// The cursor: counts the feed's items of this server from 1, in commit order.
    pub cursor: u64,
    /// `all` or `rep/<id>`.
    pub scope: String,
    /// `policy`, `customer`, …
    pub kind: String,
    /// Its key.
    pub key: String,
    /// The document's JSON; `None`: drop it.
    pub body: Option<String>,
}

/// A projection of records, and the fields it declares for filters, sorts and sums.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ViewRow {
    /// `day`, `visit`, `finding`, `register`, …
    pub kind: String,
    /// Its key within the kind.
    pub key: String,
    /// Who may see it: `team/<id>`.
    pub scope: String,
    /// What it sorts by in time, milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// JSON.
    pub body: String,
    /// Declared fields.
    pub fields: Vec<(String, Field)>,
}

/// A declared field's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Text: exact match.
    Text(String),
    /// Number: match, range, sum.
    Int(i64),
}

/// Which views, in order of `at_ms` and key.
#[derive(Debug, Clone, Default)]
pub struct ViewQuery {
    /// Kind.
    pub kind: String,
    /// Only these scopes; `None`: all.
    pub scopes: Option<Vec<String>>,
    /// From this instant.
    pub from_ms: Option<i64>,
    /// Before this instant.
    pub to_ms: Option<i64>,
    /// Fields that must match.
    pub fields: Vec<(String, Field)>,
    /// Fields that must not match; who has none of the name is found.
    pub except: Vec<(String, Field)>,
    /// A number that is there and at most this.
    pub at_most: Option<(String, i64)>,
    /// Newest first.
    pub descending: bool,
    /// After this (`at_ms`, key), for the next page.
    pub after: Option<(i64, String)>,
    /// At most so many (the store caps it at 1,000).
    pub limit: usize,
    /// Without the views' declared fields: who reads many needs the bodies alone.
    pub bare: bool,
}

impl ViewQuery {
    /// Goes on behind a page; false: it was the last.
    pub fn go_on(&mut self, page: &[ViewRow]) -> bool {
        let last = page.last().filter(|_| page.len() == self.limit);
        self.after = last.map(|last| (last.at_ms, last.key.clone()));
        self.after.is_some()
    }
}

/// Something small that is neither record nor projection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// `user`, `session`, `token`, `code`, `certificate`, `stream`, `meta`, …
    pub kind: String,
    /// Its key within the kind.
    pub key: String,
    /// JSON.
    pub body: String,
    /// Gone after this instant.
    pub expires_ms: Option<i64>,
}

impl Cell {
    /// It has not expired by then.
    fn is_there(&self, now_ms: i64) -> bool {
        self.expires_ms.is_none_or(|expires_ms| expires_ms > now_ms)
    }
}

/// A mark that was given to somebody to be worked off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The marked key.
    pub key: String,
    /// The number of the mark; one that is set anew has another.
    pub number: u64,
    /// Differs for everybody it is given to.
    pub holder: u64,
}

/// What must still be true when a change is applied, since it was prepared outside the writer's lock.
#[derive(Debug, Clone)]
pub enum Guard {
    /// The newest record of a line has this seq (0: none).
    Tip(LogLine, u64),
    /// A cell's body is this (`None`: there is no such cell).
    Cell(String, String, Option<String>),
}

/// One transaction.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Checked first; one that fails leaves everything as it was.
    pub guards: Vec<Guard>,
    /// Records to append.
    pub append: Vec<NewRecord>,
    /// Records whose body is erased.
    pub erase: Vec<(LogLine, u64)>,
    /// More keys for stored records.
    pub keys: Vec<(LogLine, u64, String)>,
    /// Documents to add.
    pub documents: Vec<DocumentRow>,
    /// Feed items to add; their cursors are given by the store.
    pub feed: Vec<FeedRow>,
    /// Views to put.
    pub views: Vec<ViewRow>,
    /// Views to drop.
    pub drop_views: Vec<(String, String)>,
    /// Cells to put.
    pub cells: Vec<Cell>,
    /// Cells to drop.
    pub drop_cells: Vec<(String, String)>,
    /// Cells that have expired by then are dropped, milliseconds since 1970 (UTC).
    pub drop_expired_ms: Option<i64>,
    /// Blobs to put (complete ones).
    pub blobs: Vec<(Hash, Vec<u8>)>,
    /// Blobs to drop.
    pub drop_blobs: Vec<Hash>,
    /// Unfinished blobs to drop.
    pub drop_unfinished: Vec<Hash>,
    /// Keys whose view is now out of date.
    pub mark: Vec<String>,
    /// Marks that were worked off: dropped if the mark has not been set again since. Where one was given to another
    /// meanwhile, nothing is applied ([`Committed::Stale`]).
    pub unmark: Vec<Claim>,
    /// What was dropped before this is to stand nowhere any more, the store's own log of changes included.
    pub scrub: bool,
}

impl Change {
    /// All of another change too. Taken apart, so that no part that comes to a change is forgotten here.
    pub fn extend(&mut self, other: Self) {
        let Self {
            guards,
            append,
            erase,
            keys,
            documents,
            feed,
            views,
            drop_views,
            cells,
            drop_cells,
            drop_expired_ms,
            blobs,
            drop_blobs,
            drop_unfinished,
            mark,
            unmark,
            scrub,
        } = other;
        self.scrub |= scrub;
        self.guards.extend(guards);
        self.append.extend(append);
        self.erase.extend(erase);
        self.keys.extend(keys);
        self.documents.extend(documents);
        self.feed.extend(feed);
        self.views.extend(views);
        self.drop_views.extend(drop_views);
        self.cells.extend(cells);
        self.drop_cells.extend(drop_cells);
        self.drop_expired_ms = self.drop_expired_ms.max(drop_expired_ms);
        self.blobs.extend(blobs);
        self.drop_blobs.extend(drop_blobs);
        self.drop_unfinished.extend(drop_unfinished);
        self.mark.extend(mark);
        self.unmark.extend(unmark);
    }
}

/// What a commit came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// Applied and durable.
    Done,
    /// A guard no longer held (or a record's place was taken): prepare anew.
    Stale,
}

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No space left: nothing was acknowledged.
    #[error("the disk is full: free space in the data folder, nothing that was acknowledged is lost")]
    Full,
    /// The writer's queue is full: try again soon.
    #[error("the store is busy: try again in a second")]
    Busy,
    /// The database does not answer; what was to be written may have been.
    #[error("the database can't be reached ({0}): it is tried again")]
    Away(String),
    /// Another process holds the data folder.
    #[error("another onbeat runs on {0}: stop it first, or talk to it")]
    Locked(String),
    /// Written by a newer onbeat.
    #[error("the data has schema {found}, this onbeat knows up to {known}: use the newer onbeat")]
    Newer {
        /// Schema found.
        found: u32,
        /// Newest schema known here.
        known: u32,
    },
    /// Bytes that are not those of the hash they are kept under.
    #[error("what is kept under {0} is not what was stored: the database was altered or is damaged; restore a backup")]
    Altered(Hash),
    /// Anything else the database said.
    #[error("database: {0}")]
    Database(String),
}

/// What a store finds wrong with itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum StoreFault {
    /// Its files are damaged, in the database's words.
    Damaged {
        /// Where.
        why: String,
    },
    /// The database would lose what was acknowledged.
    Setting {
        /// Which setting.
        name: String,
        /// As it is.
        value: String,
        /// As it must be.
        wanted: String,
    },
    /// The database is older than what this server was tested with.
    Old {
        /// Its major version.
        version: u32,
        /// The oldest that will do.
        wanted: u32,
    },
    /// Its clock and this machine's differ.
    Clock {
        /// By so many.
        seconds: i64,
    },
}

/// Short for results of the store.
pub type StoreResult<T> = Result<T, StoreError>;

/// It is somebody's turn until this is dropped.
pub type Turn = Box<dyn Send>;

/// What records on their way in are held against.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// Newest record of a line.
    async fn tip(&self, line: &LogLine) -> StoreResult<Option<LogRow>>;
    /// Records that touch a key, in order of arrival.
    async fn records_of(&self, key: &str) -> StoreResult<Vec<LogRow>>;
    /// One cell, unless it expired.
    async fn cell(&self, kind: &str, key: &str, now_ms: i64) -> StoreResult<Option<Cell>>;
}

/// The kernel. Every backend passes the same conformance test.
#[async_trait]
pub trait Store: Lookup + 'static {
    /// Applies one change in one transaction; returns after it is durable (fsync).
    async fn commit(&self, change: Change) -> StoreResult<Committed>;
    /// All that is wanted, in one trip.
    async fn look(&self, wanted: Wanted) -> StoreResult<Found>;
    /// The lines of a stream, in order of epoch and branch, each with its first and newest seq.
    async fn lines(&self, stream: &str) -> StoreResult<Vec<(LogLine, u64, u64)>>;
    /// Records of a line from `from_seq` on, at most `limit`.
    async fn records(&self, line: &LogLine, from_seq: u64, limit: usize) -> StoreResult<Vec<LogRow>>;
    /// The document versions of the desk's records after a seq, in the order of the records.
    async fn documents_after(&self, desk_seq: u64) -> StoreResult<Vec<DocumentRow>>;
    /// All versions of the documents of a kind (and key), oldest first.
    async fn documents(&self, kind: &str, key: Option<&str>) -> StoreResult<Vec<DocumentRow>>;
    /// Feed items of some scopes after a cursor, and the newest cursor of the whole feed.
    async fn feed(&self, scopes: &[String], after: u64, limit: usize) -> StoreResult<(Vec<FeedRow>, u64)>;
    /// One view.
    async fn view(&self, kind: &str, key: &str) -> StoreResult<Option<ViewRow>>;
    /// Views by a query.
    async fn views(&self, query: &ViewQuery) -> StoreResult<Vec<ViewRow>>;
    /// The cells of a kind whose key begins with `prefix`.
    async fn cells(&self, kind: &str, prefix: &str, now_ms: i64) -> StoreResult<Vec<Cell>>;
    /// One blob, whole; [`StoreError::Altered`] where its bytes are no longer those of the hash.
    async fn blob(&self, hash: &Hash) -> StoreResult<Option<Vec<u8>>>;
    /// Appends to an unfinished blob at `offset` (which must be its length so far); answers its new length.
    async fn append_blob(&self, hash: &Hash, offset: u64, bytes: Vec<u8>) -> StoreResult<u64>;
    /// Length of an unfinished blob, 0 if none.
    async fn unfinished_blob(&self, hash: &Hash) -> StoreResult<u64>;
    /// What there is of an unfinished blob, to be checked and put whole by a change.
    async fn unfinished_bytes(&self, hash: &Hash) -> StoreResult<Vec<u8>>;
    /// What it counts of its writes.
    fn writes(&self) -> Writes;
    /// What it finds wrong with itself: reads all of it, which takes a while.
    async fn faults(&self) -> StoreResult<Vec<StoreFault>>;
    /// Bytes that are left on its disk; `None`: the disk is not this machine's.
    fn free_bytes(&self) -> Option<u64>;
    /// Marked keys and the number of their mark, oldest first.
    async fn marks(&self, limit: usize) -> StoreResult<Vec<(String, u64)>>;
    /// Takes marks but those of some keys to be worked off, oldest first. For the length of `lease` nobody else is
    /// given them.
    async fn claim(&self, limit: usize, lease: Duration, except: &[String]) -> StoreResult<Vec<Claim>>;
    /// Waits until no other process has its turn. Only for fairness: a guard decides, but of those who read, prepare and
    /// commit over and over the same one might lose each time.
    async fn turn(&self) -> StoreResult<Turn>;
    /// Waits until another process may have left marks.
    async fn marked_elsewhere(&self);
    /// Waits until a process, perhaps this one, has put views in that others may show.
    async fn viewed_elsewhere(&self);
}
