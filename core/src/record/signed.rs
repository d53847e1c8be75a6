use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{ECDSA_P256_SHA256_FIXED, ED25519, UnparsedPublicKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Branch, Hash, RecordError, StreamId, Tip, head::is_stream_id, json};

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

macro_rules! base64url {
    ($name:ty, $read:expr) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use serde::de::Error;
                let text = String::deserialize(deserializer)?;
                let bytes = URL_SAFE_NO_PAD.decode(text).map_err(D::Error::custom)?;
                $read(bytes).map_err(D::Error::custom)
            }
        }
    };
}
base64url!(PublicKey, |bytes: Vec<u8>| PublicKey::from_bytes(&bytes));
base64url!(Signature, |bytes: Vec<u8>| if bytes.len() == 64 {
    Ok(Signature(bytes))
} else {
    Err("a signature has 64 bytes")
});

/// Something that is signed: `onbeat/<what>/1` and the fields, newline-joined.
pub trait Signable: Sized {
    /// `seal`, `epoch`, `receipt`, `anchor`, `certificate`, `key` or `recovery`.
    const WHAT: &'static str;
    /// The fields in the order they are signed, without the signature.
    fn fields(&self) -> Vec<String>;
    /// The key that is said to have signed.
    fn kid(&self) -> &str;
    /// The signature.
    fn signature(&self) -> &Signature;
    /// Puts a signature in its place.
    fn set_signature(&mut self, signature: Signature);

    /// The bytes that are signed.
    fn message(&self) -> Vec<u8> {
        let mut message = format!("onbeat/{}/1", Self::WHAT);
        for field in self.fields() {
            message.push('\n');
            message.push_str(&field);
        }
        message.into_bytes()
    }

    /// Holds the signature against `key`.
    ///
    /// # Errors
    /// [`RecordError::BadSignature`], also where `key` is not the one named.
    fn verify(&self, key: &PublicKey) -> Result<(), RecordError> {
        if key.kid() == self.kid() && key.verifies(&self.message(), self.signature()) {
            Ok(())
        } else {
            Err(RecordError::BadSignature {
                what: Self::WHAT,
                kid: self.kid().into(),
            })
        }
    }
}

/// A value whose signature is still to be made; it can't be taken for a signed one.
#[derive(Debug, Clone)]
pub struct Unsigned<T>(T);

impl<T: Signable> Unsigned<T> {
    /// Takes a value whose signature, whatever it holds, is to be replaced.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The bytes to sign.
    pub fn message(&self) -> Vec<u8> {
        self.0.message()
    }

    /// The value with its signature over [`Unsigned::message`].
    pub fn signed(mut self, signature: Signature) -> T {
        self.0.set_signature(signature);
        self.0
    }

    /// Signs with `signer`, which is given the bytes to sign.
    ///
    /// # Errors
    /// Whatever `signer` answers.
    pub fn sign<E>(self, signer: impl FnOnce(&[u8]) -> Result<Signature, E>) -> Result<T, E> {
        let signature = signer(&self.message())?;
        Ok(self.signed(signature))
    }
}

macro_rules! signable {
    ($name:ident, $what:literal, |$it:ident| $fields:expr) => {
        impl Signable for $name {
            const WHAT: &'static str = $what;
            fn fields(&self) -> Vec<String> {
                let $it = self;
                $fields
            }
            fn kid(&self) -> &str {
                &self.kid
            }
            fn signature(&self) -> &Signature {
                &self.sig
            }
            fn set_signature(&mut self, signature: Signature) {
                self.sig = signature;
            }
        }
    };
}
pub(super) use signable;

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
        let Tip {
            stream,
            epoch,
            seq,
            hash,
        } = tip.clone();
        Unsigned(Self {
            stream,
            epoch,
            seq,
            hash,
            kid,
            sig: Signature::default(),
        })
    }
}

/// Why a phone opens a new epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
    URL_SAFE_NO_PAD.encode(e.key.as_bytes()),
    e.heads.iter().map(Hash::to_string).collect::<Vec<_>>().join(","),
    e.reason.as_str().into(),
    e.kid.clone()
]);

