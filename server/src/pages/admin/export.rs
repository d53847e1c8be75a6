//! What admins and auditors take out: who logs in, and the employer's duties.

use axum::{
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::super::{Frame, reports::Format};
use crate::{
    auth::Actor,
    desk::{
        Desk, DeskResult,
        duties::{self, Duty},
        records::DataExported,
        users,
    },
    files::export::{Cell, Table},
};

/// Which table.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum What {
    /// Who logs in.
    Users,
    /// The checklist of duties.
    Duties,
}

/// Which table as which kind of file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Taken {
    /// Who logs in where nothing is said.
    what: Option<What>,
    /// `csv` or `xlsx`; CSV where nothing is said.
    format: Option<Format>,
}

/// A table of the company's own as a file.
#[utoipa::path(get, path = "/admin/export", tag = "pages", params(Taken), responses(
    (status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"),
    (status = 422, description = "`no_places`")
))]
pub(super) async fn take_out(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Query(Taken { what, format }): Query<Taken>,
) -> DeskResult<Response> {
    let format = format.unwrap_or(Format::Csv);
    let (code, table) = match what.unwrap_or(What::Users) {
        What::Users => ("users", all_users(&desk).await?),
        What::Duties => ("duties", all_duties(&desk).await?),
    };
    let taken = DataExported {
        what: code.into(),
        ..DataExported::default()
    };
    format.handed_out(&desk, &actor, &frame, table, taken).await
}

async fn all_users(desk: &Desk) -> DeskResult<Table> {
    let rows = users::list(desk).await?.into_iter().map(|user| {
        vec![
            Cell::Text(user.user),
            Cell::Text(user.name),
            Cell::code("role", Some(&user.role)),
            Cell::Text(user.teams.join(" ")),
            Cell::flag(user.disabled),
        ]
    });
    let columns = ["user", "name", "role", "teams", "disabled"];
    Ok(Table::new(&columns, rows.collect()))
}

/// All of the checklist: of what is missing the rest is empty.
async fn all_duties(desk: &Desk) -> DeskResult<Table> {
    let recorded = duties::show(desk).await?.done;
    let rows = Duty::ALL.into_iter().map(|duty| {
        let shown = recorded.iter().find(|shown| shown.done.duty == duty);
        vec![
            Cell::code("duty", Some(&duty)),
            Cell::flag(shown.is_some()),
            shown.map_or_else(Cell::empty, |shown| Cell::Day(shown.done.date)),
            Cell::text(shown.map(|shown| &shown.done.note)),
            Cell::text(shown.map(|shown| &shown.by)),
            shown.map_or_else(Cell::empty, |shown| Cell::flag(shown.demo)),
        ]
    });
    let columns = ["duty", "done", "day", "note", "by", "demo"];
    Ok(Table::new(&columns, rows.collect()))
}
