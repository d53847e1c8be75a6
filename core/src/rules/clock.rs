//! Records about clocks: anchors, and wall clocks that moved.

use serde::{Deserialize, Serialize};

use super::{Entry, Finding, FindingKind, case::Case, explain::Grounds, finding::Found};
use crate::{
    record::{Anchor, Hash, Payload, StreamId},
    time::Interval,
};

/// Phone record: the server's signed time, with the round trip it came by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Anchored {
    /// The server's word, over this stream's newest record.
    pub anchor: Anchor,
    /// Time since boot when it was asked for; the boot is that of the record's stamp.
    pub sent_elapsed_ms: i64,
    /// Time since boot when it came.
    pub received_elapsed_ms: i64,
}
impl Payload for Anchored {
    const TYPE: &'static str = "clock.anchored";
}

/// Phone record: the wall clock moved against time since boot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockMoved {
    /// By how much: positive is forward.
    pub by_ms: i64,
}
impl Payload for ClockMoved {
    const TYPE: &'static str = "clock.moved";
}

/// Phone record: the head of the desk's log as the feed showed it. Phones witness the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedSeen {
    /// The desk's stream.
    pub desk: StreamId,
    /// Newest record of it.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}
impl Payload for FeedSeen {
    const TYPE: &'static str = "feed.seen";
}

/// One question a day about a wall clock that was moved.
pub(super) fn found(case: &Case<'_>) -> Option<Found> {
    let jump_ms = case.basis.policy.clock.jump_s.saturating_mul(1000);
    let moves: Vec<(&Entry, ClockMoved)> = case
        .records
        .of::<ClockMoved>()
        .filter(|(entry, moved)| case.has(entry.when.at_ms) && moved.by_ms.saturating_abs() > jump_ms)
        .collect();
    let ((first, _), (last, _)) = (moves.first()?, moves.last()?);
    let interval = Interval {
        from_ms: first.when.at_ms,
        to_ms: last.when.at_ms + 1,
    };
    let most = moves.iter().max_by_key(|(_, moved)| moved.by_ms.saturating_abs())?;
    let evidence = moves.iter().map(|(entry, _)| entry.source()).collect();
    Some(
        Found::new(FindingKind::ClockChanged, interval, evidence)
            .number("by_ms", most.1.by_ms)
            .number("changes", moves.len() as i64)
            .number("jump_s", case.basis.policy.clock.jump_s),
    )
}

/// By the moves: the largest, and how many.
pub(super) fn grounds(finding: &Finding) -> Grounds {
    let mut grounds = Grounds::new(finding, &["clock"]);
    let by_ms = finding.number("by_ms").unwrap_or_default().saturating_abs();
    grounds.happened = grounds.happened.number("by_s", by_ms / 1000);
    grounds.condition("moved", true, finding, &["by_ms", "changes", "jump_s"])
}
