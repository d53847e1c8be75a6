//! Tables that people take out of the pages: what they see there, no more. Columns and codes are named by codes, which
//! pages put into words; times are those of the rep's area.

mod exceptions;
mod looks;
mod places;
#[cfg(test)]
mod tests;
mod trail;

use onbeat_core::{reference::Decision, rules::DayView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Books, Desk, DeskError, DeskResult, customers,
    days::{self, Which},
    decide::{self, FindingView, Voice},
    export,
    month::{self, Month},
    phones,
    records::DataExported,
    register::{self, OfDay},
    reports::{self, By, Sums},
};
use crate::{
    auth::Actor,
    files::export::{Cell, Clocks, DAY_COLUMNS, Table, VISIT_COLUMNS, VisitRow, day_cells, visit_cells},
    store::ViewRow,
};

pub use trail::trail;

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
    /// The register, day by day.
    Register,
    /// Customers.
    Customers,
    /// Exceptions, and reasons that reps gave, whatever became of them.
    Exceptions,
    /// Who opened reps' positions, and why.
    Looks,
    /// The sheet of the first day's month.
    Month,
    /// The reps' phones.
    Phones,
    /// Districts and no-go places.
    Districts,
}

impl What {
    /// Its code.
    pub fn code(self) -> String {
        Cell::code("what", Some(&self)).exact()
    }
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
        let exported = DataExported {
            what: self.what.code(),
            format: format.into(),
            rep: self.which.rep.clone(),
            from: self.which.from,
            to: self.which.to,
            by: actor.user.clone(),
            ..DataExported::default()
        };
        export::note(desk, actor, &exported).await
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
            What::Exceptions => self.exceptions(desk, actor).await,
            What::Looks => self.looks(desk, actor).await,
            What::Month => self.month(desk, actor).await,
            What::Phones => phones_table(desk, actor).await,
            What::Districts => Err(DeskError::input("no_table", "districts are areas: take GeoJSON")),
        }
    }

    async fn adherence(&self, desk: &Desk, actor: &Actor) -> DeskResult<Table> {
        let sums = reports::adherence(desk, actor, &self.which, self.by).await?;
        let books = Books::now(desk);
        let rows = sums.into_iter().map(|(key, sums)| {
            let named = match self.by.name(&books, &key) {
                Some(name) => vec![Cell::Text(key), Cell::Text(name)],
                None => vec![key.parse().map_or_else(|_| Cell::empty(), Cell::Day)],
            };
            [named, sum_cells(&sums)].concat()
        });
        let key = Cell::code("by", Some(&self.by)).exact();
        let named: &[&str] = if self.by == By::Day { &[&key] } else { &[&key, "name"] };
        let columns = [named, &SUM_COLUMNS[..]].concat();
        Ok(Table::new(&columns, rows.collect()))
    }

    async fn days(&self, desk: &Desk, actor: &Actor) -> DeskResult<Table> {
        reports::bounded(&self.which)?;
        let (documents, mut query) = (desk.app.documents(), self.which.query(desk, actor, "day"));
        let mut rows = Vec::new();
        query.limit = 500;
        // A day's view is big: each page is read, and let go.
        loop {
            let views = desk.app.store.views(&query).await?;
            for view in &views {
                let day = serde_json::from_str::<DayView>(&view.body).ok();
                rows.extend(day.map(|day| {
                    let clocks = clocks(desk, &day.rep, view.at_ms);
                    day_cells(documents.rep_on(&day.rep, day.day), days::team_of(view), clocks, &day)
                }));
            }
            if !query.go_on(&views) {
                break;
            }
        }
        Ok(Table::new(&DAY_COLUMNS, rows))
    }

    async fn visit_rows(&self, desk: &Desk, actor: &Actor) -> DeskResult<Vec<VisitRow>> {
        reports::bounded(&self.which)?;
        reports::all(desk, self.which.query(desk, actor, "visit")).await
    }

    async fn visits(&self, desk: &Desk, actor: &Actor) -> DeskResult<Table> {
        let rows = self.visit_rows(desk, actor).await?.into_iter();
        let cells = |row: VisitRow| visit_cells(clocks(desk, &row.rep, row.visit.from_ms), &row);
        Ok(Table::new(&VISIT_COLUMNS, rows.map(cells).collect()))
    }

    async fn findings(&self, desk: &Desk, actor: &Actor) -> DeskResult<Table> {
        reports::bounded(&self.which)?;
        let query = self.which.query(desk, actor, "finding");
        let read = |view: &ViewRow| Some((days::team_of(view).to_owned(), serde_json::from_str(&view.body).ok()?));
        let found: Vec<(String, FindingView)> = reports::rows(desk, query, read).await?;
        let mut rows = Vec::with_capacity(found.len());
        for (team, view) in found {
            let said = decide::said_of(desk, &view).await?;
            rows.push(finding_cells(desk, &team, &view, said));
        }
        Ok(Table::new(&FINDING_COLUMNS, rows))
    }

    async fn register(&self, desk: &Desk, actor: &Actor) -> DeskResult<Table> {
        let rows = register::of_days(desk, actor, &self.which).await?;
        let rows = rows.into_iter().map(|row| register_cells(desk, row));
        Ok(Table::new(&REGISTER_COLUMNS, rows.collect()))
    }

    async fn month(&self, desk: &Desk, actor: &Actor) -> DeskResult<Table> {
        let (day, _) = reports::bounded(&self.which)?;
        let month = Month::of(day);
        let sheet = month::sheet(desk, actor, month).await?;
        let frozen = match sheet.frozen {
            Some((_, at_ms)) => clocks(desk, "", at_ms).time(Some(at_ms)),
            None => Cell::empty(),
        };
        let rows = sheet.rows.into_iter().map(|row| {
            let who = [month.to_string(), row.rep, row.name, row.team].map(Cell::Text);
            let came = [
                Cell::number(Some(row.confirmed)),
                frozen.clone(),
                Cell::number(row.confirmed_now),
            ];
            [who.as_slice(), &sum_cells(&row.sums), &came].concat()
        });
        let columns = [
            &["month", "rep", "name", "team"],
            &SUM_COLUMNS[..],
            &["confirmed", "frozen", "confirmed_now"],
        ];
        Ok(Table::new(&columns.concat(), rows.collect()))
    }
}