/// The server's word that records are durable. The rep keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
pub struct Receipt {
    /// Whose log.
    pub stream: StreamId,
    /// Which epoch.
    pub epoch: u32,
    /// Which branch, empty for the main line.
    pub branch: Branch,
    /// Newest record stored.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
    /// When, by the server's clock, in milliseconds since 1970 (UTC).
    pub received_at: i64,
    /// The server's key.
    pub kid: Kid,
    /// Over the fields above.
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
        let Tip {
            stream,
            epoch,
            seq,
            hash,
        } = tip.clone();
        Unsigned(Self {
            stream,
            epoch,
            branch,
            seq,
            hash,
            received_at,
            kid,
            sig: Signature::default(),
        })
    }
}

/// The server's time, signed over the phone's newest record: what comes after is provably later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// Whose log.
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
    pub kid: Kid,
    /// Over the fields above.
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
        let Tip {
            stream,
            epoch,
            seq,
            hash,
        } = tip.clone();
        Unsigned(Self {
            stream,
            epoch,
            seq,
            hash,
            server_at,
            kid,
            sig: Signature::default(),
        })
    }
}

/// How well a phone's private key is kept: shown, never a lock-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// In hardware, with the maker's attestation.
    Attested,
    /// In hardware, as the phone claims.
    Hardware,
    /// In software (also every key of a server or a demo).
    Software,
    /// A new key took over the unsealed tail of a lost one.
    Unconfirmed,
}

impl Grade {
    /// As it is written and signed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Attested => "attested",
            Self::Hardware => "hardware",
            Self::Software => "software",
            Self::Unconfirmed => "unconfirmed",
        }
    }
}

/// What ties a stream's epoch to a rep and a key: issued by the server at enrolment, and for each new epoch.
///
/// Its line is kept as it came: its SHA-256 is `prev` of the epoch's first record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    fields: CertificateFields,
    line: String,
}

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateFields {
    /// Whose log.
    pub stream: StreamId,
    /// Which epoch it opens.
    pub epoch: u32,
    /// The rep's id (`desk` for a server's own log).
    pub rep: String,
    /// The key that seals this epoch.
    pub key: PublicKey,
    /// How well the key is kept.
    pub grade: Grade,
    /// Hashes of the newest records of the epoch before, on every line of it that is known; empty at first.
    pub heads: Vec<Hash>,
    /// When, in milliseconds since 1970 (UTC).
    pub issued_at: i64,
    /// Played, not lived.
    pub demo: bool,
    /// The server's key.
    pub kid: Kid,
    /// Over the fields above.
    pub sig: Signature,
}
signable!(CertificateFields, "certificate", |c| vec![
    c.stream.clone(),
    c.epoch.to_string(),
    c.rep.clone(),
    URL_SAFE_NO_PAD.encode(c.key.as_bytes()),
    c.grade.as_str().into(),
    c.heads.iter().map(Hash::to_string).collect::<Vec<_>>().join(","),
    c.issued_at.to_string(),
    c.demo.to_string(),
    c.kid.clone()
]);

impl Certificate {
    /// A certificate from its signed fields: `Certificate::new(Unsigned::new(fields).sign(…)?)`.
    pub fn new(fields: CertificateFields) -> Self {
        let line = serde_json::to_string(&fields).expect("a certificate has nothing that JSON cannot hold");
        Self { fields, line }
    }

    /// Reads a certificate line.
    ///
    /// # Errors
    /// [`RecordError::NotJson`] or [`RecordError::NotA`].
    pub fn parse(line: &str) -> Result<Self, RecordError> {
        let refuse = |why: String| RecordError::NotA {
            what: "certificate",
            why,
        };
        let fields: CertificateFields =
            serde_json::from_value(json::parse(line)?).map_err(|e| refuse(e.to_string()))?;
        if !is_stream_id(&fields.stream) || fields.epoch == 0 {
            return Err(refuse("stream or epoch is none".into()));
        }
        if fields.rep.chars().any(char::is_control) {
            return Err(refuse("the rep's id has control characters".into()));
        }
        Ok(Self {
            fields,
            line: line.to_owned(),
        })
    }

    /// The line, as it came.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// `prev` of the epoch's first record.
    pub fn hash(&self) -> Hash {
        Hash::of(&self.line)
    }
}

impl std::ops::Deref for Certificate {
    type Target = CertificateFields;
    fn deref(&self) -> &CertificateFields {
        &self.fields
    }
}
