use serde::{Deserialize, Serialize};

use super::{Kid, PublicKey, Signable, Signature, signable};
use crate::record::{Hash, RecordError, StreamId, head::is_stream_id, json};

/// How well a phone's private key is kept: shown, never a lock-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    c.key.to_string(),
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
