//! Random names and secrets, from the operating system.

use onbeat_core::base64url;

/// Random bytes.
///
/// # Panics
/// Where the system has no random source: nothing safe can be done then.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system's random source");
    bytes
}

/// `N` random bytes as lower-case hex: names of streams (16), boots (8), incarnations (8).
pub fn hex<const N: usize>() -> String {
    bytes::<N>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// 32 random bytes as base64url: tokens and codes.
pub fn secret() -> String {
    base64url::encode(bytes::<32>())
}
