//! Today: first who needs a person and why, then the team, a row a rep. It shows state, never a trail.

mod needs;
mod rows;

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use chrono::NaiveDate;
use onbeat_core::{
    judge::Span,
    reference::FindingState,
    rules::{Class, presence::LiveStatus, sign_in::SignInView},
    time::Interval,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Frame, frame};
use crate::{
    auth::Actor,
    desk::{Books, Desk, DeskResult},
    store::ViewQuery,
};
use needs::Need;
use rows::Row;

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

/// What the board reads of a day's view.
#[derive(Debug, Deserialize)]
struct DayState {
    rep: String,
    window: Option<Interval>,
    spans: Vec<Span>,
    presence: Presence,
    sign_in: SignInView,
    visits: Vec<Visit>,
    findings: Vec<Found>,
}

#[derive(Debug, Deserialize)]
struct Presence {
    live: LiveStatus,
    last_fix_ms: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Visit {
    customer: String,
    customer_name: Option<String>,
    from_ms: i64,
}

#[derive(Debug, Deserialize)]
struct Found {
    class: Class,
    state: FindingState,
}

/// A name to choose by its id.
struct Choice {
    id: String,
    name: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "today.html")]
struct TodayPage {
    frame: Frame,
    date: String,
    now: String,
    needs: Vec<Need>,
    needs_more: usize,
    rows: Vec<Row>,
    reps: usize,
    teams: Vec<Choice>,
    districts: Vec<Choice>,
    q: String,
    earlier: Option<String>,
    later: Option<String>,
    window: Option<String>,
}

/// The board.
#[utoipa::path(get, path = "/today", tag = "pages", params(Wanted),
    responses((status = 200, description = "The board", body = String, content_type = "text/html")))]
pub(super) async fn show(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Query(wanted): Query<Wanted>,
) -> DeskResult<Response> {
    let now_ms = desk.now_ms();
    let schedule = desk.app.documents().schedule_at("", now_ms);
    let day = wanted.day.as_deref().and_then(|day| day.parse().ok());
    let day: NaiveDate = day.unwrap_or_else(|| schedule.day_of(now_ms));
    let books = Books::now(&desk);
    let days = days(&desk, &actor, schedule.whole_day(day)).await?;
    let (needs, needs_more) = needs::of(&desk, &actor, &frame, &books, &days, now_ms).await?;

    let reps = rows::seen(&books, &actor, &wanted);
    let pages = reps.len().div_ceil(ROWS).max(1);
    let page = wanted.page.unwrap_or(1).clamp(1, pages);
    let shown = reps.iter().skip((page - 1) * ROWS).take(ROWS);
    let rows = shown.map(|(id, rep)| Row::new(&frame, &books, id, rep, days.get(*id)));
    let board = TodayPage {
        date: frame.local.date(day),
        now: frame.local.time(now_ms),
        needs,
        needs_more,
        rows: rows.collect(),
        reps: reps.len(),
        teams: choices(
            books
                .teams
                .iter()
                .filter(|(id, _)| actor.covers(id))
                .map(|(id, team)| (id, &team.name)),
            wanted.team.as_deref(),
        ),
        districts: choices(
            books.districts.iter().map(|(id, district)| (id, &district.name)),
            wanted.district.as_deref(),
        ),
        earlier: (page > 1).then(|| link(&wanted, page - 1)),
        later: (page < pages).then(|| link(&wanted, page + 1)),
        q: wanted.q.unwrap_or_default(),
        window: schedule.window(day).map(|window| {
            format!(
                "{}–{}",
                frame.local.time(window.from_ms),
                frame.local.time(window.to_ms)
            )
        }),
        frame,
    };
    frame::page(StatusCode::OK, &board)
}

/// The days that this person sees, by rep.
async fn days(desk: &Desk, actor: &Actor, day: Interval) -> DeskResult<BTreeMap<String, DayState>> {
    let mut query = ViewQuery {
        kind: "day".into(),
        scopes: actor.scopes(),
        from_ms: Some(day.from_ms),
        to_ms: Some(day.to_ms),
        limit: 1_000,
        ..ViewQuery::default()
    };
    let mut days = BTreeMap::new();
    loop {
        let views = desk.app.store.views(&query).await?;
        let read = views
            .iter()
            .filter_map(|view| serde_json::from_str::<DayState>(&view.body).ok());
        days.extend(read.map(|state| (state.rep.clone(), state)));
        match views.last() {
            Some(last) if views.len() == query.limit => query.after = Some((last.at_ms, last.key.clone())),
            _ => return Ok(days),
        }
    }
}

fn choices<'a>(all: impl Iterator<Item = (&'a String, &'a String)>, chosen: Option<&str>) -> Vec<Choice> {
    all.map(|(id, name)| Choice {
        id: id.clone(),
        name: name.clone(),
        chosen: chosen == Some(id),
    })
    .collect()
}

/// The same choice on another page.
fn link(wanted: &Wanted, page: usize) -> String {
    let given = [
        ("day", &wanted.day),
        ("team", &wanted.team),
        ("district", &wanted.district),
        ("q", &wanted.q),
    ];
    let given = given.into_iter().filter_map(|(name, value)| {
        let value = value.as_deref().filter(|value| !value.is_empty())?;
        Some(format!("{name}={}&", super::error::encoded(value)))
    });
    format!("/today?{}page={page}", given.collect::<String>())
}
