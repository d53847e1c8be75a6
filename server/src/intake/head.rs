use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use onbeat_core::record::{Branch, Hash, StreamId};
use serde::Serialize;

use crate::{
    app::App,
    certificates::newest_certificate,
    error::{ApiError, ApiResult},
    phones::Caller,
};

/// What the server has of a stream.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Head {
    /// The newest epoch.
    epoch: u32,
    /// Its certificate's line.
    certificate: String,
    /// Every line with its newest record.
    lines: Vec<LineHead>,
}

/// Where one line ends.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct LineHead {
    epoch: u32,
    #[schema(value_type = String)]
    branch: Branch,
    seq: u64,
    hash: Hash,
}

/// How far the server has a stream: what a sync begins with.
#[utoipa::path(
    get,
    path = "/api/v1/streams/{stream}/head",
    tag = "phone",
    params(("stream" = String, Path, description = "The caller's own stream")),
    responses((status = 200, body = Head))
)]
pub(super) async fn head(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(stream): Path<StreamId>,
) -> ApiResult<Json<Head>> {
    caller.owns(&stream)?;
    let unknown = || ApiError::not_found("this stream was never opened");
    let certificate = newest_certificate(&*app.store, &stream).await?.ok_or_else(unknown)?;
    let mut lines = Vec::new();
    for (line, ..) in app.store.lines(&stream).await? {
        if let Some(newest) = app.store.tip(&line).await? {
            lines.push(LineHead {
                epoch: line.epoch,
                branch: line.branch,
                seq: newest.seq,
                hash: newest.hash,
            });
        }
    }
    Ok(Json(Head {
        epoch: certificate.epoch,
        certificate: certificate.line().to_owned(),
        lines,
    }))
}
