//! The log: records of two JSON lines, chained by hash, sealed by the phone, receipted by the server.
//!
//! The bytes are the record: they are hashed, stored, sent and exported as they came, never written
//! anew. The format is described in `docs/FORMAT.md` and held by the vectors in `tests/vectors/`.

mod body;
mod body_line;
mod chain;
mod error;
mod hash;
mod head;
mod json;
mod keys;
mod line;
mod moment;
mod signed;
pub mod verify;

#[cfg(test)]
mod tests;

pub use body::{Body, Payload, Salt};
pub use body_line::BodyLine;
pub use chain::{Batch, Record, Tip};
pub use error::RecordError;
pub use hash::Hash;
pub use head::Head;
pub use keys::{KeyFile, KeyRing, RecoveryKey, ServerKey};
pub use line::{BranchStart, Line, read_lines};
pub use moment::{Moment, TOLERANCE_MS, backwards_ms};
pub use signed::{
    Anchor, Certificate, CertificateFields, EpochReason, EpochRequest, Grade, Kid, Pin, PublicKey, Receipt, Seal,
    Signable, Signature, TlsPins, Unsigned,
};

/// Head and body line together, in bytes, without line breaks.
pub const MAX_RECORD_BYTES: usize = 16 * 1024;
/// Nesting of a line's JSON, the outermost object being 1.
pub const MAX_DEPTH: usize = 8;
/// Records in one push.
pub const MAX_BATCH_RECORDS: usize = 500;
/// Bytes of one push before compression.
pub const MAX_BATCH_BYTES: usize = 512 * 1024;

/// A stream: one phone of one rep, or one server's desk; 32 lower-case hex digits.
pub type StreamId = String;

/// Name of a branch: empty for the main line, else the first 16 hex digits of the first divergent hash.
pub type Branch = String;
