//! The one table: every route of the server, who may use it, and what it is narrowed to.
//!
//! A route that does not stand here is not served ([`crate::api::guard`] refuses it), and a test holds the table
//! against the OpenAPI document.

use axum::http::Method;

use super::Role::{self, Admin, Auditor, Clerk, Supervisor};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody.
    Anyone,
    /// An enrolled phone: its handler checks the device token.
    Phone,
    /// People of these roles.
    Desk(&'static [Role]),
}

/// What a supervisor's request is narrowed to; the other roles see the whole company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Nothing in it belongs to a team.
    Company,
    /// A list: the handler shows the own teams' only.
    List,
    /// The path names a rep, and a day when he was of an own team; without a day he never was of another.
    Rep,
    /// The path names a finding of a day when the rep was of an own team.
    Finding,
    /// The path names a visit of such a day.
    Visit,
    /// The path names a customer of a rep of an own team.
    Customer,
    /// The path names a quarantined batch of a rep of an own team.
    Quarantine,
    /// The body names reps: the desk's function checks their teams, and of a code for whom it is (one that gives a
    /// database key back is for admins to make).
    Body,
}

/// Whether reading is written down in the person's name: the rep sees who looked at a trail, the audit log who was shown
/// which customers or took something out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    /// It is not.
    No,
    /// Each time; that somebody was shown a customer once in ten minutes ([`crate::desk::seen`]).
    Yes,
    /// Where a reason is given: then it shows the trail too.
    WithWhy,
}

/// A route.
#[derive(Debug, Clone)]
pub struct Route {
    /// Method.
    pub method: Method,
    /// Path as the router spells it.
    pub path: &'static str,
    /// Who.
    pub who: Who,
    /// What.
    pub scope: Scope,
    /// Whether it is written down who read it.
    pub noted: Noted,
}

const fn route(method: Method, path: &'static str, who: Who, scope: Scope) -> Route {
    Route {
        method,
        path,
        who,
        scope,
        noted: Noted::No,
    }
}

const fn noted(path: &'static str, who: Who, scope: Scope, noted: Noted) -> Route {
    Route {
        method: GET,
        path,
        who,
        scope,
        noted,
    }
}

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const DELETE: Method = Method::DELETE;

const ALL: Who = Who::Desk(&Role::ALL);
const READERS: Who = Who::Desk(&[Admin, Supervisor, Auditor]);
const DECIDERS: Who = Who::Desk(&[Admin, Supervisor]);
const REGISTRARS: Who = Who::Desk(&[Admin, Supervisor, Clerk]);
const LANDLINES: Who = Who::Desk(&[Admin, Clerk]);
const OVERSEERS: Who = Who::Desk(&[Admin, Auditor]);
const ADMINS: Who = Who::Desk(&[Admin]);

