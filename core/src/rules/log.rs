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
    use FindingKind as K;
    let forked = each(case, K::LogForked, |fork: StreamForked, found| {
        let found = on_log(found, fork.stream, fork.epoch).number("seq", fork.seq as i64);
        Some((fork.rep, found))
    });
    let broken = each(case, K::LogBroken, |batch: BatchQuarantined, found| {
        let found = on_log(found, batch.stream, batch.epoch).number("seq", batch.seq as i64);
        Some((batch.rep, found.text("fault", batch.fault)))
    });
    let replaced = each(case, K::KeyReplaced, |opened: EpochOpened, found| {
        let lost = opened.reason == EpochReason::KeyLost;
        lost.then(|| (opened.rep, on_log(found, opened.stream, opened.epoch)))
    });
    let dated = each(case, K::LogBroken, |record: RecordBackDated, found| {
        let found = on_log(found, record.stream, record.epoch).text("branch", record.branch);
        let found = found.number("seq", record.seq as i64).text("fault", "back_dated");
        Some((record.rep, found))
    });
    [forked, broken, replaced, dated].concat()
}

/// What the day's desk records of one type say of this rep's logs: `told` gives whose log it is, and adds the facts.
fn each<P: Payload>(
    case: &Case<'_>,
    kind: FindingKind,
    told: impl Fn(P, Found) -> Option<(String, Found)>,
) -> Vec<Found> {
    let of_day = case.records.of().filter(|(entry, _)| case.has(entry.when.at_ms));
    let told = of_day.filter_map(|(entry, record)| {
        let found = Found::at(kind, entry.when.at_ms, vec![entry.source()]);
        told(record, found)
    });
    let of_rep = told.filter(|(rep, _)| *rep == case.basis.rep_id);
    of_rep.map(|(_, found)| found).collect()
}

fn on_log(found: Found, stream: StreamId, epoch: u32) -> Found {
    found.text("stream", stream).number("epoch", i64::from(epoch))
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
