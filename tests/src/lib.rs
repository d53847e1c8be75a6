//! The story of a day, the world that plays it, and what the end-to-end tests and benchmarks are made of.

pub mod load;
pub mod raw_phone;
