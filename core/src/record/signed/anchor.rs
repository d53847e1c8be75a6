use serde::{Deserialize, Serialize};

use super::{Kid, Signable, Signature, Unsigned, signable};
use crate::record::{Hash, StreamId, Tip};

/// The server's time, signed over the phone's newest record: what comes after is provably later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Anchor {
    /// Whose log.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub stream: StreamId,
    /// Which epoch.
    pub epoch: u32,
    /// The phone's newest record, 0 for the certificate.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
    /// The server's clock, in milliseconds since 1970 (UTC).
    pub server_at: i64,
    /// The server's key.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub kid: Kid,
    /// Over the fields above.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub sig: Signature,
}
signable!(Anchor, "anchor", |a| vec![
    a.stream.clone(),
    a.epoch.to_string(),
    a.seq.to_string(),
    a.hash.to_string(),
    a.server_at.to_string(),
    a.kid.clone()
]);

impl Anchor {
    /// The server's time over `tip`, to be signed by the key `kid`.
    pub fn unsigned(tip: &Tip, server_at: i64, kid: Kid) -> Unsigned<Self> {
        Unsigned::new(Self {
            stream: tip.stream.clone(),
            epoch: tip.epoch,
            seq: tip.seq,
            hash: tip.hash,
            server_at,
            kid,
            sig: Signature::default(),
        })
    }
}
