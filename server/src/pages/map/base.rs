//! The base map's file, in the ranges that browsers ask for (RFC 9110, 14).

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use tower_http::services::ServeFile;

use crate::desk::{
    Desk, DeskError, DeskResult,
    base_map::{BaseMap, Source},
};

/// Where it is fetched.
pub(in crate::pages) const PATH: &str = "/map/base.pmtiles";

/// What a page says of the base map to its script.
#[derive(Debug, Clone)]
pub(in crate::pages) struct Shown {
    /// `pmtiles` or `tiles`.
    pub(in crate::pages) kind: &'static str,
    /// Its address.
    pub(in crate::pages) url: String,
    /// It is in GCJ-02.
    pub(in crate::pages) gcj02: bool,
    /// Whose it is.
    pub(in crate::pages) attribution: String,
}

impl Shown {
    pub(in crate::pages) fn new(map: &BaseMap) -> Self {
        let (kind, url) = match &map.source {
            Source::File(_) => ("pmtiles", PATH.to_owned()),
            Source::Tiles { url, .. } => ("tiles", url.clone()),
        };
        Self {
            kind,
            url,
            gcj02: map.gcj02,
            attribution: map.attribution.clone(),
        }
    }
}

/// The file, or what is asked for of it.
#[utoipa::path(get, path = "/map/base.pmtiles", tag = "pages", responses(
    (status = 200, description = "The whole", body = String, content_type = "application/octet-stream"),
    (status = 206, description = "A range", body = String, content_type = "application/octet-stream"),
    (status = 404, description = "`not_found`: none is configured")
))]
pub(in crate::pages) async fn file(State(desk): State<Desk>, request: Request) -> DeskResult<Response> {
    let Some(Source::File(path)) = desk.base_map().map(|map| &map.source) else {
        return Err(DeskError::missing("file", "base.pmtiles"));
    };
    let served = ServeFile::new(path).try_call(request).await;
    let served = served.map_err(|error| DeskError::environment("failed", error.to_string()))?;
    Ok(served.into_response())
}
