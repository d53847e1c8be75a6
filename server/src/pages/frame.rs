//! What all pages have in common: language, navigation, who is logged in.

use askama::Template;
use axum::{
    Form,
    extract::{FromRequestParts, State},
    http::{HeaderMap, Method, StatusCode, Uri, header, request::Parts},
    response::{AppendHeaders, Html, IntoResponse, Redirect, Response},
};
use chrono::DateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Words, assets,
    local::Local,
    map::base,
    words::{COOKIE, language},
};
use crate::{
    auth::{
        Actor,
        access::{self, Who},
    },
    desk::{Desk, DeskError, DeskResult, base_map::BaseMap},
    error::Refusal,
};

/// What a page may do: nothing but what this server serves and the images of a base map, no script and no style within
/// the page.
pub(super) fn policy(desk: &Desk) -> String {
    let tiles = desk
        .base_map()
        .and_then(BaseMap::origin)
        .map(|origin| format!(" {origin}"));
    let tiles = tiles.unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; \
         img-src 'self' data: blob:{tiles}; connect-src 'self'{tiles}; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// The pages of the navigation, with the key of their words.
const PAGES: &[(&str, &str)] = &[
    ("/today", "nav.today"),
    ("/findings", "nav.findings"),
    ("/register", "nav.register"),
    ("/visits", "nav.visits"),
    ("/customers", "nav.customers"),
    ("/exceptions", "nav.exceptions"),
    ("/reports", "nav.reports"),
    ("/admin", "nav.admin"),
];

/// What the frame around a page shows.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// The words of the page's language.
    pub(super) words: Words,
    /// How it writes times and numbers.
    pub(super) local: Local,
    /// Who is logged in.
    pub(super) actor: Option<Actor>,
    /// Path and query of the page.
    pub(super) here: String,
    /// Played, not lived.
    pub(super) demo: bool,
    /// What lies under its maps.
    pub(super) base: Option<base::Shown>,
}

/// A page in the navigation.
pub(super) struct Link {
    pub(super) path: &'static str,
    pub(super) key: &'static str,
    pub(super) current: bool,
}

impl Frame {
    pub(super) fn new(desk: &Desk, headers: &HeaderMap, uri: &Uri, actor: Option<Actor>) -> Self {
        let words = Words::of(headers);
        Self {
            words,
            local: Local::new(desk, words),
            actor,
            here: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            demo: desk.app.demo,
            base: desk.base_map().map(base::Shown::new),
        }
    }

    /// The words of a key.
    pub(super) fn t<'a>(&self, key: &'a str) -> &'a str {
        self.words.say(key)
    }

    /// The words of a code under a heading: `kind.left_area`.
    pub(super) fn of(&self, heading: &str, code: &str) -> String {
        self.words.say(&format!("{heading}.{code}")).to_owned()
    }

    /// The words of a type of records.
    pub(super) fn record(&self, kind: &str) -> String {
        let code = kind.replace('.', "_");
        let mut headings = ["record", "audit.type"].iter();
        let words = headings.find_map(|heading| self.words.find(&format!("{heading}.{code}")));
        words.map_or_else(|| kind.to_owned(), str::to_owned)
    }

    /// The words of a value that is written as a code.
    pub(super) fn of_code(&self, heading: &str, value: &impl Serialize) -> String {
        self.of(heading, &code(value))
    }

    /// The pages that this person may open.
    pub(super) fn links(&self) -> Vec<Link> {
        let Some(actor) = &self.actor else { return Vec::new() };
        let open = PAGES.iter().filter(|(path, _)| may_open(actor, path));
        open.map(|&(path, key)| Link {
            path,
            key,
            current: self.here.starts_with(path),
        })
        .collect()
    }

    /// Where a file is fetched.
    pub(super) fn asset(&self, name: &str) -> String {
        assets::url(name)
    }

    /// What a failure is called in the page's language, with what exactly was wrong.
    pub(super) fn said(&self, error: &DeskError) -> String {
        self.failure(&error.code, &error.message, error.retry_at.as_deref())
    }

    /// What a refusal is called in the page's language.
    pub(super) fn refusal(&self, refusal: &Refusal) -> String {
        self.failure(refusal.code(), refusal.text("message"), Some(refusal.text("retry_at")))
    }

    fn failure(&self, code: &str, message: &str, retry_at: Option<&str>) -> String {
        let Some(known) = self.words.find(&format!("error.{code}")) else {
            return message.to_owned();
        };
        let until = retry_at.and_then(|at| DateTime::parse_from_rfc3339(at).ok());
        let until = until.map(|at| self.local.instant(at.timestamp_millis()));
        known.replace("{until}", &until.unwrap_or_default())
    }
}

