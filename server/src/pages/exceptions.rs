//! Exceptions: reasons that wait for a person first, then what is entered at the desk, then those in force.

use askama::Template;
use axum::{
    Form,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use onbeat_core::{reference::Exception, rules::Name, time::Interval};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    Frame,
    filter::{self, Choice},
    frame::{self, may_send},
};
use crate::{
    auth::Actor,
    desk::{
        Books, Desk, DeskError, DeskResult,
        exceptions::{self, Decline, NewException, Waiting},
    },
};

/// Exceptions in force that are shown, newest first.
const LINES_MOST: usize = 200;

/// What can be entered at the desk, as codes.
const REASONS: [&str; 8] = [
    "leave",
    "help",
    "hours",
    "customer_called",
    "goods",
    "hospital",
    "detour",
    "trip",
];

/// An exception as it is typed: the record of a reason that the rep gave, or why and when.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Typed {
    /// Whose.
    rep: String,
    /// Stream of the record.
    stream: String,
    /// Its epoch.
    epoch: u32,
    /// Its branch.
    branch: String,
    /// Its place there.
    seq: u64,
    /// Why, as a code.
    reason: String,
    /// From when, `YYYY-MM-DDTHH:MM` in the company's zone.
    from: String,
    /// Until when.
    to: String,
    /// Id of one that is taken back.
    exception: String,
    /// `decline` or `take_back`, or nothing to approve.
    #[serde(rename = "do")]
    what: String,
    /// Why it is declined.
    words: String,
}

impl Typed {
    fn record(&self) -> Name {
        Name {
            stream: self.stream.clone(),
            epoch: self.epoch,
            branch: self.branch.clone(),
            seq: self.seq,
        }
    }

    fn read(&self, frame: &Frame) -> NewException {
        let record = (!self.stream.is_empty()).then(|| self.record());
        let reason = serde_json::from_value(serde_json::Value::from(self.reason.as_str())).ok();
        NewException {
            rep: self.rep.clone(),
            reason: reason.filter(|_| record.is_none()),
            from_ms: frame.local.typed(&self.from),
            to_ms: frame.local.typed(&self.to),
            record,
        }
    }
}

/// A reason that waits.
struct Asked {
    name: String,
    rep: String,
    record: Name,
    day: String,
    reason: String,
    when: String,
    note: String,
    /// What is due, in words.
    due: String,
    overdue: bool,
    /// It can be approved, by this person.
    open: bool,
    /// He may say something to it.
    own: bool,
    /// Why it was to be declined, where that did not succeed.
    words: String,
}

/// An exception in force.
struct Line {
    id: String,
    name: String,
    reason: String,
    when: String,
    by: String,
    /// It still excuses time to come, or does now.
    current: bool,
    /// It excuses days to come, and is not this person's own.
    open: bool,
}

#[derive(Template)]
#[template(path = "exceptions.html")]
struct ExceptionsPage {
    frame: Frame,
    asked: Vec<Asked>,
    lines: Vec<Line>,
    more: bool,
    reps: Vec<Choice>,
    reasons: Vec<(&'static str, bool)>,
    may_make: bool,
    typed: Typed,
    wrong: Option<String>,
}

/// All of them.
#[utoipa::path(get, path = "/exceptions", tag = "pages",
    responses((status = 200, description = "Exceptions", body = String, content_type = "text/html")))]
pub(super) async fn list(State(desk): State<Desk>, actor: Actor, frame: Frame) -> DeskResult<Response> {
    shown(&desk, &actor, frame, Typed::default(), None).await
}

