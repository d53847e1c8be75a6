//! Where the set-up link leads: a form by which a person makes the first admin.
//!
//! The code stands in the link's fragment, which no browser sends: opening the link uses nothing up.

use askama::Template;
use axum::{
    Form,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};

use super::super::{Frame, frame};
use crate::{
    api::session::SetUp,
    desk::{Desk, DeskError, DeskResult, Fault, users},
};

#[derive(Template)]
#[template(path = "admin/setup.html")]
struct SetUpPage {
    frame: Frame,
    code: String,
    user: String,
    wrong: Option<String>,
}

/// The form of the set-up link.
#[utoipa::path(get, path = "/setup", tag = "pages", responses(
    (status = 200, description = "How to finish the set-up", body = String, content_type = "text/html")
))]
pub(super) async fn form(frame: Frame) -> DeskResult<Response> {
    shown(frame, "", "", None)
}

fn shown(frame: Frame, code: &str, user: &str, wrong: Option<&DeskError>) -> DeskResult<Response> {
    let page = SetUpPage {
        code: code.into(),
        user: user.into(),
        wrong: wrong.map(|error| frame.said(error)),
        frame,
    };
    frame::page(frame::status(wrong), &page)
}

/// Makes the first admin by the form.
#[utoipa::path(post, path = "/setup", tag = "pages",
    request_body(content = SetUp, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "Made: to the log-in, and on to what is to be set up"),
    (status = 403, description = "The code is wrong or was used", body = String, content_type = "text/html"),
    (status = 422, description = "What is wrong with name or password", body = String, content_type = "text/html")
))]
pub(super) async fn finish(State(desk): State<Desk>, frame: Frame, Form(wanted): Form<SetUp>) -> DeskResult<Response> {
    match users::set_up(&desk, &wanted.code, &wanted.user, &wanted.password).await {
        Ok(_) => Ok(Redirect::to("/login?next=/admin").into_response()),
        // What the machine said is for who runs it.
        Err(error) if error.fault == Fault::Environment => Err(error),
        Err(error) => shown(frame, &wanted.code, &wanted.user, Some(&error)),
    }
}
