//! What the phones of a rep may know, and whose a document is.

use std::sync::Arc;

use onbeat_core::{
    reference::{Document, Look},
    time::Interval,
};

use super::{DAY_MS, Documents, document::spans, rep_of};

/// Exceptions, decisions and looks older than this are no longer told to phones.
const TOLD_MS: i64 = 90 * DAY_MS;

/// A document with its kind and key.
pub type Keyed = (&'static str, String, Arc<Document>);

impl Documents {
    /// What a phone of a rep may know: policy, calendar, the company's page, the rep's own document, area and customers, and
    /// what of late was approved, decided or looked at.
    pub fn reference_of(&self, rep: &str, now_ms: i64) -> Vec<Keyed> {
        let take = |kind: &'static str, key: &str| {
            let document = self.in_force(kind, key, now_ms)?;
            Some((kind, key.to_owned(), Arc::clone(document)))
        };
        let mut all: Vec<Keyed> = [
            ("policy", "policy"),
            ("calendar", "calendar"),
            ("notice", "notice"),
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

    /// Who opened a rep's positions.
    pub fn looks(&self, rep: &str) -> impl Iterator<Item = Look> {
        self.own(rep, |kind| kind == "look")
            .filter_map(|(_, _, document)| match &*document {
                Document::Look(look) => Some(look.clone()),
                _ => None,
            })
    }

    /// A rep's exceptions, decisions and looks, as last recorded.
    pub(super) fn own<'a>(&'a self, rep: &str, wanted: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = Keyed> + 'a {
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
