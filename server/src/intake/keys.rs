use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use onbeat_core::record::{KeyFile, TlsPins};

use crate::{
    app::App,
    error::{ApiError, ApiResult},
    tls_pins,
};

/// KEYS.json: the server's public keys. Open to all: an offline check needs nothing else.
#[utoipa::path(
    get,
    path = "/api/v1/keys",
    tag = "phone",
    responses((status = 200, description = "KEYS.json", body = Object))
)]
pub(super) async fn keys(State(app): State<Arc<App>>) -> Json<KeyFile> {
    Json(app.signer.public(app.now_ms()))
}

/// Which TLS keys the server may show, signed by its signing key. Open to all: a phone asks for it that knows none of them
/// any more, and can't tell yet whom it asks.
#[utoipa::path(
    get,
    path = "/api/v1/pins",
    tag = "phone",
    responses((status = 200, body = TlsPins), (status = 404, description = "`no_pins`: it never said"))
)]
pub(super) async fn pins(State(app): State<Arc<App>>) -> ApiResult<Json<TlsPins>> {
    let said = tls_pins::said(&*app.store).await?;
    let none = || {
        ApiError::new(
            StatusCode::NOT_FOUND,
            "no_pins",
            "this server says nothing of its TLS keys",
        )
    };
    said.map(Json).ok_or_else(none)
}
