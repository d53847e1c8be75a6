//! The server's keys: Ed25519 keys that sign (one in use, one announced), and the X25519 key that phones
//! seal their database keys to. They live in one file of the data folder that only its owner may read.

use std::{
    fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use hpke::{
    Deserializable, Kem, OpModeR, OpModeS, Serializable, aead::ChaCha20Poly1305, kdf::HkdfSha256, kem::X25519HkdfSha256,
};
use onbeat_core::{
    base64url,
    record::{
        Certificate, CertificateFields, KeyFile, Kid, PublicKey, RecoveryKey, ServerKey, Signable, Signature, Unsigned,
    },
};
use ring::{
    hkdf::{HKDF_SHA256, Salt},
    signature::{Ed25519KeyPair, KeyPair},
};
use serde::{Deserialize, Serialize};

use crate::random;

/// A key signs for a year; the next one is announced from the start, so that phones offline for long know it.
const TERM_MS: i64 = 365 * 24 * 60 * 60 * 1000;
/// Present in every data folder.
pub(crate) const FILE: &str = "keys.json";
/// HKDF's salt (RFC 5869) where a key's seed is made of the one before it.
const NEXT_KEY_SALT: &[u8] = b"onbeat/next-key/1";
/// HPKE's `info` of a sealed database key, on both ways.
const RECOVERY_INFO: &[u8] = b"onbeat/recovery/1";

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// The file can't be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The file holds something else.
    #[error("{0} holds no keys of an onbeat server: restore it from the backup of this data folder")]
    Damaged(PathBuf),
    /// A sealed key that can't be opened.
    #[error("the sealed key does not open with this server's recovery key")]
    Sealed,
}

/// A secret sealed by HPKE (RFC 9180), base mode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Sealed {
    /// The encapsulated key, base64url.
    pub enc: String,
    /// The ciphertext, base64url.
    pub sealed: String,
}

/// What the file holds.
#[derive(Serialize, Deserialize)]
struct Secrets {
    /// Oldest first.
    keys: Vec<SecretKey>,
    /// X25519, base64url.
    recovery: String,
}

#[derive(Serialize, Deserialize)]
struct SecretKey {
    /// Seed of the Ed25519 key (RFC 8032), base64url.
    seed: String,
    /// Signs from this moment on.
    from_ms: i64,
}

struct SigningKey {
    pair: Ed25519KeyPair,
    public: ServerKey,
}

/// Signs for the server.
pub struct Signer {
    /// Oldest first, the last one announced.
    keys: Vec<SigningKey>,
    recovery: <X25519HkdfSha256 as Kem>::PrivateKey,
}

impl Signer {
    /// Reads the keys of a data folder; makes them at first start, and announces a new next key where the
    /// former has come into use.
    ///
    /// # Errors
    /// [`SignerError`].
    pub fn open(folder: &Path, now_ms: i64) -> Result<Self, SignerError> {
        let path = folder.join(FILE);
        let failed = |error| SignerError::File {
            path: path.clone(),
            error,
        };
        let mut secrets = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| SignerError::Damaged(path.clone()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Secrets::new(now_ms),
            Err(error) => return Err(failed(error)),
        };
        if secrets
            .announce(now_ms)
            .ok_or_else(|| SignerError::Damaged(path.clone()))?
        {
            write_private(&path, &serde_json::to_vec(&secrets).expect("keys are plain data")).map_err(failed)?;
        }
        Self::new(&secrets).ok_or(SignerError::Damaged(path))
    }

    fn new(secrets: &Secrets) -> Option<Self> {
        let mut keys: Vec<SigningKey> = Vec::with_capacity(secrets.keys.len());
        for secret in &secrets.keys {
            let pair = Ed25519KeyPair::from_seed_unchecked(&decode(&secret.seed)?).ok()?;
            let key = PublicKey::from_bytes(pair.public_key().as_ref()).ok()?;
            let public = match keys.last_mut() {
                None => ServerKey::first(key, secret.from_ms),
                Some(older) => {
                    older.public.to = Some(secret.from_ms);
                    older.sign(ServerKey::unsigned(key, secret.from_ms, older.public.kid.clone()))
                }
            };
            keys.push(SigningKey { pair, public });
        }
        let recovery = Deserializable::from_bytes(&decode(&secrets.recovery)?).ok()?;
        (!keys.is_empty()).then_some(Self { keys, recovery })
    }

