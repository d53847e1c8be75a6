use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::tally::{Counter, Tally};
use crate::{
    desk::{DeskError, DeskResult},
    store::{
        Store, StoreResult,
        lock::lock,
        postgres::{self, Postgres},
        snapshot::{Row, Sink},
        sqlite::{self, Sqlite},
    },
};

/// Where a store's rows stand.
#[derive(Debug, Clone)]
pub enum Place {
    /// In a data folder.
    Folder(PathBuf),
    /// In a PostgreSQL database, by its URL.
    Database(String),
}

/// Keeps every server away from a place as long as it lives.
pub(super) enum Held {
    Folder { _lock: File },
    Database { _holder: postgres::Snapshot },
}

impl Place {
    /// Where the data of a folder stand: in the folder, or in the database that is named.
    pub fn of(data: &Path, database: Option<&str>) -> Self {
        match database {
            Some(url) => Self::Database(url.to_owned()),
            None => Self::Folder(data.to_owned()),
        }
    }

    /// Opens the store, and makes it if need be.
    pub(super) async fn open(&self) -> StoreResult<Arc<dyn Store>> {
        Ok(match self {
            Self::Folder(folder) => Arc::new(Sqlite::open(folder)?),
            Self::Database(url) => Arc::new(Postgres::connect(url).await?),
        })
    }

    /// All rows as they stand at one moment, beside whoever writes.
    pub(super) async fn rows<S: Sink>(&self, sink: &mut S) -> Result<(), S::Error> {
        match self {
            Self::Folder(folder) => sqlite::Snapshot::open(folder)?.rows(sink).await,
            Self::Database(url) => postgres::Snapshot::open(url).await?.rows(sink).await,
        }
    }

    /// Refuses data of another schema than this onbeat writes, and leaves them as they are.
    ///
    /// # Errors
    /// [`crate::store::StoreError`]: newer, or older.
    pub async fn check_schema(&self) -> StoreResult<()> {
        match self {
            Self::Folder(folder) => sqlite::Snapshot::open(folder).map(drop),
            Self::Database(url) => postgres::Snapshot::open(url).await.map(drop),
        }
    }

    /// Keeps servers away, for what can't be done beside one.
    pub(super) async fn hold(&self) -> StoreResult<Held> {
        Ok(match self {
            Self::Folder(folder) => Held::Folder { _lock: lock(folder)? },
            Self::Database(url) => {
                let holder = postgres::Snapshot::open(url).await?;
                holder.hold().await?;
                Held::Database { _holder: holder }
            }
        })
    }

    /// Refuses a place that holds anything.
    pub(super) async fn check_empty(&self) -> DeskResult<()> {
        self.rows(&mut Nothing).await
    }

    /// Refuses a copy that is not what was copied.
    pub(super) async fn check_holds(&self, source: &Tally) -> DeskResult<()> {
        let mut counter = Counter::new();
        self.rows(&mut counter).await?;
        let copy = counter.tally();
        if copy == *source {
            return Ok(());
        }
        let why = format!(
            "the copy is not what was copied ({} instead of {}): it can't be used, the source is as it was",
            copy.sha256, source.sha256
        );
        Err(DeskError::environment("not_copied", why))
    }
}

/// Takes nothing.
struct Nothing;

impl Sink for Nothing {
    type Error = DeskError;

    async fn take(&mut self, _: Row) -> DeskResult<()> {
        let why = "the database holds data already: name an empty one (createdb NAME makes one)";
        Err(DeskError::environment("not_empty", why))
    }
}
