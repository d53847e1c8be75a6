use onbeat_core::{
    record::{Grade, StreamId},
    rules::signs::SignsNoted,
};
use serde::{Deserialize, Serialize};

use crate::{
    app::App,
    store::{Cell, Lookup, StoreResult},
};

const KIND: &str = "stream";

/// Where a phone's stream stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StreamState {
    /// The rep's phone.
    Active,
    /// A newer phone took its place; what it still has to send is taken.
    Retired,
    /// Lost: told to wipe itself.
    Revoked,
}

/// The device as it describes itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Device {
    /// `android`, `ios`, …
    pub platform: String,
    /// The maker's name for it.
    pub model: String,
    /// Version of the app.
    pub app: String,
}

/// Body of a cell of kind `stream`, keyed by the stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamBody {
    /// Whose phone.
    pub rep: String,
    /// Where it stands.
    pub state: StreamState,
    /// The device.
    pub device: Device,
    /// How its key is kept.
    pub grade: Grade,
    /// When it was enrolled, milliseconds since 1970 (UTC).
    pub enrolled_ms: i64,
    /// When records last came from it.
    pub last_sync_ms: Option<i64>,
    /// What its platform shows of itself, as it last told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signs: Option<SignsNoted>,
    /// When a newer phone took its place: where it lies since then says nothing of the rep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_ms: Option<i64>,
}

/// A stream's cell.
pub fn stream_cell(stream: &str, body: &StreamBody) -> Cell {
    Cell {
        kind: KIND.into(),
        key: stream.to_owned(),
        body: serde_json::to_string(body).expect("a stream's body is plain data"),
        expires_ms: None,
    }
}

/// The cell of a stream: kind and key.
pub(crate) fn stream_at(stream: &str) -> (String, String) {
    (KIND.into(), stream.to_owned())
}

/// What is kept of a stream, and the cell's body as it was read (for a guard).
///
/// # Errors
/// The store's.
pub async fn stream_of(store: &dyn Lookup, stream: &str) -> StoreResult<Option<(StreamBody, String)>> {
    let cell = store.cell(KIND, stream, i64::MIN).await?;
    Ok(cell.and_then(|cell| Some((serde_json::from_str(&cell.body).ok()?, cell.body))))
}

/// Which streams a rep has had: cells of kind `rep_stream`, keyed `<rep>/<stream>`.
pub(crate) fn rep_stream_cell(rep: &str, stream: &str) -> Cell {
    Cell {
        kind: "rep_stream".into(),
        key: format!("{rep}/{stream}"),
        body: "{}".into(),
        expires_ms: None,
    }
}

/// The phones that another one would take the place of.
///
/// # Errors
/// The store's.
pub async fn active_phones_of(app: &App, rep: &str) -> StoreResult<Vec<(StreamId, StreamBody)>> {
    let mut phones = phones_of(app, rep).await?;
    phones.retain(|(_, body)| body.state == StreamState::Active);
    Ok(phones)
}

/// The phones a rep has had.
///
/// # Errors
/// The store's.
pub async fn phones_of(app: &App, rep: &str) -> StoreResult<Vec<(StreamId, StreamBody)>> {
    let prefix = format!("{rep}/");
    let mut phones = Vec::new();
    for cell in app.store.cells("rep_stream", &prefix, app.now_ms()).await? {
        let stream = &cell.key[prefix.len()..];
        if let Some((body, _)) = stream_of(&*app.store, stream).await? {
            phones.push((stream.to_owned(), body));
        }
    }
    Ok(phones)
}
