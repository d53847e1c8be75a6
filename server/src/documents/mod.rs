//! What the desk has said: all versions of all documents, and which hold when.

mod document;
mod touched;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use chrono::NaiveDate;
use onbeat_core::{
    policy::Policy,
    reference::{Document, Rep},
    time::{Calendar, Interval, Schedule},
};

use crate::{clock::bounded, store::DocumentRow};

use document::spans;
pub use document::{document_of, kind_of};
pub(crate) use document::{interval_of, rep_of};
pub(crate) use touched::{Reps, reps_of};

const KINDS: [&str; 11] = [
    "policy",
    "calendar",
    "team",
    "district",
    "no_go",
    "customer",
    "rep",
    "area",
    "exception",
    "decision",
    "look",
];
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Exceptions, decisions and looks older than this are no longer told to phones.
const TOLD_MS: i64 = 90 * DAY_MS;

/// The newest record of the desk's log whose documents count for a day, besides those known when it begins. `None`:
/// nobody has had the day judged anew.
pub type Rejudged = Option<u64>;

/// A document with its kind and key.
pub type Keyed = (&'static str, String, Arc<Document>);

#[derive(Debug, Clone)]
struct Version {
    valid_from_ms: i64,
    recorded_ms: i64,
    desk_seq: u64,
    document: Option<Arc<Document>>,
}

/// All versions of all documents, in the order they were recorded: a projection of the desk's log, kept in
/// memory since every push and every fold asks it. Cloning is cheap; a change copies only the kinds it touches.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    kinds: HashMap<&'static str, Arc<BTreeMap<String, Vec<Version>>>>,
    /// Exceptions, decisions and looks by the rep they are of.
    of_rep: HashMap<String, Arc<BTreeSet<(&'static str, String)>>>,
    /// When documents come into force that were recorded before.
    starts: Arc<BTreeSet<(i64, &'static str, String)>>,
    recorded_ms: i64,
    desk_seq: u64,
}

impl Documents {
    /// As they stand once `rows` are recorded.
    #[must_use]
    pub fn with(&self, rows: &[DocumentRow]) -> Self {
        let mut all = self.clone();
        rows.iter().for_each(|row| all.add(row));
        all
    }

    /// A row of a kind, or with a body, that only a newer version knows is passed over: it stays in the store.
    fn add(&mut self, row: &DocumentRow) {
        self.desk_seq = self.desk_seq.max(row.desk_seq);
        let Some(kind) = KINDS.into_iter().find(|kind| *kind == row.kind) else {
            return;
        };
        let document = match row.body.as_deref().map(serde_json::from_str::<Document>).transpose() {
            Ok(document) => document.map(Arc::new),
            Err(error) => {
                tracing::warn!(kind, seq = row.desk_seq, %error, "a document that can't be read is passed over");
                return;
            }
        };
        if let Some(rep) = document.as_deref().and_then(rep_of) {
            let of_rep = self.of_rep.entry(rep.to_owned()).or_default();
            Arc::make_mut(of_rep).insert((kind, row.key.clone()));
        }
        self.recorded_ms = self.recorded_ms.max(row.recorded_ms);
        self.desk_seq = self.desk_seq.max(row.desk_seq);
        if row.valid_from_ms > row.recorded_ms {
            Arc::make_mut(&mut self.starts).insert((row.valid_from_ms, kind, row.key.clone()));
        }
        let versions = Arc::make_mut(self.kinds.entry(kind).or_default());
        versions.entry(row.key.clone()).or_default().push(Version {
            valid_from_ms: row.valid_from_ms,
            recorded_ms: row.recorded_ms,
            desk_seq: row.desk_seq,
            document,
        });
    }

    /// The newest desk record that is among them.
    pub(crate) fn desk_seq(&self) -> u64 {
        self.desk_seq
    }

    /// When the newest of them was recorded.
    pub(crate) fn recorded_ms(&self) -> i64 {
        self.recorded_ms
    }

    fn versions(&self, kind: &str, key: &str) -> &[Version] {
        self.kinds
            .get(kind)
            .and_then(|keys| keys.get(key))
            .map_or(&[], Vec::as_slice)
    }

    /// Kind and key of what came into force after one instant up to another, having been recorded earlier.
    pub(crate) fn starting(&self, after_ms: i64, to_ms: i64) -> Vec<(&'static str, String)> {
        let from = (after_ms.saturating_add(1), "", String::new());
        let starting = self.starts.range(from..).take_while(|(at_ms, ..)| *at_ms <= to_ms);
        starting.map(|(_, kind, key)| (*kind, key.clone())).collect()
    }

    /// The version in force at an instant: of those valid then, the newest recorded.
    pub fn in_force(&self, kind: &str, key: &str, at_ms: i64) -> Option<&Arc<Document>> {
        let mut valid = self
            .versions(kind, key)
            .iter()
            .rev()
            .filter(|v| v.valid_from_ms <= at_ms);
        valid.next()?.document.as_ref()
    }

    /// The version a window is judged by: of those valid when it opens and recorded by then, or up to `rejudged`,
    /// the newest. Where there was none yet, the first: a rep who starts at ten is judged by his area from
    /// eight on, not by none.
    fn in_force_over(&self, kind: &str, key: &str, window: Interval, rejudged: Rejudged) -> Option<&Arc<Document>> {
        let known = |v: &Version| v.recorded_ms <= window.from_ms || Some(v.desk_seq) <= rejudged;
        let counts = |v: &&Version| v.valid_from_ms <= window.from_ms && known(v);
        let versions = self.versions(kind, key);
        let counting = versions.iter().rev().find(counts).or(versions.first());
        counting?.document.as_ref()
    }

    /// As [`Documents::in_force_over`] at one instant, by all that is known now.
    pub(crate) fn corrected(&self, kind: &str, key: &str, at_ms: i64) -> Option<&Arc<Document>> {
        self.in_force_over(kind, key, instant(at_ms), Some(u64::MAX))
    }

    /// Whether a document has stood as it is since an instant.
    pub(crate) fn stood(&self, kind: &str, key: &str, document: &Document, since_ms: i64, now_ms: i64) -> bool {
        let is_it = |at_ms| {
            self.in_force(kind, key, at_ms)
                .is_some_and(|found| **found == *document)
        };
        is_it(since_ms) && self.begun(kind, key, since_ms, now_ms).all(is_it)
    }

    /// When versions of a document came into force after one instant up to another.
    pub(crate) fn begun(&self, kind: &str, key: &str, after_ms: i64, to_ms: i64) -> impl Iterator<Item = i64> {
        let begun = self.versions(kind, key).iter().map(|version| version.valid_from_ms);
        begun.filter(move |at_ms| (after_ms.saturating_add(1)..=to_ms).contains(at_ms))
    }

    /// All keys of a kind, whatever became of them.
    pub(crate) fn keys(&self, kind: &str) -> impl Iterator<Item = &String> {
        self.kinds.get(kind).into_iter().flat_map(|keys| keys.keys())
    }

    /// All that a document has ever said.
    pub(crate) fn said(&self, kind: &str, key: &str) -> impl Iterator<Item = &Document> {
        self.versions(kind, key)
            .iter()
            .filter_map(|version| version.document.as_deref())
    }

    /// The newest word, whenever it is valid: exceptions and decisions hold intervals of their own.
    fn newest(&self, kind: &str, key: &str) -> Option<&Arc<Document>> {
        self.versions(kind, key).last()?.document.as_ref()
    }

    /// All keys of a kind in force at an instant, with their documents.
    pub fn all_in_force(&self, kind: &'static str, at_ms: i64) -> impl Iterator<Item = (&str, &Arc<Document>)> {
        let keys = self.kinds.get(kind).into_iter().flat_map(|keys| keys.keys());
        keys.filter_map(move |key| Some((key.as_str(), self.in_force(kind, key, at_ms)?)))
    }

    /// A rep's document in force at an instant, by all that is known now; else his first.
    pub fn rep(&self, rep: &str, at_ms: i64) -> Option<&Rep> {
        self.rep_over(rep, instant(at_ms), Some(u64::MAX))
    }

    /// A rep's document in force at an instant, as it was known then; else his first.
    pub(crate) fn rep_known(&self, rep: &str, at_ms: i64) -> Option<&Rep> {
        self.rep_over(rep, instant(at_ms), None)
    }

    fn rep_over(&self, rep: &str, window: Interval, rejudged: Rejudged) -> Option<&Rep> {
        match &**self.in_force_over("rep", rep, window, rejudged)? {
            Document::Rep(rep) => Some(rep),
            _ => None,
        }
    }

    /// The policy that an instant is judged by.
    pub fn policy(&self, at_ms: i64) -> Policy {
        self.policy_over(instant(at_ms), None)
    }

    /// The policy of a window; the shipped defaults where none was put.
    fn policy_over(&self, window: Interval, rejudged: Rejudged) -> Policy {
        match self.in_force_over("policy", "policy", window, rejudged).map(|d| &**d) {
            Some(Document::Policy(policy)) => policy.clone(),
            _ => Policy::default(),
        }
    }

    fn schedule_over(&self, rep: &str, window: Interval, rejudged: Rejudged) -> Schedule {
        let policy = self.policy_over(window, rejudged);
        let role = self.rep_over(rep, window, rejudged).and_then(|rep| rep.role.as_deref());
        let shipped = Calendar::default();
        let calendar = self.in_force_over("calendar", "calendar", window, rejudged);
        let calendar = match calendar.map(|d| &**d) {
            Some(Document::Calendar(calendar)) => calendar,
            _ => &shipped,
        };
        // The desk refuses a policy that can't be read; where an older one let it in, the shipped one holds.
        Schedule::new(policy.window_of(role), calendar)
            .or_else(|_| Schedule::new(&Policy::default().window, calendar))
            .expect("the shipped window can be read")
    }

    /// The window of a rep's day (the whole day where it is off) by the documents in force when it opens.
    pub fn window_of(&self, rep: &str, day: NaiveDate) -> Interval {
        self.window_over(rep, day, None)
    }

    fn window_over(&self, rep: &str, day: NaiveDate, rejudged: Rejudged) -> Interval {
        let noon_ms = day.and_hms_opt(12, 0, 0).expect("noon").and_utc().timestamp_millis();
        let about = Interval {
            from_ms: noon_ms - DAY_MS / 2,
            to_ms: noon_ms + DAY_MS / 2,
        };
        opening(&self.schedule_over(rep, about, rejudged), day)
    }

    /// The schedule that a rep's day is judged by.
    pub fn schedule_of(&self, rep: &str, day: NaiveDate) -> Schedule {
        self.schedule_over(rep, self.window_of(rep, day), None)
    }

    /// The schedule that an instant is judged by: that of its day.
    pub fn schedule_at(&self, rep: &str, at_ms: i64) -> Schedule {
        let day = self.schedule_over(rep, instant(at_ms), None).day_of(at_ms);
        self.schedule_of(rep, day)
    }

    /// The day of a rep that an instant belongs to.
    pub fn day_at(&self, rep: &str, at_ms: i64) -> NaiveDate {
        let at_ms = bounded(at_ms);
        self.schedule_at(rep, at_ms).day_of(at_ms)
    }

    /// The documents that a rep's day is judged by: those known when it begins, and those recorded up to
    /// `rejudged`.
    pub fn basis_of(&self, rep: &str, day: NaiveDate, rejudged: Rejudged) -> Vec<(String, Document)> {
        let window = self.window_over(rep, day, rejudged);
        let mut all: Vec<(String, Document)> = Vec::new();
        let mut take = |kind: &str, key: &str| {
            let found = self.in_force_over(kind, key, window, rejudged);
            all.extend(found.map(|document| (key.to_owned(), (**document).clone())));
        };
        take("policy", "policy");
        take("calendar", "calendar");
        take("rep", rep);
        take("area", rep);
        let customers = self.rep_over(rep, window, rejudged).map(|rep| &rep.customers);
        for customer in customers.into_iter().flatten() {
            take("customer", customer);
        }
        let near = Interval {
            from_ms: window.from_ms - DAY_MS,
            to_ms: window.to_ms + DAY_MS,
        };
        let own = self
            .own(rep, |kind| kind != "look")
            .filter(|(_, _, document)| spans(document, near));
        all.extend(own.map(|(_, key, document)| (key, (*document).clone())));
        all
    }

    /// Whether documents of a rep's day were recorded after it began that should have held in it.
    pub(crate) fn is_corrected(&self, rep: &str, day: NaiveDate) -> bool {
        let opening_ms = self.window_of(rep, day).from_ms;
        let late = |v: &Version| v.valid_from_ms <= opening_ms && v.recorded_ms > opening_ms;
        let corrected = |kind: &str, key: &str| self.versions(kind, key).iter().any(late);
        let customers = self.said("rep", rep).filter_map(|document| match document {
            Document::Rep(rep) => Some(&rep.customers),
            _ => None,
        });
        let shared = [
            ("policy", "policy"),
            ("calendar", "calendar"),
            ("rep", rep),
            ("area", rep),
        ];
        let mut customers = customers.flatten();
        shared.iter().any(|(kind, key)| corrected(kind, key)) || customers.any(|key| corrected("customer", key))
    }

    /// What a phone of a rep may know: policy, calendar, the rep's own document, area and customers, and
    /// what of late was approved, decided or looked at.
    pub fn reference_of(&self, rep: &str, now_ms: i64) -> Vec<Keyed> {
        let take = |kind: &'static str, key: &str| {
            let document = self.in_force(kind, key, now_ms)?;
            Some((kind, key.to_owned(), Arc::clone(document)))
        };
        let mut all: Vec<Keyed> = [
            ("policy", "policy"),
            ("calendar", "calendar"),
            ("rep", rep),
            ("area", rep),
        ]
        .into_iter()
        .filter_map(|(kind, key)| take(kind, key))
        .collect();
        if let Some(Document::Rep(rep)) = self.in_force("rep", rep, now_ms).map(|d| &**d) {
            all.extend(rep.customers.iter().filter_map(|customer| take("customer", customer)));
        }
        let told = Interval {
            from_ms: now_ms - TOLD_MS,
            to_ms: i64::MAX,
        };
        all.extend(self.own(rep, |_| true).filter(|(_, _, document)| spans(document, told)));
        all.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        all.dedup_by(|a, b| (a.0, &a.1) == (b.0, &b.1));
        all
    }

    /// The reps a customer is assigned to.
    pub(crate) fn reps_with_customer(&self, customer: &str, at_ms: i64) -> Vec<String> {
        let has =
            |document: &Document| matches!(document, Document::Rep(rep) if rep.customers.iter().any(|c| c == customer));
        let reps = self.all_in_force("rep", at_ms).filter(|(_, document)| has(document));
        reps.map(|(key, _)| key.to_owned()).collect()
    }

    /// The rep that an exception, a decision or a look was of, whatever became of it.
    pub(crate) fn owner_of(&self, kind: &str, key: &str) -> Option<String> {
        let last = self
            .versions(kind, key)
            .iter()
            .rev()
            .find_map(|version| version.document.as_deref())?;
        rep_of(last).map(str::to_owned)
    }

    /// A rep's exceptions, decisions and looks, as last recorded.
    fn own<'a>(&'a self, rep: &str, wanted: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = Keyed> + 'a {
        let keys = self.of_rep.get(rep).into_iter().flat_map(|keys| keys.iter());
        let rep = rep.to_owned();
        keys.filter(move |(kind, _)| wanted(kind))
            .filter_map(move |(kind, key)| {
                let document = self
                    .newest(kind, key)
                    .filter(|document| rep_of(document) == Some(&rep))?;
                Some((*kind, key.clone(), Arc::clone(document)))
            })
    }
}

fn instant(at_ms: i64) -> Interval {
    Interval {
        from_ms: at_ms,
        to_ms: at_ms + 1,
    }
}

/// From when to when a day's documents must hold: its window, or the whole day where it is off.
fn opening(schedule: &Schedule, day: NaiveDate) -> Interval {
    schedule.window(day).unwrap_or_else(|| schedule.whole_day(day))
}
