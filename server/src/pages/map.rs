//! What maps show, as GeoJSON (RFC 7946): districts with as many vertices as the zoom shows, and last visits.
//! Places of work, never a trail.

pub(super) mod base;

use std::f64::consts::PI;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use onbeat_core::{
    place::{Point, Shape},
    record::Hash,
    reference::Customer,
};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::{
    Frame,
    today::{self, Wanted},
};
use crate::{
    auth::Actor,
    desk::{Books, Desk, DeskError, DeskResult},
    files::places::{feature, feature_collection},
};

/// How far a line may stray from the edge, by detail: about a pixel where the map changes to the next finer one.
const STRAY_M: [f64; 3] = [80.0, 12.0, 1.0];

/// How much.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Detail {
    /// From 0 (a city) to 2 (a street).
    detail: Option<usize>,
}

/// Districts and no-go places; kept by the browser until one of them changes.
#[utoipa::path(get, path = "/map/districts", tag = "pages", params(Detail), responses(
    (status = 200, description = "A FeatureCollection", body = String, content_type = "application/geo+json"),
    (status = 304, description = "As the browser has it")
))]
pub(super) async fn districts(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Query(wanted): Query<Detail>,
) -> DeskResult<Response> {
    let stray_m = STRAY_M[wanted.detail.unwrap_or(0).min(STRAY_M.len() - 1)];
    let places = places(&Books::now(&desk));
    let tag = format!("\"{}\"", Hash::of(format!("{stray_m} {places:?}")).branch());
    let common = [
        (header::ETAG, tag.clone()),
        (header::CACHE_CONTROL, "private, no-cache".into()),
    ];
    let held = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if held.is_some_and(|held| held.contains(&tag)) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let mut features = Vec::new();
    for (kind, name, hash) in places {
        let bytes = desk.app.store.blob(&hash).await?.unwrap_or_default();
        let drawn = tokio::task::spawn_blocking(move || Shape::from_bytes(&bytes).map(|shape| shape.outline(stray_m)));
        let drawn = drawn
            .await
            .map_err(|error| DeskError::environment("failed", error.to_string()))?;
        // A damaged shape is told of by the health page; the others are drawn.
        let Ok(parts) = drawn else { continue };
        let geometry = json!({"type": "MultiPolygon", "coordinates": rings(&parts)});
        features.push(feature(geometry, json!({"kind": kind, "name": name})));
    }
    Ok((common, collection(features)).into_response())
}

/// The rep's last visit of the day, at the customer's place.
#[utoipa::path(get, path = "/map/visits", tag = "pages", params(Wanted),
    responses((status = 200, description = "A FeatureCollection", body = String, content_type = "application/geo+json")))]
pub(super) async fn visits(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Query(wanted): Query<Wanted>,
) -> DeskResult<Response> {
    let books = Books::now(&desk);
    let days = today::days_on(&desk, &actor, wanted.day(&desk)).await?;
    let documents = desk.app.documents();
    let reps = today::seen(&desk, &documents, &actor, &wanted, &days);
    let last = reps.into_iter().filter_map(|(id, rep)| {
        let visit = days.get(id)?.last_visit()?;
        let customer = books.customers.get(&visit.customer)?;
        let time = frame.local.time(visit.from_ms);
        let name = format!("{} · {time} {}", rep.name, customer.name);
        Some(point(customer, json!({"kind": "visit", "name": name})))
    });
    Ok(collection(last.collect()))
}

/// Kind, name and shape, in the order in which they are drawn.
fn places(books: &Books) -> Vec<(&'static str, String, Hash)> {
    let districts = books.districts.values();
    let districts = districts.map(|district| ("district", district.name.clone(), district.shape));
    let no_go = books
        .no_go
        .values()
        .map(|place| ("no_go", place.name.clone(), place.shape));
    districts.chain(no_go).collect()
}

pub(super) fn rings(parts: &[Vec<Vec<Point>>]) -> Value {
    // Six decimals of a degree are 11 cm.
    let short = |degrees: f64| (degrees * 1e6).round() / 1e6;
    let ring = |ring: &Vec<Point>| -> Value {
        let points = ring.iter().map(|point| json!([short(point.lon), short(point.lat)]));
        points.collect()
    };
    let part = |part: &Vec<Vec<Point>>| -> Value { part.iter().map(ring).collect() };
    parts.iter().map(part).collect()
}

/// A customer's place with what is said of it.
pub(super) fn point(customer: &Customer, properties: Value) -> Value {
    let at = Point::from_e9(customer.lat_e9, customer.lon_e9);
    feature(json!({"type": "Point", "coordinates": [at.lon, at.lat]}), properties)
}

/// A circle on the ground, near enough for the eye: 64 corners, the degrees of a sphere.
pub(super) fn circle(at: Point, radius_m: f64) -> Value {
    const METRES_OF_A_DEGREE: f64 = 111_195.0;
    let north = radius_m / METRES_OF_A_DEGREE;
    let east = north / at.lat.to_radians().cos();
    let corner = |n: u32| {
        let (sin, cos) = (f64::from(n) * PI / 32.0).sin_cos();
        Point {
            lon: at.lon + east * cos,
            lat: at.lat + north * sin,
        }
    };
    let ring = (0..=64).map(corner).collect();
    json!({"type": "Polygon", "coordinates": rings(&[vec![ring]])[0]})
}

/// A FeatureCollection that stands in a page, where no text may end the element that holds it.
pub(super) fn within_page(features: Vec<Value>) -> String {
    feature_collection(features).replace('<', "\\u003c")
}

/// A FeatureCollection, as it is answered.
pub(super) fn collection(features: Vec<Value>) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/geo+json")];
    (kind, feature_collection(features)).into_response()
}