    /// KEYS.json: every public key, and the recovery key.
    pub fn public(&self, now_ms: i64) -> KeyFile {
        let signing = self.in_use(now_ms);
        let recovery = X25519HkdfSha256::sk_to_pk(&self.recovery).to_bytes();
        let recovery = PublicKey::from_bytes(&recovery).expect("an X25519 key has 32 bytes");
        KeyFile {
            keys: self.keys.iter().map(|key| key.public.clone()).collect(),
            recovery: Some(signing.sign(RecoveryKey::unsigned(recovery, signing.public.kid.clone()))),
        }
    }

    /// The key in use, and the one that is announced to follow it: what an enrolment link holds.
    pub fn current_and_next(&self, now_ms: i64) -> (&ServerKey, &ServerKey) {
        let current = self.place(now_ms);
        let next = (current + 1).min(self.keys.len() - 1);
        (&self.keys[current].public, &self.keys[next].public)
    }

    /// Name of the key in use.
    pub fn kid(&self, at_ms: i64) -> Kid {
        self.in_use(at_ms).public.kid.clone()
    }

    /// Signs with the key in use at the moment that the signed thing states. It must name that key:
    /// `signer.sign(at_ms, |kid| Receipt::unsigned(&tip, branch, at_ms, kid))`.
    pub fn sign<T: Signable>(&self, at_ms: i64, unsigned: impl FnOnce(Kid) -> Unsigned<T>) -> T {
        let key = self.in_use(at_ms);
        key.sign(unsigned(key.public.kid.clone()))
    }

    /// Issues a certificate: fills in the server's key and signs. `fields.kid` and `fields.sig` may be anything.
    pub fn certify(&self, fields: CertificateFields) -> Certificate {
        let signed = self.sign(fields.issued_at, |kid| {
            Unsigned::new(CertificateFields { kid, ..fields })
        });
        Certificate::new(signed)
    }

    /// Signs with the named key, if it is one of the server's: the desk's seals name the key of its certificate.
    pub fn sign_as<T: Signable>(&self, kid: &str, unsigned: Unsigned<T>) -> Option<T> {
        let key = self.keys.iter().find(|key| key.public.kid == kid)?;
        Some(key.sign(unsigned))
    }

    /// Whether a key of this server signed it.
    pub fn signed<T: Signable>(&self, signed: &T) -> bool {
        let key = self.keys.iter().find(|key| key.public.kid == signed.kid());
        key.is_some_and(|key| signed.verify(&key.public.key).is_ok())
    }

    /// Opens what a phone sealed to the recovery key and seals it anew to `to`, 32 bytes of X25519.
    ///
    /// # Errors
    /// [`SignerError::Sealed`].
    pub fn reseal(&self, sealed: &Sealed, to: &[u8]) -> Result<Sealed, SignerError> {
        let secret = open_sealed(&self.recovery, sealed).ok_or(SignerError::Sealed)?;
        seal(to, &secret).ok_or(SignerError::Sealed)
    }

    fn in_use(&self, at_ms: i64) -> &SigningKey {
        &self.keys[self.place(at_ms)]
    }

    /// The newest key that signs at `at_ms`; a clock that was set back before the first key's day uses that.
    fn place(&self, at_ms: i64) -> usize {
        let begun = self.keys.iter().rposition(|key| key.public.from <= at_ms);
        begun.unwrap_or(0)
    }
}

impl SigningKey {
    fn sign<T: Signable>(&self, unsigned: Unsigned<T>) -> T {
        let signature = Signature(self.pair.sign(&unsigned.message()).as_ref().to_vec());
        unsigned.signed(signature)
    }
}

impl Secrets {
    fn new(now_ms: i64) -> Self {
        Self {
            keys: vec![SecretKey::new(now_ms)],
            recovery: base64url::encode(X25519HkdfSha256::derive_keypair(&random::bytes::<32>()).0.to_bytes()),
        }
    }

    /// Adds the next key if none is announced; true if so. It follows from the last alone, so that servers with a
    /// copy of the file each announce the same.
    fn announce(&mut self, now_ms: i64) -> Option<bool> {
        let mut changed = false;
        while self.keys.len() < 2 || self.keys.last()?.from_ms <= now_ms {
            self.keys.push(self.keys.last()?.next()?);
            changed = true;
        }
        Some(changed)
    }
}

impl SecretKey {
    fn new(from_ms: i64) -> Self {
        Self {
            seed: base64url::encode(random::bytes::<32>()),
            from_ms,
        }
    }

