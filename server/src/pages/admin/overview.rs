//! What a new server needs, in order, and how a running one is.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::super::{
    Frame,
    frame::{self, may_open},
};
use crate::{
    auth::Actor,
    desk::{Books, Desk, DeskResult, duties, phones, shares, users},
    keeping,
    phones::StreamState,
    ready,
};

/// Something that a server needs before phones are on their way.
struct Step {
    code: &'static str,
    path: &'static str,
    /// What there is of it.
    has: String,
    done: bool,
    /// The first that is not done.
    next: bool,
}

/// How the server is.
struct Health {
    /// What keeps it from its work, as words or as it says it.
    reasons: Vec<String>,
    /// Kinds of findings that are suspended.
    suspended: Option<String>,
    settled: bool,
    used: Option<String>,
    free: Option<String>,
    /// When the last backup was made.
    backup: Option<String>,
    metrics: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/overview.html")]
struct OverviewPage {
    frame: Frame,
    steps: Vec<Step>,
    done: String,
    health: Health,
    version: &'static str,
}

/// What is needed, and how the server is.
#[utoipa::path(get, path = "/admin", tag = "pages",
    responses((status = 200, description = "The overview", body = String, content_type = "text/html")))]
pub(super) async fn show(State(desk): State<Desk>, actor: Actor, frame: Frame) -> DeskResult<Response> {
    let mut steps = steps(&desk, &actor, &frame).await?;
    steps.retain(|step| may_open(&actor, step.path.split('?').next().unwrap_or_default()));
    if let Some(next) = steps.iter_mut().find(|step| !step.done) {
        next.next = true;
    }
    let count = |steps: usize| steps.to_string();
    let done = count(steps.iter().filter(|step| step.done).count());
    let page = OverviewPage {
        done: frame
            .words
            .fill("admin.done_of", &[("done", &done), ("all", &count(steps.len()))]),
        steps,
        health: health(&desk, &frame).await?,
        version: env!("CARGO_PKG_VERSION"),
        frame,
    };
    frame::page(StatusCode::OK, &page)
}

async fn steps(desk: &Desk, actor: &Actor, frame: &Frame) -> DeskResult<Vec<Step>> {
    let (books, documents, now_ms) = (Books::now(desk), desk.app.documents(), desk.now_ms());
    let is_put = |kind: &str| documents.in_force(kind, kind, now_ms).is_some();
    let count = |key: &str, count: usize| frame.words.fill(key, &[("count", &count.to_string())]);
    let step = |code, path, done, has| Step {
        code,
        path,
        has,
        done,
        next: false,
    };
    let put = |is_put: bool| frame.t(if is_put { "step.own" } else { "step.shipped" }).to_owned();
    let own_reps = books.reps.iter().filter(|(_, rep)| actor.covers(&rep.team)).count();
    let log_ins = users::list(desk).await?.iter().filter(|user| !user.disabled).count();
    let missing = duties::show(desk).await?.missing.len();
    let all = phones::list(desk, actor).await?;
    let active = all.iter().filter(|phone| phone.state == StreamState::Active).count();
    let of = [("active", &*active.to_string()), ("reps", &own_reps.to_string())];
    let people = [("log_ins", &*log_ins.to_string()), ("reps", &own_reps.to_string())];
    let duties = if missing == 0 {
        frame.t("step.all").to_owned()
    } else {
        count("step.missing", missing)
    };
    Ok(vec![
        step("policy", "/admin/policy", is_put("policy"), put(is_put("policy"))),
        step(
            "calendar",
            "/admin/calendar",
            is_put("calendar"),
            count("step.days", days_off(&books)),
        ),
        step(
            "districts",
            "/admin/import?kind=districts",
            !books.districts.is_empty(),
            count("step.count", books.districts.len()),
        ),
        step(
            "customers",
            "/admin/import?kind=customers",
            !books.customers.is_empty(),
            count("step.count", books.customers.len()),
        ),
        step(
            "users",
            "/admin/users",
            own_reps > 0,
            frame.words.fill("step.people", &people),
        ),
        step("duties", "/admin/duties", missing == 0, duties),
        step(
            "phones",
            "/admin/phones",
            own_reps > 0 && active >= own_reps,
            frame.words.fill("step.phones_of", &of),
        ),
    ])
}

fn days_off(books: &Books) -> usize {
    books.calendar.holidays.len()
}

async fn health(desk: &Desk, frame: &Frame) -> DeskResult<Health> {
    let reasons = ready::reasons(&desk.app).await;
    let said = |reason: &ready::Reason| {
        let known = frame.words.find(&["ready", reason.code].join("."));
        known.map_or_else(|| reason.message.clone(), str::to_owned)
    };
    let site = desk.site.as_deref();
    let backup_ms = keeping::last_backup_ms(&*desk.app.store).await?;
    let shares = shares::now(desk).await?;
    Ok(Health {
        reasons: reasons.iter().map(said).collect(),
        suspended: super::shares::told(frame, &shares),
        settled: desk.app.store.marks(1).await?.is_empty(),
        used: site.map(|site| frame.local.bytes(site.used_bytes())),
        free: desk.app.store.free_bytes().map(|bytes| frame.local.bytes(bytes)),
        backup: backup_ms.map(|made_at_ms| frame.local.instant(made_at_ms)),
        metrics: site
            .and_then(|site| site.metrics)
            .map(|at| format!("http://{at}/metrics")),
    })
}
