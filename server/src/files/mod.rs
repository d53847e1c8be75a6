//! Reading the files people hand in.

pub mod export;
pub mod ics;
pub mod import;
pub mod places;
#[cfg(test)]
mod read_back;
mod row;
mod shape_fault;
mod strict;
pub mod track;
pub mod xlsx;

pub use row::RowError;
pub use shape_fault::shape_fault;
pub use strict::{strictly, toml};
