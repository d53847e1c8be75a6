use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::{Kid, Signable, Signature, Unsigned, key::written_as_base64url, signable};
use crate::{base64url, record::RecordError};

/// A TLS key by its SHA-256, over the DER of its `SubjectPublicKeyInfo` (RFC 7469, section 2.4). Written as base64url
/// without padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pin([u8; 32]);

impl Pin {
    /// Of a `SubjectPublicKeyInfo` in DER.
    pub fn of(spki: impl AsRef<[u8]>) -> Self {
        Self(Sha256::digest(spki).into())
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, RecordError> {
        let bytes = bytes.try_into().map_err(|_| RecordError::NotA {
            what: "pin",
            why: format!("{} bytes, not the 32 of a SHA-256", bytes.len()),
        })?;
        Ok(Self(bytes))
    }
}

written_as_base64url!(Pin, |bytes: Vec<u8>| Pin::from_bytes(&bytes));

impl FromStr for Pin {
    type Err = RecordError;

    fn from_str(text: &str) -> Result<Self, RecordError> {
        let bytes = base64url::decode(text).map_err(|error| RecordError::NotA {
            what: "pin",
            why: error.to_string(),
        })?;
        Self::from_bytes(&bytes)
    }
}

/// What a server says of its TLS keys. It goes before all that it said earlier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TlsPins {
    /// The keys it may show, at most four; none: any that a public authority vouches for.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub pins: Vec<Pin>,
    /// When, by the server's clock, in milliseconds since 1970 (UTC); later than in all it said before.
    pub issued_at: i64,
    /// The server's signing key.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub kid: Kid,
    /// Over the fields above.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub sig: Signature,
}
signable!(TlsPins, "pins", |t| vec![
    t.pins.iter().map(Pin::to_string).collect::<Vec<_>>().join(","),
    t.issued_at.to_string(),
    t.kid.clone()
]);

impl TlsPins {
    /// Keys that one server may show: its own, the next one, and those of two proxies or servers beside it.
    pub const MOST: usize = 4;

    /// To be signed by the key `kid`.
    pub fn unsigned(pins: Vec<Pin>, issued_at: i64, kid: Kid) -> Unsigned<Self> {
        Unsigned::new(Self {
            pins,
            issued_at,
            kid,
            sig: Signature::default(),
        })
    }
}
