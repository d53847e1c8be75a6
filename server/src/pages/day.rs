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
    reference::{Document, Exception, Look},
    rules::{DayView, Finding, FindingKind, visit::VisitView},
    time::Interval,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    Frame,
    bar::Bar,
    exceptions::stretch,
    filter::link,
    findings::{class, state, what},
    frame, looked,
};
use crate::{
    auth::Actor,
    desk::{Desk, DeskError, DeskResult, Fault, days, exceptions, seen},
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
    /// A batch of the day did not check.
    broken: bool,
    /// This person may open the quarantine, where it lies.
    may_open_broken: bool,
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
    let whole = documents.schedule_of(&id, day).whole_day(day);
    let excused = exceptions::touching(&documents, desk.now_ms(), whole).filter(|exception| exception.rep == id);
    let excused: Vec<&Exception> = excused.collect();
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
        gaps: gaps(&frame, &view, &excused),
        looks: looks(&desk, &frame, &view, &id, day).await?,
        broken: view
            .findings
            .iter()
            // Of a record whose time can't be true, all is in this log.
            .any(|finding| finding.kind == FindingKind::LogBroken && finding.text("fault") != Some("back_dated")),
        may_open_broken: frame::may_open(&actor, "/admin/quarantine"),
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

/// What the phone noted, the rep said and the desk approved about times without positions, in order.
fn gaps(frame: &Frame, view: &DayView, excused: &[&Exception]) -> Vec<Line> {
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
    let excused = excused.iter().map(|exception| excused_line(frame, view, exception));
    let mut all: Vec<_> = causes.chain(reasons).chain(excused).collect();
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

/// An exception: when it began, when of this day it holds, and what it is with who approved it.
fn excused_line(frame: &Frame, view: &DayView, exception: &Exception) -> (i64, String, String) {
    let &Exception { from_ms, to_ms, .. } = exception;
    let interval = Interval { from_ms, to_ms };
    let of_day = view.window.and_then(|window| window.intersect(&interval));
    let shown = of_day.unwrap_or(interval);
    let (reason, when) = (frame.of_code("reason", &exception.reason), stretch(frame, interval));
    let told = [("reason", &*reason), ("when", &*when), ("by", &*exception.approved_by)];
    (
        from_ms,
        frame.local.stretch(shown.from_ms, shown.to_ms),
        frame.words.fill("day.exception", &told),
    )
}

/// Who opened positions of this day, as the rep sees it too.
async fn looks(desk: &Desk, frame: &Frame, view: &DayView, rep: &str, day: NaiveDate) -> DeskResult<Vec<Line>> {
    let (documents, day) = (desk.app.documents(), day.to_string());
    let mut looks: Vec<Look> = documents.looks(rep).collect();
    looks.retain(|look| look.day == day || look.day == Look::ALL_DAYS);
    looks.sort_by_key(|look| look.at_ms);
    let mut lines = Vec::with_capacity(looks.len());
    for look in looks {
        let (why, link) = reason(desk, frame, view, &look.why).await?;
        lines.push(Line {
            time: frame.local.instant(look.at_ms),
            what: format!("{} · {why}", look.by),
            link,
            tag: None,
        });
    }
    Ok(lines)
}

/// Why somebody looked: a finding or a visit by what it says, with its link; else the words that were given.
async fn reason(desk: &Desk, frame: &Frame, view: &DayView, why: &str) -> DeskResult<(String, Option<String>)> {
    if let Some(finding) = view.findings.iter().find(|finding| finding.id.to_string() == why) {
        return Ok((what(frame, finding), Some(format!("/findings/{why}"))));
    }
    if let Some(visit) = view.visits.iter().find(|visit| visit.visit == why) {
        let line = visited(frame, visit);
        return Ok((line.what, line.link));
    }
    Ok((looked::why(desk, frame, why).await?, None))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use onbeat_core::{
        record::Hash,
        reference::{Document, Exception, ExceptionKind, Look},
    };

    use crate::{
        pages::admin::tests::Admin,
        testing::{REP, World, at},
    };

    fn excused(id: &str, rep: &str, from_ms: i64, to_ms: i64) -> Document {
        Document::Exception(Exception {
            id: id.into(),
            rep: rep.into(),
            reason: ExceptionKind::Hospital,
            from_ms,
            to_ms,
            approved_by: "boss".into(),
        })
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_day_says_what_excuses_time_of_it() {
        let world = World::new().await;
        let admin = Admin::of(&world).await;
        for (id, rep, from_ms, to_ms) in [
            ("hour", REP, at(10, 0), at(11, 0)),
            ("days", REP, at(-10, 0), at(12, 0)),
            ("later", REP, at(34, 0), at(35, 0)),
            ("other", "li", at(14, 0), at(15, 0)),
        ] {
            world.put(id, excused(id, rep, from_ms, to_ms)).await;
        }
        let (_, page) = admin.get("/reps/wang/days/2026-11-23").await;
        let lines = [
            "08:00–12:00</span> Excused: hospital, Sun 22 Nov 2026 14:00 – Mon 23 Nov 2026 12:00; by boss",
            "10:00–11:00</span> Excused: hospital, Mon 23 Nov 2026 10:00–11:00; by boss",
        ];
        assert!(lines.iter().all(|line| page.contains(line)), "{page}");
        assert_eq!(page.matches("Excused: ").count(), lines.len(), "{page}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_look_for_what_is_no_more_is_told_in_words() {
        let world = World::new().await;
        let admin = Admin::of(&world).await;
        let gone = Hash::of("gone").to_string();
        for (id, day, why) in [
            ("one", "2026-11-23", gone.as_str()),
            ("two", Look::ALL_DAYS, "emergency"),
            ("three", "2026-11-23", "the boss asked"),
            // In somebody's own words, whatever they are.
            ("four", "2026-11-23", "gone"),
        ] {
            let look = Look {
                rep: REP.into(),
                by: "boss".into(),
                at_ms: at(6, 50),
                day: day.into(),
                why: why.into(),
            };
            world.put(id, Document::Look(look)).await;
        }
        let words = "a finding that no longer stands";
        for (path, said, id_too) in [
            (
                "/reps/wang/days/2026-11-23",
                [words, "boss · Emergency", "boss · the boss asked", "boss · gone"],
                false,
            ),
            (
                "/admin/audit",
                [words, "wang, all days: Emergency", "Document put: Look", ": gone"],
                true,
            ),
            (
                "/reports/export?what=looks&from=2026-11-20&to=2026-11-23",
                [words, ",all days,boss,", ",the boss asked,", ",gone,"],
                true,
            ),
        ] {
            let (_, page) = admin.get(path).await;
            assert!(said.iter().all(|said| page.contains(said)), "{path}: {page}");
            assert_eq!(page.contains(&gone), id_too, "{path}: {page}");
        }
    }
}
