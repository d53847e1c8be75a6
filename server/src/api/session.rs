use std::time::Instant;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header::SET_COOKIE},
    response::{AppendHeaders, IntoResponse},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::guard::{COOKIE, cookie};
use crate::{
    auth::{
        Actor, Role, session,
        user::{self, User},
    },
    desk::{Desk, DeskError, DeskResult, door, users},
    serve::Address,
};

/// The first admin.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SetUp {
    /// From the set-up link.
    pub(crate) code: String,
    /// Log-in name.
    pub(crate) user: String,
    /// 12 characters or more.
    pub(crate) password: String,
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
    (status = 429, description = "`too_often`"),
    (status = 503, description = "`busy`: too many log in at this moment")
))]
pub(super) async fn log_in(
    State(desk): State<Desk>,
    address: Address,
    Json(wanted): Json<LogIn>,
) -> DeskResult<impl IntoResponse> {
    let user = admitted(&desk, address, &wanted.user, &wanted.password).await?;
    logged_in(&desk, &user).await
}

/// The user of this name and password.
///
/// # Errors
/// `bad_log_in`, `too_often`, `busy`; the store's.
pub(crate) async fn admitted(desk: &Desk, address: Address, name: &str, password: &str) -> DeskResult<User> {
    let found = user::find(&*desk.app.store, name).await?.filter(|user| !user.disabled);
    let account = user::normal(name).unwrap_or_default();
    let hash = found.as_ref().map(|user| user.password.as_str());
    let right = try_password(desk, &account, address, password, hash).await?;
    let found = found.filter(|_| right);
    found.ok_or_else(|| DeskError::forbidden("bad_log_in", "no user has this name and password"))
}

/// Whether the password is the account's. Who guesses is slowed down, by account and by address.
async fn try_password(
    desk: &Desk,
    account: &str,
    address: Address,
    password: &str,
    hash: Option<&str>,
) -> DeskResult<bool> {
    let (throttle, address) = (&desk.gate.throttle, address.to_string());
    let too_often = |wait| DeskError::too_often("too many log-ins failed: wait a little", wait);
    let known = hash.map(|_| account);
    if let Err(wait) = throttle.begin(account, &address, Instant::now()) {
        door::failed(desk, known);
        return Err(too_often(wait));
    }
    let verified = desk.gate.passwords.verify(password, hash).await;
    match verified {
        Ok(true) => throttle.succeeded(account, &address, Instant::now()),
        Ok(false) => door::failed(desk, known),
        Err(_) => throttle.untried(account, &address),
    }
    Ok(verified?)
}

/// Logs out.
#[utoipa::path(post, path = "/api/v1/logout", tag = "session", responses((status = 204, description = "Logged out")))]
pub(super) async fn log_out(State(desk): State<Desk>, headers: HeaderMap) -> DeskResult<impl IntoResponse> {
    if let Some(token) = cookie(&headers) {
        door::leave(&desk, token).await?;
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
    (status = 422, description = "`bad_password`"),
    (status = 429, description = "`too_often`"),
    (status = 503, description = "`busy`: too many log in at this moment")
))]
pub(super) async fn change_password(
    State(desk): State<Desk>,
    actor: Actor,
    address: Address,
    Json(wanted): Json<NewPassword>,
) -> DeskResult<impl IntoResponse> {
    // Who found an open session must not find out its password at leisure.
    let before = user::find(&*desk.app.store, &actor.user).await?;
    let hash = before.as_ref().map(|user| user.password.as_str());
    if !try_password(&desk, &actor.user, address, &wanted.old, hash).await? {
        return Err(DeskError::forbidden("bad_log_in", "the old password is wrong"));
    }
    let user = users::change_own_password(&desk, &actor, &wanted.new).await?;
    logged_in(&desk, &user).await
}

async fn logged_in(desk: &Desk, user: &User) -> DeskResult<impl IntoResponse + use<>> {
    let cookie = begun(desk, user).await?;
    Ok((AppendHeaders([(SET_COOKIE, cookie)]), Json(Me::from(user.actor()))))
}

/// Begins a session; the cookie that carries it.
///
/// # Errors
/// The store's.
pub(crate) async fn begun(desk: &Desk, user: &User) -> DeskResult<String> {
    let token = door::enter(desk, user).await?;
    Ok(set_cookie(desk, token.reveal(), session::ABSOLUTE_MS / 1000))
}

/// The session's cookie; without a token and age it ends.
pub(crate) fn set_cookie(desk: &Desk, token: &str, age_s: i64) -> String {
    let secure = if desk.tls { "; Secure" } else { "" };
    format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age_s}{secure}")
}
