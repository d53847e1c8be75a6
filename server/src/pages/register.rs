//! The register of market-entry sign-ins (R4), the clerk's entry for a rep who called, and the sheet to print.

mod line;
mod number;

use askama::Template;
use axum::{
    Form,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    Frame,
    filter::given,
    frame::{self, may_send},
};
use crate::{
    auth::Actor,
    desk::{
        Books, Desk, DeskError, DeskResult, Fault,
        register::{self, Call, RegisterRow},
        seen,
    },
};
use line::{Line, Standing};
use number::named;
pub(super) use number::{__path_number, number};

/// Which day.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `YYYY-MM-DD`; today where nothing is said.
    day: Option<String>,
    /// The rep whose call was entered just now.
    entered: Option<String>,
    /// It had been entered before.
    #[serde(default)]
    stood: bool,
}

impl Wanted {
    fn day(&self, desk: &Desk) -> NaiveDate {
        let (day, now_ms) = (self.day.as_deref().and_then(|day| day.parse().ok()), desk.now_ms());
        day.unwrap_or_else(|| desk.app.documents().schedule_at("", now_ms).day_of(now_ms))
    }
}

/// A call as it is typed.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Typed {
    /// Caller's number.
    number: String,
    /// The rep's name or id.
    rep: String,
    /// When today the call came, `HH:MM`; empty: now.
    called: String,
    /// Words, may be empty.
    note: String,
}

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage {
    frame: Frame,
    date: String,
    day: String,
    missing: Vec<Line>,
    /// What is said where nobody is missing.
    calm: &'static str,
    excused: Vec<String>,
    signed: Vec<Line>,
    /// Entered at the desk, of those who signed in, and in hundredths.
    by_clerk: usize,
    share: usize,
    reps: Vec<(String, String)>,
    may_enter: bool,
    /// What an entry came to, with the key of what is said before it.
    entered: Option<(&'static str, String)>,
    typed: Typed,
    wrong: Option<String>,
}

#[derive(Template)]
#[template(path = "register_print.html")]
struct PrintPage {
    frame: Frame,
    date: String,
    day: String,
    lines: Vec<Line>,
    missing: usize,
    by_clerk: usize,
    printed: String,
}

/// The register of a day.
#[utoipa::path(get, path = "/register", tag = "pages", params(Wanted),
    responses((status = 200, description = "The register", body = String, content_type = "text/html")))]
pub(super) async fn show(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Query(wanted): Query<Wanted>,
) -> DeskResult<Response> {
    shown(&desk, &actor, frame, &wanted, Typed::default(), None).await
}

async fn shown(
    desk: &Desk,
    actor: &Actor,
    frame: Frame,
    wanted: &Wanted,
    typed: Typed,
    wrong: Option<&DeskError>,
) -> DeskResult<Response> {
    let (now_ms, day, books) = (desk.now_ms(), wanted.day(desk), Books::now(desk));
    let rows = register::of_day(desk, actor, day).await?;
    seen::note(desk, actor, register::callers(&rows), true).await?;
    let entered = wanted
        .entered
        .as_ref()
        .and_then(|rep| rows.iter().find(|row| row.rep == *rep));
    let of = |wanted| rows.iter().filter(move |row| Standing::of(row, now_ms) == wanted);
    let signed: Vec<_> = of(Standing::Signed).collect();
    let by_clerk = signed.iter().filter(|row| row.entered.is_some()).count();
    let line = |row: &RegisterRow| Line::new(&frame, &books, row, now_ms);
    let shown = RegisterPage {
        date: frame.local.date(day),
        day: day.to_string(),
        by_clerk,
        share: by_clerk * 100 / signed.len().max(1),
        entered: entered.map(|row| (heading(wanted), taken(&frame, &books, row))),
        missing: of(Standing::Missing).map(line).collect(),
        calm: match of(Standing::ToCome).next() {
            Some(_) => "register.not_open",
            None if signed.is_empty() => "register.none_due",
            None => "register.all_there",
        },
        excused: of(Standing::Excused).map(|row| row.name.clone()).collect(),
        signed: signed.into_iter().map(line).collect(),
        reps: rows.iter().map(|row| (row.rep.clone(), row.name.clone())).collect(),
        may_enter: may_send(actor, "/register"),
        typed,
        wrong: wrong.map(|error| frame.said(error)),
        frame,
    };
    frame::page(frame::status(wrong), &shown)
}

