//! Desk records about the logs themselves (R19): forks, batches that did not check, new epochs, times that cannot
//! be true.

use serde::{Deserialize, Serialize};

use super::{
    Finding, FindingKind,
    case::Case,
    explain::{Grounds, Sentence},
    finding::Found,
};
use crate::record::{Branch, EpochReason, Hash, Payload, StreamId};

/// Desk record: a stream's log went on from an older state. Alone it reads "phone restored or copied".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamForked {
    /// Whose.
    pub rep: String,
    /// Which log.
    pub stream: StreamId,
    /// The epoch that has two continuations.
    pub epoch: u32,
    /// First seq that differs.
    pub seq: u64,
}
impl Payload for StreamForked {
    const TYPE: &'static str = "stream.forked";
}

/// Desk record: a pushed batch did not check; its bytes are kept as evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchQuarantined {
    /// Whose.
    pub rep: String,
    /// Which log.
    pub stream: StreamId,
    /// Which epoch.
    pub epoch: u32,
    /// First record that does not check.
    pub seq: u64,
    /// `chain`, `seal`, `body_hash` or `unsealed`.
    pub fault: String,
    /// The bytes as they came.
    pub blob: Hash,
}
impl Payload for BatchQuarantined {
    const TYPE: &'static str = "batch.quarantined";
}

/// Desk record: a stream goes on under a new certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochOpened {
    /// Whose.
    pub rep: String,
    /// Which stream.
    pub stream: StreamId,
    /// Which epoch.
    pub epoch: u32,
    /// Why.
    pub reason: EpochReason,
    /// The certificate's line.
    pub certificate: String,
}
impl Payload for EpochOpened {
    const TYPE: &'static str = "epoch.opened";
}

/// Desk record: records whose times cannot be true (FORMAT.md, "Back-dated"). They are kept as evidence and left
/// out of the ruling. Once a day and stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordBackDated {
    /// Whose.
    pub rep: String,
    /// Which log.
    pub stream: StreamId,
    /// Which epoch.
    pub epoch: u32,
    /// Which branch, empty for the main line.
    pub branch: Branch,
    /// The first of them that came that day.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}
impl Payload for RecordBackDated {
    const TYPE: &'static str = "record.back_dated";
}

/// A question for each fork and each key that nothing vouches for, and a finding for each batch that did not check
/// and each day of back-dated records.
pub(super) fn found(case: &Case<'_>) -> Vec<Found> {
    let of_rep = |rep: &str, at_ms: i64| rep == case.basis.rep_id && case.has(at_ms);
    let forked = case.records.of::<StreamForked>();
    let forked = forked.filter(|(entry, fork)| of_rep(&fork.rep, entry.when.at_ms));
    let forked = forked.map(|(entry, fork)| {
        Found::at(FindingKind::LogForked, entry.when.at_ms, vec![entry.source()])
            .text("stream", fork.stream)
            .number("epoch", i64::from(fork.epoch))
            .number("seq", fork.seq as i64)
    });
    let broken = case.records.of::<BatchQuarantined>();
    let broken = broken.filter(|(entry, batch)| of_rep(&batch.rep, entry.when.at_ms));
    let broken = broken.map(|(entry, batch)| {
        Found::at(FindingKind::LogBroken, entry.when.at_ms, vec![entry.source()])
            .text("stream", batch.stream)
            .number("epoch", i64::from(batch.epoch))
            .number("seq", batch.seq as i64)
            .text("fault", batch.fault)
    });
    let replaced = case.records.of::<EpochOpened>();
    let replaced = replaced.filter(|(_, opened)| opened.reason == EpochReason::KeyLost);
    let replaced = replaced.filter(|(entry, opened)| of_rep(&opened.rep, entry.when.at_ms));
    let replaced = replaced.map(|(entry, opened)| {
        Found::at(FindingKind::KeyReplaced, entry.when.at_ms, vec![entry.source()])
            .text("stream", opened.stream)
            .number("epoch", i64::from(opened.epoch))
    });
    let dated = case.records.of::<RecordBackDated>();
    let dated = dated.filter(|(entry, record)| of_rep(&record.rep, entry.when.at_ms));
    let dated = dated.map(|(entry, record)| {
        Found::at(FindingKind::LogBroken, entry.when.at_ms, vec![entry.source()])
            .text("stream", record.stream)
            .number("epoch", i64::from(record.epoch))
            .text("branch", record.branch)
            .number("seq", record.seq as i64)
            .text("fault", "back_dated")
    });
    forked.chain(broken).chain(replaced).chain(dated).collect()
}

/// By the desk's record. Times that can't be true are said otherwise than bytes that do not check.
pub(super) fn grounds(finding: &Finding) -> Grounds {
    let mut grounds = Grounds::new(finding, &[]);
    if finding.text("fault") == Some("back_dated") {
        grounds.happened = Sentence::of("log_back_dated", finding);
        grounds.measure = Sentence::of("log_back_dated_measure", finding);
    }
    let facts = ["stream", "epoch", "branch", "seq", "fault"];
    grounds.condition(&finding.kind.code(), true, finding, &facts)
}
