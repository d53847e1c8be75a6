use serde::{Deserialize, Serialize};

use super::{FixVerdict, gap::Waits, outside::runs, sequence::Sequence, tiling::Day};
use crate::{place::Area, policy::Policy, reading::Fix, time::Interval};

/// What is known of a rep's place for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SpanStatus {
    /// Inside.
    Inside,
    /// Cannot be told apart from the edge: compliant.
    Edge,
    /// Proved outside.
    Outside,
    /// Not known.
    Unknown,
}

/// One stretch of the window; the spans of a day tile it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Span {
    /// First instant, milliseconds since 1970 (UTC).
    pub from_ms: i64,
    /// First instant after it.
    pub to_ms: i64,
    /// What is known.
    pub status: SpanStatus,
    /// `transit`, `break`, `private`, `leave`, or the exception's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excused_by: Option<String>,
    /// For outside: the first fix that proves it, one backed by satellites (if there is one), and the
    /// last. Indexes into the input's fixes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<u32>,
}

/// A fix with its trusted time and verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedFix {
    /// Trusted time, milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// The fix.
    pub fix: Fix,
    /// Its verdict.
    pub verdict: FixVerdict,
}

/// A gap in which the motion sensor says the phone stood still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StillGap {
    /// From when to when.
    pub interval: Interval,
}

/// Time that is excused, whatever the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excuse {
    /// From when to when.
    pub interval: Interval,
    /// What [`Span::excused_by`] says.
    pub by: String,
}

/// What a day's ruling is made of.
#[derive(Debug)]
pub struct RulingInput<'a> {
    /// The window.
    pub window: Interval,
    /// Up to when the day is known (the end of the window, or now).
    pub until_ms: i64,
    /// All fixes, in any order; unusable ones and those outside the window count for nothing.
    pub fixes: &'a [JudgedFix],
    /// Still gaps.
    pub still: &'a [StillGap],
    /// Breaks, private time, leave, exceptions.
    pub excuses: &'a [Excuse],
    /// Where the rep may be.
    pub area: &'a Area,
    /// Metres beyond the edge that are still edge.
    pub edge_tolerance_m: f64,
    /// The policy.
    pub policy: &'a Policy,
}

/// A ruling with what did not go into it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ruled {
    /// Tile the window up to `until_ms`.
    pub spans: Vec<Span>,
    /// Fixes reached and left at impossible speeds: indexes into the input's fixes, ascending.
    pub set_aside: Vec<u32>,
}

/// The ruling: spans that tile the window up to `until_ms`.
///
/// The estimator is that of `docs/verdicts.md`; `docs/adr/0008` says what it was compared with.
pub fn rule(input: &RulingInput<'_>) -> Vec<Span> {
    ruled(input).spans
}

/// [`rule`], with the fixes that were set aside.
pub fn ruled(input: &RulingInput<'_>) -> Ruled {
    on_day(input, |day, set_aside| Ruled {
        spans: day.spans(),
        set_aside,
    })
}

/// Asks a day something; it is told the fixes set aside too.
pub(super) fn on_day<T>(input: &RulingInput<'_>, ask: impl FnOnce(&Day<'_>, Vec<u32>) -> T) -> T {
    let known = Interval {
        from_ms: input.window.from_ms,
        to_ms: input.until_ms.min(input.window.to_ms),
    };
    let sequence = Sequence::new(input.fixes, known, input.policy);
    let waits = Waits::new(input, &sequence.kept);
    let runs = runs(&sequence.kept, input, &waits);
    let day = Day {
        known,
        fixes: &sequence.kept,
        runs: &runs,
        waits: &waits,
        input,
    };
    ask(&day, sequence.set_aside)
}
