//! The reps' phones: when they were last heard, what their keys are worth, and codes for new ones.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    Form,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    super::{
        Frame,
        filter::{self, Choice},
        frame::{self, code as code_of, may_send},
    },
    qr::Qr,
};
use crate::{
    auth::Actor,
    desk::{
        Books, Desk, DeskError, DeskResult,
        enrol::{self, CodeShown, NewCode},
        phones::{self, Phone},
    },
    phones::StreamState,
};

/// So long a code opens where nothing else is asked for.
const MINUTES: u32 = 24 * 60;

/// For whom a code is.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Typed {
    /// The rep's id.
    rep: String,
    /// How long it opens.
    minutes: Option<u32>,
    /// The stream whose database key it gives back; empty: it is for a new phone.
    recover: String,
}

struct Line {
    rep: String,
    name: String,
    device: String,
    app: String,
    state: String,
    grade: String,
    epoch: u32,
    integrity: Option<String>,
    signs: Vec<String>,
    last_sync: Option<String>,
    enrolled: String,
    stream: String,
    active: bool,
}

#[derive(Template)]
#[template(path = "admin/phones.html")]
struct PhonesPage {
    frame: Frame,
    lines: Vec<Line>,
    reps: Vec<Choice>,
    /// Names of the reps who have none.
    without: Vec<String>,
    may_enrol: bool,
    may_revoke: bool,
    wrong: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/code.html")]
struct CodePage {
    frame: Frame,
    name: String,
    code: CodeShown,
    expires: String,
    recovers: bool,
    qr: Option<Qr>,
}

/// The phones.
#[utoipa::path(get, path = "/admin/phones", tag = "pages",
    responses((status = 200, description = "The phones", body = String, content_type = "text/html")))]
pub(super) async fn list(State(desk): State<Desk>, actor: Actor, frame: Frame) -> DeskResult<Response> {
    shown(&desk, &actor, frame, &Typed::default(), None).await
}

async fn shown(
    desk: &Desk,
    actor: &Actor,
    frame: Frame,
    typed: &Typed,
    wrong: Option<&DeskError>,
) -> DeskResult<Response> {
    let (books, phones) = (Books::now(desk), phones::list(desk, actor).await?);
    let active = phones.iter().filter(|phone| phone.state == StreamState::Active);
    let active: BTreeSet<&String> = active.map(|phone| &phone.rep).collect();
    let own = books.reps.iter().filter(|(_, rep)| actor.covers(&rep.team));
    let without = own
        .filter(|(id, _)| !active.contains(id))
        .map(|(_, rep)| rep.name.clone())
        .collect();
    let page = PhonesPage {
        without,
        lines: phones.iter().map(|phone| line(&frame, &books, phone)).collect(),
        reps: filter::reps(&books, actor, Some(&typed.rep)),
        may_enrol: may_send(actor, "/admin/codes"),
        may_revoke: may_send(actor, "/admin/phones/{stream}/revoke"),
        wrong: wrong.map(|error| frame.said(error)),
        frame,
    };
    frame::page(frame::status(wrong), &page)
}

fn line(frame: &Frame, books: &Books, phone: &Phone) -> Line {
    let device = &phone.device;
    Line {
        name: books.rep_name(&phone.rep).to_owned(),
        rep: phone.rep.clone(),
        device: [&*device.model, &*device.platform].join(" "),
        app: device.app.clone(),
        state: code_of(&phone.state),
        grade: code_of(&phone.grade),
        epoch: phone.epoch,
        integrity: phone.integrity.as_ref().map(code_of),
        signs: phone.signs.iter().map(code_of).collect(),
        last_sync: phone.last_sync_ms.map(|at_ms| frame.local.instant(at_ms)),
        enrolled: frame.local.instant(phone.enrolled_ms),
        stream: phone.stream.clone(),
        active: phone.state == StreamState::Active,
    }
}

/// Revokes a lost phone.
#[utoipa::path(post, path = "/admin/phones/{stream}/revoke", tag = "pages",
    params(("stream" = String, Path, description = "Its stream")),
    responses((status = 303, description = "To the phones"), (status = 404, description = "`not_found`")))]
pub(super) async fn revoke(State(desk): State<Desk>, actor: Actor, Path(stream): Path<String>) -> DeskResult<Redirect> {
    phones::revoke(&desk, &actor, &stream).await?;
    Ok(Redirect::to("/admin/phones"))
}

/// Makes a code for a rep's phone: shown once, one at a time, to be scanned or printed.
#[utoipa::path(post, path = "/admin/codes", tag = "pages",
    request_body(content = Typed, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 201, description = "The code", body = String, content_type = "text/html"),
    (status = 403, description = "Why not", body = String, content_type = "text/html"),
    (status = 409, description = "The duties are not recorded", body = String, content_type = "text/html")
))]
pub(super) async fn code(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Form(typed): Form<Typed>,
) -> DeskResult<Response> {
    let recovers = !typed.recover.is_empty();
    let new = NewCode {
        rep: typed.rep.clone(),
        recover: recovers.then(|| typed.recover.clone()),
        minutes: typed.minutes.unwrap_or(MINUTES),
    };
    let code = match enrol::issue(&desk, &actor, new).await {
        Ok(code) => code,
        Err(error) => return shown(&desk, &actor, frame, &typed, Some(&error)).await,
    };
    let books = Books::now(&desk);
    let expires = chrono::DateTime::parse_from_rfc3339(&code.expires).ok();
    let page = CodePage {
        name: books.rep_name(&code.rep).to_owned(),
        expires: expires.map_or_else(|| code.expires.clone(), |at| frame.local.instant(at.timestamp_millis())),
        qr: Qr::of(&code.link),
        recovers,
        code,
        frame,
    };
    Ok(frame::page(StatusCode::CREATED, &page)?.into_response())
}
