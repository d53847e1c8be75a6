//! Exceptions: reasons that wait for a person first, then what is entered at the desk, then those in force.

use askama::Template;
use axum::{
    Form,
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use onbeat_core::{reference::Exception, rules::Name, time::Interval};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

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

/// What was done just now.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Done {
    /// `made`, `declined` or `taken_back`.
    done: Option<String>,
    /// The exception that was made.
    exception: Option<String>,
}

impl Done {
    /// In words, with what was made.
    fn said(&self, frame: &Frame, books: &Books, all: &[Exception], now_ms: i64) -> Option<String> {
        let code = self.done.as_ref()?;
        let words = frame.words.find(&["exceptions.done", code].join("."))?;
        let made = all.iter().find(|one| Some(&one.id) == self.exception.as_ref());
        let made = made.map(|one| line_of(frame, books, one, now_ms));
        Some(made.map_or_else(
            || words.to_owned(),
            |line| format!("{words} {} · {} · {}", line.name, line.reason, line.when),
        ))
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
    /// Where it is not over: `current`, or `to_come`.
    tag: Option<&'static str>,
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
    /// What was done just now.
    done: Option<String>,
    wrong: Option<String>,
}

/// All of them.
#[utoipa::path(get, path = "/exceptions", tag = "pages", params(Done),
    responses((status = 200, description = "Exceptions", body = String, content_type = "text/html")))]
pub(super) async fn list(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Query(done): Query<Done>,
) -> DeskResult<Response> {
    shown(&desk, &actor, frame, Typed::default(), Ok(done)).await
}

async fn shown(
    desk: &Desk,
    actor: &Actor,
    frame: Frame,
    typed: Typed,
    came: Result<Done, &DeskError>,
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
    let lines: Vec<Line> = lines
        .map(|exception| Line {
            open: exceptions::to_come(desk, actor, exception).is_some() && !actor.is_rep(&exception.rep),
            ..line_of(&frame, &books, exception, now_ms)
        })
        .collect();
    let page = ExceptionsPage {
        done: came
            .as_ref()
            .ok()
            .and_then(|done| done.said(&frame, &books, &all.exceptions, now_ms)),
        lines,
        more: all.exceptions.len() > LINES_MOST,
        reps: filter::reps_ever(desk, &frame, actor, Some(&typed.rep)),
        reasons: REASONS.map(|reason| (reason, reason == typed.reason)).to_vec(),
        asked,
        may_make,
        typed,
        wrong: came.as_ref().err().map(|error| frame.said(error)),
        frame,
    };
    frame::page(frame::status(came.err()), &page)
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
        tag: match now_ms {
            _ if now_ms >= to_ms => None,
            _ if now_ms < from_ms => Some("to_come"),
            _ => Some("current"),
        },
    }
}

/// Within a day the day is said once.
pub(super) fn stretch(frame: &Frame, interval: Interval) -> String {
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
            let declined = exceptions::decline(&desk, &actor, Decline { rep, record, words }).await;
            declined.map(|()| "declined".to_owned())
        }
        "take_back" => {
            let taken = exceptions::take_back(&desk, &actor, &typed.exception).await;
            taken.map(|()| "taken_back".to_owned())
        }
        _ => {
            let made = exceptions::make(&desk, &actor, typed.read(&frame)).await;
            made.map(|made| format!("made&exception={}", made.id))
        }
    };
    match done {
        Ok(done) => Ok(Redirect::to(&format!("/exceptions?done={done}")).into_response()),
        Err(error) => shown(&desk, &actor, frame, typed, Err(&error)).await,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use crate::{
        pages::admin::tests::Admin,
        testing::{World, at},
    };

    #[tokio::test(flavor = "multi_thread")]
    async fn an_exception_says_what_was_entered_and_whether_it_is_to_come() {
        let world = World::new().await;
        let admin = Admin::of(&world).await;
        world.set_time(at(10, 0));
        for (from, to, tag) in [
            ("2026-11-23T08:00", "2026-11-23T12:00", Some("current")),
            ("2026-11-24T08:00", "2026-11-24T12:00", Some("to come")),
            ("2026-11-20T08:00", "2026-11-20T12:00", None),
        ] {
            let form = format!("rep=li&reason=leave&from={from}&to={to}").replace(':', "%3A");
            assert_eq!(admin.post("/exceptions", &form).await.0, StatusCode::SEE_OTHER);
            let (_, page) = admin.get("/exceptions").await;
            for known in ["current", "to come"] {
                let is_shown = page.contains(&format!("<span class=\"tag\">{known}</span>"));
                assert!(is_shown || tag != Some(known), "{from}: {page}");
            }
        }
        let (_, page) = admin.get("/exceptions").await;
        let id = page.split("name=\"exception\" value=\"").nth(1).unwrap_or_default();
        let id = id.split('"').next().unwrap_or_default();
        let made = "role=\"status\">Excused: li · leave · Tue 24 Nov 2026 08:00–12:00";
        let (_, page) = admin.get(&format!("/exceptions?done=made&exception={id}")).await;
        assert!(page.contains(made), "{made} in {page}");
        let (_, page) = admin.get("/exceptions?done=taken_back").await;
        assert!(page.contains("role=\"status\">Taken back"), "{page}");
        let (_, page) = admin.get("/exceptions?done=x").await;
        assert!(!page.contains("role=\"status\""), "{page}");
    }
}
