/// Why some bytes are not a record, a seal or a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Text that should be hex digits.
    #[error("expected {expected} lower-case hex digits, got {got:?}")]
    NotHex {
        /// Digits expected.
        expected: usize,
        /// What stood there, cut to 80 characters.
        got: String,
    },
    /// A line that is not the strict JSON of a record.
    #[error("not a record line: {0}")]
    NotJson(String),
    /// A line that is JSON but has not the fields of what it should be.
    #[error("not a {what}: {why}")]
    NotA {
        /// `head`, `body`, `seal`, `certificate`, …
        what: &'static str,
        /// What is missing or wrong.
        why: String,
    },
    /// More bytes than a record may have.
    #[error("a record has at most {max} bytes, this one has {bytes}", max = super::MAX_RECORD_BYTES)]
    TooLong {
        /// Bytes of both lines.
        bytes: usize,
    },
    /// The body's bytes do not hash to what the head says.
    #[error("record {seq}: the body does not hash to what its head names: it was changed")]
    BodyHash {
        /// The record.
        seq: u64,
    },
    /// The head does not continue the record before it.
    #[error("record {seq}: does not follow the record before it (expected seq {expected_seq})")]
    Chain {
        /// The record.
        seq: u64,
        /// The seq that would have continued the chain.
        expected_seq: u64,
    },
    /// A signature that does not verify, or names a key that is not the stream's.
    #[error("{what}: the signature does not verify under key {kid}")]
    BadSignature {
        /// `seal`, `receipt`, `anchor`, `certificate`, `key`, `recovery` or `pins`.
        what: &'static str,
        /// The key it names.
        kid: String,
    },
    /// Signed by a key that is not among the trusted ones.
    #[error("{what}: key {kid} is not a trusted key of the server")]
    UnknownKey {
        /// As above.
        what: &'static str,
        /// The key it names.
        kid: String,
    },
    /// Signed well, but at a moment at which that key did not sign.
    #[error("{what}: key {kid} was not in use at {at_ms} (milliseconds since 1970)")]
    KeyNotInUse {
        /// As above.
        what: &'static str,
        /// The key it names.
        kid: String,
        /// The moment the signed thing states.
        at_ms: i64,
    },
    /// A batch whose last line is no seal over its last record.
    #[error("the batch does not end with a seal over its last record")]
    Unsealed,
}
