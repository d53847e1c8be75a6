use std::sync::Arc;

use axum::{Json, extract::State};
use onbeat_core::record::{Anchor, Hash, StreamId, Tip};
use serde::{Deserialize, Serialize};

use crate::{
    app::App,
    error::{ApiResult, Input},
    phones::Caller,
};

/// The phone's newest record, by its own word.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(super) struct Newest {
    #[schema(value_type = String)]
    stream: StreamId,
    epoch: u32,
    seq: u64,
    hash: Hash,
}

/// The server's time, signed over it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Now {
    anchor: Anchor,
}

/// Signs the server's time over a phone's newest record: what comes after it is provably later.
#[utoipa::path(
    post,
    path = "/api/v1/time",
    tag = "phone",
    request_body = Newest,
    responses((status = 200, body = Now))
)]
pub(super) async fn time(
    State(app): State<Arc<App>>,
    caller: Caller,
    Input(newest): Input<Newest>,
) -> ApiResult<Json<Now>> {
    caller.owns(&newest.stream)?;
    let tip = Tip {
        stream: newest.stream,
        epoch: newest.epoch,
        seq: newest.seq,
        hash: newest.hash,
    };
    let now_ms = app.now_ms();
    let anchor = app.signer.sign(now_ms, |kid| Anchor::unsigned(&tip, now_ms, kid));
    Ok(Json(Now { anchor }))
}
