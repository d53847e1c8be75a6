//! End to end: real server, real phones, one process each. One binary, since each costs a link.
#![allow(missing_docs, clippy::unwrap_used)]

mod bed;
mod day;
mod durable;
mod engine;
mod kills;
mod privacy;
mod watched;
mod ways_out;
