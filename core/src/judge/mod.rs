//! The verdicts: one fix, and the spans of a day. Pure functions of place, time and policy.

mod fix;
mod span;

pub use fix::{FixVerdict, PlaceVerdict, Unusable, judge_fix};
pub use span::{Excuse, JudgedFix, RulingInput, Span, SpanStatus, StillGap, rule};
