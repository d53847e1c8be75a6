use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::header::CONTENT_TYPE,
    response::IntoResponse,
};
use onbeat_core::{record::Hash, reference::Document};

use super::publish::known_at_ms;
use crate::{
    app::App,
    error::{ApiError, ApiResult},
    phones::Caller,
};

/// The bytes of a shape that the caller's reference names; nothing else of what the server keeps.
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
    if !known.iter().any(|(_, _, document)| names(document, &hash)) {
        return Err(unknown());
    }
    let bytes = app.store.blob(&hash).await?.ok_or_else(unknown)?;
    Ok(([(CONTENT_TYPE, "application/octet-stream")], bytes))
}

fn names(document: &Document, hash: &Hash) -> bool {
    let Document::Area(area) = document else {
        return false;
    };
    let districts = area.districts.iter().map(|district| &district.shape);
    let no_go = area.no_go.iter().map(|place| &place.shape);
    [&area.area]
        .into_iter()
        .chain(districts)
        .chain(no_go)
        .any(|shape| shape == hash)
}
