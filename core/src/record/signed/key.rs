use std::fmt;

use ring::signature::{ECDSA_P256_SHA256_FIXED, ED25519, UnparsedPublicKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    base64url,
    record::{Hash, RecordError},
};

/// Name of a key: the first 16 hex digits of the SHA-256 of its bytes.
pub type Kid = String;

/// A public key: 65 bytes of an uncompressed P-256 point (phones: what Keystore and Secure Enclave have)
/// or 32 bytes of Ed25519 (servers). Written as base64url without padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(Vec<u8>);

impl PublicKey {
    /// A key from its bytes.
    ///
    /// # Errors
    /// [`RecordError::NotA`] where the length fits neither algorithm.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RecordError> {
        match bytes.len() {
            32 => Ok(Self(bytes.to_vec())),
            65 if bytes[0] == 4 => Ok(Self(bytes.to_vec())),
            n => Err(RecordError::NotA {
                what: "public key",
                why: format!("{n} bytes: neither Ed25519 (32) nor an uncompressed P-256 point (65)"),
            }),
        }
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its name.
    pub fn kid(&self) -> Kid {
        Hash::of(&self.0).to_string()[..16].to_owned()
    }

    /// Holds a bare signature over `message` against this key.
    pub fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        match self.0.len() {
            32 => UnparsedPublicKey::new(&ED25519, &self.0)
                .verify(message, &signature.0)
                .is_ok(),
            _ => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.0)
                .verify(message, &signature.0)
                .is_ok(),
        }
    }
}

/// 64 bytes: raw r and s (ECDSA P-256 with SHA-256) or Ed25519 (RFC 8032). Written as base64url.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signature(pub Vec<u8>);

impl Signature {
    /// Not made yet, or not there.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

macro_rules! written_as_base64url {
    ($name:ty, $read:expr) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&base64url::encode(&self.0))
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use serde::de::Error;
                let text = String::deserialize(deserializer)?;
                let bytes = base64url::decode(&text).map_err(D::Error::custom)?;
                $read(bytes).map_err(D::Error::custom)
            }
        }
    };
}
pub(super) use written_as_base64url;

written_as_base64url!(PublicKey, |bytes: Vec<u8>| PublicKey::from_bytes(&bytes));
written_as_base64url!(Signature, |bytes: Vec<u8>| if bytes.len() == 64 {
    Ok(Signature(bytes))
} else {
    Err("a signature has 64 bytes")
});
