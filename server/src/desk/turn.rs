//! Turning the company's documents from how they stand to how they shall stand.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate};
use onbeat_core::{record::Hash, reference::Document, time::Schedule};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Books, Deed, Desk, DeskError, DeskResult, books::bad_policy};
use crate::{documents::kind_of, feed::area, files::RowError, store::Change};

/// What turning the books over came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Turned {
    /// Documents that are new.
    pub added: usize,
    /// Documents that differ from before.
    pub changed: usize,
    /// Documents that are gone.
    pub dropped: usize,
    /// Reps whose area was drawn anew.
    pub areas: usize,
}

/// A document that is new or differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentTurned {
    /// Its kind.
    pub kind: String,
    /// Its key within the kind.
    pub key: String,
    /// As people call it; empty where it has no name.
    pub name: String,
    /// There was none of this key.
    pub is_new: bool,
    /// What differs, of the first that change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChanged>,
}

/// A field of a document that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChanged {
    /// Its name.
    pub name: String,
    /// So far; `null`: it is not said.
    pub old: Value,
    /// Then.
    pub new: Value,
}

/// Documents of which every field that differs is told.
const TOLD_MOST: usize = 300;

/// Times at which a correction may draw the areas of reps anew, all together.
const AREAS_MOST: usize = 20_000;

type Documents = BTreeMap<Named, Document>;

/// Turns the books from `before` to `after`: puts and drops what differs. What is `named` is put also where it only
/// has not stood since `start`.
///
/// # Errors
/// A document that names another which is not there: all of them, row by row; `from_now` for a document that
/// can't wait until `start`; `too_many_areas`.
pub(super) fn turn(
    deed: &mut Deed,
    desk: &Desk,
    start: Start,
    (before, after): (&Books, &Books),
    named: &BTreeSet<Named>,
) -> DeskResult<Turned> {
    check(after)?;
    let mut turned = Turned::default();
    let (old, new) = (documents(before), documents(after));
    let known = desk.app.documents();
    for (name, document) in &new {
        let (kind, key) = name;
        let stood = || !named.contains(name) || known.stood(kind, key, document, start.at_ms, desk.now_ms());
        match old.get(name) {
            Some(known) if known == document && (!start.is_past() || stood()) => continue,
            Some(known) => {
                turned.changed += 1;
                start.keep_until(deed, desk, key, known);
            }
            None => turned.added += 1,
        }
        start.allows(kind)?;
        deed.put(key, start.at_ms, document.clone());
    }
    for (kind, key) in old.keys().filter(|name| !new.contains_key(*name)) {
        start.allows(kind)?;
        deed.drop_document(kind, key, start.at_ms);
        turned.dropped += 1;
    }
    turned.areas = redrawn(deed, desk, start)?.len();
    if turned.areas > 0 {
        start.allows("area")?;
    }
    Ok(turned)
}

/// The documents that are new after, or differ from before.
pub(super) fn differences(before: &Books, after: &Books) -> Vec<DocumentTurned> {
    let (old, new) = (documents(before), documents(after));
    let differing = new
        .into_iter()
        .filter(|(name, document)| old.get(name) != Some(document));
    let turned = |(at, ((kind, key), document)): (usize, (Named, Document))| {
        let before = old.get(&(kind, key.clone()));
        let told = before.filter(|_| at < TOLD_MOST);
        DocumentTurned {
            is_new: before.is_none(),
            fields: told.map(|before| fields(before, &document)).unwrap_or_default(),
            kind: kind.into(),
            key,
            name: name_of(&document).to_owned(),
        }
    };
    differing.enumerate().map(turned).collect()
}

