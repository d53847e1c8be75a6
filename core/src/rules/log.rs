//! Desk records about the logs themselves (R19): forks and batches that did not check.

use serde::{Deserialize, Serialize};

use crate::record::{Hash, Payload, StreamId};

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
