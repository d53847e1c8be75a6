//! Drawing a district on the map, or correcting one. What is drawn is handed in as a file is: looked at, with what it
//! would mean, before it changes anything.

use askama::Template;
use axum::{
    extract::{Multipart, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use onbeat_core::place::Datum;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::{
    super::{
        Frame,
        filter::{self, Choice, given, link},
        frame,
        map::collection,
    },
    import::hand_in::parts,
};
use crate::{
    auth::Actor,
    desk::{
        Books, Desk, DeskError, DeskResult, books,
        import::File,
        upload::{self, Upload},
    },
    files::places::{feature, feature_collection, multi_polygon},
};

/// What is drawn on.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// The district that is corrected; a new one without it.
    district: Option<String>,
    /// What was drawn last and not yet applied.
    #[serde(default)]
    again: bool,
}

#[derive(Template)]
#[template(path = "admin/draw.html")]
struct DrawPage {
    frame: Frame,
    districts: Vec<Choice>,
    /// Id of the district that is corrected.
    id: String,
    name: String,
    tolerance: String,
    no_go: bool,
    /// Where the corners are read that are there already.
    shape: String,
    wrong: Option<String>,
}

/// The map to draw on.
#[utoipa::path(get, path = "/admin/draw", tag = "pages", params(Wanted),
    responses((status = 200, description = "The form", body = String, content_type = "text/html")))]
pub(super) async fn form(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Query(wanted): Query<Wanted>,
) -> DeskResult<Response> {
    let books = Books::now(&desk);
    let kept = if wanted.again {
        drawn(&desk, &actor).await?
    } else {
        None
    };
    let id = given(wanted.district.as_ref()).filter(|id| books.districts.contains_key(id));
    let id = kept.as_ref().map(|kept| kept.id.clone()).or(id).unwrap_or_default();
    let known = books.districts.get(&id);
    let tolerance_m = known.and_then(|district| district.edge_tolerance_m);
    let page = DrawPage {
        districts: filter::districts(&books, Some(&id)),
        name: match (&kept, known) {
            (Some(kept), _) => kept.name.clone(),
            (None, known) => known.map(|district| district.name.clone()).unwrap_or_default(),
        },
        tolerance: kept
            .as_ref()
            .map_or(tolerance_m, |kept| kept.tolerance_m)
            .map(|metres| metres.to_string())
            .unwrap_or_default(),
        no_go: kept.as_ref().is_some_and(|kept| kept.no_go),
        shape: match &kept {
            Some(_) => "/map/shape".to_owned(),
            None => link("/map/shape", &[("district", Some(&id))]),
        },
        id,
        wrong: None,
        frame,
    };
    frame::page(frame::status(None), &page)
}

/// What was drawn and not yet applied.
struct Drawn {
    /// Of the district that it corrects; empty of a new one.
    id: String,
    name: String,
    tolerance_m: Option<u32>,
    no_go: bool,
    geometry: Value,
}

async fn drawn(desk: &Desk, actor: &Actor) -> DeskResult<Option<Drawn>> {
    let Some(Upload {
        drawn: Some(id),
        name,
        file:
            File::Districts {
                text,
                edge_tolerance_m,
                no_go,
                ..
            },
    }) = upload::kept(desk, actor).await?
    else {
        return Ok(None);
    };
    let mut collection: Value = serde_json::from_str(&text).unwrap_or_default();
    Ok(Some(Drawn {
        id,
        name,
        tolerance_m: edge_tolerance_m,
        no_go,
        geometry: collection["features"][0]["geometry"].take(),
    }))
}

/// All corners of a district, or of what was drawn last.
#[utoipa::path(get, path = "/map/shape", tag = "pages", params(Wanted),
    responses((status = 200, description = "A FeatureCollection", body = String, content_type = "application/geo+json")))]
pub(super) async fn shape(
    State(desk): State<Desk>,
    actor: Actor,
    Query(wanted): Query<Wanted>,
) -> DeskResult<Response> {
    let geometry = match given(wanted.district.as_ref()) {
        Some(id) => Some(exact(&desk, &id).await?),
        None => drawn(&desk, &actor).await?.map(|drawn| drawn.geometry),
    };
    let drawn = geometry.map(|geometry| feature(geometry, json!({"kind": "drawn"})));
    Ok(collection(drawn.into_iter().collect()))
}

/// A district as it is stored: what is not moved stays as it is.
async fn exact(desk: &Desk, id: &str) -> DeskResult<Value> {
    let books = Books::now(desk);
    let district = books
        .districts
        .get(id)
        .ok_or_else(|| DeskError::missing("district", id))?;
    Ok(multi_polygon(&books::shape(desk, &district.shape).await?))
}

/// Takes in what was drawn, to be looked at; nothing changes by it.
#[utoipa::path(post, path = "/admin/draw", tag = "pages",
    request_body(content = String, description = "`district`, `name`, `geometry` (GeoJSON), `edge_tolerance_m`, `no_go`",
        content_type = "multipart/form-data"), responses(
    (status = 303, description = "To the preview"),
    (status = 422, description = "Why not, with what was drawn", body = String, content_type = "text/html")
))]
pub(super) async fn hand_in(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    form: Multipart,
) -> DeskResult<Response> {
    let (fields, ..) = parts(form).await?;
    let (id, no_go) = (fields.one("district"), !fields.one("no_go").is_empty());
    let books = Books::now(&desk);
    // A district that is corrected keeps its name: by another it would be another.
    let name = books.districts.get(id).map_or(fields.one("name"), |known| &known.name);
    let geometry = serde_json::from_str::<Value>(fields.one("geometry")).ok();
    let wrong = match &geometry {
        _ if name.is_empty() => DeskError::input("no_name", "say how the district is called"),
        None => DeskError::input("no_shape", "draw the district first: three corners at least"),
        Some(geometry) => {
            let properties = json!({"name": name});
            let text = feature_collection([feature(geometry.clone(), properties)]);
            let upload = Upload {
                name: name.to_owned(),
                drawn: Some(id.to_owned()),
                file: File::Districts {
                    text,
                    name_property: "name".into(),
                    datum: Datum::Wgs84,
                    edge_tolerance_m: fields.one("edge_tolerance_m").parse().ok(),
                    no_go,
                },
            };
            upload::keep(&desk, &actor, &upload).await?;
            return Ok(Redirect::to("/admin/import/preview").into_response());
        }
    };
    let page = DrawPage {
        districts: filter::districts(&books, Some(&id.to_owned())),
        id: id.to_owned(),
        name: name.to_owned(),
        tolerance: fields.one("edge_tolerance_m").to_owned(),
        no_go,
        shape: link("/map/shape", &[("district", Some(&id.to_owned()))]),
        wrong: Some(frame.said(&wrong)),
        frame,
    };
    frame::page(frame::status(Some(&wrong)), &page)
}
