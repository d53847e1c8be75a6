use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use onbeat_core::reference::Exception;

use crate::{
    auth::Actor,
    desk::{
        Desk, DeskResult,
        exceptions::{self, Decline, Exceptions, NewException},
    },
};

/// Exceptions in force, and reasons that wait for a person.
#[utoipa::path(get, path = "/api/v1/exceptions", tag = "findings", responses((status = 200, body = Exceptions)))]
pub(super) async fn list(State(desk): State<Desk>, actor: Actor) -> DeskResult<Json<Exceptions>> {
    Ok(Json(exceptions::list(&desk, &actor).await?))
}

/// Approves a reason the rep gave, or enters leave.
#[utoipa::path(post, path = "/api/v1/exceptions", tag = "findings", request_body = NewException, responses(
    (status = 201, description = "The exception", body = Object),
    (status = 404, description = "No such rep, or no such reason of his"),
    (status = 409, description = "`own_case`, `too_late`"),
    (status = 422, description = "`incomplete`, `bad_interval`")
))]
pub(super) async fn make(
    State(desk): State<Desk>,
    actor: Actor,
    Json(new): Json<NewException>,
) -> DeskResult<(StatusCode, Json<Exception>)> {
    Ok((StatusCode::CREATED, Json(exceptions::make(&desk, &actor, new).await?)))
}

/// Says that a reason the rep gave is no excuse, and why: he reads it.
#[utoipa::path(post, path = "/api/v1/exceptions/declined", tag = "findings", request_body = Decline, responses(
    (status = 204, description = "It is recorded"),
    (status = 404, description = "No such rep, or no such reason of his"),
    (status = 409, description = "`own_case`, `decided`"),
    (status = 422, description = "`no_reason`, `too_long`")
))]
pub(super) async fn decline(
    State(desk): State<Desk>,
    actor: Actor,
    Json(declining): Json<Decline>,
) -> DeskResult<StatusCode> {
    exceptions::decline(&desk, &actor, declining).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes an exception back for the days that have not begun.
#[utoipa::path(delete, path = "/api/v1/exceptions/{exception}", tag = "findings",
    params(("exception" = String, Path, description = "The exception's id")), responses(
    (status = 204, description = "No day to come is excused by it"),
    (status = 404, description = "No such exception"),
    (status = 409, description = "`own_case`, `begun`: its last day has begun")
))]
pub(super) async fn take_back(
    State(desk): State<Desk>,
    actor: Actor,
    Path(exception): Path<String>,
) -> DeskResult<StatusCode> {
    exceptions::take_back(&desk, &actor, &exception).await?;
    Ok(StatusCode::NO_CONTENT)
}
