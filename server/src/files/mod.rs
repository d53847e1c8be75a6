//! Reading the files people hand in.

pub mod export;
pub mod ics;
pub mod import;
mod row;
pub mod track;

pub use row::RowError;
