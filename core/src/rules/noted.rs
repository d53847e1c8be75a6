//! What a phone can't know of its rep's day by itself, told by the server: the rep sees all that is said of him.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Entry, Finding, Name};
use crate::{
    record::{BodyLine, Hash, Record, RecordError},
    reference::Document,
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
    /// What the day is judged by, where that is not what is in force now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged_by: Option<JudgedBy>,
}

/// The documents of a day that is over, as a blob: many days have the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgedBy {
    /// The blob: the JSON of documents with their keys.
    pub documents: Hash,
    /// The shapes that they name.
    pub shapes: Vec<Hash>,
}

impl JudgedBy {
    /// Names documents; with the bytes of their blob.
    pub fn of(documents: &[(String, Document)]) -> (Self, Vec<u8>) {
        let bytes = serde_json::to_vec(documents).expect("documents are plain data");
        let shapes = documents.iter().filter_map(|(_, document)| match document {
            Document::Area(area) => Some(area.shapes()),
            _ => None,
        });
        let judged_by = Self {
            documents: Hash::of(&bytes),
            shapes: shapes.flatten().copied().collect(),
        };
        (judged_by, bytes)
    }

    /// All blobs that are needed to fold the day.
    pub fn blobs(&self) -> impl Iterator<Item = &Hash> {
        self.shapes.iter().chain([&self.documents])
    }
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
        self.records.is_empty() && self.findings.is_empty() && self.judged_by.is_none()
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
    /// Of [`Record::from_lines`] and [`BodyLine::parse`].
    pub fn entry(&self) -> Result<Entry, RecordError> {
        let record = Record::from_lines(self.head.clone(), Some(self.body.clone()))?;
        let body = BodyLine::parse(self.body.clone())?;
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
