use axum::{
    Json,
    extract::{Path, Query, State},
};
use chrono::NaiveDate;
use onbeat_core::{
    judge::Span,
    reference::Document,
    rules::{Class, DayCounts, DayView, presence::LiveStatus, sign_in::SignInView},
    time::Interval,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::page::{Page, PageQuery};
use crate::{
    auth::Actor,
    desk::{
        Desk, DeskResult, books,
        days::Which,
        look::{self, TrailFix},
        seen,
    },
    fold,
    store::ViewQuery,
};

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DaysQuery {
    /// First day, `YYYY-MM-DD`.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<NaiveDate>,
    /// Last day, `YYYY-MM-DD`.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<NaiveDate>,
    /// Only of this team.
    team: Option<String>,
    /// Only of this rep.
    rep: Option<String>,
}

/// A day in the list: its spans and counts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DaySummary {
    /// The rep's id.
    rep: String,
    /// Name as people say it.
    name: Option<String>,
    /// Team id.
    team: Option<String>,
    /// The day in the area's zone.
    #[schema(value_type = String, format = Date)]
    day: NaiveDate,
    /// The window; none on a day off.
    window: Option<Interval>,
    /// The whole window has passed: the ruling stands (until late data comes).
    closed: bool,
    /// Tile the window.
    spans: Vec<Span>,
    /// Seconds of each status.
    counts: DayCounts,
    /// Provisional status.
    live: LiveStatus,
    /// The market sign-in.
    sign_in: SignInView,
    /// Visits.
    visits: usize,
    /// Findings, whatever their state.
    findings: usize,
    /// Questions, whatever their state.
    questions: usize,
}

/// A document that a day is judged by.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BasisDocument {
    /// Its key within its kind.
    key: String,
    /// The document.
    #[schema(value_type = Object)]
    document: Document,
}

/// A day with all that it stands on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DayShown {
    /// The account: spans, counts, presence, sign-in, visits, findings with their evidence.
    view: DayView,
    /// The documents that it is judged by.
    documents: Vec<BasisDocument>,
}

/// Why a trail is opened.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Why {
    /// The id of a finding or a visit of that day, `emergency`, or a reason in words. The rep sees it.
    why: String,
}

/// Days, newest first.
#[utoipa::path(get, path = "/api/v1/days", tag = "account", params(DaysQuery, PageQuery),
    responses((status = 200, body = Page<DaySummary>)))]
pub(super) async fn list(
    State(desk): State<Desk>,
    actor: Actor,
    Query(days): Query<DaysQuery>,
    Query(page): Query<PageQuery>,
) -> DeskResult<Json<Page<DaySummary>>> {
    let query = days.query(&desk, &actor, "day");
    let documents = desk.app.documents();
    let item = |row: crate::store::ViewRow| {
        let day: DayView = serde_json::from_str(&row.body).ok()?;
        Some(summary(day, |rep| documents.rep(rep, desk.now_ms())))
    };
    Ok(Json(page.views(&desk, query, item).await?))
}

impl DaysQuery {
    /// Views of a kind in these days that this person sees.
    pub(super) fn query(&self, desk: &Desk, actor: &Actor, kind: &str) -> ViewQuery {
        let which = Which {
            from: self.from,
            to: self.to,
            team: self.team.clone(),
            rep: self.rep.clone(),
        };
        which.query(desk, actor, kind)
    }
}

fn summary<'a>(day: DayView, rep: impl Fn(&str) -> Option<&'a onbeat_core::reference::Rep>) -> DaySummary {
    let count = |class| day.findings.iter().filter(|finding| finding.class == class).count();
    let (findings, questions) = (count(Class::Finding), count(Class::Question));
    let who = rep(&day.rep);
    DaySummary {
        name: who.map(|rep| rep.name.clone()),
        team: who.map(|rep| rep.team.clone()),
        rep: day.rep,
        day: day.day,
        window: day.window,
        closed: day.closed,
        spans: day.spans,
        counts: day.counts,
        live: day.presence.live,
        sign_in: day.sign_in,
        visits: day.visits.len(),
        findings,
        questions,
    }
}

/// One day, as it stands now. That somebody read what was reported of customers is recorded.
#[utoipa::path(get, path = "/api/v1/days/{rep}/{day}", tag = "account",
    params(("rep" = String, Path, description = "Rep id"), ("day" = String, Path, description = "`YYYY-MM-DD`")),
    responses((status = 200, body = DayShown), (status = 404, description = "`not_found`")))]
pub(super) async fn one(
    State(desk): State<Desk>,
    actor: Actor,
    Path((rep, day)): Path<(String, NaiveDate)>,
) -> DeskResult<Json<DayShown>> {
    books::was_rep(&desk, &rep)?;
    let (view, documents) = fold::day_with_documents(&desk.app, &rep, day).await?;
    seen::note(&desk, &actor, view.visits.iter().map(|visit| &visit.customer), false).await?;
    let documents = documents
        .into_iter()
        .map(|(key, document)| BasisDocument { key, document });
    let documents = documents.collect();
    Ok(Json(DayShown { view, documents }))
}

/// A rep's fixes of a day. Opening them is recorded first, and the rep sees who looked and why.
#[utoipa::path(get, path = "/api/v1/days/{rep}/{day}/trail", tag = "account",
    params(("rep" = String, Path, description = "Rep id"), ("day" = String, Path, description = "`YYYY-MM-DD`"), Why),
    responses((status = 200, body = Vec<TrailFix>), (status = 422, description = "`no_reason`")))]
pub(super) async fn trail(
    State(desk): State<Desk>,
    actor: Actor,
    Path((rep, day)): Path<(String, NaiveDate)>,
    Query(why): Query<Why>,
) -> DeskResult<Json<Vec<TrailFix>>> {
    Ok(Json(look::trail(&desk, &actor, &rep, day, &why.why).await?))
}
