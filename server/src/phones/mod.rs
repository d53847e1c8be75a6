//! The phones that are known: what is kept of each, and which one calls.

mod caller;
mod streams;

pub use caller::{Caller, token_key};
pub use streams::{Device, StreamBody, StreamState, active_phones_of, phones_of, stream_cell, stream_of};

pub(crate) use caller::{may, not_revoked, token_cell};
pub(crate) use streams::{rep_stream_cell, stream_at};
