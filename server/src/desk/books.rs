//! The documents in force, as the acts at the desk read them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use onbeat_core::{
    place::Shape,
    policy::Policy,
    record::Hash,
    reference::{Customer, District, Document, NoGoPlace, Notice, Rep, Team},
    time::{Calendar, TimeError},
};

use super::{Desk, DeskError, DeskResult};
use crate::documents::Documents;

/// The company's documents in force now.
#[derive(Debug, Clone, Default)]
pub struct Books {
    /// The policy, or the shipped defaults.
    pub policy: Policy,
    /// Days that differ.
    pub calendar: Calendar,
    /// The company's page on location, if it has one.
    pub notice: Option<Notice>,
    /// Teams by id.
    pub teams: BTreeMap<String, Team>,
    /// Districts by id.
    pub districts: BTreeMap<String, District>,
    /// No-go places by id.
    pub no_go: BTreeMap<String, NoGoPlace>,
    /// Customers by id.
    pub customers: BTreeMap<String, Customer>,
    /// Reps by id.
    pub reps: BTreeMap<String, Rep>,
    /// Reps who left, by id, as they were last.
    pub left: BTreeMap<String, Rep>,
}

impl Books {
    /// Kinds that are read into the books.
    pub const KINDS: [&'static str; 8] = [
        "policy", "calendar", "notice", "team", "district", "no_go", "customer", "rep",
    ];

    /// As they stand: read anew once a document has come, or come into force.
    pub fn now(desk: &Desk) -> Arc<Self> {
        let (documents, now_ms) = (desk.app.documents(), desk.now_ms());
        let mut latest = desk.latest.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*latest {
            Some(read) if read.holds(&documents, now_ms) => Arc::clone(&read.books),
            _ => {
                let books = Arc::new(Self::read(&documents, now_ms));
                *latest = Some(Read {
                    desk_seq: documents.desk_seq(),
                    at_ms: now_ms,
                    books: Arc::clone(&books),
                });
                books
            }
        }
    }

    fn read(documents: &Documents, now_ms: i64) -> Self {
        let mut books = Self::default();
        for kind in Self::KINDS {
            for (key, document) in documents.all_in_force(kind, now_ms) {
                books.take(key.to_owned(), Document::clone(document));
            }
        }
        // Who has not begun yet has not left.
        let was_there = |id: &&String| documents.begun("rep", id, i64::MIN, now_ms).next().is_some();
        let others = documents.keys("rep").filter(|id| !books.reps.contains_key(*id));
        for id in others.filter(was_there) {
            if let Some(Document::Rep(rep)) = documents.said("rep", id).last() {
                books.left.insert(id.clone(), rep.clone());
            }
        }
        books
    }

    /// Name of a rep as people say it, also after he left; the id where there is none.
    pub fn rep_name<'a>(&'a self, id: &'a str) -> &'a str {
        let rep = self.reps.get(id).or_else(|| self.left.get(id));
        rep.map_or(id, |rep| &rep.name)
    }

    /// Name of a team, or its id.
    pub fn team_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.teams.get(id).map_or(id, |team| &team.name)
    }

    /// Name of a district, or its id.
    pub fn district_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.districts.get(id).map_or(id, |district| &district.name)
    }

    /// Name of a customer, or the id.
    pub fn customer_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.customers.get(id).map_or(id, |customer| &customer.name)
    }

    /// Takes one document in.
    pub(super) fn take(&mut self, key: String, document: Document) {
        match document {
            Document::Policy(policy) => self.policy = policy,
            Document::Calendar(calendar) => self.calendar = calendar,
            Document::Notice(notice) => self.notice = Some(notice),
            Document::Team(team) => drop(self.teams.insert(key, team)),
            Document::District(district) => drop(self.districts.insert(key, district)),
            Document::NoGo(place) => drop(self.no_go.insert(key, place)),
            Document::Customer(customer) => drop(self.customers.insert(key, customer)),
            Document::Rep(rep) => drop(self.reps.insert(key, rep)),
            _ => {}
        }
    }

    /// Takes one document out; the policy and the calendar go back to their defaults.
    pub(super) fn forget(&mut self, kind: &str, key: &str) {
        match kind {
            "policy" => self.policy = Policy::default(),
            "calendar" => self.calendar = Calendar::default(),
            "notice" => self.notice = None,
            "team" => drop(self.teams.remove(key)),
            "district" => drop(self.districts.remove(key)),
            "no_go" => drop(self.no_go.remove(key)),
            "customer" => drop(self.customers.remove(key)),
            "rep" => drop(self.reps.remove(key)),
            _ => {}
        }
    }
}

pub(super) fn bad_policy(error: TimeError) -> DeskError {
    DeskError::input("bad_policy", error.to_string())
}

/// The books as they were read last, shared by all who ask until they no longer hold.
#[derive(Default)]
pub struct Latest(Mutex<Option<Read>>);

struct Read {
    desk_seq: u64,
    at_ms: i64,
    books: Arc<Books>,
}

impl Read {
    /// Nothing was recorded since, and nothing that was to come into force later has.
    fn holds(&self, documents: &Documents, now_ms: i64) -> bool {
        let is_newest = self.desk_seq == documents.desk_seq() && self.at_ms >= documents.recorded_ms();
        is_newest && self.at_ms <= now_ms && documents.starting(self.at_ms, now_ms).is_empty()
    }
}

/// A shape that a document names.
///
/// # Errors
/// It is missing or damaged; the store's.
pub async fn shape(desk: &Desk, hash: &Hash) -> DeskResult<Shape> {
    let bytes = desk.app.store.blob(hash).await?.unwrap_or_default();
    Shape::from_bytes(&bytes).map_err(|error| DeskError::environment("damaged", error.to_string()))
}

/// What is of a rep's days outlasts him: whether there ever was such a rep.
///
/// # Errors
/// There never was.
pub fn was_rep(desk: &Desk, id: &str) -> DeskResult<()> {
    let documents = desk.app.documents();
    let was = documents.said("rep", id).next().is_some();
    was.then_some(()).ok_or_else(|| DeskError::missing("rep", id))
}

/// One rep.
///
/// # Errors
/// No such rep now.
pub fn rep(desk: &Desk, id: &str) -> DeskResult<Rep> {
    match desk
        .app
        .documents()
        .in_force("rep", id, desk.now_ms())
        .map(|document| &**document)
    {
        Some(Document::Rep(rep)) => Ok(rep.clone()),
        _ => Err(DeskError::missing("rep", id)),
    }
}
