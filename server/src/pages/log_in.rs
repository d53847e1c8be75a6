use askama::Template;
use axum::{
    Form,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header, header::SET_COOKIE},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    Frame,
    frame::{self, own_place},
};
use crate::{
    api::{guard::cookie, session},
    desk::{Desk, DeskResult, Fault, door},
    serve::Address,
};

#[derive(Template)]
#[template(path = "log_in.html")]
struct LogInPage {
    frame: Frame,
    next: String,
    user: String,
    wrong: Option<String>,
}

/// Where to go after it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Next {
    /// A path on this server.
    next: Option<String>,
}

/// Who logs in.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Credentials {
    /// Log-in name.
    user: String,
    /// Password.
    password: String,
    /// Where to go after it.
    #[serde(default)]
    next: String,
}

/// The form to log in.
#[utoipa::path(get, path = "/login", tag = "pages", params(Next),
    responses((status = 200, description = "The form", body = String, content_type = "text/html")))]
pub(super) async fn form(frame: Frame, Query(Next { next }): Query<Next>) -> DeskResult<Response> {
    let shown = LogInPage {
        frame,
        next: own_place(next.as_deref().unwrap_or("/")).to_owned(),
        user: String::new(),
        wrong: None,
    };
    frame::page(StatusCode::OK, &shown)
}

/// Logs in, and leads to where one was.
#[utoipa::path(post, path = "/login", tag = "pages",
    request_body(content = Credentials, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "Logged in"),
    (status = 403, description = "No such user, or another password: the form again", body = String, content_type = "text/html"),
    (status = 429, description = "Too many tries: the form again", body = String, content_type = "text/html")
))]
pub(super) async fn enter(
    State(desk): State<Desk>,
    frame: Frame,
    address: Address,
    Form(typed): Form<Credentials>,
) -> DeskResult<Response> {
    let next = own_place(&typed.next).to_owned();
    match session::admitted(&desk, address, &typed.user, &typed.password).await {
        Ok(user) => {
            let cookie = session::begun(&desk, &user).await?;
            Ok((AppendHeaders([(SET_COOKIE, cookie)]), Redirect::to(&next)).into_response())
        }
        Err(error) if error.fault == Fault::Environment => Err(error),
        Err(error) => {
            let shown = LogInPage {
                wrong: Some(frame.said(&error)),
                user: typed.user,
                frame,
                next,
            };
            let wait = error
                .retry_after_s
                .map(|wait_s| (header::RETRY_AFTER, wait_s.to_string()));
            let page = frame::page(error.fault.status(), &shown)?;
            Ok((AppendHeaders(wait), page).into_response())
        }
    }
}

/// Logs out.
#[utoipa::path(post, path = "/logout", tag = "pages", responses((status = 303, description = "To the log-in")))]
pub(super) async fn leave(State(desk): State<Desk>, headers: HeaderMap) -> DeskResult<impl IntoResponse> {
    if let Some(token) = cookie(&headers) {
        door::leave(&desk, token).await?;
    }
    let ended = AppendHeaders([(SET_COOKIE, session::set_cookie(&desk, "", 0))]);
    Ok((ended, Redirect::to("/login")))
}
