use serde::{Deserialize, Serialize};

use super::{Kid, Signable, Signature, Unsigned, signable};
use crate::record::{Branch, Hash, StreamId, Tip};

/// The server's word that records are durable. The rep keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// Whose log.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub stream: StreamId,
    /// Which epoch.
    pub epoch: u32,
    /// Which branch, empty for the main line.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub branch: Branch,
    /// Newest record stored.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
    /// When, by the server's clock, in milliseconds since 1970 (UTC).
    pub received_at: i64,
    /// The server's key.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub kid: Kid,
    /// Over the fields above.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub sig: Signature,
}
signable!(Receipt, "receipt", |r| vec![
    r.stream.clone(),
    r.epoch.to_string(),
    r.branch.clone(),
    r.seq.to_string(),
    r.hash.to_string(),
    r.received_at.to_string(),
    r.kid.clone()
]);

impl Receipt {
    /// A receipt for everything up to `tip` on `branch`, to be signed by the key `kid`.
    pub fn unsigned(tip: &Tip, branch: Branch, received_at: i64, kid: Kid) -> Unsigned<Self> {
        Unsigned::new(Self {
            stream: tip.stream.clone(),
            epoch: tip.epoch,
            branch,
            seq: tip.seq,
            hash: tip.hash,
            received_at,
            kid,
            sig: Signature::default(),
        })
    }
}
