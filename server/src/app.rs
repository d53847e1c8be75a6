//! What every part of the server shares.

use std::{
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use crate::{
    clock::Clock,
    desk_log::{DeskLog, DeskLogError},
    documents::Documents,
    folding::Folding,
    limits::{Limits, Turns},
    metrics::Metrics,
    random,
    ready::Readiness,
    settled::settled,
    signer::{Signer, SignerError},
    store::{Change, Committed, Store, StoreError, StoreResult, postgres::Postgres, sqlite::Sqlite},
};

/// The server's state, behind one `Arc`. It holds nothing that could not be rebuilt from the store.
pub struct App {
    /// The storage kernel.
    pub store: Arc<dyn Store>,
    /// The only clock: real, or the demo's.
    pub clock: Arc<dyn Clock>,
    /// The server's signing key and its recovery key.
    pub signer: Signer,
    /// Played, not lived: certificates say so, and the clock may be set.
    pub demo: bool,
    /// Told after each intake and each desk command, so that the fold worker need not poll.
    pub wake: tokio::sync::Notify,
    /// Told whenever views were put in, here or elsewhere: boards that somebody looks at are drawn anew.
    pub news: tokio::sync::broadcast::Sender<()>,
    /// The desk's own log.
    pub desk: DeskLog,
    /// Names this server's data: the cursors of its feed hold for it alone.
    pub incarnation: String,
    /// How often phones may ask.
    pub limits: Limits,
    /// Who may have a push worked on.
    pub(crate) turns: Turns,
    /// What the fold worker remembers.
    pub folding: Folding,
    /// What is counted.
    pub metrics: Metrics,
    /// Whether it can do its work.
    pub readiness: Readiness,
    documents: RwLock<Arc<Documents>>,
}

/// Why a data folder can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The desk's log.
    #[error(transparent)]
    Desk(#[from] DeskLogError),
}

impl App {
    /// Opens a data folder, or makes it; its keys stand there, and all else in `database` where one is named.
    ///
    /// # Errors
    /// [`OpenError`]: locked, of a newer version, its keys gone, …
    pub async fn open_on(
        folder: &Path,
        database: Option<&str>,
        clock: Arc<dyn Clock>,
        demo: bool,
    ) -> Result<Arc<Self>, OpenError> {
        let store: Arc<dyn Store> = match database {
            Some(url) => Arc::new(Postgres::open(folder, url).await?),
            None => Arc::new(Sqlite::open(folder)?),
        };
        let signer = Signer::open(folder, clock.now_ms())?;
        Self::over(store, signer, clock, demo).await
    }

    /// The state over a store.
    ///
    /// # Errors
    /// As [`App::open_on`].
    pub async fn over(
        store: Arc<dyn Store>,
        signer: Signer,
        clock: Arc<dyn Clock>,
        demo: bool,
    ) -> Result<Arc<Self>, OpenError> {
        let incarnation = settled(&*store, "incarnation", random::hex::<8>).await?;
        let desk = DeskLog::open(Arc::clone(&store), &signer, clock.now_ms(), demo).await?;
        let documents = Documents::default().with(&store.documents_after(0).await?);
        let metrics = Metrics::new(&store.writes());
        Ok(Arc::new(Self {
            store,
            clock,
            signer,
            demo,
            wake: tokio::sync::Notify::new(),
            news: tokio::sync::broadcast::channel(1).0,
            desk,
            incarnation,
            limits: Limits::default(),
            turns: Turns::default(),
            folding: Folding::default(),
            metrics,
            readiness: Readiness::default(),
            documents: RwLock::new(Arc::new(documents)),
        }))
    }

    /// Now, in milliseconds since 1970 (UTC).
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// Reads what other processes have recorded meanwhile, or this one where it was cut off in between: each request and
    /// each fold begins with it, so that none rules by documents older than itself.
    ///
    /// # Errors
    /// The store's.
    pub async fn refresh(&self) -> StoreResult<()> {
        let known = self.documents();
        let new = self.store.documents_after(known.desk_seq()).await?;
        if !new.is_empty() {
            self.take_documents(known.with(&new));
        }
        Ok(())
    }

    /// All documents, as they stood when they were last read.
    pub fn documents(&self) -> Arc<Documents> {
        Arc::clone(&self.documents.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Commits a change and wakes the fold worker if it left marks. Documents change only through
    /// [`crate::append::append`].
    ///
    /// # Errors
    /// The store's.
    pub async fn commit(&self, change: Change) -> StoreResult<Committed> {
        let (marked, viewed) = (!change.mark.is_empty(), !change.views.is_empty());
        let committed = self.store.commit(change).await?;
        if marked && committed == Committed::Done {
            self.wake.notify_one();
        }
        if viewed && committed == Committed::Done {
            // Nobody may be looking.
            let _ = self.news.send(());
        }
        Ok(committed)
    }

    /// Keeps documents that were read or recorded, unless newer ones are known already.
    pub(crate) fn take_documents(&self, documents: Documents) {
        let mut known = self.documents.write().unwrap_or_else(PoisonError::into_inner);
        if documents.desk_seq() > known.desk_seq() {
            *known = Arc::new(documents);
        }
    }
}