/// The fields that differ, by their names; those of a policy are told value by value elsewhere.
fn fields(before: &Document, after: &Document) -> Vec<FieldChanged> {
    let (Ok(Value::Object(mut old)), Ok(Value::Object(new))) =
        (serde_json::to_value(before), serde_json::to_value(after))
    else {
        return Vec::new();
    };
    if matches!(after, Document::Policy(_)) {
        return Vec::new();
    }
    let changed = new.into_iter().map(|(name, new)| FieldChanged {
        old: old.remove(&name).unwrap_or_default(),
        name,
        new,
    });
    let mut changed: Vec<FieldChanged> = changed.collect();
    changed.extend(old.into_iter().map(|(name, old)| FieldChanged {
        name,
        old,
        new: Value::Null,
    }));
    changed.retain(|field| field.old != field.new);
    changed
}

fn name_of(document: &Document) -> &str {
    match document {
        Document::Team(team) => &team.name,
        Document::District(district) => &district.name,
        Document::NoGo(place) => &place.name,
        Document::Customer(customer) => &customer.name,
        Document::Rep(rep) => &rep.name,
        _ => "",
    }
}

/// Kind and key of a document.
pub(super) type Named = (&'static str, String);

/// When documents come into force.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    at_ms: i64,
    now_ms: i64,
}

/// How far back a correction may reach: what it could ease is kept so long.
const BACK_DAYS: i64 = 92;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Start {
    /// Reads an RFC 3339 date (its first instant in the company's zone) or instant; without one it is now. In the past
    /// it corrects what stood since: days that have begun stay judged by what was known, until they are rejudged.
    ///
    /// # Errors
    /// `bad_valid_from`; `too_far_back`.
    pub(super) fn read(desk: &Desk, books: &Books, valid_from: Option<&str>) -> DeskResult<Self> {
        let now_ms = desk.now_ms();
        let Some(text) = valid_from else {
            return Ok(Self { at_ms: now_ms, now_ms });
        };
        let at_ms = match (DateTime::parse_from_rfc3339(text), text.parse::<NaiveDate>()) {
            (Ok(instant), _) => instant.timestamp_millis(),
            (_, Ok(day)) => {
                let schedule = Schedule::new(&books.policy.window, &books.calendar).map_err(bad_policy)?;
                schedule.whole_day(day).from_ms
            }
            _ => {
                let why = format!("{text:?} is no time: write 2026-12-01 or 2026-12-01T08:00:00+08:00");
                return Err(DeskError::input("bad_valid_from", why));
            }
        };
        if at_ms < now_ms - BACK_DAYS * DAY_MS {
            let why = format!(
                "{text} lies more than {BACK_DAYS} days back: correct from a later day on, and ease an older day by \
                 withdrawing the finding"
            );
            return Err(DeskError::conflict("too_far_back", why));
        }
        Ok(Self { at_ms, now_ms })
    }

    fn is_past(self) -> bool {
        self.at_ms < self.now_ms
    }

    fn is_later(self) -> bool {
        self.at_ms > self.now_ms
    }

    /// A shipped default that nobody put stands nowhere: it is written down, else the first document put would
    /// count before its time.
    fn keep_until(self, deed: &mut Deed, desk: &Desk, key: &str, known: &Document) {
        let now_ms = desk.now_ms();
        let documents = desk.app.documents();
        if self.at_ms != self.now_ms && documents.in_force(kind_of(known), key, now_ms).is_none() {
            deed.put(key, now_ms, known.clone());
        }
    }

    /// Only policy and calendar can wait: areas are drawn from the documents as they stand.
    ///
    /// # Errors
    /// `from_now`.
    pub(super) fn allows(self, kind: &str) -> DeskResult<()> {
        if !self.is_later() || matches!(kind, "policy" | "calendar") {
            return Ok(());
        }
        let why = format!("a change of a {kind} comes into force at once: make it without valid_from, on its day");
        Err(DeskError::conflict("from_now", why))
    }
}

