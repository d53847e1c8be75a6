use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    auth::Actor,
    desk::{
        Books, Desk, DeskResult,
        register::{self, Owner},
    },
    pages::{Frame, filter::given, frame},
};

/// A number as far as it is typed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::pages) struct Calling {
    /// Caller's number.
    number: Option<String>,
    /// The rep's name or id.
    rep: Option<String>,
}

#[derive(Template)]
#[template(path = "register_number.html")]
struct Matched {
    frame: Frame,
    /// Whose landline it is, and whether he is one of the rep's.
    owner: Option<(String, bool)>,
    typed: bool,
}

/// Whose landline a number is, while it is typed.
#[utoipa::path(get, path = "/register/number", tag = "pages", params(Calling),
    responses((status = 200, description = "A part of the register", body = String, content_type = "text/html")))]
pub(in crate::pages) async fn number(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Query(calling): Query<Calling>,
) -> DeskResult<Response> {
    let number = given(calling.number.as_ref());
    let rep = named(&desk, &actor, calling.rep.as_deref().unwrap_or_default());
    let owner = number
        .as_ref()
        .and_then(|number| register::owner(&desk, &actor, &rep, number));
    let said = |owner: &Owner| frame.words.fill("register.landline_of", &[("customer", &owner.name)]);
    let matched = Matched {
        owner: owner.map(|owner| (said(&owner), owner.of_rep)),
        typed: number.is_some(),
        frame,
    };
    frame::page(StatusCode::OK, &matched)
}

/// The id of a rep who is named by it, or by a name that is his alone.
pub(super) fn named(desk: &Desk, actor: &Actor, typed: &str) -> String {
    let (books, wanted) = (Books::now(desk), typed.trim().to_lowercase());
    let mut found = books
        .reps
        .iter()
        .filter(|(_, rep)| actor.covers(&rep.team) && rep.name.to_lowercase() == wanted);
    match (books.reps.contains_key(typed.trim()), found.next(), found.next()) {
        (false, Some((id, _)), None) => id.clone(),
        _ => typed.trim().to_owned(),
    }
}
