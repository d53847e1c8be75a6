//! What excuses time, whatever the place: leave, approved exceptions, the break, private time, no agreement.

use crate::{
    judge::Excuse,
    record::Payload,
    reference::ExceptionKind,
    rules::{
        case::Case,
        presence::{BreakEnded, BreakStarted, LocationAnswered, PrivateEnded, PrivateStarted},
    },
    time::Interval,
};

/// How time is excused of which the rep did not agree that his place is recorded: none may be asked of him, so none is
/// missed.
pub const REFUSED: &str = "refused";

const MINUTE_MS: i64 = 60_000;

/// All excuses of a day. Where two hold, the one that a person approved is named.
pub(in crate::rules) fn excuses(case: &Case<'_>) -> Vec<Excuse> {
    let policy = &case.basis.policy;
    let private_left_ms = policy.private.max_month_min.saturating_mul(MINUTE_MS) - case.basis.private_used_ms;
    let private = within(&taken::<PrivateStarted, PrivateEnded>(case), case.window);
    let breaks = within(
        &taken::<BreakStarted, BreakEnded>(case),
        case.basis.break_hours.window(case.day),
    );
    let breaks = first_of(breaks, policy.break_time.max_min.saturating_mul(MINUTE_MS));
    let (leave, other): (Vec<_>, Vec<_>) = approved(case).partition(|excuse| excuse.by == "leave");
    leave
        .into_iter()
        .chain(other)
        .chain(named("break", breaks))
        .chain(named("private", first_of(private, private_left_ms)))
        .chain(named(REFUSED, within(&refused(case), case.window)))
        .collect()
}

/// Exceptions for time of the window.
fn approved(case: &Case<'_>) -> impl Iterator<Item = Excuse> {
    case.basis.exceptions.iter().filter_map(|exception| {
        let approved = Interval {
            from_ms: exception.from_ms,
            to_ms: exception.to_ms,
        };
        Some(Excuse {
            interval: approved.intersect(&case.window?)?,
            by: match exception.reason {
                ExceptionKind::Leave => "leave".into(),
                _ => exception.id.clone(),
            },
        })
    })
}

fn named(by: &str, intervals: Vec<Interval>) -> impl Iterator<Item = Excuse> {
    let by = by.to_owned();
    intervals.into_iter().map(move |interval| Excuse {
        interval,
        by: by.clone(),
    })
}

/// From each start of the day to the next end; one that has not ended goes on until now.
fn taken<Start: Payload, End: Payload>(case: &Case<'_>) -> Vec<Interval> {
    let starts = case
        .records
        .of::<Start>()
        .map(|(entry, _)| (entry.when.at_ms, &entry.name, true));
    let ends = case
        .records
        .of::<End>()
        .map(|(entry, _)| (entry.when.at_ms, &entry.name, false));
    let mut marks: Vec<_> = starts.chain(ends).filter(|(at_ms, ..)| case.has(*at_ms)).collect();
    marks.sort_unstable();
    let marks = marks.into_iter().map(|(at_ms, _, starts)| (at_ms, starts));
    from_starts_to_ends(None, marks, case.now_ms)
}

/// From each refusal, one of an earlier day too, to the agreement after it.
fn refused(case: &Case<'_>) -> Vec<Interval> {
    let answers = case.records.of::<LocationAnswered>();
    let of_day = answers.filter(|(entry, _)| case.has(entry.when.at_ms));
    let refusals = of_day.map(|(entry, answered)| (entry.when.at_ms, !answered.agrees));
    let before_ms = case.basis.location_refused.then_some(i64::MIN);
    from_starts_to_ends(before_ms, refusals, i64::MAX)
}

/// From each start to the next end: `open_ms` is one from before the marks, and what has not ended goes on until `to_ms`.
fn from_starts_to_ends(
    mut open_ms: Option<i64>,
    marks: impl Iterator<Item = (i64, bool)>,
    to_ms: i64,
) -> Vec<Interval> {
    let mut taken = Vec::new();
    for (at_ms, starts) in marks {
        match (open_ms, starts) {
            (None, true) => open_ms = Some(at_ms),
            (Some(from_ms), false) => {
                taken.push(Interval { from_ms, to_ms: at_ms });
                open_ms = None;
            }
            _ => {}
        }
    }
    taken.extend(open_ms.map(|from_ms| Interval { from_ms, to_ms }));
    taken
}

fn within(intervals: &[Interval], hours: Option<Interval>) -> Vec<Interval> {
    let Some(hours) = hours else { return Vec::new() };
    intervals
        .iter()
        .filter_map(|interval| interval.intersect(&hours))
        .collect()
}

/// The first so many milliseconds; beyond them time is judged as usual.
fn first_of(intervals: Vec<Interval>, mut left_ms: i64) -> Vec<Interval> {
    let mut kept = Vec::new();
    for mut interval in intervals {
        interval.to_ms = interval.to_ms.min(interval.from_ms.saturating_add(left_ms));
        left_ms -= interval.length_ms().max(0);
        if interval.length_ms() > 0 {
            kept.push(interval);
        }
    }
    kept
}