/// The clocks of a rep's area at an instant; of nobody's, the company's.
fn clocks(desk: &Desk, rep: &str, at_ms: i64) -> Clocks {
    Clocks::of(desk.app.documents().schedule_at(rep, at_ms).zone())
}

const FINDING_COLUMNS: [&str; 23] = [
    "finding",
    "rep",
    "name",
    "team",
    "day",
    "class",
    "kind",
    "zone",
    "from",
    "to",
    "state",
    "answer",
    "answered_at",
    "decision",
    "reason",
    "decided_by",
    "decided_at",
    "appeal",
    "appealed_at",
    "appeal_decision",
    "appeal_reason",
    "appeal_decided_by",
    "appeal_decided_at",
];

/// What the rep said, what was decided, and by whom: of what was said twice, the last.
fn finding_cells(
    desk: &Desk,
    team: &str,
    view: &FindingView,
    (voices, decisions): (Vec<Voice>, Vec<Decision>),
) -> Vec<Cell> {
    let found = &view.finding;
    let (documents, clocks) = (desk.app.documents(), clocks(desk, &view.rep, found.from_ms));
    let day = view.day.parse().ok();
    let rep = day.and_then(|day| documents.rep_on(&view.rep, day));
    let said = |appeal: bool| {
        let voice = voices.iter().rev().find(|voice| voice.appeal == appeal);
        let at_ms = voice.map(|voice| voice.received_ms);
        [Cell::text(voice.map(|voice| &voice.text)), clocks.time(at_ms)]
    };
    let ruled = |on_appeal: bool| {
        let decision = decisions.iter().rev().find(|decision| decision.on_appeal == on_appeal);
        decided(clocks, decision)
    };
    let what = [
        Cell::Text(found.id.to_string()),
        Cell::Text(view.rep.clone()),
        Cell::text(rep.map(|rep| &rep.name)),
        Cell::Text(team.to_owned()),
        day.map_or_else(Cell::empty, Cell::Day),
        Cell::code("class", Some(&found.class)),
        Cell::code("kind", Some(&found.kind)),
        clocks.offset(found.from_ms),
        clocks.time(Some(found.from_ms)),
        clocks.time(Some(found.to_ms)),
        Cell::code("state", Some(&found.state)),
    ];
    [&what[..], &said(false), &ruled(false), &said(true), &ruled(true)].concat()
}

/// What, why, who and when.
fn decided(clocks: Clocks, decision: Option<&Decision>) -> [Cell; 4] {
    [
        Cell::code("state", decision.map(|decision| &decision.state)),
        Cell::text(decision.map(|decision| &decision.reason)),
        Cell::text(decision.map(|decision| &decision.by)),
        clocks.time(decision.map(|decision| decision.at_ms)),
    ]
}

