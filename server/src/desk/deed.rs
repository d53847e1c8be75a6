use std::time::Duration;

use onbeat_core::{
    record::{Hash, Payload},
    reference::{Document, DocumentDropped, DocumentPut},
};
use tokio::time::timeout;

use super::{Desk, DeskError, DeskResult};
use crate::{
    append::append,
    auth::Actor,
    desk_log::{Act, DeskLogError},
    documents::{Documents, kind_of},
    fold,
    store::{Change, DocumentRow},
};

/// One thing done at the desk: its records, and the cells and blobs that change with them, in one
/// transaction. Documents, the phones' feed and the days to fold again follow from the records.
pub(crate) struct Deed {
    by: String,
    acts: Vec<Act>,
    /// The documents that the acts put or drop.
    documents: Vec<DocumentRow>,
    /// What else the transaction holds.
    pub(super) change: Change,
}

impl Deed {
    /// Nothing done yet.
    pub(super) fn new(actor: &Actor) -> Self {
        Self {
            by: actor.user.clone(),
            acts: Vec::new(),
            documents: Vec::new(),
            change: Change::default(),
        }
    }

    /// Who does it.
    pub(super) fn by(&self) -> &str {
        &self.by
    }

    /// Has something stand in the desk's log.
    pub(super) fn record<P: Payload>(&mut self, payload: &P) {
        self.acts.push(Act::new(payload));
    }

    /// Puts a document, in force from an instant on.
    pub(super) fn put(&mut self, key: &str, valid_from_ms: i64, document: Document) {
        let body = serde_json::to_string(&document).expect("a document is JSON");
        self.documents
            .push(row(kind_of(&document), key, valid_from_ms, Some(body)));
        let by = self.by.clone();
        self.record(&DocumentPut {
            key: key.into(),
            valid_from_ms,
            by,
            document,
        });
    }

    /// Drops a document, from an instant on.
    pub(super) fn drop_document(&mut self, kind: &str, key: &str, valid_from_ms: i64) {
        self.documents.push(row(kind, key, valid_from_ms, None));
        let by = self.by.clone();
        self.record(&DocumentDropped {
            kind: kind.into(),
            key: key.into(),
            valid_from_ms,
            by,
        });
    }

    /// The documents as they will stand.
    pub(super) fn documents(&self, desk: &Desk) -> Documents {
        desk.app.documents().with(&self.documents)
    }

    /// Puts bytes that a document names.
    pub(super) fn blob(&mut self, bytes: Vec<u8>) -> Hash {
        let hash = Hash::of(&bytes);
        self.change.blobs.push((hash, bytes));
        hash
    }

    /// Does it: all or nothing.
    ///
    /// # Errors
    /// `changed` where somebody else changed the same thing meanwhile; the store's.
    pub(super) async fn commit(self, desk: &Desk) -> DeskResult<()> {
        let written = append(&desk.app, self.acts, self.change).await?;
        desk.app.wake.notify_one();
        written
            .map(drop)
            .ok_or_else(|| DeskError::conflict("changed", "somebody else changed the same thing meanwhile: look again"))
    }

    /// As [`Deed::commit`], and folds the days it touches before it answers.
    ///
    /// # Errors
    /// As [`Deed::commit`].
    pub(super) async fn commit_and_fold(self, desk: &Desk) -> DeskResult<()> {
        self.commit(desk).await?;
        // What is not folded now keeps its mark: the worker folds it soon.
        if let Ok(Err(error)) = timeout(FOLD_MOST, fold::settle(&desk.app)).await {
            tracing::warn!(%error, "days could not be folded at once");
        }
        Ok(())
    }
}

/// Longest wait for the days to be folded: who acts sees the result, but waits for nobody else's.
const FOLD_MOST: Duration = Duration::from_secs(5);

fn row(kind: &str, key: &str, valid_from_ms: i64, body: Option<String>) -> DocumentRow {
    DocumentRow {
        kind: kind.into(),
        key: key.into(),
        valid_from_ms,
        recorded_ms: valid_from_ms,
        desk_seq: 0,
        body,
    }
}

impl From<DeskLogError> for DeskError {
    fn from(error: DeskLogError) -> Self {
        match error {
            DeskLogError::Store(error) => error.into(),
            DeskLogError::Record(error) => Self::input("too_big", error.to_string()),
            DeskLogError::OtherKeys => Self::environment("other_keys", error.to_string()),
        }
    }
}
