//! Style, scripts and what is vendored: in the binary, compressed once, kept by browsers for good. The path names the
//! content, so a new version has another path.

use std::{collections::BTreeMap, io::Write, sync::LazyLock};

use axum::{
    extract::Path,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use onbeat_core::record::Hash;
use rust_embed::Embed;

use crate::desk::DeskError;

#[derive(Embed)]
#[folder = "assets/"]
#[include = "*.css"]
#[include = "*.js"]
#[include = "*.mjs"]
#[include = "*.LICENSE"]
struct Files;

struct Asset {
    hash: String,
    media_type: &'static str,
    plain: Vec<u8>,
    gzip: Vec<u8>,
}

static ASSETS: LazyLock<BTreeMap<String, Asset>> =
    LazyLock::new(|| Files::iter().filter_map(|path| read(&path)).collect());

fn read(path: &str) -> Option<(String, Asset)> {
    let plain = Files::get(path)?.data.into_owned();
    let name = path.rsplit('/').next()?.to_owned();
    let media_type = match name.rsplit('.').next() {
        Some("css") => "text/css",
        Some("LICENSE") => "text/plain; charset=utf-8",
        _ => "text/javascript",
    };
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&plain).ok()?;
    let asset = Asset {
        hash: Hash::of(&plain).branch(),
        media_type,
        gzip: gzip.finish().ok()?,
        plain,
    };
    Some((name, asset))
}

/// Where a file is fetched.
pub(super) fn url(name: &str) -> String {
    let hash = ASSETS.get(name).map_or("none", |asset| &asset.hash);
    format!("/assets/{hash}/{name}")
}

/// A file that pages are made with.
#[utoipa::path(get, path = "/assets/{hash}/{name}", tag = "pages",
    params(("hash" = String, Path, description = "Of its bytes"), ("name" = String, Path, description = "File name")),
    responses((status = 200, description = "The file", body = String), (status = 404, description = "`not_found`")))]
pub(super) async fn asset(
    Path((hash, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, DeskError> {
    let asset = ASSETS.get(&name).filter(|asset| asset.hash == hash);
    let asset = asset.ok_or_else(|| DeskError::missing("file", &name))?;
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok());
    let common = [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::VARY, "accept-encoding"),
    ];
    if accepted.is_some_and(|accepted| accepted.contains("gzip")) {
        let encoding = [(header::CONTENT_ENCODING, "gzip")];
        return Ok((common, encoding, asset.gzip.as_slice()).into_response());
    }
    Ok((common, asset.plain.as_slice()).into_response())
}
