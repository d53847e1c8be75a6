use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    http::StatusCode,
};
use onbeat_core::{
    record::{Hash, StreamId, TlsPins},
    reference::Document,
    rules::Noted,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{ALL, cursor::Cursor, noted::noted_of, publish::known_at_ms, rep_scope};
use crate::{
    app::App,
    error::{ApiError, ApiResult},
    phones::{Caller, StreamState},
    store::FeedRow,
    tls_pins,
};

const PAGE: usize = 200;
const PAGE_MOST: usize = 500;

/// Kind, key and JSON of what a phone is told.
type Known = (&'static str, String, String);

/// Where to go on.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub(super) struct After {
    /// The cursor of the page before; left out: a snapshot.
    after: Option<String>,
    /// Items a page, at most 500.
    limit: Option<usize>,
}

/// What is new for a phone.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Page {
    /// This server's data: cursors hold for it alone.
    incarnation: String,
    /// All that the rep may know: swapped in once complete.
    snapshot: bool,
    items: Vec<Item>,
    /// Where the next page begins.
    cursor: String,
    /// There is a next page already.
    more: bool,
    /// Newest record of the desk's log: the phone writes it down as a witness.
    desk: DeskHead,
    /// Which TLS keys the server may show, if it ever said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pins: Option<TlsPins>,
}

/// One change.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Item {
    /// `put` or `drop`.
    op: &'static str,
    kind: String,
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    document: Option<Box<RawValue>>,
}

/// Where the desk's log stands.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct DeskHead {
    #[schema(value_type = String)]
    stream: StreamId,
    seq: u64,
    hash: Hash,
}

/// The phones' reference data: what changed after a cursor, or all of it.
#[utoipa::path(
    get,
    path = "/api/v1/feed",
    tag = "phone",
    params(After),
    responses((status = 200, body = Page), (status = 403, description = "`retired`: a newer phone is told"), (status = 410, description = "`other_incarnation`: ask without a cursor"))
)]
pub(super) async fn feed(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<After>,
) -> ApiResult<Json<Page>> {
    let limit = query.limit.unwrap_or(PAGE).clamp(1, PAGE_MOST);
    if caller.state.state != StreamState::Active {
        return Err(retired());
    }
    let scopes = [ALL.to_owned(), rep_scope(&caller.rep)];
    let after = query.after.as_deref().map(str::parse::<Cursor>).transpose();
    let after = after.map_err(|()| other_incarnation())?;
    let from = after.as_ref().map_or(u64::MAX / 2, |cursor| cursor.newest);
    let (rows, newest) = app.store.feed(&scopes, from, limit + 1).await?;
    let (items, cursor, more, snapshot) = match after {
        Some(cursor) if cursor.incarnation != app.incarnation || cursor.newest > newest => {
            return Err(other_incarnation());
        }
        Some(cursor) if cursor.told.is_none() => changes(cursor, rows, newest, limit),
        begun => {
            // The newest cursor is read before the documents: what comes between is told twice, never missed.
            let start = Cursor {
                incarnation: app.incarnation.clone(),
                newest,
                told: None,
            };
            let known = known(&app, &caller.rep).await?;
            snapshot_page(begun.unwrap_or(start), known, limit)
        }
    };
    let head = app.desk.head().await?;
    Ok(Json(Page {
        incarnation: app.incarnation.clone(),
        snapshot,
        items,
        cursor: cursor.to_string(),
        more,
        desk: DeskHead {
            stream: head.stream,
            seq: head.seq,
            hash: head.hash,
        },
        pins: tls_pins::said(&*app.store).await?,
    }))
}

fn changes(cursor: Cursor, mut rows: Vec<FeedRow>, newest: u64, limit: usize) -> (Vec<Item>, Cursor, bool, bool) {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let newest = if more {
        rows.last().map_or(newest, |row| row.cursor)
    } else {
        newest
    };
    let items = rows.into_iter().map(|row| item(row.kind, row.key, row.body)).collect();
    (items, Cursor { newest, ..cursor }, more, false)
}

/// All that a rep may know, in order of kind and key.
async fn known(app: &App, rep: &str) -> ApiResult<Vec<Known>> {
    let documents = app.documents().reference_of(rep, known_at_ms(app).await?).into_iter();
    let json = |document: &Document| serde_json::to_string(document).expect("a document is plain data");
    let mut known: Vec<Known> = documents
        .map(|(kind, key, document)| (kind, key, json(&document)))
        .collect();
    let noted = noted_of(app, rep).await?.into_iter();
    known.extend(noted.map(|(day, body)| (Noted::KIND, day, body)));
    known.sort();
    Ok(known)
}

fn snapshot_page(cursor: Cursor, mut known: Vec<Known>, limit: usize) -> (Vec<Item>, Cursor, bool, bool) {
    let told = cursor.told.as_ref().map(|(kind, key)| (kind.as_str(), key.as_str()));
    known.retain(|(kind, key, _)| told.is_none_or(|told| (*kind, key.as_str()) > told));
    let more = known.len() > limit;
    known.truncate(limit);
    let told = known.last().filter(|_| more);
    let told = told.map(|(kind, key, _)| ((*kind).to_owned(), key.clone()));
    let items = known
        .into_iter()
        .map(|(kind, key, json)| item(kind.to_owned(), key, Some(json)));
    (items.collect(), Cursor { told, ..cursor }, more, true)
}

fn item(kind: String, key: String, document: Option<String>) -> Item {
    let document = document.and_then(|json| RawValue::from_string(json).ok());
    Item {
        op: if document.is_some() { "put" } else { "drop" },
        kind,
        key,
        document,
    }
}

/// A retired phone is told that it is one, and nothing else: it records no more, and sends what it has.
fn retired() -> ApiError {
    ApiError::new(
        StatusCode::FORBIDDEN,
        "retired",
        "a newer phone of this rep took its place: what this one still has to send is taken",
    )
}

fn other_incarnation() -> ApiError {
    ApiError::new(
        StatusCode::GONE,
        "other_incarnation",
        "this cursor is of another server's data: ask without it",
    )
}
