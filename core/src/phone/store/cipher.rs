//! The cryptography that SQLCipher asks for: AES-256 in CBC mode of RustCrypto, HMAC, PBKDF2 and random bytes of ring.
//! OpenSSL, for which SQLCipher would ask otherwise, was a third of the library. The file is the same by either:
//! <https://www.zetetic.net/sqlcipher/design/>.
//!
//! SQLCipher is told of it by its name, `SQLCIPHER_CRYPTO_CUSTOM` in `.cargo/config.toml`. Built on a Mac for Apple's
//! platforms it takes Apple's CommonCrypto, and nothing here is called.
#![allow(unsafe_code, reason = "SQLCipher is C, and calls by pointers")]

use std::{
    ffi::{CStr, c_char, c_int, c_void},
    num::NonZeroU32,
    ptr, slice,
};

use aes::Aes256;
use cbc::{
    Decryptor, Encryptor,
    cipher::{Block, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit},
};
use ring::{
    hmac, pbkdf2,
    rand::{SecureRandom, SystemRandom},
};
use rusqlite::ffi::{SQLITE_ERROR, SQLITE_OK};

const NAME: &CStr = c"onbeat";
const VERSION: &CStr = c"ring and RustCrypto";
const CIPHER: &CStr = c"aes-256-cbc";
const KEY_BYTES: c_int = 32;
const BLOCK_BYTES: c_int = 16;
/// `SQLCIPHER_HMAC_SHA512` and `SQLCIPHER_PBKDF2_HMAC_SHA512`: what SQLCipher 4 takes, if nobody asks for another.
const SHA512: c_int = 2;
const SHA512_BYTES: c_int = 64;
/// `CIPHER_ENCRYPT`; the other mode is to decrypt.
const ENCRYPT: c_int = 1;

/// `sqlcipher_provider` of `sqlcipher.h`, SQLCipher 4.14: what does it is called with a context, which is null here.
#[repr(C)]
pub(super) struct Provider {
    init: Option<extern "C" fn() -> c_int>,
    shutdown: Option<extern "C" fn()>,
    get_provider_name: extern "C" fn(*mut c_void) -> *const c_char,
    add_random: extern "C" fn(*mut c_void, *const c_void, c_int) -> c_int,
    random: unsafe extern "C" fn(*mut c_void, *mut c_void, c_int) -> c_int,
    hmac: unsafe extern "C" fn(
        *mut c_void,
        c_int,
        *const u8,
        c_int,
        *const u8,
        c_int,
        *const u8,
        c_int,
        *mut u8,
    ) -> c_int,
    kdf: unsafe extern "C" fn(*mut c_void, c_int, *const u8, c_int, *const u8, c_int, c_int, c_int, *mut u8) -> c_int,
    cipher: unsafe extern "C" fn(*mut c_void, c_int, *const u8, c_int, *const u8, *const u8, c_int, *mut u8) -> c_int,
    get_cipher: extern "C" fn(*mut c_void) -> *const c_char,
    get_key_sz: extern "C" fn(*mut c_void) -> c_int,
    get_iv_sz: extern "C" fn(*mut c_void) -> c_int,
    get_block_sz: extern "C" fn(*mut c_void) -> c_int,
    get_hmac_sz: extern "C" fn(*mut c_void, c_int) -> c_int,
    ctx_init: extern "C" fn(*mut *mut c_void) -> c_int,
    ctx_free: extern "C" fn(*mut *mut c_void) -> c_int,
    fips_status: extern "C" fn(*mut c_void) -> c_int,
    get_provider_version: extern "C" fn(*mut c_void) -> *const c_char,
    next: *mut Provider,
}

/// Called by SQLCipher before its first file is opened.
///
/// # Safety
/// `provider` points to room for one.
#[unsafe(no_mangle)]
pub(super) unsafe extern "C" fn onbeat_sqlcipher_setup(provider: *mut Provider) -> c_int {
    // SAFETY: the caller's promise; what lay there is not read.
    unsafe {
        provider.write(Provider {
            init: None,
            shutdown: None,
            get_provider_name: name,
            add_random,
            random,
            hmac,
            kdf,
            cipher,
            get_cipher: cipher_name,
            get_key_sz: key_bytes,
            get_iv_sz: block_bytes,
            get_block_sz: block_bytes,
            get_hmac_sz: hmac_bytes,
            ctx_init: nothing_to_do,
            ctx_free: nothing_to_do,
            fips_status: no_fips,
            get_provider_version: version,
            next: ptr::null_mut(),
        });
    }
    SQLITE_OK
}

