use serde::{Deserialize, Serialize};

use super::{Hash, RecordError, StreamId, json};

/// First line of a record: its place in the chain. Its SHA-256 is the record's hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Version of the format, 1.
    pub v: u8,
    /// Whose log.
    pub stream: StreamId,
    /// Counts the keys the stream has had, from 1.
    pub epoch: u32,
    /// Counts the records of the epoch, from 1.
    pub seq: u64,
    /// Hash of the record before; at seq 1 that of the epoch's certificate.
    pub prev: Hash,
    /// Hash of the body line.
    pub body: Hash,
}

impl Head {
    /// The line as this version writes it.
    pub fn to_line(&self) -> String {
        serde_json::to_string(self).expect("a head has nothing that JSON cannot hold")
    }

    /// Reads a head line.
    ///
    /// # Errors
    /// [`RecordError::NotJson`] or [`RecordError::NotA`].
    pub fn parse(line: &str) -> Result<Self, RecordError> {
        let refuse = |why: String| RecordError::NotA { what: "head", why };
        let head: Self = serde_json::from_value(json::parse(line)?).map_err(|e| refuse(e.to_string()))?;
        if head.v != 1 {
            return Err(refuse(format!("format version {} is not known here", head.v)));
        }
        if !is_stream_id(&head.stream) {
            return Err(refuse("the stream is not 32 lower-case hex digits".into()));
        }
        if head.epoch == 0 || head.seq == 0 {
            return Err(refuse("epoch and seq count from 1".into()));
        }
        Ok(head)
    }
}

pub(super) fn is_stream_id(text: &str) -> bool {
    super::hash::decode_hex::<16>(text).is_some()
}
