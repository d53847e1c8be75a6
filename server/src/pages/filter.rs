//! What lists are narrowed by.

use onbeat_core::rules::FindingKind;

use super::Frame;
use crate::{
    auth::Actor,
    desk::{Books, Desk, days},
};

/// A name to choose by its id.
pub(super) struct Choice {
    /// What is sent.
    pub(super) id: String,
    /// What is read.
    pub(super) name: String,
    /// It is chosen.
    pub(super) chosen: bool,
}

/// What was given: a field that is left empty is none.
pub(super) fn given(value: Option<&String>) -> Option<String> {
    let value = value.map(|value| value.trim()).filter(|value| !value.is_empty());
    value.map(str::to_owned)
}

/// A query of what was given: `/visits?rep=wang&q=shelf`.
pub(super) fn link(path: &str, given: &[(&str, Option<&String>)]) -> String {
    let named = given.iter().filter_map(|(name, value)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some(format!("{name}={}", super::error::encoded(value)))
    });
    let query: Vec<String> = named.collect();
    if query.is_empty() {
        return path.to_owned();
    }
    format!("{path}?{}", query.join("&"))
}

/// Names to choose from, in their order.
fn choices<'a>(all: impl Iterator<Item = (&'a String, &'a String)>, chosen: Option<&String>) -> Vec<Choice> {
    let choice = |(id, name): (&String, &String)| Choice {
        id: id.clone(),
        name: name.clone(),
        chosen: chosen == Some(id),
    };
    let mut choices: Vec<Choice> = all.map(choice).collect();
    choices.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    choices
}

/// The teams that this person sees.
pub(super) fn teams(books: &Books, actor: &Actor, chosen: Option<&String>) -> Vec<Choice> {
    let own = books.teams.iter().filter(|(id, _)| actor.covers(id));
    choices(own.map(|(id, team)| (id, &team.name)), chosen)
}

/// The reps that this person sees.
pub(super) fn reps(books: &Books, actor: &Actor, chosen: Option<&String>) -> Vec<Choice> {
    let own = books.reps.iter().filter(|(_, rep)| actor.covers(&rep.team));
    choices(own.map(|(id, rep)| (id, &rep.name)), chosen)
}

/// The reps of whom this person sees a day, those who left among them and named so.
pub(super) fn reps_ever(desk: &Desk, frame: &Frame, actor: &Actor, chosen: Option<&String>) -> Vec<Choice> {
    let (books, documents) = (Books::now(desk), desk.app.documents());
    let left = books.left.iter().map(|(id, rep)| {
        let name = frame.words.fill("rep.left", &[("name", &rep.name)]);
        (id, name)
    });
    let all = books.reps.iter().map(|(id, rep)| (id, rep.name.clone())).chain(left);
    let seen: Vec<_> = all
        .filter(|(id, _)| days::covers(&documents, actor, id, None))
        .collect();
    choices(seen.iter().map(|(id, name)| (*id, name)), chosen)
}

/// The kinds of findings and questions.
pub(super) fn kinds(frame: &Frame, chosen: Option<&String>) -> Vec<Choice> {
    let all = FindingKind::ALL.map(|kind| (kind.code(), frame.of("kind", &kind.code())));
    choices(all.iter().map(|(code, words)| (code, words)), chosen)
}

/// All districts.
pub(super) fn districts(books: &Books, chosen: Option<&String>) -> Vec<Choice> {
    let all = books.districts.iter();
    choices(all.map(|(id, district)| (id, &district.name)), chosen)
}
