//! From records to views: which days a record touches, by which documents a day is judged, and the worker
//! that folds what is marked.

mod anchors;
mod company;
mod day;
mod entries;
mod explain;
mod frozen;
mod keys;
mod noted;
mod private;
mod times;
mod views;
mod worker;

#[cfg(test)]
mod tests;

pub(crate) use day::basis;
pub use day::{FoldError, day_now};
pub use explain::explained;
pub use frozen::frozen_cell;
pub use keys::{day_key, outdated, read_day_key, touches};
pub use worker::{drain, run, settle};

pub(crate) use anchors::{boot_key, tie_of};
pub(crate) use keys::days_of;
pub(crate) use private::private_key;
pub(crate) use times::{Times, since_cell};
