//! What the desk has said: all versions of all documents, and which hold when.

mod document;
mod judged;
mod told;
mod touched;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use onbeat_core::{reference::Document, time::Interval};

use crate::store::DocumentRow;

pub use document::{document_of, kind_of};
pub(crate) use document::{interval_of, rep_of};
pub use told::Keyed;
pub(crate) use touched::{Reps, reps_of};

const KINDS: [&str; 12] = [
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
    "notice",
];
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The newest record of the desk's log whose documents count for a day, besides those known when it begins. `None`:
/// nobody has had the day judged anew.
pub type Rejudged = Option<u64>;

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

    /// What a desk record put, and what was in force in its place as it was known until then.
    pub(crate) fn put_by(&self, kind: &str, key: &str, desk_seq: u64) -> (Option<&Document>, Option<&Document>) {
        let versions = self.versions(kind, key);
        let Some(at) = versions.iter().position(|version| version.desk_seq == desk_seq) else {
            return (None, None);
        };
        let stood = |version: &&Version| version.valid_from_ms <= versions[at].valid_from_ms;
        let before = versions[..at].iter().rev().find(stood);
        (
            versions[at].document.as_deref(),
            before.and_then(|version| version.document.as_deref()),
        )
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
}

fn instant(at_ms: i64) -> Interval {
    Interval {
        from_ms: at_ms,
        to_ms: at_ms + 1,
    }
}
