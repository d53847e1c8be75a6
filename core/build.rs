//! Lets SQLCipher be linked without OpenSSL.

use std::{env, fs, path::PathBuf};

/// `ar`'s file of no members.
const EMPTY: &str = "!<arch>\n";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // `libsqlite3-sys` asks the linker for `libcrypto` whatever cryptography SQLCipher was given (core's, see
    // src/phone/store/cipher.rs). Nothing calls it; this one is found first, and has nothing in it.
    if env::var_os("CARGO_FEATURE_MOBILE").is_some() {
        let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names it"));
        fs::write(folder.join("libcrypto.a"), EMPTY).expect("cargo's folder can be written");
        println!("cargo::rustc-link-search=native={}", folder.display());
    }
}
