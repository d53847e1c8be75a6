//! From records to views: which days a record touches, by which documents a day is judged, and the worker
//! that folds what is marked.

mod day;
mod documents;
mod entries;
mod frozen;
mod keys;
mod private;
mod views;
mod worker;

#[cfg(test)]
mod tests;

pub(crate) use day::basis;
pub use day::{FoldError, day_now};
pub use documents::{Documents, Keyed, document_of, kind_of};
pub use frozen::frozen_cell;
pub use keys::{day_key, outdated, read_day_key, touches};
pub use worker::{Folding, drain, run};

pub(crate) use keys::{Reps, days_of, reps_of};
pub(crate) use private::private_key;
