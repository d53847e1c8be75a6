//! Reading the files people hand in.

pub mod export;
pub mod ics;
pub mod import;
pub mod places;
mod row;
pub mod track;
pub mod xlsx;

pub use row::RowError;
