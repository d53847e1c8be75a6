//! What is signed, and how: each thing that carries a signature stands in a file of its own.

mod anchor;
mod certificate;
mod epoch;
mod key;
mod pins;
mod receipt;
mod seal;
mod signable;

pub use anchor::Anchor;
pub use certificate::{Certificate, CertificateFields, Grade};
pub use epoch::{EpochReason, EpochRequest};
pub use key::{Kid, PublicKey, Signature};
pub use pins::{Pin, TlsPins};
pub use receipt::Receipt;
pub use seal::Seal;
pub(super) use signable::signable;
pub use signable::{Signable, Unsigned};
