use axum::{
    Json,
    extract::{Query, State},
    http::StatusCode,
};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    auth::Actor,
    desk::{
        Desk, DeskResult,
        register::{self, Call, CallEntered, RegisterRow},
        seen,
    },
};

/// Which day.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DayQuery {
    /// `YYYY-MM-DD`; today where nothing is said.
    #[param(value_type = Option<String>, format = Date)]
    day: Option<NaiveDate>,
}

/// Who signed in when, where and how; who has not has no `at_ms`. That somebody saw the landlines of customers from whom
/// reps called is recorded.
#[utoipa::path(get, path = "/api/v1/register", tag = "account", params(DayQuery),
    responses((status = 200, body = Vec<RegisterRow>)))]
pub(super) async fn of_day(
    State(desk): State<Desk>,
    actor: Actor,
    Query(query): Query<DayQuery>,
) -> DeskResult<Json<Vec<RegisterRow>>> {
    let now_ms = desk.now_ms();
    let today = || desk.app.documents().schedule_at("", now_ms).day_of(now_ms);
    let rows = register::of_day(&desk, &actor, query.day.unwrap_or_else(today)).await?;
    seen::note(&desk, &actor, register::callers(&rows), true).await?;
    Ok(Json(rows))
}

/// Enters a phone sign-in for a rep who called. A customer's landline is evidence of the place.
#[utoipa::path(post, path = "/api/v1/register", tag = "account", request_body = Call, responses(
    (status = 201, description = "Entered", body = CallEntered),
    (status = 422, description = "`bad_number`, `bad_time`, `not_come`, `bad_note`")
))]
pub(super) async fn enter(
    State(desk): State<Desk>,
    actor: Actor,
    Json(call): Json<Call>,
) -> DeskResult<(StatusCode, Json<CallEntered>)> {
    Ok((StatusCode::CREATED, Json(register::enter(&desk, &actor, call).await?)))
}
