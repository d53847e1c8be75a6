//! Tables that people take out of the pages: what they see there, no more. That somebody did is recorded first.

mod places;
#[cfg(test)]
mod tests;

use onbeat_core::{reference::Exception, rules::DayView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Books, Deed, Desk, DeskResult, customers,
    days::Which,
    decide::FindingView,
    exceptions,
    month::{self, Month},
    records::DataExported,
    register,
    reports::{self, By, Sums},
};
use crate::{
    auth::{Actor, Role},
    files::export::{DAY_COLUMNS, Table, VISIT_COLUMNS, VisitRow, code, day_cells, time, visit_cells},
};

/// Which table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Adherence in sums.
    Adherence,
    /// A row a rep-day.
    Days,
    /// A row a visit.
    Visits,
    /// Findings and questions.
    Findings,
    /// The register of the first day.
    Register,
    /// Customers.
    Customers,
    /// Exceptions in force.
    Exceptions,
    /// The sheet of the first day's month.
    Month,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Which table.
    pub what: What,
    /// Of which days, and whose.
    pub which: Which,
    /// What adherence is summed by.
    pub by: By,
}

impl Asked {
    /// Notes that somebody takes it out.
    ///
    /// # Errors
    /// The store's.
    pub async fn note(&self, desk: &Desk, actor: &Actor, format: &str) -> DeskResult<()> {
        let mut deed = Deed::new(actor);
        deed.record(&DataExported {
            what: code(&Some(self.what)),
            format: format.into(),
            from: self.which.from,
            to: self.which.to,
            by: actor.user.clone(),
        });
        deed.commit(desk).await
    }

    /// The table.
    ///
    /// # Errors
    /// `bad_range`, `too_many`; the store's.
    pub async fn table(&self, desk: &Desk, actor: &Actor) -> DeskResult<Table> {
        match self.what {
            What::Adherence => self.adherence(desk, actor).await,
            What::Days => self.days(desk, actor).await,
            What::Visits => self.visits(desk, actor).await,
            What::Findings => self.findings(desk, actor).await,
            What::Register => self.register(desk, actor).await,
            What::Customers => Ok(customers_table(desk, actor)),
            What::Exceptions => exceptions_table(desk, actor).await,
            What::Month => self.month(desk, actor).await,
        }
    }

    async fn adherence(&self, desk: &Desk, actor: &Actor) -> DeskResult<Table> {
        let sums = reports::adherence(desk, actor, &self.which, self.by).await?;
        let mut columns = vec!["key"];
        columns.extend(SUM_COLUMNS);
        let rows = sums.iter().map(|(key, sums)| {
            let mut cells = vec![key.clone()];
            cells.extend(sum_cells(sums));
            cells
        });
        Ok(Table {
            columns,
            rows: rows.collect(),
        })
    }

    async fn days(&self, desk: &Desk, actor: &Actor) -> DeskResult<Table> {
        reports::bounded(&self.which)?;
        let (books, mut query) = (Books::now(desk), self.which.query(desk, actor, "day"));
        let mut rows = Vec::new();
        query.limit = 500;
        // A day's view is big: each page is read, and let go.
        loop {
            let views = desk.app.store.views(&query).await?;
            for view in &views {
                let day = serde_json::from_str::<DayView>(&view.body).ok();
                rows.extend(day.map(|day| day_cells(books.reps.get(&day.rep), &day)));
            }
            if !query.go_on(&views) {
                break;
            }
        }
        Ok(Table {
            columns: DAY_COLUMNS.to_vec(),
            rows,
        })
    }

    async fn visit_rows(&self, desk: &Desk, actor: &Actor) -> DeskResult<Vec<VisitRow>> {
        reports::bounded(&self.which)?;
        reports::all(desk, self.which.query(desk, actor, "visit")).await
    }

    async fn visits(&self, desk: &Desk, actor: &Actor) -> DeskResult<Table> {
        let rows = self.visit_rows(desk, actor).await?;
        Ok(Table {
            columns: VISIT_COLUMNS.to_vec(),
            rows: rows.iter().map(visit_cells).collect(),
        })
    }

    async fn findings(&self, desk: &Desk, actor: &Actor) -> DeskResult<Table> {
        reports::bounded(&self.which)?;
        let found: Vec<FindingView> = reports::all(desk, self.which.query(desk, actor, "finding")).await?;
        let rows = found.into_iter().map(|view| {
            let found = view.finding;
            vec![
                found.id.to_string(),
                view.rep,
                view.day,
                code(&Some(found.class)),
                found.kind.code(),
                time(Some(found.from_ms)),
                time(Some(found.to_ms)),
                code(&Some(found.state)),
            ]
        });
        Ok(Table {
            columns: vec!["finding", "rep", "day", "class", "kind", "from", "to", "state"],
            rows: rows.collect(),
        })
    }

