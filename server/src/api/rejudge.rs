use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    auth::Actor,
    desk::{
        Desk, DeskResult,
        rejudge::{self, Days, RejudgedPage},
    },
};

/// Which days to judge anew.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Rejudge {
    #[serde(flatten)]
    days: Days,
    /// Only say what would change.
    #[serde(default)]
    dry_run: bool,
    /// `next` of the page before.
    #[serde(default)]
    after: Option<String>,
}

/// Judges days that are over anew, by documents corrected since, some reps a page: ask again with `after` = `next`
/// until there is none. What eases a rep is applied, and reaches him; what would burden him is only said.
#[utoipa::path(post, path = "/api/v1/rejudge", tag = "company", request_body = Rejudge, responses(
    (status = 200, body = RejudgedPage),
    (status = 404, description = "`not_found`: no such rep"),
    (status = 409, description = "`day_open`: the last day is not over"),
    (status = 422, description = "`bad_range`")
))]
pub(super) async fn rejudge(
    State(desk): State<Desk>,
    actor: Actor,
    Json(Rejudge { days, dry_run, after }): Json<Rejudge>,
) -> DeskResult<Json<RejudgedPage>> {
    Ok(Json(
        rejudge::rejudge(&desk, &actor, &days, dry_run, after.as_deref()).await?,
    ))
}
