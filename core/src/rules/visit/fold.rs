use super::{VisitView, found, visits::visits};
use crate::rules::{case::Case, finding::Found};

/// The day's visits in order, and what is to be found about them.
pub(in crate::rules) fn fold(case: &Case<'_>) -> (Vec<VisitView>, Vec<Found>) {
    let visits = visits(case);
    let found = found::all(case, &visits);
    (visits.into_iter().map(|visit| visit.view).collect(), found)
}
