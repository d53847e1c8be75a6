//! Reading the files people hand in.

pub mod export;
pub mod ics;
pub mod import;
pub mod track;