extern "C" fn name(_: *mut c_void) -> *const c_char {
    NAME.as_ptr()
}

extern "C" fn version(_: *mut c_void) -> *const c_char {
    VERSION.as_ptr()
}

extern "C" fn cipher_name(_: *mut c_void) -> *const c_char {
    CIPHER.as_ptr()
}

extern "C" fn key_bytes(_: *mut c_void) -> c_int {
    KEY_BYTES
}

extern "C" fn block_bytes(_: *mut c_void) -> c_int {
    BLOCK_BYTES
}

extern "C" fn hmac_bytes(_: *mut c_void, algorithm: c_int) -> c_int {
    if algorithm == SHA512 { SHA512_BYTES } else { 0 }
}

extern "C" fn nothing_to_do(_: *mut *mut c_void) -> c_int {
    SQLITE_OK
}

extern "C" fn no_fips(_: *mut c_void) -> c_int {
    0
}

/// The system's random bytes take no advice.
extern "C" fn add_random(_: *mut c_void, _: *const c_void, _: c_int) -> c_int {
    SQLITE_OK
}

unsafe extern "C" fn random(_: *mut c_void, buffer: *mut c_void, bytes: c_int) -> c_int {
    // SAFETY: SQLCipher gives room for as many bytes as it asks for.
    let buffer = unsafe { room(buffer.cast(), bytes) };
    told(buffer.and_then(|buffer| SystemRandom::new().fill(buffer).ok()))
}

/// HMAC of one text and, where there is one, of another after it.
unsafe extern "C" fn hmac(
    _: *mut c_void,
    algorithm: c_int,
    key: *const u8,
    key_bytes: c_int,
    text: *const u8,
    text_bytes: c_int,
    more: *const u8,
    more_bytes: c_int,
    out: *mut u8,
) -> c_int {
    // SAFETY: SQLCipher says how long each is, and has room for an HMAC of the size that it was told.
    let (key, text, more, out) = unsafe {
        (
            given(key, key_bytes),
            given(text, text_bytes),
            given(more, more_bytes),
            room(out, SHA512_BYTES),
        )
    };
    let done = (|| {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac_sha512(algorithm)?, key?));
        context.update(text?);
        context.update(more.unwrap_or_default());
        out?.copy_from_slice(context.sign().as_ref());
        Some(())
    })();
    told(done)
}

unsafe extern "C" fn kdf(
    _: *mut c_void,
    algorithm: c_int,
    secret: *const u8,
    secret_bytes: c_int,
    salt: *const u8,
    salt_bytes: c_int,
    rounds: c_int,
    key_bytes: c_int,
    key: *mut u8,
) -> c_int {
    // SAFETY: SQLCipher says how long each is.
    let (secret, salt, key) = unsafe {
        (
            given(secret, secret_bytes),
            given(salt, salt_bytes),
            room(key, key_bytes),
        )
    };
    let done = (|| {
        hmac_sha512(algorithm)?;
        let rounds = NonZeroU32::new(u32::try_from(rounds).ok()?)?;
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA512, rounds, salt?, secret?, key?);
        Some(())
    })();
    told(done)
}

/// A page, which is some whole blocks, without padding.
unsafe extern "C" fn cipher(
    _: *mut c_void,
    mode: c_int,
    key: *const u8,
    key_bytes: c_int,
    iv: *const u8,
    page: *const u8,
    page_bytes: c_int,
    out: *mut u8,
) -> c_int {
    // SAFETY: SQLCipher says how long the key and the page are, and has room for as much; an IV is as long as it was told.
    // The page may lie where it is to go: `copy` minds that, and nothing reads it afterwards.
    let (key, iv, out) = unsafe {
        if let (false, Ok(bytes)) = (page.is_null() || out.is_null(), usize::try_from(page_bytes)) {
            ptr::copy(page, out, bytes);
        }
        (given(key, key_bytes), given(iv, BLOCK_BYTES), room(out, page_bytes))
    };
    let done = (|| {
        let (blocks, []) = Block::<Aes256>::slice_as_chunks_mut(out?) else {
            return None;
        };
        match mode {
            ENCRYPT => Encryptor::<Aes256>::new_from_slices(key?, iv?)
                .ok()?
                .encrypt_blocks(blocks),
            _ => Decryptor::<Aes256>::new_from_slices(key?, iv?)
                .ok()?
                .decrypt_blocks(blocks),
        }
        Some(())
    })();
    told(done)
}

/// The one algorithm of the file.
fn hmac_sha512(algorithm: c_int) -> Option<hmac::Algorithm> {
    (algorithm == SHA512).then_some(hmac::HMAC_SHA512)
}

