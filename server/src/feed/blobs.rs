use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::header::CONTENT_TYPE,
    response::IntoResponse,
};
use onbeat_core::{record::Hash, reference::Document, rules::Noted};

use super::{noted::noted_of, publish::known_at_ms};
use crate::{
    app::App,
    error::{ApiError, ApiResult},
    phones::Caller,
};

/// The bytes of a shape or past documents that the caller was told of; nothing else of what the server keeps.
#[utoipa::path(
    get,
    path = "/api/v1/blobs/{sha256}",
    tag = "phone",
    params(("sha256" = String, Path, description = "SHA-256 of the bytes")),
    responses(
        (status = 200, description = "The bytes", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, description = "`not_found`"),
    )
)]
pub(super) async fn blob(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(sha256): Path<String>,
) -> ApiResult<impl IntoResponse> {
    let unknown = || ApiError::not_found("no shape of this rep's area has this hash");
    let hash: Hash = sha256.parse().map_err(|_| unknown())?;
    let known = app.documents().reference_of(&caller.rep, known_at_ms(&app).await?);
    let is_known = known.iter().any(|(_, _, document)| names(document, &hash));
    if !is_known && !past_names(&app, &caller.rep, &hash).await? {
        return Err(unknown());
    }
    let bytes = app.store.blob(&hash).await?.ok_or_else(unknown)?;
    Ok(([(CONTENT_TYPE, "application/octet-stream")], bytes))
}

fn names(document: &Document, hash: &Hash) -> bool {
    matches!(document, Document::Area(area) if area.shapes().any(|shape| shape == hash))
}

/// Whether what was told of a rep's days of the past names it.
async fn past_names(app: &App, rep: &str, hash: &Hash) -> ApiResult<bool> {
    let told = noted_of(app, rep).await?;
    let noted = told
        .iter()
        .filter_map(|(_, body)| serde_json::from_str::<Noted>(body).ok());
    let mut judged_by = noted.filter_map(|noted| noted.judged_by);
    Ok(judged_by.any(|judged_by| judged_by.blobs().any(|blob| blob == hash)))
}