async fn shown(
    desk: &Desk,
    actor: &Actor,
    frame: Frame,
    typed: Typed,
    wrong: Option<&DeskError>,
) -> DeskResult<Response> {
    let (books, all) = (Books::now(desk), exceptions::list(desk, actor).await?);
    let may_make = may_send(actor, "/exceptions");
    let mut asked: Vec<Asked> = all
        .waiting
        .into_iter()
        .map(|waiting| asked_of(&frame, &books, actor, waiting, &typed))
        .collect();
    // What can no longer be approved does not stand before what can.
    asked.sort_by_key(|asked| !asked.open);
    let now_ms = desk.now_ms();
    let lines = all.exceptions.iter().take(LINES_MOST);
    let page = ExceptionsPage {
        lines: lines
            .map(|exception| Line {
                open: exceptions::to_come(desk, actor, exception).is_some() && !actor.is_rep(&exception.rep),
                ..line_of(&frame, &books, exception, now_ms)
            })
            .collect(),
        more: all.exceptions.len() > LINES_MOST,
        reps: filter::reps_ever(desk, &frame, actor, Some(&typed.rep)),
        reasons: REASONS.map(|reason| (reason, reason == typed.reason)).to_vec(),
        asked,
        may_make,
        typed,
        wrong: wrong.map(|error| frame.said(error)),
        frame,
    };
    frame::page(frame::status(wrong), &page)
}

fn asked_of(frame: &Frame, books: &Books, actor: &Actor, waiting: Waiting, typed: &Typed) -> Asked {
    let seen = waiting.seen;
    let date = |day: &str| day.parse().map_or(day.to_owned(), |day| frame.local.date(day));
    let due = if waiting.late {
        frame
            .words
            .fill("exceptions.late", &[("day", &date(&waiting.give_until))])
    } else {
        frame
            .words
            .fill("exceptions.decide_by", &[("day", &date(&waiting.decide_until))])
    };
    Asked {
        name: books.rep_name(&waiting.rep).to_owned(),
        day: format!("/reps/{}/days/{}", waiting.rep, waiting.day),
        reason: frame.of_code("reason", &seen.reason.reason),
        when: stretch(frame, seen.reason.interval),
        note: seen.reason.note,
        due,
        overdue: waiting.overdue,
        open: !waiting.late && !actor.is_rep(&waiting.rep),
        own: actor.is_rep(&waiting.rep),
        words: if typed.record() == seen.record {
            typed.words.clone()
        } else {
            String::new()
        },
        record: seen.record,
        rep: waiting.rep,
    }
}

fn line_of(frame: &Frame, books: &Books, exception: &Exception, now_ms: i64) -> Line {
    let Exception { from_ms, to_ms, .. } = *exception;
    Line {
        id: exception.id.clone(),
        open: false,
        name: books.rep_name(&exception.rep).to_owned(),
        reason: frame.of_code("reason", &exception.reason),
        when: stretch(frame, Interval { from_ms, to_ms }),
        by: exception.approved_by.clone(),
        current: to_ms > now_ms,
    }
}

/// Within a day the day is said once.
fn stretch(frame: &Frame, interval: Interval) -> String {
    let (from, to) = (
        frame.local.instant(interval.from_ms),
        frame.local.instant(interval.to_ms),
    );
    let day = from.rsplit_once(' ').map_or("", |(day, _)| day);
    match to.strip_prefix(day) {
        Some(time) if !day.is_empty() => format!("{from}–{}", time.trim_start()),
        _ => format!("{from} – {to}"),
    }
}

/// Approves or declines a reason that the rep gave, enters an exception, or takes one back.
#[utoipa::path(post, path = "/exceptions", tag = "pages",
    request_body(content = Typed, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "To the exceptions"),
    (status = 409, description = "Why not, with what was typed", body = String, content_type = "text/html")
))]
pub(super) async fn make(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Form(typed): Form<Typed>,
) -> DeskResult<Response> {
    let done = match typed.what.as_str() {
        "decline" => {
            let (rep, record, words) = (typed.rep.clone(), typed.record(), typed.words.clone());
            exceptions::decline(&desk, &actor, Decline { rep, record, words }).await
        }
        "take_back" => exceptions::take_back(&desk, &actor, &typed.exception).await,
        _ => exceptions::make(&desk, &actor, typed.read(&frame)).await.map(drop),
    };
    match done {
        Ok(()) => Ok(Redirect::to("/exceptions").into_response()),
        Err(error) => shown(&desk, &actor, frame, typed, Some(&error)).await,
    }
}
