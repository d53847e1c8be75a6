//! What an epoch carries over from the one before.

use super::{clock::Clocks, section::Section};
use crate::record::{Body, Certificate, Hash};

/// What a main line may carry over: the records that the server refused in the epoch before.
///
/// The server's certificate says so by its heads: one is the newest record that the server had, where the
/// epoch before ends, and one, the phone's own, never came in.
pub(super) struct Carry {
    epoch: u32,
    /// The newest record so far, of those that were kept and those carried.
    seq: u64,
    /// Times of the epoch before: what is carried over follows on them.
    pub(super) clocks: Clocks,
    pub(super) issued_at: i64,
}

impl Carry {
    /// What a `certificate` lets its epoch carry over from the `former` one.
    pub(super) fn by(certificate: &Certificate, former: &[Section]) -> Option<Self> {
        let main = former.first()?;
        let seq = main.chain.seq();
        let ends_there = main
            .chain
            .known
            .get(seq)
            .is_some_and(|tip| certificate.heads.contains(&tip));
        let here = |head: &Hash| former.iter().any(|section| section.chain.known.holds(head));
        let refused = certificate.heads.iter().any(|head| !here(head));
        (ends_there && refused).then(|| Self {
            epoch: main.chain.place.epoch,
            seq,
            clocks: main.clocks.carried_on(),
            issued_at: certificate.issued_at,
        })
    }

    /// Whether a record says that it is the next one carried over: from behind what was kept, in its order.
    pub(super) fn takes(&mut self, body: &Body) -> bool {
        let Some((epoch, seq)) = body.carried_from() else {
            return false;
        };
        let next = epoch == u64::from(self.epoch) && seq > self.seq;
        if next {
            self.seq = seq;
        }
        next
    }
}
