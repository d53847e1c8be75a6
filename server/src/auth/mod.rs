//! Who is at the desk, and who may do what.
//!
//! [`access`] is the one table of routes and roles, [`crate::api::guard`] holds each request against it. Of passwords,
//! sessions and tokens only hashes are kept, in cells: they are never records.

pub mod access;
mod password;
mod role;
pub mod session;
mod tally;
mod throttle;
mod token;
pub mod user;

pub use password::{PasswordError, Passwords, check_length, random_word};
pub use role::{Actor, Role};
pub use tally::Tally;
pub use throttle::Throttle;
pub use token::{Token, kept};
