//! How fair the verdicts are: rep-days from seeds, with known truth and the errors of real phones, judged by the
//! engine and by rules that others use.
//!
//! A day is made in this order: a `ground` (districts and customers), a `way` on it (what is true), `errors` (how
//! the phone errs), a `day` (the fixes the phone takes). The `rules` judge it, `score` counts, `report` prints.

mod bounds;
mod day;
mod errors;
mod ground;
mod play;
mod random;
mod report;
mod rules;
mod score;
mod show;
mod stratum;
mod surfaced;
mod way;

#[cfg(test)]
mod tests;

pub use day::Evasion;
pub use errors::Family;
pub use play::{Chosen, Cost, Costs, Plan};
pub use report::{Evaders, Figures, Report, Row, Share};
pub use stratum::Stratum;