fn heading(wanted: &Wanted) -> &'static str {
    if wanted.stood {
        "register.stands"
    } else {
        "register.entered"
    }
}

/// What an entry came to: `Wang, 08:05: landline of the corner shop`.
fn taken(frame: &Frame, books: &Books, row: &RegisterRow) -> String {
    let line = Line::new(frame, books, row, 0);
    let place = if line.place.is_empty() { line.how } else { line.place };
    if row.entered.is_none() {
        let told = [
            ("rep", line.name.as_str()),
            ("time", line.at.as_str()),
            ("place", place.as_str()),
        ];
        return frame.words.fill("register.already", &told);
    }
    format!("{}, {}: {place}", line.name, line.at)
}

/// The register of a day as a sheet of paper.
#[utoipa::path(get, path = "/register/print", tag = "pages", params(Wanted),
    responses((status = 200, description = "The sheet", body = String, content_type = "text/html")))]
pub(super) async fn print(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Query(wanted): Query<Wanted>,
) -> DeskResult<Response> {
    let (now_ms, day, books) = (desk.now_ms(), wanted.day(&desk), Books::now(&desk));
    let mut rows = register::of_day(&desk, &actor, day).await?;
    seen::note(&desk, &actor, register::callers(&rows), true).await?;
    rows.sort_by_key(|row| (row.at_ms.is_none(), row.at_ms, row.name.clone()));
    let sheet = PrintPage {
        date: frame.local.date(day),
        day: day.to_string(),
        missing: rows
            .iter()
            .filter(|row| Standing::of(row, now_ms) == Standing::Missing)
            .count(),
        by_clerk: rows.iter().filter(|row| row.entered.is_some()).count(),
        lines: rows.iter().map(|row| Line::new(&frame, &books, row, now_ms)).collect(),
        printed: frame.local.instant(now_ms),
        frame,
    };
    frame::page(StatusCode::OK, &sheet)
}

/// Enters a call.
#[utoipa::path(post, path = "/register", tag = "pages",
    request_body(content = Typed, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "To the register"),
    (status = 422, description = "Why not, with what was typed", body = String, content_type = "text/html")
))]
pub(super) async fn enter(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Form(typed): Form<Typed>,
) -> DeskResult<Response> {
    let rep = named(&desk, &actor, &typed.rep);
    let entered = async {
        let call = Call {
            rep: rep.clone(),
            number: typed.number.clone(),
            called_at_ms: called_at_ms(&desk, &frame, &typed)?,
            note: typed.note.clone(),
        };
        register::enter(&desk, &actor, call).await
    };
    match entered.await {
        Ok(entered) => {
            let rep = super::error::encoded(&rep);
            let there = format!("/register?entered={rep}&stood={}", entered.stood);
            Ok(Redirect::to(&there).into_response())
        }
        Err(error) => shown(&desk, &actor, frame, &Wanted::default(), typed, Some(&of_field(error))).await,
    }
}

/// Of what is typed only the rep can be none of those that there are.
fn of_field(error: DeskError) -> DeskError {
    match error.fault {
        Fault::Missing => DeskError {
            code: "no_rep".into(),
            ..error
        },
        _ => error,
    }
}

