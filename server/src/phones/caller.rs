use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, header::AUTHORIZATION, request::Parts},
};
use onbeat_core::record::{Hash, StreamId};
use serde::{Deserialize, Serialize};

use super::streams::{StreamBody, StreamState, stream_of};
use crate::{
    app::App,
    error::{ApiError, ApiResult},
    limits::{CALLS, Rate},
    store::Cell,
};

/// Body of a cell of kind `token`.
#[derive(Serialize, Deserialize)]
struct TokenBody {
    stream: StreamId,
    rep: String,
}

/// Key of a token's cell: tokens and codes are kept only as their SHA-256.
pub fn token_key(token: &str) -> String {
    Hash::of(token).to_string()
}

pub(crate) fn token_cell(token: &str, stream: &str, rep: &str) -> Cell {
    let body = TokenBody {
        stream: stream.to_owned(),
        rep: rep.to_owned(),
    };
    Cell {
        kind: "token".into(),
        key: token_key(token),
        body: serde_json::to_string(&body).expect("a token's body is plain data"),
        expires_ms: None,
    }
}

/// The phone that calls, known by its device token.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Its stream.
    pub stream: StreamId,
    /// Whose phone it is.
    pub rep: String,
    /// What is kept of the stream.
    pub state: StreamBody,
}

impl Caller {
    /// Refuses another's stream.
    ///
    /// # Errors
    /// 403 `not_your_stream`.
    pub fn owns(&self, stream: &str) -> ApiResult<()> {
        if self.stream == stream {
            return Ok(());
        }
        Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "not_your_stream",
            "this token is of another stream",
        ))
    }

    /// Takes one of the calls that this phone may make.
    ///
    /// # Errors
    /// 429 `too_often`, with the seconds to wait.
    pub fn may(&self, app: &App, what: &'static str, rate: Rate) -> ApiResult<()> {
        may(app, what, &self.stream, rate)
    }
}

/// 403 `revoked`: the phone was lost.
pub(crate) fn not_revoked(stream: &StreamBody) -> ApiResult<()> {
    if stream.state != StreamState::Revoked {
        return Ok(());
    }
    let why = "this phone was given up as lost: what it sent is safe, it is to wipe itself";
    Err(ApiError::new(StatusCode::FORBIDDEN, "revoked", why).with("wipe", true))
}

pub(crate) fn may(app: &App, what: &'static str, who: &str, rate: Rate) -> ApiResult<()> {
    app.limits.take(what, who, rate, app.now_ms()).map_err(|wait_ms| {
        let seconds = u32::try_from(wait_ms / 1000 + 1).unwrap_or(u32::MAX);
        ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_often",
            "too many calls: wait a little",
        )
        .retry_after_s(seconds)
    })
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> ApiResult<Self> {
        let unknown = || {
            ApiError::new(
                StatusCode::UNAUTHORIZED,
                "unknown_device",
                "no phone has this token: enrol it anew",
            )
        };
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or_else(unknown)?;
        let now_ms = app.now_ms();
        let cell = app
            .store
            .cell("token", &token_key(token), now_ms)
            .await?
            .ok_or_else(unknown)?;
        let token: TokenBody = serde_json::from_str(&cell.body).map_err(|_| unknown())?;
        let (state, _) = stream_of(&*app.store, &token.stream).await?.ok_or_else(unknown)?;
        not_revoked(&state)?;
        let caller = Self {
            stream: token.stream,
            rep: token.rep,
            state,
        };
        caller.may(app, "call", CALLS)?;
        Ok(caller)
    }
}
