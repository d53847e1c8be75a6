//! Findings and questions: the queue, and one of them with all that a decision needs.

mod chart;
#[cfg(test)]
mod tests;

use askama::Template;
use axum::{
    Form,
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use onbeat_core::{
    record::Payload,
    reference::{Decision, FindingState},
    rules::{Class, Fact, Finding, log::BatchQuarantined},
    words,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    Frame,
    filter::{self, Choice, given, link},
    form::Fields,
    frame::{self, may_send},
};
use crate::{
    auth::Actor,
    desk::{
        Books, Desk, DeskError, DeskResult,
        days::Which,
        decide::{self, Case, Choices, FindingView, Ruling},
        look,
        shares::{self, Shares},
    },
    store::{Field, ViewQuery, ViewRow},
};
use chart::Chart;

/// Lines of the queue at a time.
const LINES: usize = 100;

/// Which findings.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `open`, `answered`, `excused`, `confirmed` or `withdrawn`; nothing: what waits for a person.
    state: Option<String>,
    /// Only of this rep.
    rep: Option<String>,
    /// Only of this team.
    team: Option<String>,
    /// Only of this kind: `left_area`, ….
    kind: Option<String>,
    /// Where the page before ended.
    after: Option<String>,
    /// How many were decided on just now.
    done: Option<usize>,
    /// As what.
    done_as: Option<String>,
}

impl Wanted {
    fn state(&self) -> Option<String> {
        given(self.state.as_ref())
    }

    /// The queue narrowed alike, in another state or behind a place.
    fn link(&self, state: Option<&String>, after: Option<&String>) -> String {
        let given = [
            ("state", state),
            ("rep", self.rep.as_ref()),
            ("team", self.team.as_ref()),
            ("kind", self.kind.as_ref()),
            ("after", after),
        ];
        link("/findings", &given)
    }

    /// What was done just now, in words.
    fn done(&self, frame: &Frame) -> Option<String> {
        let decided = [FindingState::Excused, FindingState::Withdrawn]
            .into_iter()
            .find(|decided| Some(state(*decided)) == self.done_as.as_deref())?;
        let (count, said) = (self.done?.to_string(), frame.of("state", state(decided)));
        Some(
            frame
                .words
                .fill("findings.done", &[("count", &count), ("state", &said)]),
        )
    }

    /// The page of the queue that is asked for.
    fn here(&self) -> String {
        self.link(self.state().as_ref(), self.after.as_ref())
    }

    /// The views of a state that this person sees, newest first. What is suspended waits for nobody: it is shown to who asks
    /// for its state.
    fn query(&self, desk: &Desk, actor: &Actor, shares: &Shares, state: &str) -> ViewQuery {
        let which = Which {
            team: given(self.team.as_ref()),
            rep: given(self.rep.as_ref()),
            ..Which::default()
        };
        let mut query = which.query(desk, actor, "finding");
        let fields = [("state", Some(state.to_owned())), ("kind", given(self.kind.as_ref()))];
        let given = fields.into_iter();
        query
            .fields
            .extend(given.filter_map(|(name, value)| Some((name.to_owned(), Field::Text(value?)))));
        if self.state().is_none() {
            query.except = shares.hidden(actor);
        }
        query
    }
}

/// Where a page of the queue ends: state, time and key of its last finding.
struct Place {
    state: String,
    at_ms: i64,
    key: String,
}

impl Place {
    fn read(text: &str) -> Option<Self> {
        let (state, rest) = text.split_once('.')?;
        let (at_ms, key) = rest.split_once('.')?;
        Some(Self {
            state: state.to_owned(),
            at_ms: at_ms.parse().ok()?,
            key: key.to_owned(),
        })
    }

    fn said(&self) -> String {
        format!("{}.{}.{}", self.state, self.at_ms, self.key)
    }
}

/// A page of the queue.
#[derive(Default)]
struct Page {
    findings: Vec<FindingView>,
    /// Where to go on; none at the end.
    next: Option<Place>,
}

impl Page {
    /// Findings of some states, one state after the other, newest first.
    async fn read(desk: &Desk, actor: &Actor, shares: &Shares, wanted: &Wanted, states: &[&str]) -> DeskResult<Self> {
        let mut last = wanted.after.as_deref().and_then(Place::read);
        let begins = last
            .as_ref()
            .and_then(|last| states.iter().position(|state| *state == last.state));
        let mut page = Self::default();
        for state in &states[begins.unwrap_or(0)..] {
            let room = LINES - page.findings.len();
            let mut query = wanted.query(desk, actor, shares, state);
            query.after = last
                .take_if(|last| last.state == *state)
                .map(|last| (last.at_ms, last.key));
            // One more says whether there is a next page.
            query.limit = room + 1;
            let mut views = desk.app.store.views(&query).await?;
            let goes_on = views.len() > room;
            views.truncate(room);
            page.findings
                .extend(views.iter().filter_map(|view| serde_json::from_str(&view.body).ok()));
            let ends_at = |view: &ViewRow| Place {
                state: (*state).to_owned(),
                at_ms: view.at_ms,
                key: view.key.clone(),
            };
            page.next = views.last().map(ends_at).or(page.next);
            if goes_on {
                return Ok(page);
            }
        }
        page.next = None;
        Ok(page)
    }
}

