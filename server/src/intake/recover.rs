use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use onbeat_core::record::{Payload, PublicKey, StreamId};
use serde::{Deserialize, Serialize};

use super::enrol::{Code, bad_code};
use crate::{
    app::App,
    append::append,
    desk_log::Act,
    error::{ApiError, ApiResult, Input},
    serve::Address,
    signer::Sealed,
    store::Change,
};

/// Desk record: the server opened its copy of a phone's database key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryOpened {
    /// Whose.
    pub rep: String,
    /// Which stream.
    pub stream: StreamId,
}
impl Payload for RecoveryOpened {
    const TYPE: &'static str = "recovery.opened";
}

/// A phone whose platform key is gone.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(super) struct Recovery {
    /// Given out by the desk for this stream.
    code: String,
    /// The stream.
    #[schema(value_type = String)]
    stream: StreamId,
    /// X25519 key to seal to, base64url.
    #[schema(value_type = String)]
    key: PublicKey,
}

/// Gives a phone its database key back.
#[utoipa::path(
    post,
    path = "/api/v1/recover",
    tag = "phone",
    request_body = Recovery,
    responses(
        (status = 200, description = "The database key, sealed to the phone", body = Sealed),
        (status = 401, description = "`bad_code`"),
        (status = 429, description = "`too_often`: too many codes tried from one address"),
        (status = 422, description = "`recovery`: the sealed copy does not open"),
    )
)]
pub(super) async fn recover(
    State(app): State<Arc<App>>,
    address: Address,
    Input(wanted): Input<Recovery>,
) -> ApiResult<Json<Sealed>> {
    let code = Code::find(&app, &wanted.code, address).await?;
    if code.body.recover.as_ref() != Some(&wanted.stream) {
        return Err(bad_code());
    }
    let cell = app.store.cell("recovery", &wanted.stream, app.now_ms()).await?;
    let lost = |why: String| ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "recovery", why);
    let cell = cell.ok_or_else(|| lost("no copy of this phone's key is kept".into()))?;
    let sealed = serde_json::from_str(&cell.body).map_err(|e| lost(e.to_string()))?;
    let again = app
        .signer
        .reseal(&sealed, wanted.key.as_bytes())
        .map_err(|e| lost(e.to_string()))?;
    let act = Act::new(&RecoveryOpened {
        rep: code.body.rep.clone(),
        stream: wanted.stream,
    });
    let mut change = Change::default();
    code.use_up(&mut change);
    let opened = append(&app, vec![act], change).await?;
    opened.ok_or_else(bad_code)?;
    Ok(Json(again))
}
