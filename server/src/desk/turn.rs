//! Turning the company's documents from how they stand to how they shall stand.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};
use onbeat_core::{
    record::Hash,
    reference::{District, Document, NoGoPlace, Rep},
    time::Schedule,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Books, Deed, Desk, DeskError, DeskResult, books::bad_policy};
use crate::{documents::kind_of, feed, files::RowError, store::Change};

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

type Documents = BTreeMap<(&'static str, String), Document>;

/// Turns the books from `before` to `after`: puts and drops what differs.
///
/// # Errors
/// A document that names another which is not there: all of them, row by row; `from_now` for a document that
/// can't wait until `start`.
pub(super) fn turn(deed: &mut Deed, desk: &Desk, start: Start, before: &Books, after: &Books) -> DeskResult<Turned> {
    check(after)?;
    let mut turned = Turned::default();
    let (old, new) = (documents(before), documents(after));
    for ((kind, key), document) in &new {
        match old.get(&(*kind, key.clone())) {
            Some(known) if known == document => continue,
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
    turned.areas = touched(before, after).count();
    if turned.areas > 0 {
        start.allows("area")?;
    }
    Ok(turned)
}

/// When documents come into force.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    at_ms: i64,
    later: bool,
}

impl Start {
    /// Reads an RFC 3339 date (its first instant in the company's zone) or instant; without one it is now.
    ///
    /// # Errors
    /// `bad_valid_from`; `back_dated` for what lies in the past: a day stays judged by what was known.
    pub(super) fn read(desk: &Desk, books: &Books, valid_from: Option<&str>) -> DeskResult<Self> {
        let now_ms = desk.now_ms();
        let Some(text) = valid_from else {
            let (at_ms, later) = (now_ms, false);
            return Ok(Self { at_ms, later });
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
        if at_ms < now_ms {
            let why = format!(
                "{text} lies in the past: documents come into force now or later, and days that were judged keep \
                 what was known. Ease a day by an exception, or withdraw the finding"
            );
            return Err(DeskError::conflict("back_dated", why));
        }
        Ok(Self { at_ms, later: true })
    }

    /// A shipped default that nobody put stands nowhere: it is written down, else the first document put would
    /// count before its time.
    fn keep_until(self, deed: &mut Deed, desk: &Desk, key: &str, known: &Document) {
        let now_ms = desk.now_ms();
        let documents = desk.app.documents();
        if self.later && documents.in_force(kind_of(known), key, now_ms).is_none() {
            deed.put(key, now_ms, known.clone());
        }
    }

    /// Only policy and calendar can wait: areas are drawn from the documents as they stand.
    ///
    /// # Errors
    /// `from_now`.
    pub(super) fn allows(self, kind: &str) -> DeskResult<()> {
        if !self.later || matches!(kind, "policy" | "calendar") {
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
pub(super) async fn commit(mut deed: Deed, desk: &Desk, before: &Books, after: &Books) -> DeskResult<()> {
    for blob in std::mem::take(&mut deed.change.blobs) {
        keep(desk, blob).await?;
    }
    let (documents, now_ms) = (deed.documents(desk), desk.now_ms());
    for rep in touched(before, after) {
        let built = feed::area::build(&desk.app, &documents, rep, now_ms).await?;
        keep(desk, built.blob).await?;
        deed.put(rep, now_ms, Document::Area(built.area));
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

/// The reps whose area is made of other things than before.
fn touched<'a>(before: &'a Books, after: &'a Books) -> impl Iterator<Item = &'a String> {
    let differs = |(id, rep): &(&String, &Rep)| {
        let old = before.reps.get(*id).map(|rep| ground(before, rep));
        old != Some(ground(after, rep))
    };
    after.reps.iter().filter(differs).map(|(id, _)| id)
}

fn documents(books: &Books) -> Documents {
    let mut all = Documents::new();
    let mut add = |key: &str, document: Document| drop(all.insert((kind_of(&document), key.into()), document));
    add("policy", Document::Policy(books.policy.clone()));
    add("calendar", Document::Calendar(books.calendar.clone()));
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
            rows.push(RowError {
                row: 0,
                column: column.into(),
                message: format!("rep {id}: there is no {column} {name:?}: import it first"),
            });
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

/// All that a rep's area is made of.
#[derive(PartialEq)]
struct Ground<'a> {
    districts: Vec<&'a District>,
    no_go: Vec<&'a NoGoPlace>,
    discs: Vec<(i64, i64)>,
    disc_m: f64,
    edge_tolerance_m: f64,
}

fn ground<'a>(books: &'a Books, rep: &Rep) -> Ground<'a> {
    Ground {
        districts: rep.districts.iter().filter_map(|id| books.districts.get(id)).collect(),
        no_go: books.no_go.values().collect(),
        discs: rep
            .customers
            .iter()
            .filter_map(|id| books.customers.get(id))
            .map(|customer| (customer.lat_e9, customer.lon_e9))
            .collect(),
        disc_m: books.policy.transit.customer_disc_m,
        edge_tolerance_m: books.policy.fix.edge_tolerance_m,
    }
}