/// A finding in a line.
pub(super) struct Brief {
    /// Its id.
    pub(super) id: String,
    /// Rep's name.
    pub(super) name: String,
    /// Day and time.
    pub(super) when: String,
    /// The same for programs.
    at_ms: i64,
    /// What was found, from when to when.
    pub(super) what: String,
    /// `finding` or `question`.
    pub(super) class: &'static str,
    /// Code of its state.
    pub(super) state: &'static str,
    /// Nobody has decided.
    pub(super) undecided: bool,
    /// Its kind was wrong too often lately.
    pub(super) suspended: bool,
    /// Address of the rep's day.
    pub(super) day: String,
}

impl Brief {
    /// Says a finding in a line.
    pub(super) fn new(frame: &Frame, books: &Books, shares: &Shares, view: FindingView) -> Self {
        let found = &view.finding;
        let day = view.day.parse().map_or(view.day.clone(), |day| frame.local.date(day));
        let from = frame.local.time(found.from_ms);
        Self {
            id: found.id.to_string(),
            name: books.rep_name(&view.rep).to_owned(),
            when: format!("{day} {from}"),
            at_ms: found.from_ms,
            what: what(frame, found),
            class: class(found.class),
            state: state(found.state),
            undecided: matches!(found.state, FindingState::Open | FindingState::Answered),
            suspended: shares.suspends(found.kind),
            day: format!("/reps/{}/days/{}", view.rep, view.day),
        }
    }
}

/// What was found, from when to when, and how far out.
pub(super) fn what(frame: &Frame, found: &Finding) -> String {
    let kind = frame.of("kind", &found.kind.code());
    let when = if found.to_ms - found.from_ms >= 60_000 {
        frame.local.stretch(found.from_ms, found.to_ms)
    } else {
        frame.local.time(found.from_ms)
    };
    let out = match found.facts.get("out_mm") {
        Some(Fact::Number(out_mm)) => {
            let out = frame.local.distance(*out_mm);
            Some(frame.words.fill("finding.out", &[("distance", &out)]))
        }
        _ => None,
    };
    let said: Vec<String> = [kind, when].into_iter().chain(out).collect();
    said.join(frame.t("unit.join"))
}

/// Code of a class.
pub(super) fn class(class: Class) -> &'static str {
    match class {
        Class::Finding => "finding",
        Class::Question => "question",
    }
}

/// Code of a state.
pub(super) fn state(state: FindingState) -> &'static str {
    match state {
        FindingState::Open => "open",
        FindingState::Answered => "answered",
        FindingState::Excused => "excused",
        FindingState::Confirmed => "confirmed",
        FindingState::Withdrawn => "withdrawn",
    }
}

/// A form that was sent, and why nothing came of it.
struct Refused<'a> {
    chosen: Vec<String>,
    reason: &'a str,
    error: &'a DeskError,
}

/// One of those that were chosen, on which somebody else decided first.
struct Decided {
    brief: Brief,
    said: Said,
    by: String,
}

impl Refused<'_> {
    /// What others decided meanwhile of what was chosen.
    async fn decided(
        &self,
        desk: &Desk,
        actor: &Actor,
        frame: &Frame,
        books: &Books,
        shares: &Shares,
    ) -> DeskResult<Vec<Decided>> {
        let cases = decide::decided(desk, actor, &self.chosen).await?.into_iter();
        let decided = cases.filter_map(|case| {
            let last = case.decisions.last()?;
            Some(Decided {
                said: Said::decision(frame, last),
                by: last.by.clone(),
                brief: Brief::new(frame, books, shares, case.view),
            })
        });
        Ok(decided.collect())
    }
}