impl FromRequestParts<Desk> for Frame {
    type Rejection = DeskError;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, DeskError> {
        let actor = parts.extensions.get::<Actor>().cloned();
        Ok(Self::new(desk, &parts.headers, &parts.uri, actor))
    }
}

/// What a template says.
pub(super) fn rendered(template: &impl Template) -> DeskResult<String> {
    let html = template.render();
    html.map_err(|error| DeskError::environment("template", error.to_string()))
}

/// A page as it is answered.
pub(super) fn page(status: StatusCode, template: &impl Template) -> DeskResult<Response> {
    Ok((status, Html(rendered(template)?)).into_response())
}

/// Whether the table of routes lets somebody open a page.
pub(super) fn may_open(actor: &Actor, path: &str) -> bool {
    may(actor, &Method::GET, path)
}

/// Whether it lets somebody send a page's form.
pub(super) fn may_send(actor: &Actor, path: &str) -> bool {
    may(actor, &Method::POST, path)
}

fn may(actor: &Actor, method: &Method, path: &str) -> bool {
    let route = access::of(method, path);
    route.is_some_and(|route| matches!(route.who, Who::Desk(roles) if roles.contains(&actor.role)))
}

/// How a page is answered that says what was wrong, if anything was.
pub(super) fn status(wrong: Option<&DeskError>) -> StatusCode {
    wrong.map_or(StatusCode::OK, |error| error.fault.status())
}

/// The code of a value that is written as one.
pub(super) fn code(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).ok();
    let code = value.as_ref().and_then(|value| value.as_str());
    code.unwrap_or_default().to_owned()
}

/// A place on this server that somebody may be led back to; anything else leads home.
pub(super) fn own_place(path: &str) -> &str {
    // Browsers take tabs and line breaks out of an address before they read it.
    let is_odd = |c: char| c == '\\' || c.is_control();
    let own = path.starts_with('/') && !path.starts_with("//") && !path.contains(is_odd);
    if own { path } else { "/" }
}

/// The first page that this person may open.
#[utoipa::path(get, path = "/", tag = "pages", responses((status = 303, description = "To the first page of the role")))]
pub(super) async fn home(actor: Actor) -> Redirect {
    let first = PAGES.iter().find(|(path, _)| may_open(&actor, path));
    Redirect::to(first.map_or("/login", |(path, _)| *path))
}

/// A language that somebody chose.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Spoken {
    /// `en` or `zh`.
    language: String,
    /// The page that is shown again.
    back: String,
}

/// Keeps the language that a person chose, in a cookie.
#[utoipa::path(post, path = "/language", tag = "pages",
    request_body(content = Spoken, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303, description = "Back to the page")))]
pub(super) async fn speak(State(desk): State<Desk>, Form(spoken): Form<Spoken>) -> impl IntoResponse {
    let tag = language(&spoken.language).map_or("en", |language| Words(language).tag());
    let secure = if desk.tls { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={tag}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000{secure}");
    (
        AppendHeaders([(header::SET_COOKIE, cookie)]),
        Redirect::to(own_place(&spoken.back)),
    )
}

#[cfg(test)]
mod tests {
    use super::own_place;

    #[test]
    fn only_places_of_this_site_are_gone_to() {
        for place in ["/today", "/findings?state=open&rep=wang"] {
            assert_eq!(own_place(place), place);
        }
        let foreign = [
            "",
            "today",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/\n/evil",
            "/\u{b}/x",
            "https://evil.example",
        ];
        for place in foreign {
            assert_eq!(own_place(place), "/", "{place:?}");
        }
    }
}
