use axum::{
    Json,
    body::Body,
    extract::{Path, Query, State},
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{AppendHeaders, IntoResponse, IntoResponseParts},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::page::{Page, PageQuery};
use crate::{
    auth::Actor,
    desk::{
        Desk, DeskResult,
        audit::{self, DeskRecord},
        export::{self, Export},
        look,
    },
};

/// Why a log or a quarantined batch is opened.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Why {
    /// The id of a finding or a visit of this rep, `emergency`, or a reason in words. The rep sees it.
    why: String,
}

/// The log of all phones of a rep, as `onbeat export log` writes it: with `/api/v1/keys` as KEYS.json,
/// `onbeat verify` checks it anywhere. It holds trails, so opening it is recorded first, and the rep sees who did
/// and why.
#[utoipa::path(get, path = "/api/v1/reps/{rep}/log", tag = "account",
    params(("rep" = String, Path, description = "Rep id"), Why), responses(
    (status = 200, description = "The log", body = String, content_type = "application/x-ndjson"),
    (status = 409, description = "`no_phone`: the rep never had one, so there is no log"),
    (status = 422, description = "`no_reason`")
))]
pub(super) async fn log(
    State(desk): State<Desk>,
    actor: Actor,
    Path(rep): Path<String>,
    Query(Why { why }): Query<Why>,
) -> DeskResult<impl IntoResponse> {
    look::log(&desk, &actor, &rep, None, &why).await?;
    let what = Export::Log {
        stream: None,
        rep: Some(rep),
    };
    Ok((
        as_log("log.ndjson"),
        Body::from_stream(export::stream(desk, what).await?),
    ))
}

/// What phones of the reps that this person sees sent that did not check, forks, and times that cannot be true, newest first.
#[utoipa::path(get, path = "/api/v1/quarantine", tag = "company", params(PageQuery),
    responses((status = 200, body = Page<DeskRecord>)))]
pub(super) async fn quarantine(
    State(desk): State<Desk>,
    actor: Actor,
    Query(page): Query<PageQuery>,
) -> DeskResult<Json<Page<DeskRecord>>> {
    Ok(Json(
        page.desk_records(&desk, &audit::UNCHECKED, audit::of_own_rep(&desk, &actor))
            .await?,
    ))
}

/// The bytes of a batch that did not check, as they came but for places that must not be kept. They may hold the
/// rep's places, so opening them is recorded first, and the rep sees who did and why.
#[utoipa::path(get, path = "/api/v1/quarantine/{seq}", tag = "company",
    params(("seq" = String, Path, description = "`seq` in the list"), Why), responses(
    (status = 200, description = "The bytes", body = Vec<u8>, content_type = "application/x-ndjson"),
    (status = 404, description = "`not_found`"),
    (status = 422, description = "`no_reason`")
))]
pub(super) async fn quarantined(
    State(desk): State<Desk>,
    actor: Actor,
    Path(seq): Path<String>,
    Query(Why { why }): Query<Why>,
) -> DeskResult<impl IntoResponse> {
    let bytes = audit::opened(&desk, &actor, &seq, &why).await?;
    Ok((as_log("quarantine.ndjson"), Body::from(bytes)))
}

/// What a phone sent is saved as a file: a browser is not to guess what it might be.
fn as_log(name: &str) -> impl IntoResponseParts {
    AppendHeaders([
        (CONTENT_TYPE, "application/x-ndjson".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ])
}
