//! The demo's keys: in software, in the phone's folder. A real phone keeps them in its hardware.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Mutex,
    time::Instant,
};

use onbeat_core::phone::{Platform, SignError};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};

const SIGNING_KEY: &str = "key.p8";
const DATABASE_KEY: &str = "db.key";
const DATABASE: &str = "phone.db";

/// A platform whose key is a file; without the file the key is gone.
pub struct FolderPlatform {
    key: PathBuf,
    random: SystemRandom,
    /// Time since boot of the newest command, and when it came.
    elapsed: Mutex<(i64, Instant)>,
}

impl FolderPlatform {
    /// Of a phone's folder. A folder without a database is a new phone: it is given its key.
    ///
    /// # Errors
    /// If the key can't be made or written.
    pub fn new(folder: &Path) -> io::Result<Self> {
        let platform = Self {
            key: folder.join(SIGNING_KEY),
            random: SystemRandom::new(),
            elapsed: Mutex::new((0, Instant::now())),
        };
        if !platform.key.exists() && !folder.join(DATABASE).exists() {
            platform.new_key().map_err(io::Error::other)?;
        }
        Ok(platform)
    }

    /// What a command says of the time since boot.
    pub fn set_elapsed_ms(&self, elapsed_ms: Option<i64>) {
        if let (Some(elapsed_ms), Ok(mut elapsed)) = (elapsed_ms, self.elapsed.lock()) {
            *elapsed = (elapsed_ms, Instant::now());
        }
    }

    fn pair(&self) -> Result<EcdsaKeyPair, SignError> {
        let bytes = fs::read(&self.key).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => SignError::KeyGone,
            _ => failed(error),
        })?;
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &bytes, &self.random).map_err(failed)
    }
}

impl Platform for FolderPlatform {
    fn sign(&self, message: Vec<u8>) -> Result<Vec<u8>, SignError> {
        let signature = self.pair()?.sign(&self.random, &message).map_err(failed)?;
        Ok(signature.as_ref().to_vec())
    }

    fn public_key(&self) -> Result<Vec<u8>, SignError> {
        Ok(self.pair()?.public_key().as_ref().to_vec())
    }

    fn new_key(&self) -> Result<Vec<u8>, SignError> {
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.random).map_err(failed)?;
        fs::write(&self.key, key.as_ref()).map_err(failed)?;
        self.public_key()
    }

    fn random(&self, n: u32) -> Vec<u8> {
        let mut bytes = vec![0; n as usize];
        match getrandom::fill(&mut bytes) {
            Ok(()) => bytes,
            // Nothing rather than zeros: core asks again.
            Err(_) => Vec::new(),
        }
    }

    fn elapsed_ms(&self) -> i64 {
        self.elapsed
            .lock()
            .map_or(0, |elapsed| elapsed.0 + elapsed.1.elapsed().as_millis() as i64)
    }
}

fn failed(error: impl ToString) -> SignError {
    SignError::Failed { why: error.to_string() }
}

/// Keeps a database key that the server gave back.
///
/// # Errors
/// If it can't be written.
pub fn keep_database_key(folder: &Path, key: &[u8]) -> io::Result<()> {
    fs::write(folder.join(DATABASE_KEY), key)
}

/// The folder's database key, made at its first use.
///
/// # Errors
/// If it can't be made, or is gone while the database is there.
pub fn database_key(folder: &Path) -> io::Result<Vec<u8>> {
    let path = folder.join(DATABASE_KEY);
    if !path.exists() && !folder.join(DATABASE).exists() {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(io::Error::other)?;
        fs::write(&path, key)?;
    }
    fs::read(path)
}
