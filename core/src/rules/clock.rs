//! Records about clocks: anchors, and wall clocks that moved.

use serde::{Deserialize, Serialize};

use crate::record::{Anchor, Hash, Payload, StreamId};

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
