use serde::{Deserialize, Serialize};

use super::{Kid, Signable, Signature, Unsigned, signable};
use crate::record::{Hash, StreamId, Tip};

/// The phone's word that everything up to a record is its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// Whose log.
    pub stream: StreamId,
    /// Which epoch.
    pub epoch: u32,
    /// Newest record covered; all before it are covered through the chain.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
    /// The phone's key.
    pub kid: Kid,
    /// Over the fields above.
    pub sig: Signature,
}
signable!(Seal, "seal", |s| vec![
    s.stream.clone(),
    s.epoch.to_string(),
    s.seq.to_string(),
    s.hash.to_string(),
    s.kid.clone()
]);

impl Seal {
    /// A seal over `tip`, to be signed by the key `kid`.
    pub fn unsigned(tip: &Tip, kid: Kid) -> Unsigned<Self> {
        Unsigned::new(Self {
            stream: tip.stream.clone(),
            epoch: tip.epoch,
            seq: tip.seq,
            hash: tip.hash,
            kid,
            sig: Signature::default(),
        })
    }
}
