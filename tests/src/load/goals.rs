//! What is asked of a server on two cores that it shares with what loads it. A goal is that of the load as it is by
//! itself: a smaller one is held against the same.

use std::fmt;

use crate::figures::Figure;

/// What a figure has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goal {
    /// Of which figure.
    pub name: &'static str,
    bound: Bound,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Bound {
    Least(f64),
    Most(f64),
}

impl Goal {
    const fn least(name: &'static str, value: f64) -> Self {
        let bound = Bound::Least(value);
        Self { name, bound }
    }

    const fn most(name: &'static str, value: f64) -> Self {
        let bound = Bound::Most(value);
        Self { name, bound }
    }

    /// It was measured, and is within its bound.
    pub fn is_met(&self, figures: &[Figure]) -> bool {
        let measured = figures.iter().find(|figure| figure.name == self.name);
        measured.is_some_and(|figure| match self.bound {
            Bound::Least(least) => figure.value >= least,
            Bound::Most(most) => figure.value <= most,
        })
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bound {
            Bound::Least(least) => write!(f, "{} at least {least}", self.name),
            Bound::Most(most) => write!(f, "{} at most {most}", self.name),
        }
    }
}

const NO_ERRORS: Goal = Goal::most("errors", 0.0);
const P99: Goal = Goal::most("p99_ms", 150.0);

/// Of [`super::throughput`], by where the data stand; `stored`: measured again beside what is stored then.
pub fn of_throughput(in_postgres: bool, stored: bool) -> Vec<Goal> {
    let mut goals = vec![NO_ERRORS, P99];
    if in_postgres {
        goals.push(Goal::least("records_per_s", 40_000.0));
    } else {
        goals.push(Goal::least("records_per_s", 50_000.0));
        goals.push(Goal::least("share_of_ceiling", 0.5));
    }
    if stored {
        goals.push(Goal::least("full_share", 0.9));
        goals.push(Goal::most("full_errors", 0.0));
    }
    goals
}

/// Of [`super::phones`].
pub fn of_phones() -> Vec<Goal> {
    vec![NO_ERRORS, Goal::most("rss_mb", 512.0)]
}

/// Of [`super::folding`].
pub fn of_folding() -> Vec<Goal> {
    vec![NO_ERRORS, Goal::most("behind_s", 5.0)]
}

/// Of [`super::overload`].
pub fn of_overload() -> Vec<Goal> {
    vec![Goal::most("refused", 0.0), Goal::most("unanswered", 0.0)]
}

/// Of [`super::slow`].
pub fn of_slow() -> Vec<Goal> {
    vec![NO_ERRORS, Goal::least("nonsense_answered", 1.0)]
}

/// Of [`super::verify`]: ten million records within a minute.
pub fn of_verify() -> Vec<Goal> {
    vec![Goal::least("verify_records_per_s", 10_000_000.0 / 60.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_missed_beyond_its_bound_and_where_nothing_was_measured() {
        let figures = [
            Figure::new("p99_ms", "", 150.0, "ms"),
            Figure::new("share", "", 0.5, ""),
        ];
        for (goal, met) in [
            (P99, true),
            (Goal::most("p99_ms", 149.9), false),
            (Goal::least("share", 0.5), true),
            (Goal::least("share", 0.51), false),
            (Goal::most("shaer", 1.0), false),
        ] {
            assert_eq!(goal.is_met(&figures), met, "{goal:?}");
        }
    }
}
