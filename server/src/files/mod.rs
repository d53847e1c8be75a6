//! Reading the files people hand in.

pub mod export;
pub mod ics;
pub mod import;
pub mod places;
#[cfg(test)]
mod read_back;
mod row;
pub mod track;
pub mod xlsx;

pub use row::RowError;
