//! The company's documents, read and changed one by one.

use onbeat_core::reference::{Document, Notice};
use serde_json::Value;

use super::{
    Books, Deed, Desk, DeskError, DeskResult, import,
    turn::{self, Start, Turned, turn},
};
use crate::{
    auth::Actor,
    files::{import::key_of, strictly},
};

/// The documents of a kind in force now, by key.
///
/// # Errors
/// No such kind.
pub fn list(desk: &Desk, kind: &str) -> DeskResult<Vec<(String, Document)>> {
    let kind = check_kind(kind)?;
    let documents = desk.app.documents();
    let all = documents.all_in_force(kind, desk.now_ms());
    Ok(all
        .map(|(key, document)| (key.to_owned(), Document::clone(document)))
        .collect())
}

/// Puts one, in force now or since an earlier time; a policy or calendar also from a later time on.
///
/// # Errors
/// No such kind; `bad_document`; a reference to what is not there; `bad_valid_from`, `too_far_back`,
/// `from_now`.
pub async fn put(
    desk: &Desk,
    actor: &Actor,
    (kind, key): (&str, &str),
    document: Value,
    valid_from: Option<&str>,
) -> DeskResult<Turned> {
    let kind = check_kind(kind)?;
    let document = read(kind, key, document)?;
    let before = Books::now(desk);
    let mut after = Books::clone(&before);
    if let Document::Policy(policy) = document {
        after.policy = import::check_policy(policy, &after)?;
    } else {
        after.take(key.into(), document);
    }
    finish(desk, actor, valid_from, (&before, &after), (kind, key)).await
}

/// Drops one; the policy and the calendar go back to the shipped defaults.
///
/// # Errors
/// No such document; `in_use` where a rep's document names it.
pub async fn drop(desk: &Desk, actor: &Actor, kind: &str, key: &str) -> DeskResult<Turned> {
    let kind = check_kind(kind)?;
    let before = Books::now(desk);
    let mut after = Books::clone(&before);
    after.forget(kind, key);
    let turned = finish(desk, actor, None, (&before, &after), (kind, key)).await?;
    if turned == Turned::default() {
        return Err(DeskError::missing(kind, key));
    }
    Ok(turned)
}

async fn finish(
    desk: &Desk,
    actor: &Actor,
    valid_from: Option<&str>,
    (before, after): (&Books, &Books),
    (kind, key): (&'static str, &str),
) -> DeskResult<Turned> {
    let mut deed = Deed::new(actor);
    let start = Start::read(desk, before, valid_from)?;
    let named = [(kind, key.to_owned())].into();
    let turned = turn(&mut deed, desk, start, (before, after), &named)?;
    turn::commit(deed, desk, start).await?;
    Ok(turned)
}

fn check_kind(kind: &str) -> DeskResult<&'static str> {
    let known = Books::KINDS.into_iter().find(|known| *known == kind);
    known.ok_or_else(|| DeskError::missing("kind of document", kind))
}

fn read(kind: &str, key: &str, mut document: Value) -> DeskResult<Document> {
    let bad = |why: String| DeskError::input("bad_document", why);
    if key.is_empty() || key != key_of(key) {
        return Err(bad(format!("{key:?} can't be a key")));
    }
    let fields = document
        .as_object_mut()
        .ok_or_else(|| bad("a document is an object".into()))?;
    fields.remove("kind");
    let read = match kind {
        "policy" => strictly(document).map(Document::Policy),
        "calendar" => strictly(document).map(Document::Calendar),
        _ => {
            fields.insert("kind".into(), kind.into());
            serde_json::from_value(document).map_err(|error| error.to_string())
        }
    };
    let document = read.map_err(bad)?;
    match &document {
        Document::Customer(customer) if customer.id != key => Err(bad("the customer's id is not the key".into())),
        Document::Policy(_) | Document::Calendar(_) | Document::Notice(_) if key != kind => {
            Err(bad(format!("its key is {kind}")))
        }
        Document::Notice(Notice { zh, en }) if zh.len() + en.len() > Notice::MAX_BYTES => {
            let why = format!("{} bytes, at most {} are taken", zh.len() + en.len(), Notice::MAX_BYTES);
            Err(DeskError::input("page_too_long", why))
        }
        Document::District(district) if district.edge_tolerance_m.is_some_and(|metres| metres > 500) => {
            Err(bad("the edge tolerance is 0 to 500 m".into()))
        }
        _ => Ok(document),
    }
}