    /// The key after this one; `None` where this is none.
    fn next(&self) -> Option<Self> {
        let mut seed = [0; 32];
        let key = Salt::new(HKDF_SHA256, NEXT_KEY_SALT).extract(&decode(&self.seed)?);
        key.expand(&[b"seed"], HKDF_SHA256).ok()?.fill(&mut seed).ok()?;
        Some(Self {
            seed: base64url::encode(seed),
            from_ms: self.from_ms + TERM_MS,
        })
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    base64url::decode(text).ok()
}

/// Seals a secret to an X25519 key; `None` where that is no key.
pub(crate) fn seal(to: &[u8], secret: &[u8]) -> Option<Sealed> {
    let to = Deserializable::from_bytes(to).ok()?;
    let (enc, sealed) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &to,
        RECOVERY_INFO,
        secret,
        b"",
    )
    .ok()?;
    Some(Sealed {
        enc: base64url::encode(enc.to_bytes()),
        sealed: base64url::encode(sealed),
    })
}

fn open_sealed(with: &<X25519HkdfSha256 as Kem>::PrivateKey, sealed: &Sealed) -> Option<Vec<u8>> {
    let enc = Deserializable::from_bytes(&decode(&sealed.enc)?).ok()?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        with,
        &enc,
        RECOVERY_INFO,
        &decode(&sealed.sealed)?,
        b"",
    )
    .ok()
}

/// Writes a file that only its owner may read, whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = fs::OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::PermissionsExt;

    use onbeat_core::base64url;
    use onbeat_core::record::{Hash, KeyRing, Receipt, Tip};

    use super::*;

    fn receipt(signer: &Signer, at_ms: i64) -> Receipt {
        let tip = Tip {
            stream: "0".repeat(32),
            epoch: 1,
            seq: 1,
            hash: Hash::of("x"),
        };
        signer.sign(at_ms, |kid| Receipt::unsigned(&tip, String::new(), at_ms, kid))
    }

    #[test]
    fn keys_are_made_once_kept_private_and_follow_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let first = Signer::open(folder.path(), 1_000).unwrap();
        let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        let later = Signer::open(folder.path(), 1_000 + TERM_MS + 1).unwrap();
        assert_eq!(first.public(1_000).keys[1].kid, later.kid(1_000 + TERM_MS + 1));
        let keys = later.public(1_000 + TERM_MS + 1);
        assert_eq!(keys.keys.len(), 3, "one more is announced");
        let ring = KeyRing::trust(&keys, None).unwrap();
        for at_ms in [1_000, TERM_MS, 1_000 + TERM_MS, 5_000 + TERM_MS] {
            ring.check(&receipt(&later, at_ms), Some(at_ms)).unwrap();
        }
        assert!(first.signed(&receipt(&later, 2_000)));
    }

    #[test]
    fn copies_of_the_file_announce_the_same_keys_whenever_their_servers_start() {
        let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        Signer::open(folder.path(), 1_000).unwrap();
        fs::copy(folder.path().join(FILE), copy.path().join(FILE)).unwrap();
        for at_ms in [1_000 + TERM_MS, 1_000 + 2 * TERM_MS, 1_000 + 4 * TERM_MS] {
            Signer::open(folder.path(), at_ms).unwrap();
        }
        let at_once = Signer::open(copy.path(), 7_000 + 4 * TERM_MS).unwrap();
        let one_by_one = Signer::open(folder.path(), 7_000 + 4 * TERM_MS).unwrap();
        let (one, other) = (one_by_one.public(0).keys, at_once.public(0).keys);
        assert_eq!((one.len(), &one), (6, &other));
        let kids: std::collections::BTreeSet<_> = one.iter().map(|key| &key.kid).collect();
        assert_eq!(kids.len(), 6, "each is another");
    }

    #[test]
    fn a_sealed_key_opens_for_the_phone_that_asks() {
        let folder = tempfile::tempdir().unwrap();
        let signer = Signer::open(folder.path(), 0).unwrap();
        let (phone, phone_public) = X25519HkdfSha256::derive_keypair(&random::bytes::<32>());
        let recovery = signer.public(0).recovery.unwrap();
        let sealed = seal(recovery.key.as_bytes(), b"the database key").unwrap();
        let again = signer.reseal(&sealed, &phone_public.to_bytes()).unwrap();
        assert_eq!(open_sealed(&phone, &again).unwrap(), b"the database key");

        let mut broken = sealed;
        broken.sealed = base64url::encode([7; 48]);
        assert!(matches!(
            signer.reseal(&broken, &phone_public.to_bytes()),
            Err(SignerError::Sealed)
        ));
    }

    #[test]
    fn a_damaged_file_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "{}").unwrap();
        assert!(matches!(Signer::open(folder.path(), 0), Err(SignerError::Damaged(_))));
        assert_eq!(fs::read(folder.path().join(FILE)).unwrap(), b"{}");
    }
}
