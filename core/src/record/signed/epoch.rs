use serde::{Deserialize, Serialize};

use super::{Kid, PublicKey, Signable, Signature, signable};
use crate::record::{Hash, StreamId};

/// Why a phone opens a new epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EpochReason {
    /// Its log and the server's went on differently.
    Fork,
    /// Its key is gone: nothing can sign the request.
    KeyLost,
    /// The server refused records of it.
    Quarantined,
}

impl EpochReason {
    /// As it is written and signed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fork => "fork",
            Self::KeyLost => "key_lost",
            Self::Quarantined => "quarantined",
        }
    }
}

/// A phone asks for its stream's next epoch. Signed by the key it has so far, so that a device token alone
/// can't have another key certified unseen; without a signature only where that key is lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochRequest {
    /// Whose log.
    pub stream: StreamId,
    /// The newest epoch and one.
    pub epoch: u32,
    /// The key that will seal it.
    pub key: PublicKey,
    /// The phone's newest hash of the former epoch first, then the server's.
    pub heads: Vec<Hash>,
    /// Why.
    pub reason: EpochReason,
    /// The phone's key so far; empty where it is lost.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kid: Kid,
    /// Over the fields above; empty where the key is lost.
    #[serde(default, skip_serializing_if = "Signature::is_empty")]
    pub sig: Signature,
}
signable!(EpochRequest, "epoch", |e| vec![
    e.stream.clone(),
    e.epoch.to_string(),
    e.key.to_string(),
    e.heads.iter().map(Hash::to_string).collect::<Vec<_>>().join(","),
    e.reason.as_str().into(),
    e.kid.clone()
]);