/// The table.
pub const ROUTES: &[Route] = &[
    route(GET, "/healthz", Who::Anyone, Scope::Company),
    route(GET, "/readyz", Who::Anyone, Scope::Company),
    route(GET, "/api/v1/openapi.json", Who::Anyone, Scope::Company),
    route(GET, "/setup", Who::Anyone, Scope::Company),
    route(POST, "/setup", Who::Anyone, Scope::Company),
    route(POST, "/api/v1/setup", Who::Anyone, Scope::Company),
    route(POST, "/api/v1/login", Who::Anyone, Scope::Company),
    // People at the desk.
    route(POST, "/api/v1/logout", ALL, Scope::Company),
    route(GET, "/api/v1/me", ALL, Scope::Company),
    route(PUT, "/api/v1/me/password", ALL, Scope::Company),
    route(GET, "/api/v1/reps", ALL, Scope::List),
    noted("/api/v1/reps/{rep}/log", READERS, Scope::Rep, Noted::Yes),
    route(GET, "/api/v1/days", READERS, Scope::List),
    noted("/api/v1/days/{rep}/{day}", READERS, Scope::Rep, Noted::Yes),
    noted("/api/v1/days/{rep}/{day}/trail", READERS, Scope::Rep, Noted::Yes),
    noted("/api/v1/visits", READERS, Scope::List, Noted::Yes),
    noted("/api/v1/visits/{visit}", READERS, Scope::Visit, Noted::Yes),
    noted(
        "/api/v1/visits/{visit}/photos/{photo}",
        READERS,
        Scope::Visit,
        Noted::Yes,
    ),
    noted("/api/v1/register", ALL, Scope::List, Noted::Yes),
    route(POST, "/api/v1/register", REGISTRARS, Scope::Body),
    route(GET, "/api/v1/findings", READERS, Scope::List),
    route(GET, "/api/v1/findings/{finding}", READERS, Scope::Finding),
    noted(
        "/api/v1/findings/{finding}/explain",
        READERS,
        Scope::Finding,
        Noted::Yes,
    ),
    route(POST, "/api/v1/findings/{finding}/decision", DECIDERS, Scope::Finding),
    route(POST, "/api/v1/findings/decisions", DECIDERS, Scope::Body),
    route(GET, "/api/v1/exceptions", READERS, Scope::List),
    route(POST, "/api/v1/exceptions", DECIDERS, Scope::Body),
    route(POST, "/api/v1/exceptions/declined", DECIDERS, Scope::Body),
    route(DELETE, "/api/v1/exceptions/{exception}", DECIDERS, Scope::Body),
    noted("/api/v1/customers", READERS, Scope::List, Noted::Yes),
    route(PUT, "/api/v1/customers/{customer}/landline", LANDLINES, Scope::Company),
    route(GET, "/api/v1/teams", ALL, Scope::List),
    route(GET, "/api/v1/phones", READERS, Scope::List),
    route(POST, "/api/v1/phones/{stream}/revoke", ADMINS, Scope::Company),
    route(POST, "/api/v1/codes", DECIDERS, Scope::Body),
    route(GET, "/api/v1/quarantine", READERS, Scope::List),
    noted("/api/v1/quarantine/{seq}", READERS, Scope::Quarantine, Noted::Yes),
    route(GET, "/api/v1/users", OVERSEERS, Scope::Company),
    route(POST, "/api/v1/users", ADMINS, Scope::Company),
    route(PUT, "/api/v1/users/{user}", ADMINS, Scope::Company),
    noted("/api/v1/documents/{kind}", OVERSEERS, Scope::Company, Noted::Yes),
    route(PUT, "/api/v1/documents/{kind}/{key}", ADMINS, Scope::Company),
    route(DELETE, "/api/v1/documents/{kind}/{key}", ADMINS, Scope::Company),
    route(POST, "/api/v1/rejudge", ADMINS, Scope::Company),
    route(GET, "/api/v1/duties", OVERSEERS, Scope::Company),
    route(POST, "/api/v1/duties", ADMINS, Scope::Company),
    route(GET, "/api/v1/audit", OVERSEERS, Scope::Company),
    // Pages.
    route(GET, "/login", Who::Anyone, Scope::Company),
    route(POST, "/login", Who::Anyone, Scope::Company),
    route(POST, "/logout", Who::Anyone, Scope::Company),
    route(POST, "/language", Who::Anyone, Scope::Company),
    route(GET, "/assets/{hash}/{name}", Who::Anyone, Scope::Company),
    route(GET, "/", ALL, Scope::Company),
    route(GET, "/today", READERS, Scope::List),
    route(GET, "/today/live", READERS, Scope::List),
    noted("/reps/{rep}/days/{day}", READERS, Scope::Rep, Noted::Yes),
    route(GET, "/map/base.pmtiles", READERS, Scope::Company),
    route(GET, "/map/districts", READERS, Scope::Company),
    route(GET, "/map/visits", READERS, Scope::List),
    route(GET, "/findings", READERS, Scope::List),
    route(POST, "/findings", DECIDERS, Scope::Body),
    noted("/findings/{finding}", READERS, Scope::Finding, Noted::Yes),
    route(POST, "/findings/{finding}", DECIDERS, Scope::Finding),
    noted("/register", ALL, Scope::List, Noted::Yes),
    route(POST, "/register", REGISTRARS, Scope::Body),
    noted("/visits", READERS, Scope::List, Noted::Yes),
    noted("/visits/{visit}", READERS, Scope::Visit, Noted::Yes),
    noted("/map/visits/{visit}", READERS, Scope::Visit, Noted::Yes),
    noted("/customers", ALL, Scope::List, Noted::Yes),
    noted("/customers/{customer}", ALL, Scope::Customer, Noted::Yes),
    route(POST, "/customers/{customer}", LANDLINES, Scope::Customer),
    noted("/map/customers", READERS, Scope::List, Noted::Yes),
    noted("/map/customers/{customer}", READERS, Scope::Customer, Noted::Yes),
    route(GET, "/exceptions", READERS, Scope::List),
    route(POST, "/exceptions", DECIDERS, Scope::Body),
    noted("/register/print", ALL, Scope::List, Noted::Yes),
    noted("/register/number", REGISTRARS, Scope::List, Noted::Yes),
    route(GET, "/reports", READERS, Scope::List),
    route(GET, "/reports/months/{month}", READERS, Scope::List),
    route(POST, "/reports/months/{month}", ADMINS, Scope::Company),
    noted("/reports/export", READERS, Scope::List, Noted::Yes),
    noted("/reps/{rep}/days/{day}/trail", READERS, Scope::Rep, Noted::Yes),
    route(GET, "/admin", READERS, Scope::Company),
    route(GET, "/admin/users", OVERSEERS, Scope::Company),
    route(POST, "/admin/users", ADMINS, Scope::Company),
    route(GET, "/admin/users/{user}", ADMINS, Scope::Company),
    route(POST, "/admin/users/{user}", ADMINS, Scope::Company),
    route(POST, "/admin/teams", ADMINS, Scope::Company),
    route(GET, "/admin/import", ADMINS, Scope::Company),
    route(POST, "/admin/import", ADMINS, Scope::Company),
    route(GET, "/admin/import/preview", ADMINS, Scope::Company),
    route(POST, "/admin/import/preview", ADMINS, Scope::Company),
    route(GET, "/map/import", ADMINS, Scope::Company),
    route(GET, "/admin/draw", ADMINS, Scope::Company),
    route(POST, "/admin/draw", ADMINS, Scope::Company),
    route(GET, "/map/shape", ADMINS, Scope::Company),
    route(GET, "/admin/policy", OVERSEERS, Scope::Company),
    route(POST, "/admin/policy", ADMINS, Scope::Company),
    route(GET, "/admin/calendar", OVERSEERS, Scope::Company),
    route(GET, "/admin/notice", OVERSEERS, Scope::Company),
    route(POST, "/admin/notice", ADMINS, Scope::Company),
    route(GET, "/admin/duties", OVERSEERS, Scope::Company),
    route(POST, "/admin/duties", ADMINS, Scope::Company),
    route(GET, "/admin/phones", READERS, Scope::List),
    route(POST, "/admin/phones/{stream}/revoke", ADMINS, Scope::Company),
    route(POST, "/admin/codes", DECIDERS, Scope::Body),
    route(GET, "/admin/quarantine", READERS, Scope::List),
    noted("/admin/quarantine/{seq}", READERS, Scope::Quarantine, Noted::WithWhy),
    route(GET, "/admin/audit", OVERSEERS, Scope::Company),
    noted("/admin/audit/export", OVERSEERS, Scope::Company, Noted::Yes),
    noted("/admin/export", OVERSEERS, Scope::Company, Noted::Yes),
    route(GET, "/admin/shares", OVERSEERS, Scope::Company),
    route(GET, "/admin/erase", ADMINS, Scope::Company),
    route(POST, "/admin/erase", ADMINS, Scope::Company),
    // Phones.
    route(GET, "/api/v1/keys", Who::Anyone, Scope::Company),
    route(GET, "/api/v1/pins", Who::Anyone, Scope::Company),
    route(POST, "/api/v1/enrol", Who::Anyone, Scope::Company),
    route(POST, "/api/v1/recover", Who::Anyone, Scope::Company),
    route(POST, "/api/v1/streams/{stream}/epochs", Who::Phone, Scope::Company),
    route(GET, "/api/v1/streams/{stream}/head", Who::Phone, Scope::Company),
    route(POST, "/api/v1/streams/{stream}/log", Who::Phone, Scope::Company),
    route(POST, "/api/v1/time", Who::Phone, Scope::Company),
    route(GET, "/api/v1/feed", Who::Phone, Scope::Company),
    route(GET, "/api/v1/blobs/{sha256}", Who::Phone, Scope::Company),
    route(GET, "/api/v1/photos/{sha256}", Who::Phone, Scope::Company),
    route(PUT, "/api/v1/photos/{sha256}", Who::Phone, Scope::Company),
];

/// The row of a route; HEAD is GET.
pub fn of(method: &Method, path: &str) -> Option<&'static Route> {
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    ROUTES
        .iter()
        .find(|route| route.method == *method && route.path == path)
}
