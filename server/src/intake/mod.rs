//! What phones send and ask: enrolment, records, time, keys of new epochs.
//!
//! The order of a push: who calls, how often, how much, is it text, does it parse, does it continue what is
//! stored, is it sealed; then one transaction, and after it the receipt.

mod claims;
mod enrol;
mod epochs;
mod fault;
mod head;
mod keys;
mod line_times;
mod place;
mod push;
mod quarantine;
mod recover;
mod text;
mod time;
mod times;

#[cfg(test)]
mod clock_tests;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::App;

pub use enrol::{Code, CodeBody, PhoneEnrolled};
pub use place::visit_key;
pub use push::seal_key;
pub use recover::RecoveryOpened;

/// What a phone sends and asks.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(keys::keys))
        .routes(routes!(keys::pins))
        .routes(routes!(enrol::enrol))
        .routes(routes!(recover::recover))
        .routes(routes!(epochs::open_epoch))
        .routes(routes!(head::head))
        .routes(routes!(push::push))
        .routes(routes!(time::time))
}
