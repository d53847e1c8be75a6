//! The words between [`super::machine`] and [`super::drive`]: what is there, what happened, what to do.

use super::Problem;
use crate::{
    phone::store::{LogLineRow, PendingPhoto},
    record::{EpochReason, Hash},
};

/// What the phone has, as it is before a step.
#[derive(Debug, Clone, Default)]
pub(crate) struct Local {
    /// The newest epoch.
    pub(crate) epoch: u32,
    /// The platform has a key.
    pub(crate) has_key: bool,
    /// It is the one that the newest epoch's certificate names.
    pub(crate) key_is_epochs: bool,
    /// Nothing ties this boot to true time yet, or there is something new to tie down.
    pub(crate) anchor_due: bool,
    /// The live lines, oldest first.
    pub(crate) lines: Vec<LogLineRow>,
    /// Records wait for a new epoch.
    pub(crate) aside: bool,
    /// Photos that wait.
    pub(crate) photos: Vec<PendingPhoto>,
}

/// A line as the server has it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) epoch: u32,
    pub(crate) branch: String,
    /// Its newest record.
    pub(crate) seq: u64,
    /// Whether ours of that seq is the same; `None` where we have none.
    pub(crate) same: Option<bool>,
}

/// What just happened.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// Nothing yet.
    Begin,
    /// The server's head.
    Head {
        /// Its newest epoch.
        epoch: u32,
        /// That epoch is held by the key of this phone.
        our_key: bool,
        lines: Vec<Seen>,
    },
    /// A step that has no answer is done.
    Done,
    /// The wait is over.
    Waited,
    /// The phone writes in this epoch now.
    Opened { epoch: u32 },
    /// 403: to the server, our key does not vouch for a new epoch.
    Unproved,
    /// The server has the line up to here.
    Pushed { to_seq: u64 },
    /// 409: it has another record here.
    Fork { seq: u64 },
    /// 409: it misses records before the batch.
    Gap { expected_seq: u64 },
    /// 422: the batch does not check from here on.
    Quarantined { seq: u64 },
    /// No key can seal these records.
    Unsealable,
    /// 413.
    TooBig,
    /// A page of the feed is stored; on the last one the shapes that are missing.
    Feed { more: bool, missing: Vec<Hash> },
    /// 410: another incarnation of the server.
    OtherIncarnation,
    /// How much of a photo the server has.
    Photo { offset: u64, complete: bool },
    /// The platform's key is gone.
    KeyGone,
    /// Unreachable, 408, 429 or 5xx; with the server's own word on how long to wait.
    Later { after_s: Option<u64>, problem: Problem },
    /// 403: another phone took the place of this one, and is told in its stead.
    Replaced,
    /// 403: delete everything.
    Revoked,
    /// Anything else that trying again does not mend.
    Refused(Problem),
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// Ask for the server's head.
    GetHead,
    /// Have the platform make a key.
    NewKey,
    /// Forget the epochs from here on: the server does.
    ForgetEpochs { from: u32 },
    /// Write in the epoch whose certificate the server's head showed.
    AdoptNewest,
    /// Ask for an epoch and write in it.
    OpenEpoch { epoch: u32, reason: EpochReason },
    /// Ask for the time and record it.
    Anchor,
    /// Seal and send records.
    Push {
        epoch: u32,
        branch: String,
        from: u64,
        max_records: usize,
    },
    /// Name what diverges as a branch.
    MakeBranch { epoch: u32, from: u64 },
    /// Have these records written anew in the next epoch.
    SetAside { epoch: u32, branch: String, from: u64 },
    /// Ask for the next page of the feed.
    GetFeed,
    /// Forget the feed's cursor.
    RestartFeed,
    /// Ask for a shape.
    GetBlob(Hash),
    /// Ask how much of a photo is there.
    AskPhoto(Hash),
    /// Send the next piece of a photo.
    SendPhoto { hash: Hash, offset: u64 },
    /// The server was restored: offer the photos again.
    OfferPhotos,
    /// Wait, then go on.
    Wait { ms: u64 },
    /// Delete everything.
    Wipe,
    /// Nothing more to do now.
    End,
}
