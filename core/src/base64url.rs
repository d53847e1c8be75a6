//! Keys, signatures and sealed bytes as they stand in JSON and links: base64url without padding
//! (RFC 4648, section 5).

use base64::{DecodeError, Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// Bytes as text.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Text as bytes; each value has one spelling.
///
/// # Errors
/// Where a letter, the length or the bits left over fit no bytes.
pub fn decode(text: &str) -> Result<Vec<u8>, DecodeError> {
    URL_SAFE_NO_PAD.decode(text)
}
