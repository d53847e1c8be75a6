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
        days::roster,
        register::{self, Owner},
        seen,
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
    /// Whose landline it is.
    owner: Option<Owner>,
    /// The same in words.
    said: String,
    /// It is known who calls.
    of_whom: bool,
    typed: bool,
}

/// Whose landline a number is, while it is typed. That somebody saw whose is recorded.
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
    let owner = match &number {
        Some(number) => register::owner(&desk, &actor, &rep, number).await,
        None => None,
    };
    seen::note(&desk, &actor, owner.iter().map(|owner| &owner.customer), true).await?;
    let said = |owner: &Owner| frame.words.fill("register.landline_of", &[("customer", &owner.name)]);
    let matched = Matched {
        said: owner.as_ref().map(said).unwrap_or_default(),
        owner,
        of_whom: Books::now(&desk).reps.contains_key(&rep),
        typed: number.is_some(),
        frame,
    };
    frame::page(StatusCode::OK, &matched)
}

/// The id of a rep who is named by it, by his name, or by a part of it that is in no other's.
pub(super) fn named(desk: &Desk, actor: &Actor, typed: &str) -> String {
    let (books, documents, now_ms) = (Books::now(desk), desk.app.documents(), desk.now_ms());
    let (today, wanted) = (documents.day_at("", now_ms), typed.trim().to_lowercase());
    if wanted.is_empty() || books.reps.contains_key(typed.trim()) {
        return typed.trim().to_owned();
    }
    let only = |fits: &dyn Fn(&str) -> bool| {
        let own = roster(&documents, actor, today, now_ms, |_| false);
        let mut found = own.filter(|(_, rep)| fits(&rep.name.to_lowercase()));
        found
            .next()
            .filter(|_| found.next().is_none())
            .map(|(id, _)| id.to_owned())
    };
    let found = only(&|name| name == wanted).or_else(|| only(&|name| name.contains(&wanted)));
    found.unwrap_or_else(|| typed.trim().to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use onbeat_core::reference::{Document, Rep};

    use super::named;
    use crate::{auth::Actor, desk::Desk, testing::World};

    #[tokio::test(flavor = "multi_thread")]
    async fn a_rep_is_named_by_what_is_his_alone() {
        let world = World::new().await;
        for (id, name) in [("ben", "Ben Castle"), ("bea", "Bea Castle"), ("castle", "Ann Bell")] {
            let rep = Rep {
                name: name.into(),
                team: "t1".into(),
                role: None,
                districts: Vec::new(),
                customers: Vec::new(),
            };
            world.put(id, Document::Rep(rep)).await;
        }
        let desk = Desk::new(world.app.clone());
        let cases = [
            ("ben", "ben"),
            (" BEN c", "ben"),
            ("Bea Castle", "bea"),
            ("bell", "castle"),
            // An id stands before names, and what fits two is nobody's.
            ("castle", "castle"),
            ("Be", "Be"),
            ("", ""),
        ];
        for (typed, expected) in cases {
            assert_eq!(named(&desk, &Actor::console(), typed), expected, "{typed:?}");
        }
    }
}
