//! End to end: real server, real phones, one process each. One binary, since each costs a link.
#![allow(missing_docs, clippy::unwrap_used)]

mod backup;
mod bad_input;
mod bed;
mod bytes;
#[path = "../../server/src/store/postgres/cluster.rs"]
#[expect(dead_code, reason = "TLS to it is asked for by the tests of the server alone")]
mod cluster;
mod day;
mod discreet;
mod durable;
mod engine;
mod forgeries;
mod impostor;
mod kills;
mod load;
mod monitoring;
mod outage;
mod privacy;
mod push;
mod pushing;
mod several;
mod tls;
mod upgrade;
mod watched;
mod ways_out;
