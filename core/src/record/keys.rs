use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{
    Kid, PublicKey, RecordError,
    signed::{Signable, Signature, Unsigned, signable},
};

/// KEYS.json: all public keys a server has signed with, oldest first, and its recovery key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyFile {
    /// Oldest first; the old key signs the new.
    pub keys: Vec<ServerKey>,
    /// What phones seal their database keys to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<RecoveryKey>,
}

impl KeyFile {
    /// Reads KEYS.json; nothing in it is trusted yet.
    ///
    /// # Errors
    /// [`RecordError::NotA`].
    pub fn parse(json: &str) -> Result<Self, RecordError> {
        serde_json::from_str(json).map_err(|e| RecordError::NotA {
            what: "key file",
            why: e.to_string(),
        })
    }
}

/// One signing key of a server, and how long it signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerKey {
    /// Its name.
    pub kid: Kid,
    /// `ed25519`.
    pub alg: String,
    /// The key.
    pub key: PublicKey,
    /// Signs from this moment, in milliseconds since 1970 (UTC).
    pub from: i64,
    /// Signed until this moment; `None` while it is in use.
    pub to: Option<i64>,
    /// The older key that vouches for it; `None` for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<Kid>,
    /// Signature of `signed_by` over `kid`, `key`, `from` and `signed_by`; empty for the first.
    #[serde(default, skip_serializing_if = "Signature::is_empty")]
    pub sig: Signature,
}

impl ServerKey {
    /// The first key of a server: nobody vouches for it, it is trusted because it was handed over.
    pub fn first(key: PublicKey, from: i64) -> Self {
        Self {
            kid: key.kid(),
            alg: "ed25519".into(),
            key,
            from,
            to: None,
            signed_by: None,
            sig: Signature::default(),
        }
    }

    /// A further key, to be signed by the key `signed_by`.
    pub fn unsigned(key: PublicKey, from: i64, signed_by: Kid) -> Unsigned<Self> {
        Unsigned::new(Self {
            signed_by: Some(signed_by),
            ..Self::first(key, from)
        })
    }

    /// Whether this key was in use at `at_ms`.
    pub fn in_use(&self, at_ms: i64) -> bool {
        self.from <= at_ms && self.to.is_none_or(|to| at_ms <= to)
    }
}

impl Signable for ServerKey {
    const WHAT: &'static str = "key";
    fn fields(&self) -> Vec<String> {
        vec![
            self.kid.clone(),
            self.key.to_string(),
            self.from.to_string(),
            self.signed_by.clone().unwrap_or_default(),
        ]
    }
    fn kid(&self) -> &str {
        self.signed_by.as_deref().unwrap_or_default()
    }
    fn signature(&self) -> &Signature {
        &self.sig
    }
    fn set_signature(&mut self, signature: Signature) {
        self.sig = signature;
    }
}

/// The server's X25519 key that phones seal their database keys to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryKey {
    /// 32 bytes of X25519 (RFC 7748).
    pub key: PublicKey,
    /// The server's signing key that vouches for it.
    pub kid: Kid,
    /// Over the fields above.
    pub sig: Signature,
}
signable!(RecoveryKey, "recovery", |r| vec![r.key.to_string(), r.kid.clone()]);

impl RecoveryKey {
    /// A recovery key, to be signed by the key `kid`.
    pub fn unsigned(key: PublicKey, kid: Kid) -> Unsigned<Self> {
        Unsigned::new(Self {
            key,
            kid,
            sig: Signature::default(),
        })
    }
}

/// The server keys that are trusted: one that was handed over, and all that it vouches for in turn.
#[derive(Debug, Clone, Default)]
pub struct KeyRing {
    keys: HashMap<Kid, ServerKey>,
}

impl KeyRing {
    /// Trusts the key named `root` (the first of the file if `None`) and the keys that trusted keys signed.
    ///
    /// # Errors
    /// [`RecordError::NotA`] where the file has no such key or misnames one, [`RecordError::BadSignature`]
    /// where a key claims to be vouched for by a trusted key and is not.
    pub fn trust(file: &KeyFile, root: Option<&str>) -> Result<Self, RecordError> {
        let refuse = |why: String| RecordError::NotA { what: "key file", why };
        if let Some(wrong) = file
            .keys
            .iter()
            .find(|key| key.kid != key.key.kid() || key.alg != "ed25519")
        {
            return Err(refuse(format!(
                "key {:?} is not the Ed25519 key it is named for",
                wrong.kid
            )));
        }
        let root = match root {
            Some(kid) => file.keys.iter().find(|key| key.kid == kid),
            None => file.keys.first(),
        };
        let root = root.ok_or_else(|| refuse("the key to start from is not in it".into()))?;
        let mut ring = Self::default();
        ring.keys.insert(root.kid.clone(), root.clone());
        for key in &file.keys {
            let vouching = key.signed_by.as_ref().and_then(|kid| ring.keys.get(kid));
            if let Some(older) = vouching {
                key.verify(&older.key)?;
                ring.keys.insert(key.kid.clone(), key.clone());
            }
        }
        if let Some(recovery) = &file.recovery {
            ring.check(recovery, None)?;
        }
        Ok(ring)
    }

    /// Reads KEYS.json and trusts its first key.
    ///
    /// # Errors
    /// Those of [`KeyFile::parse`] and [`KeyRing::trust`].
    pub fn parse(json: &str) -> Result<Self, RecordError> {
        Self::trust(&KeyFile::parse(json)?, None)
    }

    /// A trusted key by its name.
    pub fn get(&self, kid: &str) -> Option<&ServerKey> {
        self.keys.get(kid)
    }

    /// Holds something a server signed, at `at_ms` if it says when, against the trusted keys.
    ///
    /// # Errors
    /// [`RecordError::UnknownKey`], [`RecordError::KeyNotInUse`] or [`RecordError::BadSignature`].
    pub fn check<T: Signable>(&self, signed: &T, at_ms: Option<i64>) -> Result<(), RecordError> {
        let (what, kid) = (T::WHAT, signed.kid());
        let key = self
            .get(kid)
            .ok_or_else(|| RecordError::UnknownKey { what, kid: kid.into() })?;
        signed.verify(&key.key)?;
        match at_ms {
            Some(at_ms) if !key.in_use(at_ms) => Err(RecordError::KeyNotInUse {
                what,
                kid: kid.into(),
                at_ms,
            }),
            _ => Ok(()),
        }
    }
}
