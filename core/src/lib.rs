//! The engine of Onbeat: pure rules over records, shared byte for byte by the phone and the server.
//!
//! Values in, values out: nothing here reads a clock, a sensor, a random source or the network by
//! itself (feature `mobile` adds the phone, which does so through `phone::Platform` and a file it is
//! handed). Arithmetic that decides something is basic operations, `sqrt` and the crate `libm`, so that
//! every platform gives the same bytes.

pub mod base64url;
pub mod judge;
pub mod place;
pub mod policy;
pub mod reading;
pub mod record;
pub mod reference;
pub mod rules;
pub mod time;
pub mod words;

#[cfg(feature = "mobile")]
pub mod ffi;
#[cfg(feature = "mobile")]
pub mod phone;

#[cfg(feature = "mobile")]
uniffi::setup_scaffolding!();

#[cfg(test)]
mod testing;

/// Version of the engine, part of the basis of every ruling.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");
