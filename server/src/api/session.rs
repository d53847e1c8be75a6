use std::{net::SocketAddr, time::Instant};

use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderMap, StatusCode, header::SET_COOKIE},
    response::{AppendHeaders, IntoResponse},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::guard::{COOKIE, cookie};
use crate::{
    auth::{
        Actor, Role, Token, session,
        user::{self, User},
    },
    desk::{Desk, DeskError, DeskResult, users},
    serve::Peer,
};

/// The first admin.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct SetUp {
    /// From the set-up link.
    pub(super) code: String,
    /// Log-in name.
    pub(super) user: String,
    /// 12 characters or more.
    pub(super) password: String,
}

/// Who logs in.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct LogIn {
    /// Log-in name.
    user: String,
    /// Password.
    password: String,
}

/// A new password.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewPassword {
    /// The one so far.
    old: String,
    /// 12 characters or more.
    new: String,
}

/// Who is logged in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Me {
    /// Log-in name.
    user: String,
    /// What the user may do.
    role: Role,
    /// Own teams.
    teams: Vec<String>,
}

impl From<Actor> for Me {
    fn from(actor: Actor) -> Self {
        Self {
            user: actor.user,
            role: actor.role,
            teams: actor.teams,
        }
    }
}

/// Makes the first admin by the one-time code of the set-up link, and logs him in.
#[utoipa::path(post, path = "/api/v1/setup", tag = "session", request_body = SetUp, responses(
    (status = 201, description = "Made and logged in", body = Me),
    (status = 403, description = "`bad_code`"),
    (status = 422, description = "`bad_user`, `bad_password`")
))]
pub(super) async fn set_up(State(desk): State<Desk>, Json(wanted): Json<SetUp>) -> DeskResult<impl IntoResponse> {
    let admin = users::set_up(&desk, &wanted.code, &wanted.user, &wanted.password).await?;
    Ok((StatusCode::CREATED, logged_in(&desk, &admin).await?))
}

/// Logs in: the answer sets the session's cookie.
#[utoipa::path(post, path = "/api/v1/login", tag = "session", request_body = LogIn, responses(
    (status = 200, description = "Logged in", body = Me),
    (status = 403, description = "`bad_log_in`: no such user, or another password"),
    (status = 429, description = "`too_often`")
))]
pub(super) async fn log_in(
    State(desk): State<Desk>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Json(wanted): Json<LogIn>,
) -> DeskResult<impl IntoResponse> {
    let account = user::normal(&wanted.user).unwrap_or_default();
    let address = address(peer.map(|Extension(Peer(peer))| peer), &headers);
    let throttle = &desk.gate.throttle;
    let too_often = |wait| DeskError::too_often("too many log-ins failed: wait a little", wait);
    throttle.admit(&account, &address, Instant::now()).map_err(too_often)?;
    let found = user::find(&*desk.app.store, &wanted.user)
        .await?
        .filter(|user| !user.disabled);
    let hash = found.as_ref().map(|user| user.password.as_str());
    let right = desk.gate.passwords.verify(&wanted.password, hash).await;
    let Some(found) = found.filter(|_| right) else {
        throttle.failed(&account, &address, Instant::now());
        return Err(DeskError::forbidden("bad_log_in", "no user has this name and password"));
    };
    throttle.succeeded(&account);
    logged_in(&desk, &found).await
}

/// Logs out.
#[utoipa::path(post, path = "/api/v1/logout", tag = "session", responses((status = 204, description = "Logged out")))]
pub(super) async fn log_out(State(desk): State<Desk>, headers: HeaderMap) -> DeskResult<impl IntoResponse> {
    if let Some(token) = cookie(&headers) {
        session::end(&*desk.app.store, token).await?;
    }
    Ok((
        StatusCode::NO_CONTENT,
        AppendHeaders([(SET_COOKIE, set_cookie(&desk, "", 0))]),
    ))
}

/// Who is logged in.
#[utoipa::path(get, path = "/api/v1/me", tag = "session", responses((status = 200, body = Me)))]
pub(super) async fn me(actor: Actor) -> Json<Me> {
    Json(actor.into())
}

/// Changes the own password; other sessions and tokens end.
#[utoipa::path(put, path = "/api/v1/me/password", tag = "session", request_body = NewPassword, responses(
    (status = 200, description = "Changed, and logged in anew", body = Me),
    (status = 403, description = "`bad_log_in`"),
    (status = 422, description = "`bad_password`")
))]
pub(super) async fn change_password(
    State(desk): State<Desk>,
    actor: Actor,
    Json(wanted): Json<NewPassword>,
) -> DeskResult<impl IntoResponse> {
    let user = users::change_own_password(&desk, &actor, &wanted.old, &wanted.new).await?;
    logged_in(&desk, &user).await
}

async fn logged_in(desk: &Desk, user: &User) -> DeskResult<impl IntoResponse + use<>> {
    let token: Token = session::begin(&*desk.app.store, user, desk.now_ms()).await?;
    let cookie = set_cookie(desk, token.reveal(), session::ABSOLUTE_MS / 1000);
    Ok((AppendHeaders([(SET_COOKIE, cookie)]), Json(Me::from(user.actor()))))
}

fn set_cookie(desk: &Desk, token: &str, age_s: i64) -> String {
    let secure = if desk.tls { "; Secure" } else { "" };
    format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age_s}{secure}")
}

/// Whom a log-in comes from. A proxy on this machine says for whom it asks; from anywhere else the header is
/// anybody's word.
fn address(peer: Option<SocketAddr>, headers: &HeaderMap) -> String {
    let Some(peer) = peer else { return String::new() };
    let forwarded = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let nearest = forwarded
        .and_then(|list| list.rsplit(',').next())
        .map(|name| name.trim().chars().take(64).collect());
    nearest
        .filter(|_| peer.ip().is_loopback())
        .unwrap_or_else(|| peer.ip().to_string())
}
