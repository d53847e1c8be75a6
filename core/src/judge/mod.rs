//! The verdicts: one fix, and the spans of a day. Pure functions of place, time and policy.
//!
//! A day's ruling goes through `sequence` (usable fixes in order), `median` and `outside` (what is
//! charged), `gap` (what a wait between fixes means) and `tiling` (spans, transit, excuses). `why` gives what
//! was charged with what it stands on.

mod backing;
mod due;
mod fix;
mod gap;
mod live;
mod marks;
pub(crate) mod median;
mod outside;
mod piece;
pub(crate) mod sequence;
mod span;
mod tiling;
mod why;

#[cfg(test)]
mod tests;

pub use due::{Pace, next_due_s, no_go_edges_mm};
pub use fix::{FixVerdict, PlaceVerdict, Unusable, judge_fix};
pub use live::{LiveStatus, live};
pub use outside::{Out, Proof, Vote};
pub use span::{Excuse, JudgedFix, Ruled, RulingInput, Span, SpanStatus, StillGap, rule, ruled};
pub use tiling::Transit;
pub use why::{Why, why};

pub(crate) use fix::{disc_mm, held_ppm, radius_mm, reckoned_mm};
