//! Photos follow the record that names them, in chunks that resume.

use std::sync::Arc;

use axum::{
    Json,
    body::Body as HttpBody,
    extract::{Path, Query, State},
    http::StatusCode,
};
use onbeat_core::{record::Hash, rules::visit::PhotoTaken};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    error::{ApiError, ApiResult},
    limits::CHUNKS,
    phones::Caller,
    store::Change,
};

#[cfg(test)]
mod tests;

/// One chunk.
const CHUNK_BYTES: usize = 256 * 1024;
/// One photo.
const PHOTO_BYTES: u64 = 12 * 1024 * 1024;

/// Key of the records that name a photo.
pub fn photo_key(photo: &Hash) -> String {
    format!("photo/{photo}")
}

/// What phones may call.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(photo, put_photo))
}

/// How much of a photo the server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Progress {
    /// Bytes so far: where the next chunk goes.
    offset: u64,
    /// All of it, and its hash is right.
    complete: bool,
}

/// Where a chunk goes.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub(crate) struct At {
    offset: u64,
}

/// How much of a photo has come.
#[utoipa::path(
    get,
    path = "/api/v1/photos/{sha256}",
    tag = "phone",
    params(("sha256" = String, Path, description = "SHA-256 of the photo's bytes")),
    responses((status = 200, body = Progress), (status = 404, description = "`not_named`"))
)]
pub(crate) async fn photo(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(sha256): Path<String>,
) -> ApiResult<Json<Progress>> {
    let photo = read_hash(&sha256)?;
    let length = named_length(&app, &caller, &photo).await?;
    progress(&app, &photo, length).await.map(Json)
}

/// Takes a chunk of a photo.
#[utoipa::path(
    put,
    path = "/api/v1/photos/{sha256}",
    tag = "phone",
    params(("sha256" = String, Path, description = "SHA-256 of the photo's bytes"), At),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "At most 256 KiB"),
    responses(
        (status = 200, body = Progress),
        (status = 404, description = "`not_named`: no stored record of the caller's names it"),
        (status = 409, description = "`offset` {offset}: the next chunk goes there"),
        (status = 413, description = "`too_big`"),
        (status = 422, description = "`photo_hash`: other bytes than the record names; all parts are dropped"),
    )
)]
pub(crate) async fn put_photo(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(sha256): Path<String>,
    Query(at): Query<At>,
    body: HttpBody,
) -> ApiResult<Json<Progress>> {
    caller.may(&app, "chunk", CHUNKS)?;
    let photo = read_hash(&sha256)?;
    let length = named_length(&app, &caller, &photo).await?;
    let chunk = axum::body::to_bytes(body, CHUNK_BYTES).await.map_err(|_| too_big())?;
    let before = progress(&app, &photo, length).await?;
    if before.complete {
        return Ok(Json(before));
    }
    let end = at.offset.saturating_add(chunk.len() as u64);
    if end > length {
        return Err(swapped(&app, photo).await?);
    }
    let offset = app.store.append_blob(&photo, at.offset, chunk.to_vec()).await?;
    if offset != end {
        let why = format!("{offset} bytes have come: go on from there");
        return Err(ApiError::new(StatusCode::CONFLICT, "offset", why).with("offset", offset));
    }
    progress(&app, &photo, length).await.map(Json)
}

/// How far a photo is. One whose last chunk has come is finished, also where the server died before it was: no chunk
/// that was acknowledged is lost.
async fn progress(app: &App, photo: &Hash, length: u64) -> ApiResult<Progress> {
    let mut complete = app.store.blob(photo).await?.is_some();
    let offset = match complete {
        true => length,
        false => app.store.unfinished_blob(photo).await?,
    };
    if !complete && offset == length {
        finish(app, *photo).await?;
        complete = true;
    }
    Ok(Progress { offset, complete })
}

/// Checks the whole and puts it where it can be seen.
async fn finish(app: &App, photo: Hash) -> ApiResult<()> {
    let bytes = app.store.unfinished_bytes(&photo).await?;
    if Hash::of(&bytes) != photo {
        return Err(swapped(app, photo).await?);
    }
    let change = Change {
        blobs: vec![(photo, bytes)],
        drop_unfinished: vec![photo],
        ..Change::default()
    };
    app.commit(change).await?;
    Ok(())
}

/// The length that a stored record of the caller's gives the photo.
async fn named_length(app: &App, caller: &Caller, photo: &Hash) -> ApiResult<u64> {
    let rows = app.store.records_of(&photo_key(photo)).await?;
    let own = rows.iter().filter(|row| row.line.stream == caller.stream);
    let mut named = own.filter_map(|row| row.read()?.read::<PhotoTaken>()?.ok());
    let taken = named.next().ok_or_else(|| {
        ApiError::new(
            StatusCode::NOT_FOUND,
            "not_named",
            "no stored record of this phone names the photo: send the record first",
        )
    })?;
    if (1..=PHOTO_BYTES).contains(&taken.bytes) {
        Ok(taken.bytes)
    } else {
        Err(too_big())
    }
}

/// Other bytes than the record names: what came of them goes.
async fn swapped(app: &App, photo: Hash) -> ApiResult<ApiError> {
    let change = Change {
        drop_unfinished: vec![photo],
        ..Change::default()
    };
    app.commit(change).await?;
    Ok(photo_hash())
}

fn read_hash(text: &str) -> ApiResult<Hash> {
    text.parse()
        .map_err(|error| ApiError::bad_request("bad_hash", format!("{error}")))
}

fn photo_hash() -> ApiError {
    ApiError::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "photo_hash",
        "these are not the bytes that the record names: what came is dropped, send the photo from the start",
    )
}

fn too_big() -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_big",
        "a chunk has at most 256 KiB, a photo at most 12 MiB",
    )
}
