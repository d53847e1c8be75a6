//! Who is excused when, by the exceptions alone: the phone of who is on leave is off, and its day tells nothing.

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;
use onbeat_core::time::Interval;

use super::{
    Desk,
    exceptions::{self, interval_of},
};
use crate::documents::Documents;

/// What excuses the reps on a day, as it stands now.
pub struct Excused {
    documents: Arc<Documents>,
    day: NaiveDate,
    now_ms: i64,
    of_rep: BTreeMap<String, Vec<Interval>>,
}

impl Excused {
    /// Reads it.
    pub fn on(desk: &Desk, day: NaiveDate) -> Self {
        let (documents, now_ms) = (desk.app.documents(), desk.now_ms());
        let whole = documents.schedule_of("", day).whole_day(day);
        let mut of_rep: BTreeMap<String, Vec<Interval>> = BTreeMap::new();
        for exception in exceptions::touching(&documents, now_ms, whole) {
            let intervals = of_rep.entry(exception.rep.clone()).or_default();
            intervals.push(interval_of(exception));
        }
        of_rep.values_mut().for_each(|all| all.sort_by_key(|one| one.from_ms));
        Self {
            documents,
            day,
            now_ms,
            of_rep,
        }
    }

    /// A rep's, in their order.
    pub fn of(&self, rep: &str) -> &[Interval] {
        self.of_rep.get(rep).map_or(&[], Vec::as_slice)
    }

    /// Whether nobody waits for a rep: all of his window is excused, or this moment of it.
    pub fn holds(&self, rep: &str) -> bool {
        let excused = self.of(rep);
        let window = || self.documents.schedule_of(rep, self.day).window(self.day);
        !excused.is_empty() && window().is_some_and(|window| holds(excused, window, self.now_ms))
    }
}

/// Whether one of them excuses an instant.
pub fn is_at(excused: &[Interval], at_ms: i64) -> bool {
    excused.iter().any(|one| one.contains(at_ms))
}

fn holds(excused: &[Interval], window: Interval, now_ms: i64) -> bool {
    let reach = |until_ms: i64, one: &Interval| match one.from_ms <= until_ms {
        true => until_ms.max(one.to_ms),
        false => until_ms,
    };
    let covered_ms = excused.iter().fold(window.from_ms, reach);
    covered_ms >= window.to_ms || (window.contains(now_ms) && is_at(excused, now_ms))
}

#[cfg(test)]
mod tests {
    use onbeat_core::time::Interval;

    use super::holds;
    use crate::testing::at;

    #[test]
    fn nobody_waits_for_who_is_excused_now_or_all_of_the_window() {
        let between = |from_ms, to_ms| Interval { from_ms, to_ms };
        let (early, late) = (between(at(8, 0), at(12, 0)), between(at(12, 0), at(17, 0)));
        let whole = between(at(0, 0), at(24, 0));
        for (excused, now_ms, expected) in [
            (vec![], at(9, 0), false),
            (vec![whole], at(9, 0), true),
            // Before it begins, and after it is over, all of it counts.
            (vec![whole], at(-20, 0), true),
            (vec![early, late], at(-20, 0), true),
            (vec![early], at(-20, 0), false),
            (vec![early], at(20, 0), false),
            (vec![early], at(9, 0), true),
            (vec![early], at(12, 0), false),
            (vec![between(at(8, 1), at(17, 0))], at(20, 0), false),
        ] {
            let window = between(at(8, 0), at(17, 0));
            assert_eq!(holds(&excused, window, now_ms), expected, "{excused:?} at {now_ms}");
        }
    }
}
