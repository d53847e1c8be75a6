//! What the server answers.

use serde::Deserialize;

use crate::{
    phone::store::FeedItem,
    record::{Anchor, Branch, Hash, Receipt, StreamId, TlsPins},
};

/// `GET …/head`.
#[derive(Debug, Deserialize)]
pub(super) struct HeadAnswer {
    pub(super) epoch: u32,
    pub(super) certificate: String,
    pub(super) lines: Vec<HeadLine>,
}

#[derive(Debug, Deserialize)]
pub(super) struct HeadLine {
    pub(super) epoch: u32,
    pub(super) branch: Branch,
    pub(super) seq: u64,
    pub(super) hash: Hash,
}

/// `POST …/epochs`.
#[derive(Debug, Deserialize)]
pub(super) struct EpochAnswer {
    pub(super) certificate: String,
}

/// `POST …/log`.
#[derive(Debug, Deserialize)]
pub(super) struct PushAnswer {
    pub(super) receipt: Receipt,
    #[serde(default)]
    pub(super) stored: u64,
    #[serde(default)]
    pub(super) erased: Vec<ErasedRecord>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ErasedRecord {
    pub(super) epoch: u32,
    pub(super) seq: u64,
}

/// `POST /api/v1/time`.
#[derive(Debug, Deserialize)]
pub(super) struct TimeAnswer {
    pub(super) anchor: Anchor,
}

/// `GET /api/v1/feed`.
#[derive(Debug, Deserialize)]
pub(super) struct FeedAnswer {
    #[serde(default)]
    pub(super) snapshot: bool,
    pub(super) items: Vec<FeedItem>,
    pub(super) cursor: String,
    pub(super) more: bool,
    pub(super) desk: DeskHead,
    /// None: it never said which TLS keys are its own.
    #[serde(default)]
    pub(super) pins: Option<TlsPins>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DeskHead {
    pub(super) stream: StreamId,
    pub(super) seq: u64,
    pub(super) hash: Hash,
}

/// `GET` and `PUT /api/v1/photos/…`.
#[derive(Debug, Deserialize)]
pub(super) struct PhotoAnswer {
    pub(super) offset: u64,
    pub(super) complete: bool,
}