/// Commits a turn, with the areas drawn anew that it touches. The shapes go first, each by itself, since the
/// areas are made of them and those of a thousand reps do not fit in memory: a blob that nothing names does no
/// harm.
///
/// # Errors
/// A shape that is missing or damaged; of [`Deed::commit`].
pub(super) async fn commit(mut deed: Deed, desk: &Desk, start: Start) -> DeskResult<()> {
    for blob in std::mem::take(&mut deed.change.blobs) {
        keep(desk, blob).await?;
    }
    let documents = deed.documents(desk);
    for (rep, times) in redrawn(&deed, desk, start)? {
        for at_ms in times {
            let built = area::build(&desk.app, &documents, &rep, at_ms).await?;
            keep(desk, built.blob).await?;
            deed.put(&rep, at_ms, Document::Area(built.area));
        }
    }
    deed.commit(desk).await
}

async fn keep(desk: &Desk, blob: (Hash, Vec<u8>)) -> DeskResult<()> {
    let change = Change {
        blobs: vec![blob],
        ..Change::default()
    };
    desk.app.commit(change).await?;
    Ok(())
}

/// The reps whose area is made of other things than before, and when it is to be drawn anew.
///
/// # Errors
/// `too_many_areas`.
fn redrawn(deed: &Deed, desk: &Desk, start: Start) -> DeskResult<Vec<(String, Vec<i64>)>> {
    let (before, after) = (desk.app.documents(), deed.documents(desk));
    let to_ms = start.at_ms.max(start.now_ms);
    let of = |rep: &String| (rep.clone(), area::redrawn(&before, &after, rep, start.at_ms, to_ms));
    let redrawn: Vec<_> = after
        .keys("rep")
        .map(of)
        .filter(|(_, times)| !times.is_empty())
        .collect();
    let areas: usize = redrawn.iter().map(|(_, times)| times.len()).sum();
    if areas > AREAS_MOST {
        let why = format!(
            "{areas} areas would have to be drawn anew, since their parts changed often: at most {AREAS_MOST} at a \
             time, so correct from a later day on, or fewer districts"
        );
        return Err(DeskError::conflict("too_many_areas", why));
    }
    Ok(redrawn)
}

fn documents(books: &Books) -> Documents {
    let mut all = Documents::new();
    let mut add = |key: &str, document: Document| drop(all.insert((kind_of(&document), key.into()), document));
    add("policy", Document::Policy(books.policy.clone()));
    add("calendar", Document::Calendar(books.calendar.clone()));
    if let Some(notice) = &books.notice {
        add("notice", Document::Notice(notice.clone()));
    }
    books
        .teams
        .iter()
        .for_each(|(key, team)| add(key, Document::Team(team.clone())));
    books
        .districts
        .iter()
        .for_each(|(key, district)| add(key, Document::District(district.clone())));
    books
        .no_go
        .iter()
        .for_each(|(key, place)| add(key, Document::NoGo(place.clone())));
    books
        .customers
        .iter()
        .for_each(|(key, customer)| add(key, Document::Customer(customer.clone())));
    books
        .reps
        .iter()
        .for_each(|(key, rep)| add(key, Document::Rep(rep.clone())));
    all
}

/// Holds every reference against what it names.
fn check(books: &Books) -> DeskResult<()> {
    let mut rows = Vec::new();
    for (id, rep) in &books.reps {
        let mut lacks = |column: &str, name: &str| {
            let why = format!("rep {id}: there is no {column} {name:?}: import it first");
            rows.push(RowError::new(0, column, "rep_lacks", &[id, name], why));
        };
        if !books.teams.contains_key(&rep.team) {
            lacks("team", &rep.team);
        }
        let districts = rep.districts.iter().filter(|name| !books.districts.contains_key(*name));
        districts.for_each(|name| lacks("district", name));
        let customers = rep.customers.iter().filter(|name| !books.customers.contains_key(*name));
        customers.for_each(|name| lacks("customer", name));
    }
    if rows.is_empty() {
        Ok(())
    } else {
        Err(DeskError::rows(rows))
    }
}
