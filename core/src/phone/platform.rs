use std::convert::Infallible;

use hpke::rand_core::{TryCryptoRng, TryRng};

/// What only the platform can do: its key never leaves the hardware, and core draws no random numbers and
/// reads no clock of its own. Calls may block; the phone holds no lock while it makes one.
#[uniffi::export(with_foreign)]
pub trait Platform: Send + Sync {
    /// Signs with the phone's key: ECDSA P-256 over SHA-256, 64 bytes, raw r and s.
    ///
    /// # Errors
    /// [`SignError`].
    fn sign(&self, message: Vec<u8>) -> Result<Vec<u8>, SignError>;
    /// The phone's public key: 65 bytes, an uncompressed P-256 point.
    ///
    /// # Errors
    /// [`SignError`].
    fn public_key(&self) -> Result<Vec<u8>, SignError>;
    /// Makes a new key in place of a lost one, and answers its public half. Never called while the key is
    /// merely locked.
    ///
    /// # Errors
    /// [`SignError`].
    fn new_key(&self) -> Result<Vec<u8>, SignError>;
    /// `n` bytes from the platform's cryptographic source.
    fn random(&self, n: u32) -> Vec<u8>;
    /// Milliseconds since the app's first reading in this boot, counting sleep.
    fn elapsed_ms(&self) -> i64;
}

/// Why the platform does not sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum SignError {
    /// The key is no longer there (Keystores lose keys); a new one takes over under a new epoch.
    #[error("the phone's key is gone")]
    KeyGone,
    /// The device has not been unlocked since its start: wait, and make no new key.
    #[error("the phone's key is locked until the phone is unlocked")]
    Locked,
    /// Anything else.
    #[error("the phone's key does not sign: {why}")]
    Failed {
        /// The platform's words.
        why: String,
    },
}

impl SignError {
    /// Stable code of the error, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::KeyGone => "key_gone",
            Self::Locked => "key_locked",
            Self::Failed { .. } => "key_failed",
        }
    }
}

impl From<uniffi::UnexpectedUniFFICallbackError> for SignError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { why: error.reason }
    }
}

/// Exactly `N` random bytes.
pub(super) fn random<const N: usize>(platform: &dyn Platform) -> [u8; N] {
    let mut bytes = [0; N];
    PlatformRng(platform)
        .try_fill_bytes(&mut bytes)
        .unwrap_or_else(|never| match never {});
    bytes
}

/// The platform's source, as the crates of cryptography want it.
pub(super) struct PlatformRng<'a>(pub(super) &'a dyn Platform);

impl TryRng for PlatformRng<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(random(self.0)))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(random(self.0)))
    }
    /// A source that gives too little is asked again: fewer bytes than promised must never read as zeros.
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        let mut filled = 0;
        while filled < bytes.len() {
            let more = self.0.random(u32::try_from(bytes.len() - filled).unwrap_or(u32::MAX));
            let n = more.len().min(bytes.len() - filled);
            bytes[filled..filled + n].copy_from_slice(&more[..n]);
            filled += n;
        }
        Ok(())
    }
}
impl TryCryptoRng for PlatformRng<'_> {}
