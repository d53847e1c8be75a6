//! The register of market-entry sign-ins (R4), and the clerk's entry for a rep who called.

use askama::Template;
use axum::{
    Form,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{Frame, frame};
use crate::{
    auth::{Actor, Role},
    desk::{
        Books, Desk, DeskError, DeskResult,
        register::{self, Call, RegisterRow},
    },
};

/// Which day.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `YYYY-MM-DD`; today where nothing is said.
    day: Option<String>,
}

/// A call as it is typed.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub(super) struct Typed {
    /// Caller's number.
    number: String,
    /// The rep's name or id.
    rep: String,
    /// Words, may be empty.
    #[serde(default)]
    note: String,
}

struct Line {
    name: String,
    team: String,
    at: String,
    how: String,
    place: String,
    late: bool,
}

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage {
    frame: Frame,
    date: String,
    day: String,
    missing: Vec<Line>,
    signed: Vec<Line>,
    reps: Vec<(String, String)>,
    may_enter: bool,
    typed: Typed,
    wrong: Option<String>,
}

/// The register of a day.
#[utoipa::path(get, path = "/register", tag = "pages", params(Wanted),
    responses((status = 200, description = "The register", body = String, content_type = "text/html")))]
pub(super) async fn show(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Query(wanted): Query<Wanted>,
) -> DeskResult<Response> {
    shown(&desk, &actor, frame, &wanted, Typed::default(), None).await
}

async fn shown(
    desk: &Desk,
    actor: &Actor,
    frame: Frame,
    wanted: &Wanted,
    typed: Typed,
    wrong: Option<&DeskError>,
) -> DeskResult<Response> {
    let now_ms = desk.now_ms();
    let day = wanted.day.as_deref().and_then(|day| day.parse().ok());
    let day: NaiveDate = day.unwrap_or_else(|| desk.app.documents().schedule_at("", now_ms).day_of(now_ms));
    let books = Books::now(desk);
    let rows = register::of_day(desk, actor, day).await?;
    let (signed, missing): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.at_ms.is_some());
    let line = |row: &RegisterRow| line(&frame, &books, row, now_ms);
    let shown = RegisterPage {
        date: frame.local.date(day),
        day: day.to_string(),
        missing: missing.into_iter().map(line).collect(),
        signed: signed.into_iter().map(line).collect(),
        reps: rows.iter().map(|row| (row.rep.clone(), row.name.clone())).collect(),
        may_enter: actor.role != Role::Auditor,
        typed,
        wrong: wrong.map(|error| frame.said(error)),
        frame,
    };
    let status = wrong.map_or(StatusCode::OK, |error| error.fault.status());
    frame::page(status, &shown)
}

fn line(frame: &Frame, books: &Books, row: &RegisterRow, now_ms: i64) -> Line {
    let way = row.way.and_then(|way| serde_json::to_value(way).ok());
    let way = way.as_ref().and_then(|way| way.as_str());
    let district = row.district.as_ref();
    let district = district.map(|id| {
        books
            .districts
            .get(id)
            .map_or(id.clone(), |district| district.name.clone())
    });
    let due = row
        .due_ms
        .map(|due_ms| (frame.local.time(due_ms), due_ms < row.at_ms.unwrap_or(now_ms)));
    Line {
        name: row.name.clone(),
        team: books
            .teams
            .get(&row.team)
            .map_or(row.team.clone(), |team| team.name.clone()),
        at: row.at_ms.map_or_else(String::new, |at_ms| frame.local.time(at_ms)),
        how: way.map_or_else(String::new, |way| frame.of("way", way)),
        place: match (district, &due) {
            (Some(district), _) => district,
            (None, Some((due, _))) if row.at_ms.is_none() => frame.words.fill("register.due", &[("time", due)]),
            _ => String::new(),
        },
        late: due.is_some_and(|(_, late)| late),
    }
}

/// Enters a call that comes now.
#[utoipa::path(post, path = "/register", tag = "pages",
    request_body(content = Typed, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "To the register"),
    (status = 422, description = "Why not, with what was typed", body = String, content_type = "text/html")
))]
pub(super) async fn enter(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Form(typed): Form<Typed>,
) -> DeskResult<Response> {
    let call = Call {
        rep: named(&desk, &actor, &typed.rep),
        number: typed.number.clone(),
        called_at_ms: desk.now_ms(),
        note: typed.note.clone(),
    };
    match register::enter(&desk, &actor, call).await {
        Ok(_) => Ok(Redirect::to("/register").into_response()),
        Err(error) => shown(&desk, &actor, frame, &Wanted::default(), typed, Some(&error)).await,
    }
}

/// The id of a rep who is named by it, or by a name that is his alone.
fn named(desk: &Desk, actor: &Actor, typed: &str) -> String {
    let (books, wanted) = (Books::now(desk), typed.trim().to_lowercase());
    let mut found = books
        .reps
        .iter()
        .filter(|(_, rep)| actor.covers(&rep.team) && rep.name.to_lowercase() == wanted);
    match (books.reps.contains_key(typed.trim()), found.next(), found.next()) {
        (false, Some((id, _)), None) => id.clone(),
        _ => typed.trim().to_owned(),
    }
}
