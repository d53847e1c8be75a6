//! Time of which the rep did not agree that his place is recorded: none may be asked of him, so none is missed.

use super::LocationAnswered;
use crate::{rules::case::Case, time::Interval};

/// How such time is excused.
pub const REFUSED: &str = "refused";

/// From each refusal, one of an earlier day too, to the agreement after it.
pub(super) fn refused(case: &Case<'_>) -> Vec<Interval> {
    let answers = case.records.of::<LocationAnswered>();
    let of_day = answers.filter(|(entry, _)| case.has(entry.when.at_ms));
    let mut since_ms = case.basis.location_refused.then_some(i64::MIN);
    let mut refused = Vec::new();
    for (entry, answered) in of_day {
        match (since_ms, answered.agrees) {
            (None, false) => since_ms = Some(entry.when.at_ms),
            (Some(from_ms), true) => {
                refused.push(Interval {
                    from_ms,
                    to_ms: entry.when.at_ms,
                });
                since_ms = None;
            }
            _ => {}
        }
    }
    let to_ms = i64::MAX;
    refused.extend(since_ms.map(|from_ms| Interval { from_ms, to_ms }));
    refused
}
