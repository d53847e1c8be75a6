//! From records to views: which days a record touches, by which documents a day is judged, and the worker
//! that folds what is marked.

mod anchors;
mod company;
mod consent;
mod day;
mod entries;
mod explain;
mod frozen;
mod keys;
mod noted;
mod private;
mod rejudged;
mod sums;
mod times;
mod views;
mod worker;

#[cfg(test)]
mod tests;

pub use company::asked_cell;
pub(crate) use day::standing;
pub use day::{FoldError, day_now, day_with_documents};
pub use explain::explained;
pub use frozen::{frozen_blob, frozen_cell};
pub use keys::{day_key, outdated, read_day_key, touches};
pub use sums::DaySums;
pub use views::day as stored_day;
pub use worker::{drain, run, settle};

pub(crate) use anchors::{boot_key, tie_of};
pub(crate) use consent::consent_key;
pub(crate) use keys::{changed_by, days_after, days_of};
pub(crate) use private::private_key;
pub(crate) use rejudged::{Rejudging, rejudge};
pub(crate) use times::{Times, since_cell};
