//! Today: first who needs a person and why, then the team, a row a rep. It shows state, never a trail.

pub(super) mod live;
mod needs;
mod rows;

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use chrono::NaiveDate;
use onbeat_core::{
    judge::Span,
    reference::FindingState,
    rules::{Class, DayCounts, FindingKind, presence::LiveStatus, sign_in::SignInView},
    time::Interval,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    Frame,
    filter::{self, Choice},
    frame,
};
use crate::{
    auth::Actor,
    desk::{Books, Desk, DeskResult, days, excused::Excused, shares},
};
use live::{Boards, Shown};
use needs::Needs;
use rows::Row;
pub(super) use rows::seen;

/// Rows of a page.
const ROWS: usize = 50;

/// Which rows.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `YYYY-MM-DD`; today where nothing is said.
    day: Option<String>,
    /// Only of this team.
    team: Option<String>,
    /// Only of this district.
    district: Option<String>,
    /// Only reps whose name or id holds this.
    q: Option<String>,
    /// Which page, from 1 on.
    page: Option<usize>,
}

impl Wanted {
    /// All of a day.
    pub(super) fn of(day: NaiveDate) -> Self {
        Self {
            day: Some(day.to_string()),
            ..Self::default()
        }
    }

    /// The day that is asked for.
    pub(super) fn day(&self, desk: &Desk) -> NaiveDate {
        let asked = self.day.as_deref().and_then(|day| day.parse().ok());
        let now_ms = desk.now_ms();
        asked.unwrap_or_else(|| desk.app.documents().schedule_at("", now_ms).day_of(now_ms))
    }

    /// The same choice, elsewhere: `/map/visits?team=north`.
    fn link(&self, path: &str, page: Option<usize>) -> String {
        let page = page.map(|page| page.to_string());
        let same = [
            ("day", self.day.as_ref()),
            ("team", self.team.as_ref()),
            ("district", self.district.as_ref()),
            ("q", self.q.as_ref()),
            ("page", page.as_ref()),
        ];
        filter::link(path, &same)
    }
}

/// What the board reads of a day's view.
#[derive(Debug, Deserialize)]
pub(super) struct DayState {
    rep: String,
    window: Option<Interval>,
    spans: Vec<Span>,
    counts: DayCounts,
    presence: Presence,
    sign_in: SignInView,
    visits: Vec<Visit>,
    findings: Vec<Found>,
}

impl DayState {
    /// The visit that began last.
    pub(super) fn last_visit(&self) -> Option<&Visit> {
        self.visits.iter().max_by_key(|visit| visit.from_ms)
    }
}

#[derive(Debug, Deserialize)]
struct Presence {
    live: LiveStatus,
    last_fix_ms: Option<i64>,
}

/// A visit, as far as the board shows it.
#[derive(Debug, Deserialize)]
pub(super) struct Visit {
    /// Customer's id.
    pub(super) customer: String,
    customer_name: Option<String>,
    /// When it began.
    pub(super) from_ms: i64,
}

#[derive(Debug, Deserialize)]
struct Found {
    class: Class,
    kind: FindingKind,
    state: FindingState,
}

#[derive(Template)]
#[template(path = "today.html")]
struct TodayPage {
    frame: Frame,
    date: String,
    needs: Needs,
    rows: Vec<Row>,
    reps: usize,
    teams: Vec<Choice>,
    districts: Vec<Choice>,
    q: String,
    earlier: Option<String>,
    later: Option<String>,
    visits: String,
    /// The newest drawing of its live board, for today.
    live: Option<String>,
    window: Option<String>,
}

/// The board.
#[utoipa::path(get, path = "/today", tag = "pages", params(Wanted),
    responses((status = 200, description = "The board", body = String, content_type = "text/html")))]
pub(super) async fn show(
    State(desk): State<Desk>,
    Extension(boards): Extension<Boards>,
    actor: Actor,
    frame: Frame,
    Query(wanted): Query<Wanted>,
) -> DeskResult<Response> {
    let day = wanted.day(&desk);
    // Asked first: what is drawn after that may be new to the page.
    let today = Shown::today(desk.clone(), actor.clone(), frame.clone());
    let live = if today.is_of(day) {
        Some(boards.newest(today).await?)
    } else {
        None
    };
    let books = Books::now(&desk);
    let days = days_on(&desk, &actor, day).await?;
    let needs = Needs::of(&desk, &actor, &frame, &books, day, &days).await?;

    let documents = desk.app.documents();
    let reps = seen(&desk, &documents, &actor, &wanted, &days);
    let pages = reps.len().div_ceil(ROWS).max(1);
    let page = wanted.page.unwrap_or(1).clamp(1, pages);
    let shown = reps.iter().skip((page - 1) * ROWS).take(ROWS);
    let known = Excused::on(&desk, day);
    let rows = shown.map(|(id, rep)| Row::new(&frame, &books, id, rep, day, days.get(*id), &known));
    let window = desk.app.documents().schedule_at("", desk.now_ms()).window(day);
    let board = TodayPage {
        date: frame.local.date(day),
        needs,
        rows: rows.collect(),
        reps: reps.len(),
        teams: filter::teams(&books, &actor, wanted.team.as_ref()),
        districts: filter::districts(&books, wanted.district.as_ref()),
        earlier: (page > 1).then(|| wanted.link("/today", Some(page - 1))),
        later: (page < pages).then(|| wanted.link("/today", Some(page + 1))),
        visits: wanted.link("/map/visits", None),
        live,
        q: wanted.q.unwrap_or_default(),
        window: window.map(|window| frame.local.stretch(window.from_ms, window.to_ms)),
        frame,
    };
    frame::page(StatusCode::OK, &board)
}

/// The days that this person sees, by rep.
pub(super) async fn days_on(desk: &Desk, actor: &Actor, day: NaiveDate) -> DeskResult<BTreeMap<String, DayState>> {
    let (days, shares) = (days::on::<DayState>(desk, actor, day).await?, shares::now(desk).await?);
    let seen = |mut state: DayState| {
        state.findings.retain(|found| !shares.hides(actor, found.kind));
        (state.rep.clone(), state)
    };
    Ok(days.into_iter().map(seen).collect())
}
