use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Hash, RecordError, StreamId, hash::decode_hex, json};

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
        match Self::as_written(line) {
            Some(head) => Ok(head),
            None => Self::from_value(json::parse(line)?),
        }
    }

    /// Reads the one spelling that [`Head::to_line`] writes, several times faster than any JSON.
    pub(super) fn as_written(line: &str) -> Option<Self> {
        let rest = line.strip_prefix("{\"v\":1,\"stream\":\"")?;
        let (stream, rest) = rest.split_once("\",\"epoch\":")?;
        let (epoch, rest) = rest.split_once(",\"seq\":")?;
        let (seq, rest) = rest.split_once(",\"prev\":\"")?;
        let (prev, rest) = rest.split_once("\",\"body\":\"")?;
        let body = rest.strip_suffix("\"}")?;
        Some(Self {
            v: 1,
            stream: Some(stream).filter(|stream| is_stream_id(stream))?.to_owned(),
            epoch: u32::try_from(count(epoch)?).ok()?,
            seq: count(seq)?,
            prev: decode_hex(prev).map(Hash)?,
            body: decode_hex(body).map(Hash)?,
        })
    }

    pub(super) fn from_value(value: Value) -> Result<Self, RecordError> {
        let refuse = |why: String| RecordError::NotA { what: "head", why };
        let head: Self = serde_json::from_value(value).map_err(|e| refuse(e.to_string()))?;
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

/// An integer from 1 as JSON spells it.
fn count(digits: &str) -> Option<u64> {
    let spelt = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    let value: i64 = digits.parse().ok().filter(|_| spelt)?;
    u64::try_from(value).ok()
}

pub(super) fn is_stream_id(text: &str) -> bool {
    decode_hex::<16>(text).is_some()
}
