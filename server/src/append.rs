//! Writing to the desk's log, with all that follows from its records.

use crate::{
    app::App,
    desk_log::{Act, DeskLogError, Draft, Written},
    documents::{Documents, document_of},
    feed, fold,
    store::{Change, Committed, StoreError},
};
use onbeat_core::record::Body;

/// An append is prepared anew so often if other processes wrote to the desk's log meanwhile.
const ATTEMPTS: usize = 4;

/// Writes `acts` in one transaction with the change they make. From acts that put or drop documents
/// follow the documents, the phones' feed and the days to fold again; `change` holds what else they make.
///
/// `None`: a guard of the change no longer held, nothing was written.
///
/// # Errors
/// [`DeskLogError`]; nothing was written then.
pub async fn append(app: &App, acts: Vec<Act>, change: Change) -> Result<Option<Vec<Written>>, DeskLogError> {
    let _turn = app.desk.turn().await?;
    let mut head = app.desk.head().await?;
    for _ in 0..ATTEMPTS {
        app.refresh().await?;
        let draft = app.desk.draft(&head, acts.clone(), app.now_ms())?;
        let written = draft.written();
        if follow(app, draft, change.clone()).await? == Committed::Done {
            return Ok(Some(written));
        }
        let now = app.desk.head().await?;
        if now == head {
            return Ok(None);
        }
        head = now;
    }
    Err(StoreError::Busy.into())
}

/// Commits a draft with all that follows from it.
async fn follow(app: &App, draft: Draft, mut change: Change) -> Result<Committed, StoreError> {
    change.guards.push(draft.guard());
    let documents = project(app, &draft.bodies, &draft.written(), &mut change).await?;
    let known = app.documents();
    for (mut record, body) in draft.records.into_iter().zip(&draft.bodies) {
        record.keys = fold::touches(&known, body);
        change.mark.extend(fold::changed_by(body, &record.keys));
        change.append.push(record);
    }
    let committed = app.commit(change).await?;
    if let Some(documents) = documents.filter(|_| committed == Committed::Done) {
        app.take_documents(documents);
    }
    Ok(committed)
}

/// Documents, feed and marks that follow from the acts; the documents as they will stand.
async fn project(
    app: &App,
    bodies: &[Body],
    written: &[Written],
    change: &mut Change,
) -> Result<Option<Documents>, StoreError> {
    let made = bodies.iter().zip(written);
    let rows: Vec<_> = made.filter_map(|(body, w)| document_of(body, w)).collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let (before, now_ms) = (app.documents(), app.now_ms());
    let after = before.with(&rows);
    change.feed.extend(feed::publish(&before, &after, &rows, now_ms));
    change
        .mark
        .extend(fold::outdated(app, &before, &after, &rows, now_ms).await?);
    change.documents.extend(rows);
    Ok(Some(after))
}
