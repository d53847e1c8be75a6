//! What a phone can't know of its rep's day by itself, told by the server: the rep sees all that is said of him.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Entry, Finding, Name};
use crate::{
    record::{Body, Record, RecordError},
    time::Trusted,
};

/// What the desk wrote down of a rep's day, and what the server found there that takes more than his phone's log.
/// It stands among a phone's documents under the kind [`Noted::KIND`] and the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// Whose day.
    pub rep: String,
    /// Which.
    pub day: NaiveDate,
    /// The desk's records of the day: a phone folds them as it does its own.
    pub records: Vec<NotedRecord>,
    /// Findings of the kinds that [`super::FindingKind::is_servers`] names, before anybody has said anything.
    pub findings: Vec<Finding>,
}

/// A record of the desk's log, as it stands there: its hash holds both lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotedRecord {
    /// The head line.
    pub head: String,
    /// The body line.
    pub body: String,
}

impl Noted {
    /// Its kind in the feed.
    pub const KIND: &str = "noted";
    /// Days back that a server tells and a phone keeps.
    pub const DAYS: u64 = 31;

    /// Nothing that a phone would not know.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.findings.is_empty()
    }

    /// The desk's records as the rules see them; one whose lines do not belong together has no entry.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        self.records.iter().filter_map(|record| record.entry().ok())
    }
}

impl NotedRecord {
    /// As the rules see it.
    ///
    /// # Errors
    /// Of [`Record::from_lines`] and [`Body::parse`].
    pub fn entry(&self) -> Result<Entry, RecordError> {
        let record = Record::from_lines(self.head.clone(), Some(self.body.clone()))?;
        let body = Body::parse(&self.body)?;
        Ok(Entry {
            name: Name {
                stream: record.head.stream,
                epoch: record.head.epoch,
                branch: String::new(),
                seq: record.head.seq,
            },
            hash: record.hash,
            // The desk's own records carry the server's time.
            when: Trusted {
                at_ms: body.at.at_ms,
                error_ms: Some(0),
            },
            body,
        })
    }
}
