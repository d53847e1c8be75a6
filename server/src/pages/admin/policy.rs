//! The policy, value by value with its default, and what another value changes for whom; the calendar.

mod typed;

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Form,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use onbeat_core::policy::Policy;
use serde_json::Value;

use super::super::{
    Frame,
    form::Fields,
    frame::{self, may_send},
};
use crate::{
    auth::Actor,
    desk::{
        Books, Desk, DeskError, DeskResult,
        import::{self, File, Imported},
        policy::{ValueChanged, values},
    },
};

use typed::{read, typed};

/// A value as it stands.
struct Row {
    key: String,
    label: String,
    /// As it is typed.
    value: String,
    default: String,
    is_default: bool,
    kind: Kind,
}

/// How a value is typed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Flag,
    Number,
    Text,
}

/// A part of the policy.
struct Part {
    code: String,
    rows: Vec<Row>,
}

/// A value that would change.
struct Change {
    label: String,
    old: String,
    new: String,
    /// For whom.
    whom: String,
}

#[derive(Template)]
#[template(path = "admin/policy.html")]
struct PolicyPage {
    frame: Frame,
    parts: Vec<Part>,
    since: Option<String>,
    waiting: Vec<String>,
    may_change: bool,
    changes: Vec<Change>,
    /// Areas that would be drawn anew, where a look was taken.
    areas: Option<usize>,
    looked: String,
    valid_from: String,
    wrong: Option<String>,
    exactly: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/calendar.html")]
struct CalendarPage {
    frame: Frame,
    holidays: Vec<String>,
    workdays: Vec<String>,
    since: Option<String>,
    may_change: bool,
}

/// The policy in force.
#[utoipa::path(get, path = "/admin/policy", tag = "pages",
    responses((status = 200, description = "The policy", body = String, content_type = "text/html")))]
pub(super) async fn show(State(desk): State<Desk>, actor: Actor, frame: Frame) -> DeskResult<Response> {
    shown(&desk, &actor, frame, &Books::now(&desk).policy, "", None)
}

