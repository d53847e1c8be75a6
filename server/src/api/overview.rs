use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use onbeat_core::reference::Customer;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::page::{Page, PageQuery};
use crate::{
    auth::Actor,
    desk::{Books, Desk, DeskResult, audit::DeskRecord, customers, seen},
    error::{ApiError, ApiResult},
    ready,
};

/// A rep.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RepShown {
    /// The rep's id.
    rep: String,
    /// Name as people say it.
    name: String,
    /// Team id.
    team: String,
    /// Role in the policy's windows.
    role: Option<String>,
    /// District ids.
    districts: Vec<String>,
    /// How many customers are assigned.
    customers: usize,
}

/// A team.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TeamShown {
    /// Its id.
    team: String,
    /// Its name.
    name: String,
}

/// A customer's landline.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Landline {
    /// As people write it; none takes it away.
    number: Option<String>,
}

/// Which desk records.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditQuery {
    /// Only of this type.
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// Whether the server lives and its store can be read; `settled`: no view waits to be folded anew.
#[utoipa::path(get, path = "/healthz", tag = "company", responses((status = 200, description = "It does", body = Object)))]
pub(super) async fn health(State(desk): State<Desk>) -> DeskResult<Json<serde_json::Value>> {
    let settled = desk.app.store.marks(1).await?.is_empty();
    let version = env!("CARGO_PKG_VERSION");
    Ok(Json(
        serde_json::json!({ "ok": true, "version": version, "demo": desk.app.demo, "settled": settled }),
    ))
}

/// Whether the server can do its work now; if not, each reason with how to mend it. It is for whoever shares out
/// requests, and for monitoring.
#[utoipa::path(get, path = "/readyz", tag = "company", responses(
    (status = 200, description = "It can", body = Object),
    (status = 503, description = "`not_ready`, with `reasons` [{code, message}]: `stopping`, `store`, `disk_full`, \
                                  `disk_low`, `folds_behind`")
))]
pub(super) async fn ready(State(desk): State<Desk>) -> ApiResult<Json<serde_json::Value>> {
    let reasons = ready::reasons(&desk.app).await;
    if reasons.is_empty() {
        return Ok(Json(serde_json::json!({ "ready": true })));
    }
    let told: Vec<&str> = reasons.iter().map(|reason| reason.message.as_str()).collect();
    let error = ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", told.join("; "));
    Err(error.with("reasons", serde_json::json!(reasons)).retry_after_s(5))
}

/// The reps this person sees.
#[utoipa::path(get, path = "/api/v1/reps", tag = "account", responses((status = 200, body = Vec<RepShown>)))]
pub(super) async fn reps(State(desk): State<Desk>, actor: Actor) -> Json<Vec<RepShown>> {
    let books = Books::now(&desk);
    let seen = books.reps.iter().filter(|(_, rep)| actor.covers(&rep.team));
    let shown = seen.map(|(id, rep)| RepShown {
        rep: id.clone(),
        name: rep.name.clone(),
        team: rep.team.clone(),
        role: rep.role.clone(),
        districts: rep.districts.clone(),
        customers: rep.customers.len(),
    });
    Json(shown.collect())
}

/// The teams this person sees.
#[utoipa::path(get, path = "/api/v1/teams", tag = "company", responses((status = 200, body = Vec<TeamShown>)))]
pub(super) async fn teams(State(desk): State<Desk>, actor: Actor) -> Json<Vec<TeamShown>> {
    let books = Books::now(&desk);
    let seen = books.teams.iter().filter(|(id, _)| actor.covers(id));
    let shown = seen.map(|(id, team)| TeamShown {
        team: id.clone(),
        name: team.name.clone(),
    });
    Json(shown.collect())
}

/// The customers this person sees: a supervisor those of the own teams' reps. Numbers are left out for who takes no calls.
/// That somebody read them is recorded.
#[utoipa::path(get, path = "/api/v1/customers", tag = "company", responses((status = 200, body = Vec<Object>)))]
pub(super) async fn customers(State(desk): State<Desk>, actor: Actor) -> DeskResult<Json<Vec<Customer>>> {
    let books = Books::now(&desk);
    let own = customers::seen(&books, &actor).into_values();
    seen::note_all(&desk, &actor, own.len(), customers::sees_landlines(&actor)).await?;
    Ok(Json(own.map(|customer| customers::shown(customer, &actor)).collect()))
}

/// Sets or takes away a customer's landline: evidence of the place at a phone sign-in.
#[utoipa::path(put, path = "/api/v1/customers/{customer}/landline", tag = "company",
    params(("customer" = String, Path, description = "Customer id")), request_body = Landline, responses(
    (status = 200, description = "The customer", body = Object),
    (status = 422, description = "`bad_number`")
))]
pub(super) async fn set_landline(
    State(desk): State<Desk>,
    actor: Actor,
    Path(customer): Path<String>,
    Json(landline): Json<Landline>,
) -> DeskResult<Json<Customer>> {
    Ok(Json(
        customers::set_landline(&desk, &actor, &customer, landline.number.as_deref()).await?,
    ))
}

/// The desk's log, newest first: who did what when.
#[utoipa::path(get, path = "/api/v1/audit", tag = "company", params(AuditQuery, PageQuery),
    responses((status = 200, body = Page<DeskRecord>)))]
pub(super) async fn audit(
    State(desk): State<Desk>,
    actor: Actor,
    Query(query): Query<AuditQuery>,
    Query(page): Query<PageQuery>,
) -> DeskResult<Json<Page<DeskRecord>>> {
    let types: Vec<&str> = query.kind.iter().map(String::as_str).collect();
    let Page { items, next } = page.desk_records(&desk, &types, |_| true).await?;
    let items = items.into_iter().map(|record| record.shown_to(&actor)).collect();
    Ok(Json(Page { items, next }))
}
