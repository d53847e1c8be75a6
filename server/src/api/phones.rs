use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};

use crate::{
    auth::Actor,
    desk::{
        Desk, DeskResult,
        enrol::{self, CodeShown, NewCode},
        phones::{self, Phone},
    },
};

/// The phones of the reps this person sees.
#[utoipa::path(get, path = "/api/v1/phones", tag = "company", responses((status = 200, body = Vec<Phone>)))]
pub(super) async fn list(State(desk): State<Desk>, actor: Actor) -> DeskResult<Json<Vec<Phone>>> {
    Ok(Json(phones::list(&desk, &actor).await?))
}

/// Revokes a lost phone: it wipes itself at its next contact.
#[utoipa::path(post, path = "/api/v1/phones/{stream}/revoke", tag = "company",
    params(("stream" = String, Path, description = "Its stream")),
    responses((status = 200, body = Phone), (status = 404, description = "`not_found`")))]
pub(super) async fn revoke(
    State(desk): State<Desk>,
    actor: Actor,
    Path(stream): Path<String>,
) -> DeskResult<Json<Phone>> {
    Ok(Json(phones::revoke(&desk, &actor, &stream).await?))
}

/// Makes a one-time code for a rep's phone; the link is told once.
#[utoipa::path(post, path = "/api/v1/codes", tag = "company", request_body = NewCode, responses(
    (status = 201, body = CodeShown),
    (status = 403, description = "`not_your_role`: a code that gives a database key back is for admins to make"),
    (status = 409, description = "`duties_missing`: no phone is enrolled before the employer's duties are recorded"),
    (status = 422, description = "`bad_days`")
))]
pub(super) async fn code(
    State(desk): State<Desk>,
    actor: Actor,
    Json(new): Json<NewCode>,
) -> DeskResult<(StatusCode, Json<CodeShown>)> {
    Ok((StatusCode::CREATED, Json(enrol::issue(&desk, &actor, new).await?)))
}