#[derive(Template)]
#[template(path = "findings.html")]
struct QueuePage {
    frame: Frame,
    lines: Vec<Brief>,
    /// Ids of those that were chosen, where nothing came of it.
    chosen: Vec<String>,
    decided: Vec<Decided>,
    /// Code, address, and whether it is shown.
    states: Vec<(&'static str, String, bool)>,
    /// The state that is shown, where one was asked for.
    state: Option<String>,
    /// Where this queue is.
    here: String,
    /// Where it goes on.
    older: Option<String>,
    reps: Vec<Choice>,
    teams: Vec<Choice>,
    kinds: Vec<Choice>,
    may_decide: bool,
    /// What was done just now.
    done: Option<String>,
    /// As it was typed, where nothing came of it.
    reason: String,
    wrong: Option<String>,
}

/// The queue.
#[utoipa::path(get, path = "/findings", tag = "pages", params(Wanted),
    responses((status = 200, description = "The queue", body = String, content_type = "text/html")))]
pub(super) async fn list(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Query(wanted): Query<Wanted>,
) -> DeskResult<Response> {
    queue(&desk, &actor, frame, &wanted, None).await
}

async fn queue(
    desk: &Desk,
    actor: &Actor,
    frame: Frame,
    wanted: &Wanted,
    refused: Option<Refused<'_>>,
) -> DeskResult<Response> {
    let wrong = refused.as_ref().map(|refused| refused.error);
    let asked = wanted.state();
    let states = asked.as_deref().map_or(vec!["answered", "open"], |state| vec![state]);
    let (books, shares) = (Books::now(desk), shares::now(desk).await?);
    let page = Page::read(desk, actor, &shares, wanted, &states).await?;
    let found = page.findings.into_iter();
    let lines: Vec<Brief> = found.map(|view| Brief::new(&frame, &books, &shares, view)).collect();
    let decided = match &refused {
        Some(refused) => refused.decided(desk, actor, &frame, &books, &shares).await?,
        None => Vec::new(),
    };
    let all = ["", "open", "answered", "excused", "confirmed", "withdrawn"];
    let tab = |state: &'static str| {
        let link = wanted.link(given(Some(&state.to_owned())).as_ref(), None);
        (state, link, state == asked.as_deref().unwrap_or_default())
    };
    let status = frame::status(wrong);
    let shown = QueuePage {
        // Where all is decided nothing is left to choose.
        may_decide: may_send(actor, "/findings") && (wrong.is_some() || lines.iter().any(|line| line.undecided)),
        lines,
        states: all.map(tab).to_vec(),
        older: page.next.map(|next| wanted.link(asked.as_ref(), Some(&next.said()))),
        here: wanted.here(),
        done: wanted.done(&frame),
        state: asked,
        reps: filter::reps_ever(desk, &frame, actor, wanted.rep.as_ref()),
        teams: filter::teams(&books, actor, wanted.team.as_ref()),
        kinds: filter::kinds(&frame, wanted.kind.as_ref()),
        reason: refused.as_ref().map_or("", |refused| refused.reason).to_owned(),
        wrong: wrong.map(|error| match decided.as_slice() {
            [] => frame.said(error),
            // The same person, in another tab.
            all if all.iter().all(|one| one.by == actor.user) => frame.t("findings.decided_by_you").to_owned(),
            _ => frame.t("findings.decided_first").to_owned(),
        }),
        decided,
        chosen: refused.map(|refused| refused.chosen).unwrap_or_default(),
        frame,
    };
    frame::page(status, &shown)
}

/// Excuses or withdraws many, all or none.
#[utoipa::path(post, path = "/findings", tag = "pages", params(Wanted),
    request_body(content = String, description = "`finding` repeated, `state`, `reason`",
        content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "To the queue"),
    (status = 409, description = "Why not, with the queue", body = String, content_type = "text/html")
))]
pub(super) async fn decide_many(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Query(wanted): Query<Wanted>,
    Form(fields): Form<Fields>,
) -> DeskResult<Response> {
    let ruling = if fields.one("state") == "withdrawn" {
        Ruling::Withdrawn
    } else {
        Ruling::Excused
    };
    let (chosen, reason) = (fields.all("finding"), fields.one("reason"));
    match decide::decide_many(&desk, &actor, &chosen, ruling, reason).await {
        Ok(decisions) => {
            let (here, count) = (wanted.here(), decisions.len());
            let joint = if here.contains('?') { '&' } else { '?' };
            let there = format!("{here}{joint}done={count}&done_as={}", ruling.code());
            Ok(Redirect::to(&there).into_response())
        }
        Err(error) => {
            let refused = Refused {
                chosen,
                reason,
                error: &error,
            };
            queue(&desk, &actor, frame, &wanted, Some(refused)).await
        }
    }
}

/// What somebody said or decided.
struct Said {
    heading: String,
    text: String,
}

