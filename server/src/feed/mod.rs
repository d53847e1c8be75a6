//! What the desk says to the phones: documents by scope, and the shapes they name.

pub mod area;
mod blobs;
mod cursor;
mod noted;
mod publish;
mod read;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::App;

pub use publish::{difference, publish, rep_scope};

pub(crate) use noted::{noted_cell, noted_item};
pub(crate) use publish::publish_due;

/// Scope of what every phone is told.
pub const ALL: &str = "all";

/// What phones may call.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(read::feed))
        .routes(routes!(blobs::blob))
}
