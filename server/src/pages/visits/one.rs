//! One visit: what was reported, its photos, how far from the customer. That somebody saw the customer is recorded.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use onbeat_core::rules::visit::Report;

use super::Line;
use crate::{
    auth::Actor,
    desk::{Books, Desk, DeskResult, visits},
    pages::{
        Frame, frame,
        map::{collection, point},
    },
};

/// Photos shown of a visit.
const PHOTOS_MOST: usize = 24;

/// A photo, or that it is still on its way.
struct Photo {
    source: Option<String>,
    label: String,
}

#[derive(Template)]
#[template(path = "visit.html")]
struct VisitPage {
    frame: Frame,
    id: String,
    line: Line,
    customer: String,
    day: String,
    check_in: String,
    check_out: Option<String>,
    in_window: bool,
    confirmed: bool,
    purpose: String,
    outcome: Option<String>,
    report: Option<Report>,
    photos: Vec<Photo>,
    map: Option<String>,
}

/// One visit: what was reported, photos, how far from the customer.
#[utoipa::path(get, path = "/visits/{visit}", tag = "pages",
    params(("visit" = String, Path, description = "The visit's id")), responses(
    (status = 200, description = "The visit", body = String, content_type = "text/html"),
    (status = 404, description = "`not_found`")
))]
pub(in crate::pages) async fn one(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Path(id): Path<String>,
) -> DeskResult<Response> {
    let (books, row) = (Books::now(&desk), visits::open(&desk, &actor, &id).await?);
    let line = Line::new(&frame, &books, &row);
    let visit = row.visit;
    let mut photos = Vec::new();
    for (n, hash) in visit.photos.iter().take(PHOTOS_MOST).enumerate() {
        let is_here = desk.app.store.blob(hash).await?.is_some();
        let numbers = [("number", (n + 1).to_string()), ("of", visit.photos.len().to_string())];
        photos.push(Photo {
            source: is_here.then(|| format!("/api/v1/visits/{id}/photos/{hash}")),
            label: frame.words.fill(
                "visit.photo",
                &numbers.each_ref().map(|(name, value)| (*name, value.as_str())),
            ),
        });
    }
    let customer = books.customers.get(&visit.customer);
    let shown = VisitPage {
        day: format!("/reps/{}/days/{}", row.rep, row.day),
        check_in: frame.local.instant(visit.from_ms),
        check_out: visit.to_ms.map(|to_ms| frame.local.time(to_ms)),
        in_window: visit.in_window,
        confirmed: customer.is_some_and(|customer| customer.place_confirmed),
        purpose: visit.purpose,
        outcome: visit
            .report
            .as_ref()
            .map(|report| frame.of_code("outcome", &report.outcome)),
        report: visit.report,
        photos,
        map: customer.map(|_| format!("/map/visits/{id}")),
        customer: visit.customer,
        line,
        id,
        frame,
    };
    frame::page(StatusCode::OK, &shown)
}

/// The place of the customer who was visited.
#[utoipa::path(get, path = "/map/visits/{visit}", tag = "pages",
    params(("visit" = String, Path, description = "The visit's id")), responses(
    (status = 200, description = "A FeatureCollection", body = String, content_type = "application/geo+json"),
    (status = 404, description = "`not_found`")
))]
pub(in crate::pages) async fn map(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Path(id): Path<String>,
) -> DeskResult<Response> {
    let (books, row) = (Books::now(&desk), visits::open(&desk, &actor, &id).await?);
    let place = books.customers.get(&row.visit.customer).map(|customer| {
        let time = frame.local.time(row.visit.from_ms);
        let name = format!("{time} {}", customer.name);
        point(
            customer,
            serde_json::json!({"kind": "visit", "name": name, "time": time}),
        )
    });
    Ok(collection(place.into_iter().collect()))
}
