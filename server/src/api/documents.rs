use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use onbeat_core::reference::Document;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::Actor,
    desk::{
        Desk, DeskResult, customers, documents,
        duties::{self, Duties, DutyDone},
        seen,
        turn::Turned,
    },
};

/// A document in force.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DocumentShown {
    /// Its key within its kind.
    key: String,
    /// The document.
    #[schema(value_type = Object)]
    document: Value,
}

/// A document as people and programs read it: a policy with its fields, not as the text that records carry.
fn shown(document: &Document) -> Value {
    let plain = match document {
        Document::Policy(policy) => serde_json::to_value(policy),
        other => serde_json::to_value(other),
    };
    plain.expect("a document has nothing that JSON cannot hold")
}

/// As this person is shown it.
fn for_actor(document: Document, actor: &Actor) -> Document {
    match document {
        Document::Customer(customer) => Document::Customer(customers::shown(&customer, actor)),
        other => other,
    }
}

/// When a document comes into force.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PutQuery {
    /// A date in the company's zone or an instant, RFC 3339. In the past (92 days at most) it corrects what stood since,
    /// and counts for days that have begun once they are rejudged; only a policy or calendar can wait. Without it: now.
    valid_from: Option<String>,
}

/// The documents of a kind in force: `policy`, `calendar`, `team`, `district`, `no_go`, `customer` or `rep`. That somebody
/// read customers is recorded.
#[utoipa::path(get, path = "/api/v1/documents/{kind}", tag = "company",
    params(("kind" = String, Path, description = "Kind")), responses((status = 200, body = Vec<DocumentShown>)))]
pub(super) async fn list(
    State(desk): State<Desk>,
    actor: Actor,
    Path(kind): Path<String>,
) -> DeskResult<Json<Vec<DocumentShown>>> {
    let all = documents::list(&desk, &kind)?;
    if kind == "customer" {
        seen::note_all(&desk, &actor, all.len(), customers::sees_landlines(&actor)).await?;
    }
    let all = all.into_iter();
    Ok(Json(
        all.map(|(key, document)| DocumentShown {
            key,
            document: shown(&for_actor(document, &actor)),
        })
        .collect(),
    ))
}

/// Puts a document; areas that it touches are drawn anew, and the phones that may know it are told.
#[utoipa::path(put, path = "/api/v1/documents/{kind}/{key}", tag = "company",
    params(("kind" = String, Path, description = "Kind"), ("key" = String, Path, description = "Key"), PutQuery),
    request_body = Object, responses(
    (status = 200, body = Turned),
    (status = 409, description = "`too_far_back`, `too_many_areas`; `from_now`: it can't wait"),
    (status = 422, description = "`bad_document`, `bad_policy`, `bad_rows`, `bad_valid_from`")
))]
pub(super) async fn put(
    State(desk): State<Desk>,
    actor: Actor,
    Path((kind, key)): Path<(String, String)>,
    Query(PutQuery { valid_from }): Query<PutQuery>,
    Json(document): Json<Value>,
) -> DeskResult<Json<Turned>> {
    let name = (kind.as_str(), key.as_str());
    Ok(Json(
        documents::put(&desk, &actor, name, document, valid_from.as_deref()).await?,
    ))
}

/// Drops a document; policy and calendar go back to the shipped defaults.
#[utoipa::path(delete, path = "/api/v1/documents/{kind}/{key}", tag = "company",
    params(("kind" = String, Path, description = "Kind"), ("key" = String, Path, description = "Key")), responses(
    (status = 200, body = Turned),
    (status = 404, description = "`not_found`"),
    (status = 422, description = "`bad_rows`: a rep's document names it")
))]
pub(super) async fn drop(
    State(desk): State<Desk>,
    actor: Actor,
    Path((kind, key)): Path<(String, String)>,
) -> DeskResult<Json<Turned>> {
    Ok(Json(documents::drop(&desk, &actor, &kind, &key).await?))
}

/// What the employer owes before anybody's position is recorded.
#[utoipa::path(get, path = "/api/v1/duties", tag = "company", responses((status = 200, body = Duties)))]
pub(super) async fn duties(State(desk): State<Desk>) -> DeskResult<Json<Duties>> {
    Ok(Json(duties::show(&desk).await?))
}

/// Records that a duty was done.
#[utoipa::path(post, path = "/api/v1/duties", tag = "company", request_body = DutyDone, responses(
    (status = 201, body = Duties),
    (status = 422, description = "`bad_date`, `bad_note`")
))]
pub(super) async fn record_duty(
    State(desk): State<Desk>,
    actor: Actor,
    Json(done): Json<DutyDone>,
) -> DeskResult<(StatusCode, Json<Duties>)> {
    Ok((StatusCode::CREATED, Json(duties::record(&desk, &actor, done).await?)))
}
