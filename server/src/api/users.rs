use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};

use crate::{
    auth::Actor,
    desk::{
        Desk, DeskResult,
        users::{self, NewUser, UserChange, UserShown},
    },
};

/// All who log in.
#[utoipa::path(get, path = "/api/v1/users", tag = "company", responses((status = 200, body = Vec<UserShown>)))]
pub(super) async fn list(State(desk): State<Desk>) -> DeskResult<Json<Vec<UserShown>>> {
    Ok(Json(users::list(&desk).await?))
}

/// Adds a user; without a password one is made and told once.
#[utoipa::path(post, path = "/api/v1/users", tag = "company", request_body = NewUser, responses(
    (status = 201, body = UserShown),
    (status = 409, description = "`exists`"),
    (status = 422, description = "`bad_user`, `bad_password`")
))]
pub(super) async fn add(
    State(desk): State<Desk>,
    actor: Actor,
    Json(new): Json<NewUser>,
) -> DeskResult<(StatusCode, Json<UserShown>)> {
    Ok((StatusCode::CREATED, Json(users::add(&desk, &actor, new).await?)))
}

/// Changes a user; with a new password, or disabled, sessions and tokens of before end.
#[utoipa::path(put, path = "/api/v1/users/{user}", tag = "company",
    params(("user" = String, Path, description = "Log-in name")), request_body = UserChange, responses(
    (status = 200, body = UserShown),
    (status = 404, description = "`not_found`"),
    (status = 409, description = "`last_admin`")
))]
pub(super) async fn change(
    State(desk): State<Desk>,
    actor: Actor,
    Path(user): Path<String>,
    Json(change): Json<UserChange>,
) -> DeskResult<Json<UserShown>> {
    Ok(Json(users::change(&desk, &actor, &user, change).await?))
}
