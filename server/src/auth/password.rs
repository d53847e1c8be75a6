use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version, password_hash::SaltString,
};
use tokio::sync::Semaphore;

use crate::random;

/// Shortest password, in characters. NIST SP 800-63B-4 asks for 15 where it is the only factor and 8 beside
/// another; length matters, rules of composition do not.
const PASSWORD_MIN_CHARS: usize = 12;
/// Longest password, in bytes: hashing is not a way to keep the server busy.
const PASSWORD_MAX_BYTES: usize = 512;
/// Hashes reckoned at a time: each takes 19 MiB, and some 30 a second are enough for a desk.
const HASHES_AT_ONCE: usize = 1;
/// Hashes that wait their turn besides: about a second of them. Who comes later is told to come again.
const HASHES_WAITING: usize = 32;

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Shorter than [`PASSWORD_MIN_CHARS`].
    #[error("the password is too short: take {PASSWORD_MIN_CHARS} characters or more, a sentence will do")]
    Short,
    /// Longer than [`PASSWORD_MAX_BYTES`].
    #[error("the password is too long: at most {PASSWORD_MAX_BYTES} bytes")]
    Long,
    /// More are being checked than [`HASHES_WAITING`].
    #[error("too many log in at this moment: try again in a second")]
    Busy,
}

/// Hashes and checks passwords, one at a time.
pub struct Passwords {
    turns: Arc<Semaphore>,
    seats: Arc<Semaphore>,
    /// Checked against where there is no such user, so that both answers take as long.
    nobody: String,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(HASHES_AT_ONCE)),
            seats: Arc::new(Semaphore::new(HASHES_AT_ONCE + HASHES_WAITING)),
            nobody: reckon(&random_word()),
        }
    }
}

impl Passwords {
    /// The hash that is kept, as a PHC string.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        check_length(password)?;
        let password = password.to_owned();
        self.apart(move || reckon(&password)).await
    }

    /// Whether `password` is the one of `hash`; without a hash it takes as long and says no.
    ///
    /// # Errors
    /// [`PasswordError::Busy`]: it was not looked at.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, PasswordError> {
        if password.len() > PASSWORD_MAX_BYTES {
            return Ok(false);
        }
        let known = hash.is_some();
        let (password, hash) = (password.to_owned(), hash.unwrap_or(&self.nobody).to_owned());
        let matches = self.apart(move || matches(&password, &hash)).await?;
        Ok(matches && known)
    }

    /// Seat and turn move along with the work, so that a caller who goes away does not give them back too early.
    async fn apart<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
        let (turns, seats) = (Arc::clone(&self.turns), Arc::clone(&self.seats));
        let seat = seats.try_acquire_owned().map_err(|_| PasswordError::Busy)?;
        let turn = turns.acquire_owned().await.expect("the semaphore is never closed");
        let job = move || {
            let done = work();
            drop((turn, seat));
            done
        };
        Ok(tokio::task::spawn_blocking(job).await.expect("hashing does not panic"))
    }
}

/// Whether a password may be taken.
///
/// # Errors
/// [`PasswordError`].
pub fn check_length(password: &str) -> Result<(), PasswordError> {
    if password.chars().count() < PASSWORD_MIN_CHARS {
        return Err(PasswordError::Short);
    }
    if password.len() > PASSWORD_MAX_BYTES {
        return Err(PasswordError::Long);
    }
    Ok(())
}

/// A password for somebody who will be told it: 36 hex digits, 144 bits.
pub fn random_word() -> String {
    random::hex::<18>()
}

/// argon2id, 19 MiB, two passes, one lane: the first of the settings that OWASP's Password Storage Cheat
/// Sheet holds to be equal (<https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>).
fn argon2id() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("valid parameters");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn reckon(password: &str) -> String {
    let salt = SaltString::encode_b64(&random::bytes::<16>()).expect("16 bytes are a salt");
    let hash = argon2id().hash_password(password.as_bytes(), &salt);
    hash.expect("password and salt are within argon2's limits").to_string()
}

fn matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| argon2id().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{future::poll_fn, task::Poll};

    use super::*;

    #[tokio::test]
    async fn only_the_password_itself_opens() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse battery").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        for (password, hash, opens) in [
            ("correct horse battery", Some(hash.as_str()), true),
            ("correct horse batterz", Some(&hash), false),
            ("correct horse battery", None, false),
            (&"x".repeat(513), Some(&hash), false),
        ] {
            assert_eq!(passwords.verify(password, hash).await, Ok(opens), "{password}");
        }
    }

    #[tokio::test]
    async fn no_more_wait_than_there_are_seats() {
        let passwords = Passwords::default();
        let turn = passwords.turns.acquire().await.unwrap();
        let mut waiting: Vec<_> = (0..=HASHES_WAITING)
            .map(|_| Box::pin(passwords.verify("anything at all", None)))
            .collect();
        for one in &mut waiting {
            assert!(poll_fn(|cx| Poll::Ready(one.as_mut().poll(cx).is_pending())).await);
        }
        assert_eq!(
            passwords.verify("anything at all", None).await,
            Err(PasswordError::Busy)
        );
        drop((waiting, turn));
        assert_eq!(passwords.verify("anything at all", None).await, Ok(false));
    }

    #[test]
    fn length_is_the_only_rule() {
        for (password, expected) in [
            ("short", Err(PasswordError::Short)),
            ("elevenchars", Err(PasswordError::Short)),
            ("twelve chars", Ok(())),
            ("长长长长长长长长长长长长", Ok(())),
            (&"x".repeat(513), Err(PasswordError::Long)),
        ] {
            assert_eq!(check_length(password), expected, "{password}");
        }
    }
}