/// When the call came: at a time of today, now where none is given. A clock that is put forward leaves times out.
fn called_at_ms(desk: &Desk, frame: &Frame, typed: &Typed) -> DeskResult<i64> {
    let Some(time) = given(Some(&typed.called)) else {
        return Ok(desk.now_ms());
    };
    let today = Wanted::default().day(desk);
    let at_ms = frame.local.typed(&format!("{today}T{time}"));
    at_ms.ok_or_else(|| DeskError::input("no_such_time", format!("{today} has no time {time:?}")))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use onbeat_core::reference::{Document, Exception, ExceptionKind};

    use crate::{
        desk::audit,
        pages::admin::tests::Admin,
        testing::{World, at},
    };

    #[tokio::test(flavor = "multi_thread")]
    async fn a_time_that_cannot_be_read_is_not_taken_for_now() {
        let world = World::new().await;
        let admin = Admin::of(&world).await;
        world.set_time(at(9, 0));
        for (called, status) in [
            ("25:61", StatusCode::UNPROCESSABLE_ENTITY),
            ("9 o'clock", StatusCode::UNPROCESSABLE_ENTITY),
            ("08:10", StatusCode::SEE_OTHER),
            ("", StatusCode::SEE_OTHER),
        ] {
            let form = format!("rep=wang&number=021+5888+9999&called={called}&note=");
            let (answered, page) = admin.post("/register", &form).await;
            assert_eq!(answered, status, "{called:?}");
            let is_kept = page.contains(&format!(
                "name=\"called\" type=\"time\" value=\"{}\"",
                called.replace('\'', "&#39;")
            ));
            assert_eq!(
                is_kept,
                status == StatusCode::UNPROCESSABLE_ENTITY,
                "{called:?} in {page}"
            );
        }
    }
    #[tokio::test(flavor = "multi_thread")]
    async fn who_is_missing_is_who_was_due() {
        let world = World::new().await;
        let admin = Admin::of(&world).await;
        world.set_time(at(7, 0));
        // Li is away from this Monday's start to the end of the next, and his phone never spoke.
        let leave = Exception {
            id: "leave".into(),
            rep: "li".into(),
            reason: ExceptionKind::Leave,
            from_ms: at(0, 0),
            to_ms: at(8 * 24, 0),
            approved_by: "ada".into(),
        };
        world.put_from("leave", Document::Exception(leave), at(7, 0)).await;
        for (day, now_ms, missing, said, sheet) in [
            // Before he was there, and on a Sunday.
            ("2026-08-03", at(10, 0), 0, "No sign-in was due that day.", None),
            (
                "2026-11-22",
                at(10, 0),
                0,
                "No sign-in was due that day.",
                Some("No sign-in due"),
            ),
            (
                "2026-11-23",
                at(7, 30),
                0,
                "The working window has not begun",
                Some("not yet due"),
            ),
            ("2026-11-23", at(10, 0), 1, "Excused: li", Some("Not signed in")),
            (
                "2026-11-24",
                at(10, 0),
                0,
                "The working window has not begun",
                Some("not yet due"),
            ),
            ("2026-11-24", at(10, 0), 0, "Excused: li", Some("Excused")),
        ] {
            world.set_time(now_ms);
            let (_, page) = admin.get(&format!("/register?day={day}")).await;
            let heading = format!("Not signed in <span class=\"count\">{missing}</span>");
            assert!(page.contains(&heading) && page.contains(said), "{day}: {page}");
            assert!(!page.contains("Everybody has signed in"), "{day}");
            let (_, print) = admin.get(&format!("/register/print?day={day}")).await;
            assert!(print.contains(&format!("Not signed in: {missing}.")), "{day}: {print}");
            if let Some(sheet) = sheet {
                assert!(print.contains(&format!("<td>{sheet}</td>")), "{day}: {print}");
            }
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_wrong_with_a_call_names_the_field() {
        let world = World::new().await;
        let admin = Admin::of(&world).await;
        world.set_time(at(9, 0));
        for (rep, number, called, said) in [
            ("wang", "021+5888+9999", "16:00", "This time is yet to come"),
            (
                "nobody",
                "021+5888+9999",
                "08:10",
                "Rep: no rep of yours is called that",
            ),
            ("wang", "x", "08:10", "This is no phone number"),
        ] {
            let form = format!("rep={rep}&number={number}&called={called}&note=");
            let (_, page) = admin.post("/register", &form).await;
            assert!(page.contains(said), "{said} in {page}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_call_that_is_entered_twice_stands_once() {
        let world = World::new().await;
        let admin = Admin::of(&world).await;
        world.set_time(at(9, 0));
        let entered = async || {
            let types = ["sign_in.entered"];
            let page = audit::page(&admin.desk, None, &types, |_| true, 9).await;
            page.map_or(0, |(records, _)| records.len())
        };
        for (number, called, count) in [
            ("021+5888+9999", "08:10", 1),
            ("021+5888+9999", "08:10", 1),
            ("021-5888-9999", "08:10", 1),
            ("021+5888+9999", "08:11", 2),
            ("021+5888+9998", "08:10", 3),
        ] {
            let form = format!("rep=wang&number={number}&called={called}&note=");
            assert_eq!(admin.post("/register", &form).await.0, StatusCode::SEE_OTHER);
            assert_eq!(entered().await, count, "{number} {called}");
        }
        for (stood, said) in [("false", "Entered:"), ("true", "This call stands already:")] {
            let (_, page) = admin.get(&format!("/register?entered=wang&stood={stood}")).await;
            assert!(page.contains(said), "{said} in {page}");
        }
    }
}
