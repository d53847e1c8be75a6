//! One customer. That somebody opened it is recorded.

use askama::Template;
use axum::{
    Form,
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use onbeat_core::reference::Customer;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::reps_of;
use crate::{
    auth::Actor,
    desk::{Books, Desk, DeskError, DeskResult, customers, look, seen, visits::Found},
    files::places::feature,
    pages::{
        Frame,
        day::fix_feature,
        filter::given,
        frame::{self, may_open, may_send},
        map::{circle, collection, point, within_page},
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
    /// The features of the map, where reps' positions are shown.
    stood: Option<String>,
    wrong: Option<String>,
}

impl CustomerPage {
    fn has_visits(&self) -> bool {
        self.visits.as_ref().is_some_and(|visits| !visits.is_empty())
    }
}

/// What is opened.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::pages) struct Opened {
    /// Where reps were at the visits, too: that is recorded first, and the reps see who looked.
    #[serde(default)]
    positions: bool,
}

/// One customer. That somebody opened it is recorded.
#[utoipa::path(get, path = "/customers/{customer}", tag = "pages",
    params(("customer" = String, Path, description = "Customer id"), Opened), responses(
    (status = 200, description = "The customer", body = String, content_type = "text/html"),
    (status = 404, description = "`not_found`")
))]
pub(in crate::pages) async fn one(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Path(id): Path<String>,
    Query(Opened { positions }): Query<Opened>,
) -> DeskResult<Response> {
    shown(&desk, &actor, frame, &id, positions, None).await
}

async fn shown(
    desk: &Desk,
    actor: &Actor,
    frame: Frame,
    id: &str,
    positions: bool,
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
    let lines = |found: &Found| found.visits.iter().map(|row| Line::new(&frame, &books, row)).collect();
    let stood = match &found {
        Some(found) if positions && !found.visits.is_empty() => {
            Some(stood(desk, actor, &frame, &customer, found).await?)
        }
        _ => None,
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
        visits: found.as_ref().map(lines),
        map: reads.then(|| match stood {
            Some(_) => "#visits-data".to_owned(),
            None => format!("/map/customers/{id}"),
        }),
        stood,
        confirmed: customer.place_confirmed,
        name: customer.name,
        id: customer.id,
        wrong: error.map(|error| frame.said(error)),
        frame,
    };
    frame::page(frame::status(error), &page)
}

/// The customer's place, and where reps were at visits, each with its circle.
async fn stood(desk: &Desk, actor: &Actor, frame: &Frame, customer: &Customer, found: &Found) -> DeskResult<String> {
    let fixes = look::check_ins(desk, actor, &found.visits).await?;
    let books = Books::now(desk);
    let (mut circles, mut points) = (Vec::new(), vec![place_of(customer)]);
    for row in &found.visits {
        let line = Line::new(frame, &books, row);
        let Some(mut drawn) = fixes.get(&line.id).and_then(|fix| fix_feature(frame, fix)) else {
            continue;
        };
        let said = &mut drawn["properties"];
        let name = [&*line.when, &*line.rep, said["name"].as_str().unwrap_or_default()].join(" · ");
        said["name"] = name.into();
        said["link"] = format!("/visits/{}", line.id).into();
        if let Some((at, radius_m)) = fixes[&line.id].circle() {
            circles.push(feature(circle(at, radius_m), json!({"kind": "radius"})));
        }
        points.push(drawn);
    }
    circles.extend(points);
    Ok(within_page(circles))
}

fn place_of(customer: &Customer) -> Value {
    point(customer, json!({"kind": "customer", "name": customer.name, "time": ""}))
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
    Ok(collection(vec![place_of(customer)]))
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
        Err(error) => shown(&desk, &actor, frame, &id, false, Some((typed.number, &error))).await,
    }
}
