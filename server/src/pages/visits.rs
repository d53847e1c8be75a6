//! Visits: looked for by rep, team, customer, day and by words of their reports.

mod one;

use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    Frame,
    filter::{self, Choice, given},
    frame,
};
use crate::{
    auth::Actor,
    desk::{
        Books, Desk, DeskResult, customers,
        days::Which,
        seen,
        visits::{self, Found},
    },
    files::export::VisitRow,
};
pub(super) use one::{__path_map, __path_one, map, one};

/// Which visits.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// All of these words stand in the report.
    pub(super) q: Option<String>,
    /// Only of this rep.
    pub(super) rep: Option<String>,
    /// Only of this team.
    pub(super) team: Option<String>,
    /// Only to this customer.
    pub(super) customer: Option<String>,
    /// First day, `YYYY-MM-DD`.
    pub(super) from: Option<String>,
    /// Last day, `YYYY-MM-DD`.
    pub(super) to: Option<String>,
    /// Where the page before ended.
    pub(super) after: Option<String>,
}

impl Wanted {
    /// The visits that are wanted. Whose reports they are is recorded.
    pub(super) async fn find(&self, desk: &Desk, actor: &Actor) -> DeskResult<Found> {
        let day = |day: &Option<String>| day.as_deref().and_then(|day| day.trim().parse().ok());
        let place = |text: &String| {
            let (at_ms, key) = text.split_once('.')?;
            Some((at_ms.parse().ok()?, key.to_owned()))
        };
        let wanted = visits::Wanted {
            which: Which {
                from: day(&self.from),
                to: day(&self.to),
                team: given(self.team.as_ref()),
                rep: given(self.rep.as_ref()),
            },
            customer: given(self.customer.as_ref()),
            words: self.q.clone().unwrap_or_default(),
            after: self.after.as_ref().and_then(place),
        };
        let found = visits::find(desk, actor, &wanted).await?;
        seen::note(desk, actor, visits::visited(&found.visits), false).await?;
        Ok(found)
    }

    fn link(&self, after: &(i64, String)) -> String {
        let after = format!("{}.{}", after.0, after.1);
        let same = [
            ("q", self.q.as_ref()),
            ("rep", self.rep.as_ref()),
            ("team", self.team.as_ref()),
            ("customer", self.customer.as_ref()),
            ("from", self.from.as_ref()),
            ("to", self.to.as_ref()),
            ("after", Some(&after)),
        ];
        filter::link("/visits", &same)
    }
}

/// A visit in a line.
pub(super) struct Line {
    /// Its id.
    pub(super) id: String,
    /// Day and time.
    pub(super) when: String,
    /// The rep's name.
    pub(super) rep: String,
    /// The customer's name.
    pub(super) customer: String,
    /// How long.
    pub(super) dwell: String,
    /// How far from the customer's place.
    pub(super) distance: String,
    /// What was done and said, in a line.
    pub(super) said: String,
    /// How many photos.
    pub(super) photos: usize,
}

impl Line {
    /// Says a visit in a line.
    pub(super) fn new(frame: &Frame, books: &Books, row: &VisitRow) -> Self {
        let visit = &row.visit;
        let day = row.day.parse().map_or(row.day.clone(), |day| frame.local.date(day));
        let (from, to) = (
            frame.local.time(visit.from_ms),
            visit.to_ms.map(|to_ms| frame.local.time(to_ms)),
        );
        let report = visit.report.as_ref();
        let outcome = report.map(|report| frame.of_code("outcome", &report.outcome));
        let content = report
            .map(|report| report.content.clone())
            .filter(|content| !content.is_empty());
        let said = [outcome, content.or_else(|| Some(visit.purpose.clone()))];
        Self {
            id: visit.visit.clone(),
            when: format!("{day} {from}–{}", to.unwrap_or_default()),
            rep: books.rep_name(&row.rep).to_owned(),
            customer: customer_of(books, row),
            dwell: visit
                .dwell_s
                .map_or_else(String::new, |seconds| frame.local.duration(seconds)),
            distance: visit
                .distance_mm
                .map_or_else(String::new, |mm| frame.local.distance(mm)),
            said: said.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            photos: visit.photos.len(),
        }
    }
}

fn customer_of(books: &Books, row: &VisitRow) -> String {
    let now = || {
        books
            .customers
            .get(&row.visit.customer)
            .map(|customer| customer.name.clone())
    };
    let name = row.visit.customer_name.clone().or_else(now);
    name.unwrap_or_else(|| row.visit.customer.clone())
}

#[derive(Template)]
#[template(path = "visits.html")]
struct VisitsPage {
    frame: Frame,
    lines: Vec<Line>,
    next: Option<String>,
    searched: bool,
    reps: Vec<Choice>,
    teams: Vec<Choice>,
    customer: Option<(String, String)>,
    q: String,
    from: String,
    to: String,
}

/// The list.
#[utoipa::path(get, path = "/visits", tag = "pages", params(Wanted),
    responses((status = 200, description = "Visits, newest first", body = String, content_type = "text/html")))]
pub(super) async fn list(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Query(wanted): Query<Wanted>,
) -> DeskResult<Response> {
    let books = Books::now(&desk);
    let found = wanted.find(&desk, &actor).await?;
    let customer = given(wanted.customer.as_ref());
    let shown = VisitsPage {
        lines: found.visits.iter().map(|row| Line::new(&frame, &books, row)).collect(),
        next: found.next.as_ref().map(|next| wanted.link(next)),
        searched: given(wanted.q.as_ref()).is_some(),
        reps: filter::reps_ever(&desk, &frame, &actor, wanted.rep.as_ref()),
        teams: filter::teams(&books, &actor, wanted.team.as_ref()),
        customer: customer.map(|id| {
            let seen = books.customers.get(&id).filter(|_| customers::sees(&desk, &actor, &id));
            (id.clone(), seen.map_or(id, |customer| customer.name.clone()))
        }),
        q: wanted.q.unwrap_or_default(),
        from: wanted.from.unwrap_or_default(),
        to: wanted.to.unwrap_or_default(),
        frame,
    };
    frame::page(StatusCode::OK, &shown)
}
