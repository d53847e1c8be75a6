//! Refusals as pages, for who asks with a browser.

use askama::Template;
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};

use super::frame::{self, Frame, own_place};
use crate::{
    auth::{Actor, access},
    desk::Desk,
    error::Refusal,
};

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    message: String,
    request_id: String,
    /// The form that was sent, where there is one at that address.
    back: Option<String>,
}

/// The ways back from a refusal.
struct Ways {
    /// Where the person comes back to after a log-in.
    after_log_in: Option<String>,
    /// The form that was sent, where its page has the same address.
    form: Option<String>,
}

impl Ways {
    fn of(request: &Request) -> Self {
        let form = form(request);
        let here = || request.uri().path_and_query().map(|path| path.as_str().to_owned());
        Self {
            // Where a form was sent to, there may be no page to come back to.
            after_log_in: if request.method().is_safe() {
                here()
            } else {
                form.clone()
            },
            form,
        }
    }
}

/// Turns what a browser is refused into a page: to log in where nobody is, else the words of the error. Whatever is a
/// page says what it may do.
pub(crate) async fn as_page(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let (headers, uri, ways) = (request.headers().clone(), request.uri().clone(), Ways::of(&request));
    let mut response = told(&desk, &headers, &uri, ways, next.run(request).await);
    let is_page = |kind: &HeaderValue| kind.as_bytes().starts_with(b"text/html");
    if response.headers().get(header::CONTENT_TYPE).is_some_and(is_page)
        && let Ok(policy) = frame::policy(&desk).parse()
    {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Where the form is that a request sends, if its page has the same address.
fn form(request: &Request) -> Option<String> {
    let route = request.extensions().get::<MatchedPath>()?;
    let is_form = *request.method() == Method::POST && access::of(&Method::GET, route.as_str()).is_some();
    let address = request.uri().path_and_query().filter(|_| is_form)?;
    Some(own_place(address.as_str()).to_owned())
}

fn told(desk: &Desk, headers: &HeaderMap, uri: &Uri, ways: Ways, response: Response) -> Response {
    let refused = response.extensions().get::<Refusal>();
    let Some(refusal) = refused.filter(|_| !uri.path().starts_with("/api/") && takes_html(headers)) else {
        return response;
    };
    if response.status() == StatusCode::UNAUTHORIZED {
        return to_log_in(headers, ways.after_log_in.as_deref().unwrap_or("/"));
    }
    let actor = response.extensions().get::<Actor>().cloned();
    let frame = Frame::new(desk, headers, uri, actor);
    let shown = ErrorPage {
        message: frame.refusal(refusal),
        request_id: refusal.text("request_id").to_owned(),
        back: ways.form,
        frame,
    };
    let Ok(page) = frame::page(response.status(), &shown) else {
        return response;
    };
    // Retry-After and the like stay; what describes the body is the page's.
    let (mut parts, _) = response.into_parts();
    let (described, body) = page.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.extend(described.headers);
    Response::from_parts(parts, body)
}

fn takes_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let accepted = accept.is_some_and(|accept| accept.contains("text/html"));
    accepted || headers.contains_key("hx-request")
}

/// A part of a page can't show the form: the browser is told to go there as a whole.
fn to_log_in(headers: &HeaderMap, here: &str) -> Response {
    let place = |here: &str| format!("/login?next={}", encoded(here));
    if headers.contains_key("hx-request") {
        // What was asked for is a part: the person comes back to the page that it is on.
        let page = headers.get("hx-current-url").and_then(|url| url.to_str().ok());
        let page = page.and_then(|url| url.parse::<Uri>().ok());
        let here = page.as_ref().and_then(Uri::path_and_query);
        let place = place(here.map_or("/", |page| page.as_str()));
        return (StatusCode::NO_CONTENT, AppendHeaders([("hx-redirect", place)])).into_response();
    }
    Redirect::to(&place(here)).into_response()
}

/// A path as the value of a query: what could end the value is written by its bytes.
pub(super) fn encoded(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
