use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::IntoResponse,
};
use onbeat_core::{record::Hash, rules::visit::VisitView};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    days::DaysQuery,
    page::{Page, PageQuery},
};
use crate::{
    auth::Actor,
    desk::{Desk, DeskError, DeskResult, seen, visits},
    files::export::VisitRow,
    store::{Field, ViewRow},
};

/// Which visits.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct VisitsQuery {
    /// Only to this customer.
    customer: Option<String>,
}

/// A visit, and whose.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct VisitShown {
    /// The rep's id.
    rep: String,
    /// The day, `YYYY-MM-DD`.
    day: String,
    /// The visit.
    visit: VisitView,
}

/// Visits, newest first. That somebody read what was reported of customers is recorded.
#[utoipa::path(get, path = "/api/v1/visits", tag = "account", params(VisitsQuery, DaysQuery, PageQuery),
    responses((status = 200, body = Page<VisitShown>)))]
pub(super) async fn list(
    State(desk): State<Desk>,
    actor: Actor,
    Query(wanted): Query<VisitsQuery>,
    Query(days): Query<DaysQuery>,
    Query(page): Query<PageQuery>,
) -> DeskResult<Json<Page<VisitShown>>> {
    let mut query = days.query(&desk, &actor, "visit");
    let customer = wanted
        .customer
        .map(|customer| ("customer".to_owned(), Field::Text(customer)));
    query.fields.extend(customer);
    let item = |row: ViewRow| serde_json::from_str::<VisitShown>(&row.body).ok();
    let visits = page.views(&desk, query, item).await?;
    let customers = visits.items.iter().map(|shown| &shown.visit.customer);
    seen::note(&desk, &actor, customers, false).await?;
    Ok(Json(visits))
}

/// One visit. That somebody read what was reported of the customer is recorded.
#[utoipa::path(get, path = "/api/v1/visits/{visit}", tag = "account",
    params(("visit" = String, Path, description = "The visit's id")),
    responses((status = 200, body = VisitShown), (status = 404, description = "`not_found`")))]
pub(super) async fn one(
    State(desk): State<Desk>,
    actor: Actor,
    Path(visit): Path<String>,
) -> DeskResult<Json<VisitShown>> {
    let VisitRow { rep, day, visit } = visits::open(&desk, &actor, &visit).await?;
    Ok(Json(VisitShown { rep, day, visit }))
}

/// A photo of a visit.
#[utoipa::path(get, path = "/api/v1/visits/{visit}/photos/{photo}", tag = "account",
    params(("visit" = String, Path, description = "The visit's id"), ("photo" = String, Path, description = "SHA-256")),
    responses(
        (status = 200, description = "The bytes as the phone sent them", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, description = "`not_found`: not of this visit, or not here yet")
    ))]
pub(super) async fn photo(
    State(desk): State<Desk>,
    actor: Actor,
    Path((visit, photo)): Path<(String, String)>,
) -> DeskResult<impl IntoResponse> {
    let missing = || DeskError::missing("photo", &photo);
    let hash: Hash = photo.parse().map_err(|_| missing())?;
    let shown = visits::open(&desk, &actor, &visit).await?;
    let named = shown.visit.photos.contains(&hash);
    let bytes = if named { desk.app.store.blob(&hash).await? } else { None };
    // What a phone sent is shown as a picture and as nothing else: a browser is not to guess.
    let headers = [
        (CONTENT_TYPE, "image/jpeg"),
        (CONTENT_DISPOSITION, "inline; filename=\"photo.jpg\""),
    ];
    Ok((headers, Bytes::from(bytes.ok_or_else(missing)?)))
}
