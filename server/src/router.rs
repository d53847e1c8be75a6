//! All routes of the server, and what every request passes through.

use std::{sync::Arc, time::Instant};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tower_http::{catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer};
use tracing::Instrument;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    api::{self, guard, queries},
    app::App,
    desk::{Desk, DeskError},
    error::{ApiError, Refusal},
    feed, intake, pages, photos, random, serve,
};

/// Largest body: a push before compression is 512 KiB, a photo's chunk 256 KiB, a document less.
const BODY_MAX_BYTES: usize = 1024 * 1024;
/// Largest file that is handed in: districts of a country, or customers of a company.
const FILE_MAX_BYTES: usize = 16 * 1024 * 1024;
/// Longest refusal by the framework.
const REFUSAL_MAX_BYTES: usize = 4096;

/// The router; `url` is how the server is reached, and `limits` hold for each request.
pub fn router(desk: &Desk, url: &str, limits: &serve::Limits) -> Router {
    let desk = Desk {
        tls: url.starts_with("https://"),
        ..desk.clone()
    };
    let (routes, document) = routes(&desk).split_for_parts();
    let document = api::document(document);
    let queries = queries::queries(&document);
    let openapi = move || std::future::ready(axum::Json(document.clone()));
    let routes = routes
        .route("/api/v1/openapi.json", axum::routing::get(openapi))
        .route_layer(middleware::from_fn_with_state(queries, queries::check))
        .route_layer(middleware::from_fn_with_state(desk.clone(), guard::guard))
        .fallback(|| async { DeskError::missing("route", "of this path") })
        .layer(DefaultBodyLimit::disable());
    serve::bounded(routes, limits)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(desk.clone(), frame))
        .layer(middleware::from_fn_with_state(desk, pages::as_page))
}

/// The routes with their OpenAPI document.
pub(crate) fn routes(desk: &Desk) -> OpenApiRouter {
    let phones = phone_routes().with_state(desk.app.clone());
    let people = api::routes().merge(pages::routes());
    let small = people.with_state(desk.clone()).merge(phones);
    let large = pages::uploads().with_state(desk.clone());
    small
        .layer(RequestBodyLimitLayer::new(BODY_MAX_BYTES))
        .merge(large.layer(RequestBodyLimitLayer::new(FILE_MAX_BYTES)))
}

/// What phones may call.
pub(crate) fn phone_routes() -> OpenApiRouter<Arc<App>> {
    intake::routes().merge(feed::routes()).merge(photos::routes())
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    DeskError::environment("panic", "a handler panicked").into_response()
}

/// Gives the request an id, logs what became of it (its route, never its path, which may name a person), and
/// tells the browser to trust nothing but what the answer says.
async fn frame(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let id = random::hex::<8>();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let (method, begun) = (request.method().clone(), Instant::now());
    let span = tracing::info_span!("request", id);
    let response = next.run(request).instrument(span.clone()).await;
    let mut response = in_our_form(response).await;
    let code = finish(&mut response, &id);
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    let took_ms = took.as_millis() as u64;
    span.in_scope(|| tracing::info!(%method, route, status, code, took_ms, "answered"));
    let requests = &desk.app.metrics.requests;
    requests.count(&route, &method, status, code.as_deref(), took);
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", id);
    }
    for (name, value) in ANSWER_HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if desk.tls {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    response
}

/// Puts the request's id into the error that is answered, if one is; its code.
fn finish(response: &mut Response, id: &str) -> Option<String> {
    let refusal = response.extensions_mut().get_mut::<Refusal>()?;
    refusal.0.insert("request_id".into(), id.into());
    let code = refusal.code().to_owned();
    let body = serde_json::json!({ "error": refusal.0 }).to_string();
    *response.body_mut() = Body::from(body);
    // It was that of the body so far.
    response.headers_mut().remove(header::CONTENT_LENGTH);
    Some(code)
}

/// What the framework refuses (a body that is no JSON, a query that can't be read) it says in plain text:
/// callers get the form of all other errors.
async fn in_our_form(response: Response) -> Response {
    let status = response.status();
    let code = match status {
        StatusCode::BAD_REQUEST => "bad_request",
        StatusCode::METHOD_NOT_ALLOWED => "bad_method",
        StatusCode::PAYLOAD_TOO_LARGE => "too_big",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "bad_media_type",
        StatusCode::UNPROCESSABLE_ENTITY => "bad_body",
        _ => return response,
    };
    // Errors are JSON, and a form that is shown again is HTML: only the framework answers in plain text.
    let kind = response.headers().get(header::CONTENT_TYPE);
    if kind.is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain")) {
        return response;
    }
    // Who asked stays known: the page that says it has the person's navigation.
    let (parts, body) = response.into_parts();
    let text = to_bytes(body, REFUSAL_MAX_BYTES).await.unwrap_or_default();
    let said = String::from_utf8_lossy(&text);
    let message = if said.is_empty() {
        status.canonical_reason().unwrap_or_default()
    } else {
        &said
    };
    let mut told = ApiError::new(status, code, message).into_response();
    told.extensions_mut().extend(parts.extensions);
    told
}

/// OWASP's HTTP Headers Cheat Sheet, for answers that are data
/// (<https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html>).
const ANSWER_HEADERS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{env, process::Command};

    use axum::routing::post;
    use tower::ServiceExt;

    use super::*;
    use crate::{config::Log, log};

    const NAME: &str = "router::tests::of_a_panic_the_log_says_where_it_was_and_nothing_that_was_sent";
    /// Set in the process that panics.
    const PANICS: &str = "ONBEAT_TEST_PANICS";
    const SENT: &str = "40.733377";

    #[tokio::test]
    async fn of_a_panic_the_log_says_where_it_was_and_nothing_that_was_sent() {
        if env::var_os(PANICS).is_some() {
            return panic_in_a_handler().await;
        }
        let mut run = Command::new(env::current_exe().unwrap());
        let run = run.args(["--exact", NAME, "--nocapture"]).env(PANICS, "1").output();
        let run = run.unwrap();
        let said = String::from_utf8([run.stdout, run.stderr].concat()).unwrap();
        assert!(run.status.success() && said.contains(file!()), "{said}");
        assert!(!said.contains(SENT), "{said}");
    }

    async fn panic_in_a_handler() {
        log::to_stderr(&Log::default()).unwrap();
        let quoting = async |body: String| assert!(body.is_empty(), "{body}");
        let routes = Router::new().route("/", post(quoting));
        let request = Request::post("/").body(Body::from(SENT)).unwrap();
        let answer = routes.layer(CatchPanicLayer::custom(panicked)).oneshot(request).await;
        assert_eq!(answer.unwrap().status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
