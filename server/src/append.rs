//! Writing to the desk's log, with all that follows from its records.

use crate::{
    app::App,
    desk_log::{Act, DeskLogError, Written},
    documents::{Documents, document_of},
    feed, fold,
    store::{Change, Committed, StoreError},
};
use onbeat_core::record::Body;

/// Writes `acts` in one transaction with the change they make. From acts that put or drop documents
/// follow the documents, the phones' feed and the days to fold again; `change` adds what else they make.
///
/// `None`: a guard of the change no longer held, nothing was written.
///
/// # Errors
/// [`DeskLogError`]; nothing was written then.
pub async fn append(
    app: &App,
    acts: Vec<Act>,
    change: impl FnOnce(&[Written]) -> Change,
) -> Result<Option<Vec<Written>>, DeskLogError> {
    let mut draft = app.desk.draft(acts, app.now_ms()).await?;
    let written = draft.written();
    let mut change = change(&written);
    change.guards.push(draft.guard());
    let documents = project(app, &draft.bodies, &written, &mut change).await?;
    let known = app.documents();
    for (mut record, body) in std::mem::take(&mut draft.records).into_iter().zip(&draft.bodies) {
        record.keys = fold::touches(&known, body);
        change.mark.extend(fold::changed_by(body, &record.keys));
        change.append.push(record);
    }
    if app.commit(change).await? == Committed::Stale {
        return Ok(None);
    }
    if let Some(documents) = documents {
        app.replace_documents(documents);
    }
    draft.keep();
    Ok(Some(written))
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