fn shown(
    desk: &Desk,
    actor: &Actor,
    frame: Frame,
    policy: &Policy,
    valid_from: &str,
    came: Option<Result<Imported, DeskError>>,
) -> DeskResult<Response> {
    let books = Books::now(desk);
    let (looked, wrong) = match came {
        Some(Ok(looked)) => (Some(looked), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    let changes = looked.iter().flat_map(|looked| &looked.policy).map(|value| Change {
        label: label(&frame, &value.key),
        old: typed(&value.old),
        new: typed(&value.new),
        whom: whom(&frame, &books, &value.key),
    });
    let (since, waiting) = since(desk, &frame, "policy");
    let page = PolicyPage {
        parts: parts(&frame, policy),
        since,
        waiting,
        may_change: may_send(actor, "/admin/policy"),
        changes: changes.collect(),
        areas: looked.as_ref().map(|looked| looked.turned.areas),
        looked: looked.as_ref().map(|_| print(policy, valid_from)).unwrap_or_default(),
        valid_from: valid_from.to_owned(),
        exactly: wrong.as_ref().map(|error| error.message.clone()),
        wrong: wrong.as_ref().map(|error| frame.said(error)),
        frame,
    };
    frame::page(frame::status(wrong.as_ref()), &page)
}

/// Since when what is in force is, and from when on what was put already will be.
fn since(desk: &Desk, frame: &Frame, kind: &str) -> (Option<String>, Vec<String>) {
    let (documents, now_ms) = (desk.app.documents(), desk.now_ms());
    let begun = documents.begun(kind, kind, i64::MIN, now_ms).max();
    let waiting = documents.begun(kind, kind, now_ms, i64::MAX);
    let instant = |at_ms| frame.local.instant(at_ms);
    (begun.map(instant), waiting.map(instant).collect())
}

fn parts(frame: &Frame, policy: &Policy) -> Vec<Part> {
    let (now, shipped) = (values(policy), values(&Policy::default()));
    let mut parts: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for (key, value) in now {
        let Some((part, _)) = key.split_once('.') else { continue };
        // A role's window that nobody set is the company's.
        let default = shipped.get(&key).or_else(|| shipped.get(&as_window(&key)));
        let row = Row {
            label: label(frame, &key),
            value: typed(&value),
            default: default.map(typed).unwrap_or_default(),
            is_default: default == Some(&value),
            kind: kind_of(&value),
            key: key.clone(),
        };
        parts.entry(part.to_owned()).or_default().push(row);
    }
    parts.into_iter().map(|(code, rows)| Part { code, rows }).collect()
}

fn kind_of(value: &Value) -> Kind {
    match value {
        Value::Bool(_) => Kind::Flag,
        Value::Number(_) => Kind::Number,
        _ => Kind::Text,
    }
}

/// `roles.promoter.from` as `window.from`.
fn as_window(key: &str) -> String {
    let field = key.strip_prefix("roles.").and_then(|key| key.rsplit_once('.'));
    field.map_or_else(|| key.to_owned(), |(_, field)| format!("window.{field}"))
}

fn label(frame: &Frame, key: &str) -> String {
    let plain = as_window(key);
    let words = frame.words.find(&["policy.field", &plain.replace('.', "_")].join("."));
    let words = words.map_or_else(|| key.to_owned(), str::to_owned);
    match key.strip_prefix("roles.").and_then(|key| key.rsplit_once('.')) {
        Some((role, _)) => format!("{role}: {words}"),
        None => words,
    }
}

/// What a value is called, with the part of the policy that it is of; how it was, and how it is then.
pub(super) fn in_words(frame: &Frame, value: &ValueChanged) -> [String; 3] {
    let (part, _) = value.key.split_once('.').unwrap_or_default();
    let called = [frame.of("policy.part", part), label(frame, &value.key)];
    let typed = |value: &Value| match value {
        Value::Null => "–".to_owned(),
        value => typed(value),
    };
    [called.join(" · "), typed(&value.old), typed(&value.new)]
}

/// A role's window is for its reps, the company's for those whose role has none, all else for everybody.
fn whom(frame: &Frame, books: &Books, key: &str) -> String {
    let role = key.strip_prefix("roles.").and_then(|key| key.split('.').next());
    let is_of = |of: &Option<String>| match role {
        Some(role) => of.as_deref() == Some(role),
        None if key.starts_with("window.") => of.as_ref().is_none_or(|role| !books.policy.roles.contains_key(role)),
        None => true,
    };
    let reps = books.reps.values().filter(|rep| is_of(&rep.role)).count();
    frame.words.fill("policy.reps", &[("count", &reps.to_string())])
}

/// Names a policy and its day: what is applied is what was looked at.
fn print(policy: &Policy, valid_from: &str) -> String {
    let all = serde_json::to_string(policy).unwrap_or_default();
    onbeat_core::record::Hash::of(format!("{all} {valid_from}")).branch()
}

/// Says what other values change for whom, or puts them in force.
#[utoipa::path(post, path = "/admin/policy", tag = "pages",
    request_body(content = String, description = "Values by their keys (`visit.far_m`), `valid_from`, `do`, `looked`",
        content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "What changes for whom", body = String, content_type = "text/html"),
    (status = 303, description = "Put: to the policy"),
    (status = 422, description = "Why not, with what was typed", body = String, content_type = "text/html")
))]
pub(super) async fn change(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Form(fields): Form<Fields>,
) -> DeskResult<Response> {
    let from = fields.one("valid_from").to_owned();
    let policy = match read(&Books::now(&desk).policy, &fields) {
        Ok(policy) => policy,
        Err(error) => {
            return shown(&desk, &actor, frame, &Books::now(&desk).policy, &from, Some(Err(error)));
        }
    };
    let is_looked_at = fields.one("looked") == print(&policy, &from);
    let apply = fields.one("do") == "apply" && is_looked_at;
    let text = toml::to_string(&policy).map_err(|error| DeskError::input("bad_policy", error.to_string()));
    let came = match text {
        Ok(text) => {
            let valid_from = Some(&*from).filter(|from| !from.is_empty());
            import::import(&desk, &actor, File::Policy { text }, !apply, valid_from).await
        }
        Err(error) => Err(error),
    };
    if apply && came.is_ok() {
        return Ok(Redirect::to("/admin/policy").into_response());
    }
    shown(&desk, &actor, frame, &policy, &from, Some(came))
}

/// Days off and make-up workdays.
#[utoipa::path(get, path = "/admin/calendar", tag = "pages",
    responses((status = 200, description = "The calendar", body = String, content_type = "text/html")))]
pub(super) async fn calendar(State(desk): State<Desk>, actor: Actor, frame: Frame) -> DeskResult<Response> {
    let books = Books::now(&desk);
    let page = CalendarPage {
        holidays: books
            .calendar
            .holidays
            .iter()
            .map(|day| frame.local.date(*day))
            .collect(),
        workdays: books
            .calendar
            .workdays
            .iter()
            .map(|day| frame.local.date(*day))
            .collect(),
        since: since(&desk, &frame, "calendar").0,
        may_change: may_send(&actor, "/admin/import"),
        frame,
    };
    frame::page(StatusCode::OK, &page)
}
