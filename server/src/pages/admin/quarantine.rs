//! What phones sent that did not check, forked logs, and times that can't be true.

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    super::{Frame, error::encoded, frame},
    audit::{After, Line},
};
use crate::{
    auth::Actor,
    desk::{Books, Desk, DeskResult, audit},
};

/// Records of a page.
const ROWS: usize = 50;
/// Lines of a batch that are shown; all of them are in the file.
const LINES_MOST: usize = 200;

/// Why a batch is opened.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Why {
    /// A reason in words, or `emergency`; the rep sees it. Without one the bytes stay closed.
    why: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/quarantine.html")]
struct QuarantinePage {
    frame: Frame,
    lines: Vec<Line>,
    next: Option<u64>,
}

/// The bytes of a batch, opened for a reason.
struct Opened {
    lines: Vec<String>,
    more: bool,
    file: String,
}

#[derive(Template)]
#[template(path = "admin/batch.html")]
struct BatchPage {
    frame: Frame,
    seq: String,
    at: String,
    rep: String,
    fault: String,
    stream: String,
    epoch: u32,
    first: u64,
    opened: Option<Opened>,
    wrong: Option<String>,
}

/// The list, newest first.
#[utoipa::path(get, path = "/admin/quarantine", tag = "pages", params(After),
    responses((status = 200, description = "The list", body = String, content_type = "text/html")))]
pub(super) async fn list(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Query(After { after, .. }): Query<After>,
) -> DeskResult<Response> {
    let books = Books::now(&desk);
    let (records, next) = audit::page(&desk, after, &audit::UNCHECKED, audit::of_own_rep(&desk, &actor), ROWS).await?;
    let mut lines = Vec::with_capacity(records.len());
    for record in &records {
        lines.push(Line::new(&frame, &desk, &books, record).await?);
    }
    let page = QuarantinePage { lines, next, frame };
    frame::page(StatusCode::OK, &page)
}

/// A batch that did not check; its bytes are shown for a reason, which is recorded first.
#[utoipa::path(get, path = "/admin/quarantine/{seq}", tag = "pages",
    params(("seq" = String, Path, description = "`seq` in the list"), Why), responses(
    (status = 200, description = "The batch", body = String, content_type = "text/html"),
    (status = 404, description = "`not_found`"),
    (status = 422, description = "`no_reason`", body = String, content_type = "text/html")
))]
pub(super) async fn one(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Path(seq): Path<String>,
    Query(Why { why }): Query<Why>,
) -> DeskResult<Response> {
    let kept = audit::quarantined(&desk, &seq).await?;
    let opened = match &why {
        Some(why) => open(&desk, &actor, &seq, why).await.map(Some),
        None => Ok(None),
    };
    let status = opened
        .as_ref()
        .map_or_else(|error| error.fault.status(), |_| StatusCode::OK);
    let (opened, wrong) = opened.map_or_else(|error| (None, Some(frame.said(&error))), |opened| (opened, None));
    let books = Books::now(&desk);
    let page = BatchPage {
        at: frame.local.instant(kept.at_ms),
        rep: books.rep_name(&kept.batch.rep).to_owned(),
        fault: kept.batch.fault,
        stream: kept.batch.stream,
        epoch: kept.batch.epoch,
        first: kept.batch.seq,
        seq,
        opened,
        wrong,
        frame,
    };
    frame::page(status, &page)
}

async fn open(desk: &Desk, actor: &Actor, seq: &str, why: &str) -> DeskResult<Opened> {
    let bytes = audit::opened(desk, actor, seq, why).await?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(Opened {
        lines: text.lines().take(LINES_MOST).map(str::to_owned).collect(),
        more: text.lines().nth(LINES_MOST).is_some(),
        file: format!("/api/v1/quarantine/{seq}?why={}", encoded(why)),
    })
}
