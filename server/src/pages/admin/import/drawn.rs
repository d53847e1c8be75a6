//! The places of a file that was handed in, on a map, and the customers that change sides by it.

use axum::{extract::State, response::Response};
use onbeat_core::place::read_districts;
use serde_json::{Value, json};

use super::super::super::{
    Frame,
    map::{collection, point, rings},
};
use crate::{
    auth::Actor,
    desk::{
        Books, Desk, DeskError, DeskResult,
        effects::{self, Moved},
        import::File,
        upload,
    },
    files::{import as read, places::feature},
};

/// Customers on the map.
const POINTS_MOST: usize = 5_000;
/// A border strays so far at most.
const STRAY_M: f64 = 50.0;

/// The places of the file that was handed in; of districts also the customers that change sides by them.
#[utoipa::path(get, path = "/map/import", tag = "pages",
    responses((status = 200, description = "A FeatureCollection", body = String, content_type = "application/geo+json")))]
pub(in crate::pages::admin) async fn map(State(desk): State<Desk>, actor: Actor, frame: Frame) -> DeskResult<Response> {
    let Some(kept) = upload::kept(&desk, &actor).await? else {
        return Ok(collection(Vec::new()));
    };
    // What can't be read moves nobody: the page says why.
    let effects = effects::of(&desk, &kept.file).await.ok().flatten();
    let features = tokio::task::spawn_blocking(move || match kept.file {
        File::Districts {
            text,
            name_property,
            datum,
            no_go,
            ..
        } => {
            let shapes = read_districts(&text, &name_property, datum).unwrap_or_default();
            let kind = if no_go { "no_go" } else { "district" };
            let drawn = shapes.into_iter().flat_map(|district| {
                let parts = district.shape.outline(STRAY_M).into_iter();
                parts.map(move |part| {
                    let geometry = json!({"type": "Polygon", "coordinates": rings(&[part])[0]});
                    feature(geometry, json!({"kind": kind, "name": district.name}))
                })
            });
            drawn.collect()
        }
        File::Customers { text } => {
            let customers = read::customers(&text).unwrap_or_default();
            let shown = customers.iter().take(POINTS_MOST);
            shown
                .map(|customer| point(customer, json!({"kind": "customer", "name": customer.name})))
                .collect()
        }
        _ => Vec::new(),
    });
    let mut features = features
        .await
        .map_err(|error| DeskError::environment("failed", error.to_string()))?;
    let (books, moved) = (Books::now(&desk), effects.map(|effects| effects.customers));
    let moved = moved.unwrap_or_default().into_iter().take(POINTS_MOST);
    features.extend(moved.filter_map(|moved| moved_feature(&frame, &books, &moved)));
    Ok(collection(features))
}

fn moved_feature(frame: &Frame, books: &Books, moved: &Moved) -> Option<Value> {
    let (key, side) = match moved.comes_in {
        true => ("effects.in", "inside"),
        false => ("effects.out", "outside"),
    };
    let name = format!("{}: {} {}", moved.customer, frame.t(key), moved.district);
    let said = json!({"kind": "customer", "side": side, "name": name});
    Some(point(books.customers.get(&moved.id)?, said))
}