const REGISTER_COLUMNS: [&str; 14] = [
    "day",
    "rep",
    "name",
    "team",
    "zone",
    "due",
    "at",
    "way",
    "district",
    "number",
    "landline_of",
    "entered_by",
    "entered_after_s",
    "note",
];

fn register_cells(desk: &Desk, (day, row): OfDay) -> Vec<Cell> {
    let opens_ms = desk.app.documents().schedule_of(&row.rep, day).whole_day(day).from_ms;
    let clocks = clocks(desk, &row.rep, row.at_ms.unwrap_or(opens_ms));
    let entered = row.entered.as_ref();
    vec![
        Cell::Day(day),
        Cell::Text(row.rep),
        Cell::Text(row.name),
        Cell::Text(row.team),
        clocks.offset(row.at_ms.or(row.due_ms).unwrap_or(opens_ms)),
        clocks.time(row.due_ms),
        clocks.time(row.at_ms),
        Cell::code("way", row.way.as_ref()),
        Cell::text(row.district),
        Cell::text(entered.map(|entered| &entered.number)),
        Cell::text(entered.and_then(|entered| entered.customer.as_ref())),
        Cell::text(entered.map(|entered| &entered.by)),
        Cell::number(entered.map(|entered| entered.after_ms / 1000)),
        Cell::text(entered.map(|entered| &entered.note)),
    ]
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

fn sum_cells(sums: &Sums) -> Vec<Cell> {
    let counts = [
        Some(sums.days),
        Some(sums.window_s),
        Some(sums.inside_s),
        Some(sums.edge_s),
        Some(sums.outside_s),
        Some(sums.unknown_s),
        Some(sums.excused_s),
        sums.kept_permille(),
        Some(sums.signed_in),
        Some(sums.visits),
    ];
    counts.map(Cell::number).into()
}

fn customers_table(desk: &Desk, actor: &Actor) -> Table {
    let books = Books::now(desk);
    let degrees = |e9: i64| Cell::Number(format!("{:.7}", e9 as f64 / 1e9));
    let rows = customers::seen(&books, actor).into_values().map(|customer| {
        let landline = customer.landline.as_ref().filter(|_| customers::sees_landlines(actor));
        vec![
            Cell::Text(customer.id.clone()),
            Cell::Text(customer.name.clone()),
            degrees(customer.lat_e9),
            degrees(customer.lon_e9),
            Cell::text(landline),
            Cell::flag(customer.place_confirmed),
        ]
    });
    let columns = ["id", "name", "lat", "lon", "landline", "place_confirmed"];
    Table::new(&columns, rows.collect())
}

async fn phones_table(desk: &Desk, actor: &Actor) -> DeskResult<Table> {
    let (books, clocks) = (Books::now(desk), clocks(desk, "", desk.now_ms()));
    let rows = phones::list(desk, actor).await?.into_iter().map(|phone| {
        let rep = books.reps.get(&phone.rep);
        let signs = phone
            .signs
            .iter()
            .map(|sign| Cell::code("phone.sign", Some(sign)).exact());
        vec![
            Cell::Text(phone.rep),
            Cell::text(rep.map(|rep| &rep.name)),
            Cell::text(rep.map(|rep| &rep.team)),
            Cell::Text(phone.stream),
            Cell::code("phone.state", Some(&phone.state)),
            Cell::Text(phone.device.platform),
            Cell::Text(phone.device.model),
            Cell::Text(phone.device.app),
            Cell::code("phone.grade", Some(&phone.grade)),
            Cell::number(Some(phone.epoch)),
            Cell::code("phone.integrity", phone.integrity.as_ref()),
            Cell::Text(signs.collect::<Vec<_>>().join(" ")),
            clocks.offset(phone.enrolled_ms),
            clocks.time(Some(phone.enrolled_ms)),
            clocks.time(phone.last_sync_ms),
        ]
    });
    Ok(Table::new(&PHONE_COLUMNS, rows.collect()))
}

const PHONE_COLUMNS: [&str; 15] = [
    "rep",
    "name",
    "team",
    "stream",
    "phone_state",
    "platform",
    "model",
    "app",
    "grade",
    "epoch",
    "integrity",
    "signs",
    "zone",
    "enrolled_at",
    "last_sync_at",
];
