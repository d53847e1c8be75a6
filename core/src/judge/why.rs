use super::{
    Proof, RulingInput, Transit, Vote,
    outside::{Grounds, grounds},
    span::on_day,
};
use crate::time::Interval;

/// What a charge of outside stands on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Why {
    /// The charged runs that touch it, in order: mostly one.
    pub proofs: Vec<Proof>,
    /// The moments in it and around, in order.
    pub votes: Vec<Vote>,
    /// Fixes set apart as jumps, in it and around: indexes into the input's fixes, ascending.
    pub jumps: Vec<u32>,
    /// The way between two points of the area that it lies on, if the rep was seen in the area before and after.
    pub transit: Option<Transit>,
}

/// Asks the ruling why `charged` is outside; moments are told of `around`.
pub fn why(input: &RulingInput<'_>, charged: Interval, around: Interval) -> Why {
    on_day(input, |day, _| {
        let Grounds { proofs, votes, jumps } = grounds(day.fixes, input, day.waits, charged, around);
        let touches = |from_ms: i64, to_ms: i64| Interval { from_ms, to_ms }.intersect(&charged).is_some();
        let mut runs = day.runs.iter();
        let run = runs.find(|run| touches(day.fixes[run.first].at_ms, day.fixes[run.last].at_ms));
        Why {
            proofs,
            votes,
            jumps,
            transit: run.and_then(|run| day.transit(run)),
        }
    })
}
