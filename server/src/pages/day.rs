//! A rep's day: the window as a bar with its hours, visits, findings, what explains gaps, who looked. Positions open
//! for a reason only; then timeline and map move together.

mod trail;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use chrono::{Days, NaiveDate};
use onbeat_core::{
    reference::{Document, Look},
    rules::{DayView, Finding, visit::VisitView},
    time::Interval,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    Frame,
    bar::Bar,
    filter::link,
    findings::{class, state, what},
    frame,
};
use crate::{
    auth::Actor,
    desk::{Desk, DeskError, DeskResult, Fault, days, seen},
    fold,
};
use trail::Trail;
pub(super) use trail::fix_feature;

const HOUR_MS: i64 = 3_600_000;

/// Why positions are opened.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Why {
    /// The id of a finding or a visit of the day, `emergency`, or a reason in words. The rep sees it. Without it no
    /// positions are shown.
    why: Option<String>,
}

/// A line of what happened: time, words, where more of it stands.
struct Line {
    time: String,
    what: String,
    link: Option<String>,
    tag: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "day.html")]
struct DayPage {
    frame: Frame,
    rep: String,
    name: String,
    team: String,
    day: NaiveDate,
    date: String,
    before: NaiveDate,
    after: NaiveDate,
    closed: bool,
    /// Only that is left of it.
    summarised: bool,
    bar: Option<Bar>,
    hours: Vec<(i64, String)>,
    facts: Vec<(&'static str, String)>,
    visits: Vec<Line>,
    findings: Vec<Line>,
    gaps: Vec<Line>,
    looks: Vec<Line>,
    basis: Vec<String>,
    why: String,
    trail: Option<Trail>,
    /// Of the rep this person sees all days, and so may open the log.
    all_days: bool,
    wrong: Option<String>,
}

impl DayPage {
    /// Where the positions are taken out as a file, for the same reason.
    fn trail_file(&self, format: &str) -> String {
        let path = format!("/reps/{}/days/{}/trail", self.rep, self.day);
        link(&path, &[("format", Some(&format.to_owned())), ("why", Some(&self.why))])
    }

    /// Where the log that is checked is taken out, for the same reason.
    fn log_file(&self) -> String {
        link(&format!("/api/v1/reps/{}/log", self.rep), &[("why", Some(&self.why))])
    }
}

/// The day. With a reason its positions too: that is recorded first, and the rep sees who looked and why.
#[utoipa::path(get, path = "/reps/{rep}/days/{day}", tag = "pages",
    params(("rep" = String, Path, description = "Rep id"), ("day" = String, Path, description = "`YYYY-MM-DD`"), Why),
    responses(
    (status = 200, description = "The day", body = String, content_type = "text/html"),
    (status = 404, description = "`not_found`"),
    (status = 422, description = "`no_reason`: the day without positions", body = String, content_type = "text/html")
))]
pub(super) async fn show(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Path((id, day)): Path<(String, NaiveDate)>,
    Query(Why { why }): Query<Why>,
) -> DeskResult<Response> {
    let documents = desk.app.documents();
    let rep = documents
        .rep_on(&id, day)
        .ok_or_else(|| DeskError::missing("rep", &id))?;
    let why = why.unwrap_or_default();
    let (trail, wrong) = match open(&desk, &actor, &frame, &id, day, &why).await {
        Ok(trail) => (trail, None),
        Err(error) if error.fault == Fault::Input => (None, Some(error)),
        Err(error) => return Err(error),
    };
    let (view, _) = fold::day_with_documents(&desk.app, &id, day).await?;
    seen::note(&desk, &actor, view.visits.iter().map(|visit| &visit.customer), false).await?;
    let neighbour = |days: Option<NaiveDate>| days.unwrap_or(day);
    let team = documents.in_force("team", &rep.team, desk.now_ms());
    let team = match team.map(|document| &**document) {
        Some(Document::Team(team)) => team.name.clone(),
        _ => rep.team.clone(),
    };
    let shown = DayPage {
        rep: id.clone(),
        name: rep.name.clone(),
        team,
        day,
        date: frame.local.date(day),
        before: neighbour(day.checked_sub_days(Days::new(1))),
        after: neighbour(day.checked_add_days(Days::new(1))),
        closed: view.closed,
        summarised: view.closed && view.window.is_some() && view.is_summary(),
        bar: view.window.map(|window| Bar::new(&frame, window, &view.spans)),
        hours: view.window.map(|window| hours(&frame, window)).unwrap_or_default(),
        facts: facts(&frame, &view),
        visits: view.visits.iter().map(|visit| visited(&frame, visit)).collect(),
        findings: view.findings.iter().map(|finding| found(&frame, finding)).collect(),
        gaps: gaps(&frame, &view),
        looks: looks(&desk, &frame, &view, &id, day),
        basis: view.basis,
        wrong: wrong.map(|error| frame.said(&error)),
        why,
        trail,
        all_days: days::covers_all(&documents, &actor, &id),
        frame,
    };
    let status = if shown.wrong.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    frame::page(status, &shown)
}

async fn open(
    desk: &Desk,
    actor: &Actor,
    frame: &Frame,
    rep: &str,
    day: NaiveDate,
    why: &str,
) -> Result<Option<Trail>, DeskError> {
    if why.is_empty() {
        return Ok(None);
    }
    Trail::open(desk, actor, frame, rep, day, why).await.map(Some)
}

