//! Holds each request against [`access`]: who asks, and whether it is about a rep he may see.

use axum::{
    extract::{DefaultBodyLimit, FromRequestParts, MatchedPath, Query, RawPathParams, Request, State},
    http::{HeaderMap, Method, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    auth::{
        Actor, Role,
        access::{self, Noted, Route, Scope, Who},
        session,
    },
    desk::{Desk, DeskError, DeskResult, audit, books, customers, days},
};

/// Name of the session's cookie.
pub const COOKIE: &str = "onbeat_session";

/// Largest body of who has not said who he is: a log-in, an enrolment. Over all requests at once that is 128 MiB.
const STRANGERS_BODY_MAX_BYTES: usize = 32 * 1024;

/// Lets a request through to its handler, with its [`Actor`] where the route is the desk's.
pub async fn guard(
    State(desk): State<Desk>,
    path: MatchedPath,
    params: RawPathParams,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(route) = access::of(request.method(), path.as_str()) else {
        return DeskError::missing("route", path.as_str()).into_response();
    };
    if route.who == Who::Anyone {
        DefaultBodyLimit::max(STRANGERS_BODY_MAX_BYTES).apply(&mut request);
    }
    let (method, headers) = (request.method().clone(), request.headers().clone());
    if route.who != Who::Anyone
        && let Err(error) = desk.app.refresh().await
    {
        return DeskError::from(error).into_response();
    }
    let Who::Desk(roles) = route.who else {
        return match foreign_page(&desk, &method, &headers) {
            Ok(()) => next.run(request).await,
            Err(error) => error.into_response(),
        };
    };
    let actor = match identify(&desk, &method, &headers).await {
        // Whatever is written down in the person's name, no page of others may have opened. A cookie goes along with what
        // pages of sibling hosts ask for.
        Ok(_) if is_noted(route, request.uri()) && is_by_cookie(&headers) && is_foreign(&desk, &headers) => {
            return cross_site().into_response();
        }
        Ok(actor) => actor,
        Err(error) => return error.into_response(),
    };
    let mut response = match permit(&desk, &actor, roles, route.scope, &params).await {
        Ok(()) => {
            request.extensions_mut().insert(actor.clone());
            next.run(request).await
        }
        Err(error) => error.into_response(),
    };
    // A page that says what was refused has the person's navigation.
    response.extensions_mut().insert(actor);
    response
}

async fn permit(desk: &Desk, actor: &Actor, roles: &[Role], scope: Scope, params: &RawPathParams) -> DeskResult<()> {
    if !roles.contains(&actor.role) {
        let why = format!("this is not for the role {}", actor.role.as_str());
        return Err(DeskError::forbidden("not_your_role", why));
    }
    narrow(desk, actor, scope, params).await
}

/// Handlers take the actor as an argument; one on a route that is not the desk's has none.
impl<S: Sync> FromRequestParts<S> for Actor {
    type Rejection = DeskError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, DeskError> {
        let actor = parts.extensions.get::<Self>().cloned();
        actor.ok_or_else(DeskError::unknown)
    }
}

async fn identify(desk: &Desk, method: &Method, headers: &HeaderMap) -> DeskResult<Actor> {
    let (store, now_ms) = (&*desk.app.store, desk.now_ms());
    if let Some(token) = bearer(headers) {
        return session::of_bearer(store, token, now_ms)
            .await?
            .ok_or_else(DeskError::unknown);
    }
    let token = cookie(headers).ok_or_else(DeskError::unknown)?;
    own_page(desk, method, headers)?;
    session::of_cookie(store, token, now_ms)
        .await?
        .ok_or_else(DeskError::unknown)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}

/// The session's token, if the request has a cookie of it. Of two, one was planted by a page of a sibling host: then none.
pub fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = cookies
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, token) = pairs.find(|(name, _)| *name == COOKIE)?;
    pairs.all(|(name, _)| name != COOKIE).then_some(token)
}

fn is_noted(route: &Route, uri: &Uri) -> bool {
    match route.noted {
        Noted::No => false,
        Noted::Yes => true,
        Noted::WithWhy => has_why(uri),
    }
}

