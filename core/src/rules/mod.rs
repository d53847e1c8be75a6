//! One folder a rule of the company: its record types, its state, its findings and its view.
//!
//! [`fold_day`] is the only way from records to an account of a day, [`explain`] the only one to what made a
//! finding; phone and server both call them.

mod basis;
mod case;
mod day;
mod entry;
mod explain;
mod finding;
mod noted;
mod rejudged;
mod standing;

pub mod clock;
pub mod log;
pub mod presence;
pub mod sign_in;
pub mod signs;
pub mod together;
pub mod visit;

#[cfg(test)]
mod tests;

pub use basis::{Basis, BasisError, Places, area_of};
pub use day::{DayView, fold_day};
pub use entry::{Entry, Name, Source};
pub use explain::{Condition, Explanation, FixExplained, MOST, Place, RecordNamed, Sentence, SetAside, explain};
pub use finding::{Answered, Appealed, Class, Fact, Finding, FindingKind};
pub use noted::{JudgedBy, Noted, NotedRecord};
pub use presence::{DayCounts, Difference};
pub use rejudged::{Comparison, DaysRejudged, Eased, Effect};
