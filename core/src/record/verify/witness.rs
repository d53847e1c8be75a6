//! What others vouch for: receipts of the server, and what phones saw of a desk's log.

use std::collections::{BTreeMap, VecDeque};

use super::report::{FaultCode as Code, Findings, Place};
use crate::record::{Body, Hash, Receipt};

/// The `type` of a record that names a desk's newest record.
const FEED_SEEN: &str = "feed.seen";
/// Words on one line that are remembered until it comes.
const MAX_WITNESSES: usize = 65_536;

/// Someone's word on which record stands at a seq.
#[derive(Clone)]
pub(super) struct Witness {
    pub(super) seq: u64,
    pub(super) hash: Hash,
    /// When the server receipted it; `None` where a phone saw it.
    pub(super) received_at: Option<i64>,
}

impl From<&Receipt> for Witness {
    fn from(receipt: &Receipt) -> Self {
        Self {
            seq: receipt.seq,
            hash: receipt.hash,
            received_at: Some(receipt.received_at),
        }
    }
}

/// Tells that a line ends at `seq`, before the newest record that `witness` knows of; `None`: it is not here
/// at all.
pub(super) fn missing_end(place: &Place, seq: Option<u64>, witness: &Witness, findings: &mut Findings) {
    let (code, who) = match witness.received_at {
        Some(_) => (Code::Cut, "the server acknowledged"),
        None => (Code::Contradicted, "a phone saw"),
    };
    let (first, end) = match seq {
        Some(seq) => (seq + 1, format!("the file ends at {seq}")),
        // A branch's first seq is not known; a main line's is.
        None if place.branch.is_empty() => (1, "nothing of its line is here".into()),
        None => (witness.seq, "nothing of its branch is here".into()),
    };
    let why = format!("{who} record {}, {end}", witness.seq);
    findings.fault(code, place, first, 0, why);
}

/// What a phone saw of the desk's log, in a record of type `feed.seen`. A desk's log has one epoch.
pub(super) fn read_desk_head(body: &Body) -> Option<(Place, Witness)> {
    if body.kind != FEED_SEEN {
        return None;
    }
    let place = Place {
        stream: body.fields.get("desk")?.as_str()?.to_owned(),
        epoch: 1,
        branch: String::new(),
    };
    let witness = Witness {
        seq: body.fields.get("seq")?.as_u64()?,
        hash: body.fields.get("hash")?.as_str()?.parse().ok()?,
        received_at: None,
    };
    Some((place, witness))
}

/// Words on lines that are still to come.
#[derive(Default)]
pub(super) struct Witnesses(BTreeMap<Place, Vec<Witness>>);

impl Witnesses {
    pub(super) fn add(&mut self, place: Place, witness: Witness) {
        let known = self.0.entry(place).or_default();
        if known.len() == MAX_WITNESSES {
            known.pop(); // the newest say the most
        }
        known.push(witness);
    }

    pub(super) fn take(&mut self, place: &Place) -> VecDeque<Witness> {
        let mut witnesses = self.0.remove(place).unwrap_or_default();
        witnesses.sort_by_key(|witness| witness.seq);
        witnesses.into()
    }

    /// The newest word on each line that never came.
    pub(super) fn newest_left(self) -> BTreeMap<Place, Witness> {
        let newest = |witnesses: Vec<Witness>| witnesses.into_iter().max_by_key(|witness| witness.seq);
        let left = self.0.into_iter();
        left.filter_map(|(place, witnesses)| Some((place, newest(witnesses)?)))
            .collect()
    }
}