/// Read as handlers read it, names written by their bytes included.
fn has_why(uri: &Uri) -> bool {
    let query = Query::<Vec<(String, String)>>::try_from_uri(uri);
    query.is_ok_and(|Query(pairs)| pairs.iter().any(|(name, _)| name == "why"))
}

fn is_by_cookie(headers: &HeaderMap) -> bool {
    headers.contains_key(header::COOKIE)
}

/// A page of another site or host asks. Who types an address, or opens a bookmark, is no page (`none`).
fn is_foreign(desk: &Desk, headers: &HeaderMap) -> bool {
    match headers.get("sec-fetch-site") {
        Some(site) => site != "same-origin" && site != "none",
        None => page(desk, headers) == Some(false),
    }
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// A browser says which page a request comes from (Fetch Metadata, W3C; else `Origin`). A change that rides
/// on a cookie must come from a page of ours; one that does not say is refused.
fn own_page(desk: &Desk, method: &Method, headers: &HeaderMap) -> DeskResult<()> {
    if is_safe(method) || page(desk, headers) == Some(true) {
        return Ok(());
    }
    Err(cross_site())
}

/// Without a cookie (log-in, set-up) a program may keep silent, but a page of others may not ask.
fn foreign_page(desk: &Desk, method: &Method, headers: &HeaderMap) -> DeskResult<()> {
    if is_safe(method) || page(desk, headers) != Some(false) {
        return Ok(());
    }
    Err(cross_site())
}

fn cross_site() -> DeskError {
    DeskError::forbidden("cross_site", "this request came from a page of another site")
}

/// Whether the request says it comes from a page of this site; `None`: it does not say. A page of this host without TLS is
/// anybody's on the way, and another site, where the desk is reached through TLS (by itself, or by a proxy in front, as
/// `public_url` says); without it, nobody knows what a proxy adds.
fn page(desk: &Desk, headers: &HeaderMap) -> Option<bool> {
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if let Some(site) = headers.get("sec-fetch-site") {
        return Some(site == "same-origin");
    }
    let origin = text(header::ORIGIN)?;
    let host = text(header::HOST)?;
    let is_own = |(scheme, at): (&str, &str)| at == host && (scheme == "https" || (scheme == "http" && !desk.tls));
    Some(origin.split_once("://").is_some_and(is_own))
}

/// A supervisor's request about another team's rep finds nothing: that there is such a rep is not said.
async fn narrow(desk: &Desk, actor: &Actor, scope: Scope, params: &RawPathParams) -> DeskResult<()> {
    if actor.own_teams().is_none() {
        return Ok(());
    }
    let param = |name: &str| {
        params
            .iter()
            .find(|(key, _)| *key == name)
            .map_or("", |(_, value)| value)
    };
    let (what, named, is_own) = match scope {
        Scope::Company | Scope::List | Scope::Body => return Ok(()),
        Scope::Customer => ("customer", "customer", customers::sees(desk, actor, param("customer"))),
        Scope::Finding => (
            "finding",
            "finding",
            is_own_view(desk, actor, "finding", param("finding")).await?,
        ),
        Scope::Visit => (
            "visit",
            "visit",
            is_own_view(desk, actor, "visit", param("visit")).await?,
        ),
        Scope::Rep => {
            let rep = param("rep");
            let is_own = match param("day").parse() {
                Ok(day) => days::sees(desk, actor, rep, day).await?,
                Err(_) => days::covers_all(&desk.app.documents(), actor, rep),
            };
            ("rep", "rep", is_own)
        }
        Scope::Quarantine => {
            let kept = audit::quarantined(desk, param("seq")).await?;
            ("quarantined batch", "seq", is_own_rep(desk, actor, &kept.batch.rep))
        }
    };
    is_own
        .then_some(())
        .ok_or_else(|| DeskError::missing(what, param(named)))
}

/// What is of no day goes by the team that the rep is in.
fn is_own_rep(desk: &Desk, actor: &Actor, rep: &str) -> bool {
    books::rep(desk, rep).is_ok_and(|rep| actor.covers(&rep.team))
}

/// A view stands in the scope of the team of its day.
async fn is_own_view(desk: &Desk, actor: &Actor, kind: &str, key: &str) -> DeskResult<bool> {
    let view = desk.app.store.view(kind, key).await?;
    Ok(view.is_some_and(|view| actor.sees(&view.scope)))
}
