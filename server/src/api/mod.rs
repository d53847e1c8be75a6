//! The JSON API of the desk. Handlers are thin: they read the request, call one function of [`crate::desk`],
//! and say what it answered. Who may call what stands in [`crate::auth::access`].

mod days;
mod documents;
mod exceptions;
mod findings;
pub mod guard;
mod overview;
mod page;
mod phones;
mod proof;
pub(crate) mod queries;
mod register;
mod rejudge;
pub(crate) mod session;
mod users;
mod visits;

#[cfg(test)]
mod tests;

use axum::http::Method;
use utoipa::{
    OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use guard::COOKIE;

use crate::{
    auth::access::{self, Who},
    desk::Desk,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Onbeat",
        description = "Times are milliseconds since 1970 (UTC) where they end in `_ms`, distances millimetres where \
                       they end in `_mm`. Errors are `{\"error\":{\"code\",\"message\"}}`. Lists are paged: ask again \
                       with `after` = `next` until there is none."
    ),
    tags(
        (name = "session", description = "Set-up, log-in, log-out"),
        (name = "account", description = "Days, visits, the register"),
        (name = "findings", description = "Findings, questions, exceptions"),
        (name = "company", description = "Documents, users, duties, phones, the desk's log"),
        (name = "phone", description = "What enrolled phones call"),
        (name = "pages", description = "What people open in a browser")
    )
)]
struct Document;

/// The desk's routes.
pub(crate) fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(overview::health))
        .routes(routes!(overview::ready))
        .routes(routes!(session::set_up))
        .routes(routes!(session::log_in))
        .routes(routes!(session::log_out))
        .routes(routes!(session::me))
        .routes(routes!(session::change_password))
        .routes(routes!(overview::reps))
        .routes(routes!(overview::teams))
        .routes(routes!(overview::customers))
        .routes(routes!(overview::set_landline))
        .routes(routes!(overview::audit))
        .routes(routes!(proof::log))
        .routes(routes!(proof::quarantine))
        .routes(routes!(proof::quarantined))
        .routes(routes!(days::list))
        .routes(routes!(days::one))
        .routes(routes!(days::trail))
        .routes(routes!(visits::list))
        .routes(routes!(visits::one))
        .routes(routes!(visits::photo))
        .routes(routes!(register::of_day, register::enter))
        .routes(routes!(findings::list))
        .routes(routes!(findings::one))
        .routes(routes!(findings::explain))
        .routes(routes!(findings::decide))
        .routes(routes!(findings::decide_many))
        .routes(routes!(exceptions::list, exceptions::make))
        .routes(routes!(exceptions::decline))
        .routes(routes!(exceptions::take_back))
        .routes(routes!(phones::list))
        .routes(routes!(phones::revoke))
        .routes(routes!(phones::code))
        .routes(routes!(users::list, users::add))
        .routes(routes!(users::change))
        .routes(routes!(documents::list))
        .routes(routes!(documents::put, documents::drop))
        .routes(routes!(rejudge::rejudge))
        .routes(routes!(documents::duties, documents::record_duty))
}

/// The OpenAPI document, with how callers say who they are.
pub(crate) fn document(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE)));
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("session", cookie);
    components.add_security_scheme("token", bearer);
    for (path, item) in &mut document.paths.paths {
        let operations = [
            (Method::GET, &mut item.get),
            (Method::POST, &mut item.post),
            (Method::PUT, &mut item.put),
            (Method::DELETE, &mut item.delete),
        ];
        for (method, operation) in operations {
            if let (Some(operation), Some(route)) = (operation, access::of(&method, path)) {
                operation.security = Some(security(route.who));
            }
        }
    }
    document
}

/// What a caller must bring, as [`access`] says.
fn security(who: Who) -> Vec<SecurityRequirement> {
    let schemes: &[&str] = match who {
        Who::Anyone => &[],
        Who::Phone => &["token"],
        Who::Desk(_) => &["session", "token"],
    };
    let need = |scheme: &&str| SecurityRequirement::new(*scheme, Vec::<String>::new());
    schemes.iter().map(need).collect()
}
