//! Erasing places for good: first what it would take, then that.

use askama::Template;
use axum::{Form, extract::State, http::StatusCode, response::Response};
use chrono::{Days, NaiveDate};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{
    Frame,
    filter::{self, Choice},
    frame,
};
use crate::{
    auth::Actor,
    desk::{
        Books, Desk, DeskError, DeskResult,
        erase::{self, Erased, Erasure},
    },
};

/// What is to go.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Typed {
    /// Of days before this one, `YYYY-MM-DD`.
    before: String,
    /// Only this rep's; empty: everybody's.
    rep: String,
    /// `look`: only say how much; `erase`: for good.
    #[serde(rename = "do")]
    act: String,
}

#[derive(Template)]
#[template(path = "admin/erase.html")]
struct ErasePage {
    frame: Frame,
    before: String,
    day: String,
    rep: String,
    reps: Vec<Choice>,
    kept: String,
    report: Option<Erased>,
    wrong: Option<String>,
}

/// The form, with the date that the policy's retention comes to.
#[utoipa::path(get, path = "/admin/erase", tag = "pages",
    responses((status = 200, description = "The form", body = String, content_type = "text/html")))]
pub(super) async fn show(State(desk): State<Desk>, actor: Actor, frame: Frame) -> DeskResult<Response> {
    shown(&desk, &actor, frame, Typed::default(), None)
}

fn shown(
    desk: &Desk,
    actor: &Actor,
    frame: Frame,
    typed: Typed,
    came: Option<Result<Erased, DeskError>>,
) -> DeskResult<Response> {
    let books = Books::now(desk);
    let kept_days = books.policy.retention.fixes_days;
    let today = desk.app.documents().day_at("", desk.now_ms());
    let oldest = today.checked_sub_days(Days::new(kept_days.into())).unwrap_or(today);
    let before = typed.before.parse::<NaiveDate>().unwrap_or(oldest);
    let status = match &came {
        Some(Err(error)) => error.fault.status(),
        _ => StatusCode::OK,
    };
    let (report, wrong) = match came {
        Some(Ok(report)) => (Some(report), None),
        Some(Err(error)) => (None, Some(frame.said(&error))),
        None => (None, None),
    };
    let page = ErasePage {
        before: before.to_string(),
        day: frame.local.date(before),
        reps: filter::reps(&books, actor, Some(&typed.rep)),
        rep: typed.rep,
        kept: frame.words.fill("erase.kept", &[("days", &kept_days.to_string())]),
        report,
        wrong,
        frame,
    };
    frame::page(status, &page)
}

/// Says what would go, or has it go.
#[utoipa::path(post, path = "/admin/erase", tag = "pages",
    request_body(content = Typed, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "What would go, or went", body = String, content_type = "text/html"),
    (status = 422, description = "Why not", body = String, content_type = "text/html")
))]
pub(super) async fn erase(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Form(typed): Form<Typed>,
) -> DeskResult<Response> {
    let came = match typed.before.parse() {
        Ok(before) => {
            let what = Erasure {
                rep: Some(typed.rep.clone()).filter(|rep| !rep.is_empty()),
                before,
            };
            erase::erase(&desk, &actor, what, typed.act != "erase").await
        }
        Err(_) => Err(DeskError::input("bad_date", format!("{:?} is no date", typed.before))),
    };
    shown(&desk, &actor, frame, typed, Some(came))
}
