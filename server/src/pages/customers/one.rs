//! One customer. That somebody opened it is recorded.

use askama::Template;
use axum::{
    Form,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::reps_of;
use crate::{
    auth::Actor,
    desk::{Books, Desk, DeskError, DeskResult, customers, seen},
    pages::{
        Frame,
        filter::given,
        frame::{self, may_open, may_send},
        map::{collection, point},
        visits::{self, Line},
    },
};

#[derive(Template)]
#[template(path = "customer.html")]
struct CustomerPage {
    frame: Frame,
    id: String,
    name: String,
    confirmed: bool,
    district: Option<String>,
    reps: String,
    landline: Option<String>,
    may_set: bool,
    /// What was typed, or stands.
    number: String,
    visits: Option<Vec<Line>>,
    older: bool,
    map: Option<String>,
    wrong: Option<String>,
}

/// One customer. That somebody opened it is recorded.
#[utoipa::path(get, path = "/customers/{customer}", tag = "pages",
    params(("customer" = String, Path, description = "Customer id")), responses(
    (status = 200, description = "The customer", body = String, content_type = "text/html"),
    (status = 404, description = "`not_found`")
))]
pub(in crate::pages) async fn one(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Path(id): Path<String>,
) -> DeskResult<Response> {
    shown(&desk, &actor, frame, &id, None).await
}

async fn shown(
    desk: &Desk,
    actor: &Actor,
    frame: Frame,
    id: &str,
    wrong: Option<(String, &DeskError)>,
) -> DeskResult<Response> {
    let customer = customers::open(desk, actor, id).await?;
    let books = Books::now(desk);
    let district = customers::district(desk, &books, &customer).await?;
    let wanted = visits::Wanted {
        customer: Some(id.to_owned()),
        ..visits::Wanted::default()
    };
    let reads = may_open(actor, "/visits");
    let found = if reads {
        Some(wanted.find(desk, actor).await?)
    } else {
        None
    };
    let names = reps_of(&books, actor).remove(id).unwrap_or_default();
    let (typed, error) = wrong.map_or((None, None), |(typed, error)| (Some(typed), Some(error)));
    let landline = customer.landline.filter(|_| customers::sees_landlines(actor));
    let page = CustomerPage {
        district: district.map(|id| books.districts[&id].name.clone()),
        reps: names.join(frame.t("unit.join")),
        number: typed.or_else(|| landline.clone()).unwrap_or_default(),
        landline,
        may_set: may_send(actor, "/customers/{customer}"),
        older: found.as_ref().is_some_and(|found| found.next.is_some()),
        visits: found.map(|found| found.visits.iter().map(|row| Line::new(&frame, &books, row)).collect()),
        map: reads.then(|| format!("/map/customers/{id}")),
        confirmed: customer.place_confirmed,
        name: customer.name,
        id: customer.id,
        wrong: error.map(|error| frame.said(error)),
        frame,
    };
    frame::page(frame::status(error), &page)
}

/// A customer's place.
#[utoipa::path(get, path = "/map/customers/{customer}", tag = "pages",
    params(("customer" = String, Path, description = "Customer id")), responses(
    (status = 200, description = "A FeatureCollection", body = String, content_type = "application/geo+json"),
    (status = 404, description = "`not_found`")
))]
pub(in crate::pages) async fn place(
    State(desk): State<Desk>,
    actor: Actor,
    Path(id): Path<String>,
) -> DeskResult<Response> {
    let books = Books::now(&desk);
    let customer = books
        .customers
        .get(&id)
        .ok_or_else(|| DeskError::missing("customer", &id))?;
    seen::note(&desk, &actor, [&id], false).await?;
    let said = json!({"kind": "customer", "name": customer.name, "time": ""});
    Ok(collection(vec![point(customer, said)]))
}

/// A landline as it is typed.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::pages) struct LandlineTyped {
    /// The number; empty takes it away.
    number: String,
}

/// Sets or takes away a customer's landline.
#[utoipa::path(post, path = "/customers/{customer}", tag = "pages",
    params(("customer" = String, Path, description = "Customer id")),
    request_body(content = LandlineTyped, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "To the customer"),
    (status = 422, description = "Why not, with what was typed", body = String, content_type = "text/html")
))]
pub(in crate::pages) async fn set_landline(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Path(id): Path<String>,
    Form(typed): Form<LandlineTyped>,
) -> DeskResult<Response> {
    let number = given(Some(&typed.number));
    match customers::set_landline(&desk, &actor, &id, number.as_deref()).await {
        Ok(_) => Ok(Redirect::to(&format!("/customers/{id}")).into_response()),
        Err(error) => shown(&desk, &actor, frame, &id, Some((typed.number, &error))).await,
    }
}
