//! The employer's duties: what is laid down, and what still keeps phones from being enrolled.

use askama::Template;
use axum::{
    Form,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{
    Frame,
    frame::{self, may_send},
};
use crate::{
    auth::Actor,
    desk::{
        Desk, DeskError, DeskResult,
        duties::{self, Duty, DutyDone},
    },
};

/// A duty as it is typed.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Typed {
    /// Its code.
    duty: String,
    /// When it was done, `YYYY-MM-DD`.
    date: String,
    /// Where it is laid down.
    note: String,
}

struct Line {
    duty: &'static str,
    done: Option<Done>,
    date: String,
    note: String,
}

struct Done {
    date: String,
    note: String,
    by: String,
    demo: bool,
}

#[derive(Template)]
#[template(path = "admin/duties.html")]
struct DutiesPage {
    frame: Frame,
    lines: Vec<Line>,
    missing: usize,
    may_record: bool,
    wrong: Option<String>,
}

/// The checklist.
#[utoipa::path(get, path = "/admin/duties", tag = "pages",
    responses((status = 200, description = "The checklist", body = String, content_type = "text/html")))]
pub(super) async fn show(State(desk): State<Desk>, actor: Actor, frame: Frame) -> DeskResult<Response> {
    shown(&desk, &actor, frame, &Typed::default(), None).await
}

async fn shown(
    desk: &Desk,
    actor: &Actor,
    frame: Frame,
    typed: &Typed,
    wrong: Option<&DeskError>,
) -> DeskResult<Response> {
    let duties = duties::show(desk).await?;
    let lines = Duty::ALL.map(|duty| {
        let found = duties.done.iter().find(|shown| shown.done.duty == duty);
        let own = typed.duty == duty.as_str();
        Line {
            duty: duty.as_str(),
            done: found.map(|shown| Done {
                date: frame.local.date(shown.done.date),
                note: shown.done.note.clone(),
                by: shown.by.clone(),
                demo: shown.demo,
            }),
            date: if own { typed.date.clone() } else { String::new() },
            note: if own { typed.note.clone() } else { String::new() },
        }
    });
    let page = DutiesPage {
        lines: lines.into(),
        missing: duties.missing.len(),
        may_record: may_send(actor, "/admin/duties"),
        wrong: wrong.map(|error| frame.said(error)),
        frame,
    };
    frame::page(frame::status(wrong), &page)
}

/// Records that a duty was done.
#[utoipa::path(post, path = "/admin/duties", tag = "pages",
    request_body(content = Typed, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "To the checklist"),
    (status = 422, description = "Why not, with what was typed", body = String, content_type = "text/html")
))]
pub(super) async fn record(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Form(typed): Form<Typed>,
) -> DeskResult<Response> {
    let recorded = match read(&typed) {
        Ok(done) => duties::record(&desk, &actor, done).await,
        Err(error) => Err(error),
    };
    match recorded {
        Ok(_) => Ok(Redirect::to("/admin/duties").into_response()),
        Err(error) => shown(&desk, &actor, frame, &typed, Some(&error)).await,
    }
}

fn read(typed: &Typed) -> DeskResult<DutyDone> {
    let duty = Duty::ALL.into_iter().find(|duty| duty.as_str() == typed.duty);
    let date = typed.date.parse().ok();
    let no_date = || DeskError::input("bad_date", format!("{:?} is no date: write 2026-11-20", typed.date));
    Ok(DutyDone {
        duty: duty.ok_or_else(|| DeskError::missing("duty", &typed.duty))?,
        date: date.ok_or_else(no_date)?,
        note: typed.note.clone(),
    })
}
