//! A month's sheet, and freezing it.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};

use super::{Line, calendar};
use crate::{
    auth::Actor,
    desk::{
        Desk, DeskError, DeskResult,
        month::{self, Month, Sheet, SheetRow},
    },
    pages::{
        Frame,
        frame::{self, may_send},
    },
};

#[derive(Template)]
#[template(path = "month.html")]
struct MonthPage {
    frame: Frame,
    month: Month,
    /// Each with what was decided since the sheet was frozen, in words.
    lines: Vec<(SheetRow, Line, Option<String>)>,
    frozen: Option<String>,
    may_freeze: bool,
    is_over: bool,
    /// From when on it is.
    over_on: String,
    first: String,
    wrong: Option<String>,
}

/// A month's sheet, without tracks.
#[utoipa::path(get, path = "/reports/months/{month}", tag = "pages",
    params(("month" = String, Path, description = "`YYYY-MM`")), responses(
    (status = 200, description = "The sheet", body = String, content_type = "text/html"),
    (status = 404, description = "`not_found`: no month")
))]
pub(in crate::pages) async fn sheet(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Path(month): Path<String>,
) -> DeskResult<Response> {
    shown(&desk, &actor, frame, read(&month)?, None).await
}

fn read(month: &str) -> DeskResult<Month> {
    Month::read(month).ok_or_else(|| DeskError::missing("month", month))
}

async fn shown(
    desk: &Desk,
    actor: &Actor,
    frame: Frame,
    month: Month,
    wrong: Option<&DeskError>,
) -> DeskResult<Response> {
    let Sheet { rows, frozen } = month::sheet(desk, actor, month).await?;
    let line = |row: SheetRow| {
        let line = Line {
            link: Some(calendar(&month.which(), &row.rep)),
            ..Line::new(&frame, row.name.clone(), &row.sums)
        };
        let now = row.confirmed_now.map(|count| {
            let count = count.to_string();
            frame.words.fill("month.confirmed_now", &[("count", &count)])
        });
        (row, line, now)
    };
    let page = MonthPage {
        may_freeze: frozen.is_none() && may_send(actor, "/reports/months/{month}"),
        is_over: month.is_over(desk),
        over_on: frame
            .words
            .fill("month.runs", &[("date", &frame.local.date(month.end()))]),
        frozen: frozen.map(|(by, at_ms)| {
            let at = frame.local.instant(at_ms);
            frame.words.fill("month.frozen", &[("by", &by), ("at", &at)])
        }),
        first: month.which().from.map(|day| day.to_string()).unwrap_or_default(),
        lines: rows.into_iter().map(line).collect(),
        month,
        wrong: wrong.map(|error| frame.said(error)),
        frame,
    };
    frame::page(frame::status(wrong), &page)
}

/// Freezes a month's sheet.
#[utoipa::path(post, path = "/reports/months/{month}", tag = "pages",
    params(("month" = String, Path, description = "`YYYY-MM`")), responses(
    (status = 303, description = "To the sheet"),
    (status = 409, description = "Why not, with the sheet", body = String, content_type = "text/html")
))]
pub(in crate::pages) async fn freeze(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Path(month): Path<String>,
) -> DeskResult<Response> {
    let month = read(&month)?;
    match month::freeze(&desk, &actor, month).await {
        Ok(()) => Ok(Redirect::to(&format!("/reports/months/{month}")).into_response()),
        Err(error) => shown(&desk, &actor, frame, month, Some(&error)).await,
    }
}
