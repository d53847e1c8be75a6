//! Who is excused when, by the exceptions alone: the phone of who is on leave is off, and its day tells nothing.

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;
use onbeat_core::{reference::ExceptionKind, time::Interval};

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
    of_rep: BTreeMap<String, Own>,
}

/// What excuses one rep, in order; leave is among all.
#[derive(Default)]
struct Own {
    all: Vec<Interval>,
    leave: Vec<Interval>,
}

/// A window may go on past midnight.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Excused {
    /// Reads it.
    pub fn on(desk: &Desk, day: NaiveDate) -> Self {
        let (documents, now_ms) = (desk.app.documents(), desk.now_ms());
        let whole = documents.schedule_of("", day).whole_day(day);
        let wanted = Interval {
            to_ms: whole.to_ms + DAY_MS,
            ..whole
        };
        let mut of_rep: BTreeMap<String, Own> = BTreeMap::new();
        for exception in exceptions::touching(&documents, now_ms, wanted) {
            let own = of_rep.entry(exception.rep.clone()).or_default();
            own.all.push(interval_of(exception));
            if exception.reason == ExceptionKind::Leave {
                own.leave.push(interval_of(exception));
            }
        }
        of_rep
            .values_mut()
            .for_each(|own| own.all.sort_by_key(|one| one.from_ms));
        Self {
            documents,
            day,
            now_ms,
            of_rep,
        }
    }

    /// A rep's, in their order.
    pub fn of(&self, rep: &str) -> &[Interval] {
        self.of_rep.get(rep).map_or(&[], |own| own.all.as_slice())
    }

    /// Whether nobody waits for a rep now: all of his window is excused, or this moment of it.
    pub fn holds(&self, rep: &str) -> bool {
        self.of_window(rep).is_some_and(|(own, window)| {
            covers(&own.all, window) || (window.contains(self.now_ms) && is_at(&own.all, self.now_ms))
        })
    }

    /// Whether no sign-in is due of a rep: leave touches his window, as core has it (`rules/sign_in`), or all of it is
    /// excused.
    pub fn waives_sign_in(&self, rep: &str) -> bool {
        self.of_window(rep).is_some_and(|(own, window)| {
            covers(&own.all, window) || own.leave.iter().any(|leave| leave.intersect(&window).is_some())
        })
    }

    /// What excuses a rep, and his window, where he has both.
    fn of_window(&self, rep: &str) -> Option<(&Own, Interval)> {
        let own = self.of_rep.get(rep)?;
        let window = self.documents.schedule_of(rep, self.day).window(self.day)?;
        Some((own, window))
    }
}

/// Whether one of them excuses an instant.
pub fn is_at(excused: &[Interval], at_ms: i64) -> bool {
    excused.iter().any(|one| one.contains(at_ms))
}

/// Whether they excuse all of a window, one after the other.
fn covers(excused: &[Interval], window: Interval) -> bool {
    let reach = |until_ms: i64, one: &Interval| match one.from_ms <= until_ms {
        true => until_ms.max(one.to_ms),
        false => until_ms,
    };
    let covered_ms = excused.iter().fold(window.from_ms, reach);
    covered_ms >= window.to_ms
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{collections::BTreeMap, sync::Arc};

    use onbeat_core::time::Interval;

    use super::{Excused, Own};
    use crate::testing::{REP, World, at};

    #[tokio::test(flavor = "multi_thread")]
    async fn nobody_waits_for_who_is_excused_now_and_a_sign_in_for_whoever_is_not_on_leave() {
        let world = World::new().await;
        let documents = world.app.documents();
        let window = documents
            .schedule_of(REP, DAY.parse().unwrap())
            .window(DAY.parse().unwrap())
            .unwrap();
        assert_eq!((window.from_ms, window.to_ms), (at(8, 0), at(16, 30)));
        let between = |from_ms, to_ms| Interval { from_ms, to_ms };
        let (early, late) = (between(at(8, 0), at(12, 0)), between(at(12, 0), at(17, 0)));
        let whole = between(at(0, 0), at(24, 0));
        // What excuses, whether that is leave, when it is looked at, whether somebody waits for him not, and for his sign-in not.
        for (all, leave, now_ms, holds, waives) in [
            (vec![], false, at(9, 0), false, false),
            (vec![whole], true, at(9, 0), true, true),
            (vec![whole], false, at(9, 0), true, true),
            // Before it begins, and after it is over, all of it counts.
            (vec![whole], false, at(-20, 0), true, true),
            (vec![early, late], false, at(-20, 0), true, true),
            (vec![early], false, at(-20, 0), false, false),
            (vec![early], false, at(9, 0), true, false),
            (vec![early], true, at(9, 0), true, true),
            (vec![early], true, at(13, 0), false, true),
            (vec![early], false, at(13, 0), false, false),
            (vec![between(at(14, 0), at(15, 0))], false, at(14, 10), true, false),
            (vec![between(at(18, 0), at(20, 0))], true, at(19, 0), false, false),
            (vec![between(at(8, 1), at(17, 0))], false, at(20, 0), false, false),
        ] {
            let own = Own {
                leave: if leave { all.clone() } else { vec![] },
                all: all.clone(),
            };
            let excused = Excused {
                documents: Arc::clone(&documents),
                day: DAY.parse().unwrap(),
                now_ms,
                of_rep: BTreeMap::from([(REP.to_owned(), own)]),
            };
            let told = (excused.holds(REP), excused.waives_sign_in(REP));
            assert_eq!(told, (holds, waives), "{all:?}, leave: {leave}, at {now_ms}");
        }
    }

    const DAY: &str = "2026-11-23";
}