    async fn register(&self, desk: &Desk, actor: &Actor) -> DeskResult<Table> {
        let (day, _) = reports::bounded(&self.which)?;
        let rows = register::of_day(desk, actor, day).await?;
        let rows = rows.into_iter().map(|row| {
            let entered = row.entered.as_ref();
            vec![
                day.to_string(),
                row.rep,
                row.name,
                row.team,
                time(row.due_ms),
                time(row.at_ms),
                code(&row.way),
                row.district.unwrap_or_default(),
                entered.map(|entered| entered.number.clone()).unwrap_or_default(),
                entered.and_then(|entered| entered.customer.clone()).unwrap_or_default(),
                entered.map(|entered| entered.by.clone()).unwrap_or_default(),
                entered
                    .map(|entered| (entered.after_ms / 1000).to_string())
                    .unwrap_or_default(),
                entered.map(|entered| entered.note.clone()).unwrap_or_default(),
            ]
        });
        Ok(Table {
            columns: vec![
                "day",
                "rep",
                "name",
                "team",
                "due",
                "at",
                "way",
                "district",
                "number",
                "landline_of",
                "entered_by",
                "entered_after_s",
                "note",
            ],
            rows: rows.collect(),
        })
    }

    async fn month(&self, desk: &Desk, actor: &Actor) -> DeskResult<Table> {
        let (day, _) = reports::bounded(&self.which)?;
        let month = Month::of(day);
        let sheet = month::sheet(desk, actor, month).await?;
        let mut columns = vec!["month", "rep", "name", "team"];
        columns.extend(SUM_COLUMNS);
        columns.extend(["confirmed", "frozen"]);
        let frozen = time(sheet.frozen.map(|(_, at_ms)| at_ms));
        let rows = sheet.rows.into_iter().map(|row| {
            let mut cells = vec![month.to_string(), row.rep, row.name, row.team];
            cells.extend(sum_cells(&row.sums));
            cells.extend([row.confirmed.to_string(), frozen.clone()]);
            cells
        });
        Ok(Table {
            columns,
            rows: rows.collect(),
        })
    }
}

const SUM_COLUMNS: [&str; 10] = [
    "days",
    "window_s",
    "inside_s",
    "edge_s",
    "outside_s",
    "unknown_s",
    "excused_s",
    "kept_permille",
    "signed_in_days",
    "visits",
];

fn sum_cells(sums: &Sums) -> [String; 10] {
    let kept = sums.kept_permille().map(|kept| kept.to_string());
    [
        sums.days.to_string(),
        sums.window_s.to_string(),
        sums.inside_s.to_string(),
        sums.edge_s.to_string(),
        sums.outside_s.to_string(),
        sums.unknown_s.to_string(),
        sums.excused_s.to_string(),
        kept.unwrap_or_default(),
        sums.signed_in.to_string(),
        sums.visits.to_string(),
    ]
}

fn customers_table(desk: &Desk, actor: &Actor) -> Table {
    let books = Books::now(desk);
    let degrees = |e9: i64| format!("{:.7}", e9 as f64 / 1e9);
    let rows = customers::seen(&books, actor).into_values().map(|customer| {
        let landline = customer.landline.clone().filter(|_| sees_landlines(actor));
        vec![
            customer.id.clone(),
            customer.name.clone(),
            degrees(customer.lat_e9),
            degrees(customer.lon_e9),
            landline.unwrap_or_default(),
            customer.place_confirmed.to_string(),
        ]
    });
    Table {
        columns: vec!["id", "name", "lat", "lon", "landline", "place_confirmed"],
        rows: rows.collect(),
    }
}

/// Whoever takes calls needs the numbers.
pub fn sees_landlines(actor: &Actor) -> bool {
    actor.role != Role::Auditor
}

async fn exceptions_table(desk: &Desk, actor: &Actor) -> DeskResult<Table> {
    let all = exceptions::list(desk, actor).await?;
    let cells = |exception: Exception| {
        vec![
            exception.id,
            exception.rep,
            code(&Some(exception.reason)),
            time(Some(exception.from_ms)),
            time(Some(exception.to_ms)),
            exception.approved_by,
        ]
    };
    Ok(Table {
        columns: vec!["exception", "rep", "reason", "from", "to", "approved_by"],
        rows: all.exceptions.into_iter().map(cells).collect(),
    })
}
