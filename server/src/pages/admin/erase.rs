//! What goes by itself once it is past its time, and erasing places for good: first what it would take, then that.

use askama::Template;
use axum::{Form, extract::State, http::StatusCode, response::Response};
use chrono::{Days, NaiveDate};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{
    Frame,
    filter::{self, Choice},
    frame,
};
use crate::{
    auth::Actor,
    desk::{
        Books, Desk, DeskError, DeskResult,
        duties::{self, Duty},
        erase::{self, Erased, Erasure},
        retention::{self, Retained},
    },
};

/// What is to go.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Typed {
    /// Of days before this one, `YYYY-MM-DD`.
    before: String,
    /// Only this rep's; empty: everybody's.
    rep: String,
    /// `look`: only say how much; `erase`: for good; `next`: what the next run of retention would take.
    #[serde(rename = "do")]
    act: String,
}

#[derive(Template)]
#[template(path = "admin/erase.html")]
struct ErasePage {
    frame: Frame,
    before: String,
    day: String,
    rep: String,
    reps: Vec<Choice>,
    kept: String,
    /// Nobody has decided how long things are kept: nothing goes by itself.
    undecided: bool,
    /// When retention ran last, and what it erased, as far as that is known.
    last: Option<(String, Option<Gone>)>,
    /// The day of the next run, and what that would erase.
    next: Option<(String, Gone)>,
    report: Option<Erased>,
    wrong: Option<String>,
}

/// What a run of retention erased or would erase, by kind: heading, days before which, and how much.
struct Gone(Vec<(&'static str, String, u64)>);

impl Gone {
    fn new(frame: &Frame, run: &Retained) -> Self {
        let [places, days] = [run.before, run.summarised_before].map(|day| frame.local.date(day));
        Self(vec![
            ("erase.fixes", places.clone(), run.fixes),
            ("erase.days", places.clone(), run.days),
            ("erase.disputed", places.clone(), run.disputed_days),
            ("erase.quarantined", places, run.quarantined),
            ("erase.summarised", days, run.summarised_days),
        ])
    }
}

/// What came of what was asked for.
enum Came {
    Nothing,
    Erased(Result<Erased, DeskError>),
    Next(NaiveDate, Retained),
}

/// The form, with the date that the policy's retention comes to.
#[utoipa::path(get, path = "/admin/erase", tag = "pages",
    responses((status = 200, description = "The form", body = String, content_type = "text/html")))]
pub(super) async fn show(State(desk): State<Desk>, actor: Actor, frame: Frame) -> DeskResult<Response> {
    shown(&desk, &actor, frame, Typed::default(), Came::Nothing).await
}

async fn shown(desk: &Desk, actor: &Actor, frame: Frame, typed: Typed, came: Came) -> DeskResult<Response> {
    let books = Books::now(desk);
    let kept_days = books.policy.retention.fixes_days;
    let today = desk.app.documents().day_at("", desk.now_ms());
    let oldest = today.checked_sub_days(Days::new(kept_days.into())).unwrap_or(today);
    let before = typed.before.parse::<NaiveDate>().unwrap_or(oldest);
    let (mut status, mut report, mut wrong, mut next) = (StatusCode::OK, None, None, None);
    match came {
        Came::Nothing => {}
        Came::Next(day, retained) => next = Some((frame.local.date(day), Gone::new(&frame, &retained))),
        Came::Erased(Ok(erased)) => report = Some(erased),
        Came::Erased(Err(error)) => (status, wrong) = (error.fault.status(), Some(frame.said(&error))),
    }
    let (progress, _) = retention::progress(desk).await?;
    let last = match (&progress.last, progress.day) {
        (Some(run), _) => Some((frame.local.instant(run.at_ms), Some(Gone::new(&frame, &run.retained)))),
        (None, day) => day.map(|day| (frame.local.date(day), None)),
    };
    let page = ErasePage {
        before: before.to_string(),
        day: frame.local.date(before),
        reps: filter::reps_ever(desk, &frame, actor, Some(&typed.rep)),
        rep: typed.rep,
        kept: frame.words.fill("erase.kept", &[("days", &kept_days.to_string())]),
        undecided: duties::show(desk).await?.missing.contains(&Duty::Retention),
        last,
        next,
        report,
        wrong,
        frame,
    };
    frame::page(status, &page)
}

/// Says what would go, by itself or as it is asked for, or has it go.
#[utoipa::path(post, path = "/admin/erase", tag = "pages",
    request_body(content = Typed, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "What would go, or went", body = String, content_type = "text/html"),
    (status = 422, description = "Why not", body = String, content_type = "text/html")
))]
pub(super) async fn erase(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Form(typed): Form<Typed>,
) -> DeskResult<Response> {
    if typed.act == "next" {
        let (day, retained) = retention::next(&desk, &actor).await?;
        return shown(&desk, &actor, frame, Typed::default(), Came::Next(day, retained)).await;
    }
    let came = match typed.before.parse() {
        Ok(before) => {
            let what = Erasure {
                rep: Some(typed.rep.clone()).filter(|rep| !rep.is_empty()),
                before,
            };
            erase::erase(&desk, &actor, what, typed.act != "erase").await
        }
        Err(_) => Err(DeskError::input("bad_date", format!("{:?} is no date", typed.before))),
    };
    shown(&desk, &actor, frame, typed, Came::Erased(came)).await
}
