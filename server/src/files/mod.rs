//! Reading the files people hand in.

pub mod export;
pub mod ics;
pub mod import;
pub mod places;
#[cfg(test)]
mod read_back;
mod row;
mod strict;
pub mod track;
pub mod xlsx;

pub use row::RowError;
pub use strict::{strictly, toml};
