//! What every part of the server shares.

use std::sync::Arc;

use crate::{clock::Clock, signer::Signer, store::Store};

/// The server's state, behind one `Arc`. It holds nothing that could not be rebuilt from the store.
pub struct App {
    /// The storage kernel.
    pub store: Arc<dyn Store>,
    /// The only clock: real, or the demo's.
    pub clock: Arc<dyn Clock>,
    /// The server's signing key and its recovery key.
    pub signer: Signer,
    /// Played, not lived: certificates say so, and the clock may be set.
    pub demo: bool,
    /// Told after each intake and each desk command, so that the fold worker need not poll.
    pub wake: tokio::sync::Notify,
}