impl Said {
    fn decision(frame: &Frame, decision: &Decision) -> Self {
        let what = frame.of("state", state(decision.state));
        let at = frame.local.instant(decision.at_ms);
        Self {
            heading: format!("{what} · {} · {at}", decision.by),
            text: decision.reason.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "finding.html")]
struct FindingPage {
    frame: Frame,
    brief: Brief,
    sentences: Vec<String>,
    chart: Option<Chart>,
    said: Vec<Said>,
    /// What it names, and where a batch that did not check is looked at.
    records: Vec<(String, Option<String>)>,
    basis: Vec<String>,
    rulings: Vec<Ruling>,
    /// Why not every ruling.
    refused: Option<String>,
    reason: String,
    /// It was decided on just now.
    done: bool,
    wrong: Option<String>,
}

/// What came before.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Before {
    /// It was decided on just now.
    #[serde(default)]
    done: bool,
}

/// One finding, with what made it, what the rep said and what was decided. Where it shows fixes the look is recorded
/// first.
#[utoipa::path(get, path = "/findings/{finding}", tag = "pages",
    params(("finding" = String, Path, description = "The finding's id"), Before), responses(
    (status = 200, description = "The finding", body = String, content_type = "text/html"),
    (status = 404, description = "`not_found`")
))]
pub(super) async fn one(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Path(finding): Path<String>,
    Query(before): Query<Before>,
) -> DeskResult<Response> {
    shown(&desk, &actor, frame, &finding, String::new(), Ok(before)).await
}

async fn shown(
    desk: &Desk,
    actor: &Actor,
    frame: Frame,
    id: &str,
    reason: String,
    came: Result<Before, &DeskError>,
) -> DeskResult<Response> {
    let case = Case::read(desk, id).await?;
    let explained = look::explained(desk, actor, id).await?;
    let mut said: Vec<(i64, Said)> = Vec::new();
    for voice in &case.voices {
        let what = if voice.appeal { "voice.appeal" } else { "voice.answer" };
        said.push((
            voice.received_ms,
            Said {
                heading: format!("{} · {}", frame.t(what), frame.local.instant(voice.received_ms)),
                text: voice.text.clone(),
            },
        ));
    }
    let decisions = case.decisions.iter();
    said.extend(decisions.map(|decision| (decision.at_ms, Said::decision(&frame, decision))));
    said.sort_by_key(|(at_ms, _)| *at_ms);
    let records = explained.records.iter().map(|record| {
        let name = &record.name;
        let at = record.at_ms.map_or_else(String::new, |at_ms| frame.local.time(at_ms));
        let kind = record.kind.as_deref().unwrap_or("–");
        let batch = (kind == BatchQuarantined::TYPE).then(|| format!("/admin/quarantine/{}", name.seq));
        (
            format!(
                "{at} {} {} {}/{}",
                frame.record(kind),
                name.stream,
                name.epoch,
                name.seq
            ),
            batch,
        )
    });
    let choices = if may_send(actor, "/findings") {
        Choices::of(desk, actor, &case).await?
    } else {
        Choices::default()
    };
    let own = case.decisions.last().is_some_and(|last| last.by == actor.user);
    let said_of = |error: &DeskError| match error.code.as_str() {
        "decided" if own => frame.t("finding.decided_by_you").to_owned(),
        _ => frame.said(error),
    };
    let shares = shares::now(desk).await?;
    let page = FindingPage {
        sentences: words::said(&explained, frame.words.0),
        chart: Chart::new(&frame, &explained),
        records: records.collect(),
        said: said.into_iter().map(|(_, said)| said).collect(),
        brief: Brief::new(&frame, &Books::now(desk), &shares, case.view),
        basis: explained.basis,
        rulings: choices.rulings,
        refused: choices.refused.as_ref().map(said_of),
        reason,
        done: own && came.as_ref().is_ok_and(|before| before.done),
        wrong: came.as_ref().err().map(|error| said_of(error)),
        frame,
    };
    frame::page(frame::status(came.err()), &page)
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct DecisionTyped {
    /// What is decided.
    state: Ruling,
    /// Why; the rep reads it.
    reason: String,
}

/// Decides on one.
#[utoipa::path(post, path = "/findings/{finding}", tag = "pages",
    params(("finding" = String, Path, description = "The finding's id")),
    request_body(content = DecisionTyped, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "To the finding"),
    (status = 409, description = "Why not, with the finding as it stands", body = String, content_type = "text/html")
))]
pub(super) async fn decide(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Path(finding): Path<String>,
    Form(typed): Form<DecisionTyped>,
) -> DeskResult<Response> {
    match decide::decide(&desk, &actor, &finding, typed.state, &typed.reason).await {
        Ok(_) => Ok(Redirect::to(&format!("/findings/{finding}?done=true")).into_response()),
        Err(error) => shown(&desk, &actor, frame, &finding, typed.reason, Err(&error)).await,
    }
}
