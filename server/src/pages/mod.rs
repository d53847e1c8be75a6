//! The desk's web pages: rendered here, one file a screen with its template beside it. Handlers call the functions of
//! [`crate::desk`] that the JSON API calls; who may open what stands in [`crate::auth::access`]. No words of people's
//! languages stand in code or templates: they are in `words`.

mod admin;
mod assets;
mod bar;
mod customers;
mod day;
mod error;
mod exceptions;
mod filter;
mod findings;
mod form;
mod frame;
mod local;
mod log_in;
mod looked;
mod map;
mod register;
mod reports;
mod today;
mod visits;
mod words;

#[cfg(test)]
mod tests;

use axum::{
    Extension,
    http::{Extensions, HeaderMap, StatusCode, Version},
};
use tower_http::compression::{CompressionLayer, DefaultPredicate, Predicate};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::desk::Desk;

pub(crate) use error::as_page;
use frame::Frame;
use words::Words;

/// The routes that take files.
pub(crate) fn uploads() -> OpenApiRouter<Desk> {
    admin::uploads()
}

/// What is worth compressing; a refusal is not, since the router writes it anew.
fn of_use() -> impl Predicate {
    DefaultPredicate::new().and(|status: StatusCode, _: Version, _: &HeaderMap, _: &Extensions| status.is_success())
}

/// The pages' routes.
pub(crate) fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(frame::home))
        .routes(routes!(frame::speak))
        .routes(routes!(assets::asset))
        .routes(routes!(log_in::form, log_in::enter))
        .routes(routes!(log_in::leave))
        .routes(routes!(today::show))
        .routes(routes!(today::live::stream_of))
        .routes(routes!(day::show))
        .routes(routes!(map::base::file))
        .routes(routes!(map::districts))
        .routes(routes!(map::visits))
        .routes(routes!(findings::list, findings::decide_many))
        .routes(routes!(findings::one, findings::decide))
        .routes(routes!(register::show, register::enter))
        .routes(routes!(visits::list))
        .routes(routes!(visits::one))
        .routes(routes!(visits::map))
        .routes(routes!(customers::list))
        .routes(routes!(customers::one, customers::set_landline))
        .routes(routes!(customers::map))
        .routes(routes!(customers::place))
        .routes(routes!(exceptions::list, exceptions::make))
        .routes(routes!(register::print))
        .routes(routes!(register::number))
        .routes(routes!(reports::show))
        .routes(routes!(reports::sheet, reports::freeze))
        .routes(routes!(reports::table))
        .routes(routes!(reports::trail))
        .merge(admin::routes())
        .layer(Extension(today::live::Boards::default()))
        .layer(CompressionLayer::new().gzip(true).compress_when(of_use()))
}
