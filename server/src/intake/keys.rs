use std::sync::Arc;

use axum::{Json, extract::State};
use onbeat_core::record::KeyFile;

use crate::app::App;

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
