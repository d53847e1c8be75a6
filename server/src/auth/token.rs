use onbeat_core::record::Hash;

use crate::random;

/// A secret that somebody carries: 32 random bytes, base64url. What is kept of it is its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new one.
    pub fn random() -> Self {
        Self(random::secret())
    }

    /// What its holder is told, once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept: SHA-256 suffices, since 256 random bits can't be guessed, and looking a hash up
    /// leaks nothing about the token by its timing.
    pub fn kept(&self) -> String {
        kept(&self.0)
    }
}

/// The hash under which a token that came is looked up.
pub fn kept(token: &str) -> String {
    Hash::of(token).to_string()
}