/// As SQLite hears it.
fn told(done: Option<()>) -> c_int {
    if done.is_some() { SQLITE_OK } else { SQLITE_ERROR }
}

/// # Safety
/// Where it points to something, there are so many bytes, and nobody writes them meanwhile.
unsafe fn given<'a>(at: *const u8, bytes: c_int) -> Option<&'a [u8]> {
    let bytes = usize::try_from(bytes).ok()?;
    // SAFETY: the caller's promise.
    (!at.is_null()).then(|| unsafe { slice::from_raw_parts(at, bytes) })
}

/// # Safety
/// Where it points to something, there is room for so many bytes, and nobody else reads or writes there meanwhile.
unsafe fn room<'a>(at: *mut u8, bytes: c_int) -> Option<&'a mut [u8]> {
    let bytes = usize::try_from(bytes).ok()?;
    // SAFETY: the caller's promise.
    (!at.is_null()).then(|| unsafe { slice::from_raw_parts_mut(at, bytes) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect()
    }

    fn length(bytes: &[u8]) -> c_int {
        bytes.len().try_into().unwrap()
    }

    fn ciphered(mode: c_int, key: &[u8], iv: &[u8], page: &[u8]) -> (c_int, Vec<u8>) {
        let mut out = vec![0; page.len()];
        // SAFETY: each is as long as is said.
        let code = unsafe {
            cipher(
                ptr::null_mut(),
                mode,
                key.as_ptr(),
                length(key),
                iv.as_ptr(),
                page.as_ptr(),
                length(page),
                out.as_mut_ptr(),
            )
        };
        (code, out)
    }

    /// NIST SP 800-38A, F.2.5 and F.2.6.
    #[test]
    fn pages_are_aes_256_in_cbc_mode() {
        let key = bytes("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
        let iv = bytes("000102030405060708090a0b0c0d0e0f");
        let page = bytes("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
        let secret = bytes("f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d");
        assert_eq!(ciphered(ENCRYPT, &key, &iv, &page), (SQLITE_OK, secret.clone()));
        assert_eq!(ciphered(0, &key, &iv, &secret), (SQLITE_OK, page.clone()));
        assert_eq!(ciphered(ENCRYPT, &key[1..], &iv, &page).0, SQLITE_ERROR, "a short key");
        assert_eq!(
            ciphered(ENCRYPT, &key, &iv, &page[1..]).0,
            SQLITE_ERROR,
            "no whole blocks"
        );
    }

    /// RFC 4231, test case 2.
    #[test]
    fn hmacs_are_by_sha_512_over_both_texts() {
        let expected = "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";
        let (key, text) = (b"Jefe", b"what do ya want for nothing?");
        for (algorithm, split, code) in [(SHA512, 28, SQLITE_OK), (SHA512, 11, SQLITE_OK), (0, 28, SQLITE_ERROR)] {
            let (text, more) = text.split_at(split);
            let more_at = if more.is_empty() { ptr::null() } else { more.as_ptr() };
            let mut out = [0; 64];
            // SAFETY: each is as long as is said.
            let told = unsafe {
                hmac(
                    ptr::null_mut(),
                    algorithm,
                    key.as_ptr(),
                    length(key),
                    text.as_ptr(),
                    length(text),
                    more_at,
                    length(more),
                    out.as_mut_ptr(),
                )
            };
            assert_eq!(told, code);
            assert_eq!(
                out[..] == bytes(expected),
                code == SQLITE_OK,
                "of {split} bytes and the rest"
            );
        }
    }

    /// `openssl.db` was written by SQLCipher 4.12 with OpenSSL 3.5, as PyPI's `sqlcipher3-binary` brings them:
    /// `CREATE TABLE said(words TEXT); INSERT INTO said VALUES('written by another')` under the key 00 01 02 ... 1f.
    #[test]
    fn a_file_of_sqlcipher_with_openssl_is_read() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("openssl.db");
        std::fs::write(&file, include_bytes!("openssl.db")).unwrap();
        let connection = rusqlite::Connection::open(file).unwrap();
        let hex: String = (0..32).map(|byte| format!("{byte:02x}")).collect();
        connection.pragma_update(None, "key", format!("x'{hex}'")).unwrap();
        let said = |sql: &str| connection.query_row::<String, _, _>(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(said("SELECT words FROM said"), "written by another");
        // On Apple's systems SQLCipher has the platform's own.
        if cfg!(not(target_vendor = "apple")) {
            assert_eq!(said("PRAGMA cipher_provider"), NAME.to_str().unwrap());
        }
    }
}