/// The full hours of the window: place on the bar, and words.
fn hours(frame: &Frame, window: Interval) -> Vec<(i64, String)> {
    let first = window.from_ms.div_euclid(HOUR_MS) * HOUR_MS;
    let full = (0..)
        .map(|hour| first + hour * HOUR_MS)
        .take_while(|at_ms| *at_ms <= window.to_ms);
    full.filter(|at_ms| *at_ms >= window.from_ms)
        .map(|at_ms| (Bar::place(window, at_ms), frame.local.time(at_ms)))
        .collect()
}

/// What the day comes to, in a few numbers.
fn facts(frame: &Frame, view: &DayView) -> Vec<(&'static str, String)> {
    let time =
        |at_ms: Option<i64>| at_ms.map_or_else(|| frame.t("day.none").to_owned(), |at_ms| frame.local.time(at_ms));
    let counts = &view.counts;
    let (fixes, unusable) = (counts.fixes.to_string(), counts.fixes_unusable.to_string());
    let fixes = match counts.fixes_unusable {
        0 => fixes,
        _ => frame
            .words
            .fill("day.fixes_of", &[("fixes", &fixes), ("unusable", &unusable)]),
    };
    let differ = view.presence.differences.len();
    let mut facts = vec![
        (
            "day.window",
            view.window.map_or_else(
                || frame.t("day.off").to_owned(),
                |window| frame.local.stretch(window.from_ms, window.to_ms),
            ),
        ),
        ("day.signed_in", time(view.sign_in.at_ms)),
        ("day.first_inside", time(view.presence.first_inside_ms)),
        ("day.last_fix", time(view.presence.last_fix_ms)),
        ("day.fixes", fixes),
    ];
    if differ > 0 {
        let differ = frame.words.fill("day.differ_in", &[("count", &differ.to_string())]);
        facts.push(("day.differ", differ));
    }
    facts
}

fn visited(frame: &Frame, visit: &VisitView) -> Line {
    let customer = visit.customer_name.as_ref().unwrap_or(&visit.customer);
    let mut what = vec![customer.clone()];
    what.extend(visit.distance_mm.map(|distance_mm| {
        let distance = frame.local.distance(distance_mm);
        frame.words.fill("day.from_place", &[("distance", &distance)])
    }));
    what.extend((!visit.purpose.is_empty()).then(|| visit.purpose.clone()));
    let to_ms = visit.to_ms.unwrap_or(visit.from_ms);
    Line {
        time: if to_ms > visit.from_ms {
            frame.local.stretch(visit.from_ms, to_ms)
        } else {
            frame.local.time(visit.from_ms)
        },
        what: what.join(" · "),
        link: Some(format!("/visits/{}", visit.visit)),
        tag: None,
    }
}

fn found(frame: &Frame, finding: &Finding) -> Line {
    Line {
        time: frame.local.time(finding.from_ms),
        what: format!("{} · {}", what(frame, finding), frame.of("state", state(finding.state))),
        link: Some(format!("/findings/{}", finding.id)),
        tag: Some(class(finding.class)),
    }
}

/// What the phone noted and the rep said about times without positions, in order.
fn gaps(frame: &Frame, view: &DayView) -> Vec<Line> {
    let causes = view.presence.causes.iter().map(|seen| {
        let cause = frame.of_code("cause", &seen.cause);
        (seen.at_ms, frame.local.time(seen.at_ms), cause)
    });
    let reasons = view.presence.reasons.iter().map(|seen| {
        let (given, interval) = (&seen.reason, seen.reason.interval);
        let reason = frame.of_code("reason", &given.reason);
        let stands = match &seen.declined {
            _ if seen.approved => frame.t("day.approved").to_owned(),
            Some(declined) => frame
                .words
                .fill("day.declined", &[("by", &declined.by), ("words", &declined.words)]),
            None => frame.t("day.waits").to_owned(),
        };
        let words = [reason.as_str(), &given.note, &stands]
            .into_iter()
            .filter(|word| !word.is_empty());
        let words: Vec<&str> = words.collect();
        (
            interval.from_ms,
            frame.local.stretch(interval.from_ms, interval.to_ms),
            words.join(" · "),
        )
    });
    let mut all: Vec<_> = causes.chain(reasons).collect();
    all.sort();
    all.into_iter()
        .map(|(_, time, what)| Line {
            time,
            what,
            link: None,
            tag: None,
        })
        .collect()
}

/// Who opened positions of this day, as the rep sees it too.
fn looks(desk: &Desk, frame: &Frame, view: &DayView, rep: &str, day: NaiveDate) -> Vec<Line> {
    let (documents, day) = (desk.app.documents(), day.to_string());
    let mut looks: Vec<Look> = documents.looks(rep).collect();
    looks.retain(|look| look.day == day || look.day == Look::ALL_DAYS);
    looks.sort_by_key(|look| look.at_ms);
    looks
        .into_iter()
        .map(|look| {
            let (why, link) = reason(frame, view, &look.why);
            Line {
                time: frame.local.instant(look.at_ms),
                what: format!("{} · {why}", look.by),
                link,
                tag: None,
            }
        })
        .collect()
}

/// Why somebody looked: a finding or a visit by what it says, with its link; else the words that were given.
fn reason(frame: &Frame, view: &DayView, why: &str) -> (String, Option<String>) {
    if let Some(finding) = view.findings.iter().find(|finding| finding.id.to_string() == why) {
        return (what(frame, finding), Some(format!("/findings/{why}")));
    }
    if let Some(visit) = view.visits.iter().find(|visit| visit.visit == why) {
        let line = visited(frame, visit);
        return (line.what, line.link);
    }
    let known = frame.words.find(&format!("why.{why}"));
    (known.map_or_else(|| why.to_owned(), str::to_owned), None)
}
