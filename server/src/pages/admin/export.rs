//! What admins and auditors take out: who logs in, the employer's duties, and what was withdrawn.

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
        shares::{self, Counted},
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
    /// What share of the findings was withdrawn.
    Shares,
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
        What::Shares => ("shares", all_shares(&desk).await?),
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

/// A row a kind, and one each model of phone that recorded some of it: a model alone suspends nothing.
async fn all_shares(desk: &Desk) -> DeskResult<Table> {
    let cells = |kind: &str, model: Option<&String>, counted: Counted| {
        vec![
            Cell::Code("kind", kind.into()),
            model.map_or_else(Cell::empty, |model| match model.as_str() {
                "" => Cell::Code("shares", "no_model".into()),
                model => Cell::Text(model.into()),
            }),
            Cell::number(Some(counted.all)),
            Cell::number(Some(counted.withdrawn)),
            Cell::number(Some(counted.permille())),
            model.map_or_else(|| Cell::flag(counted.is_suspended()), |_| Cell::empty()),
        ]
    };
    let shares = shares::now(desk).await?;
    let rows = shares.0.iter().flat_map(|(kind, share)| {
        let models = share.models.iter();
        let models = models.map(|(model, counted)| cells(kind, Some(model), *counted));
        std::iter::once(cells(kind, None, share.counted)).chain(models)
    });
    let columns = [
        "kind",
        "model",
        "findings",
        "withdrawn",
        "withdrawn_permille",
        "suspended",
    ];
    Ok(Table::new(&columns, rows.collect()))
}
