//! What excuses time, whatever the place: leave, approved exceptions, the break, private time, no agreement.

use crate::{
    judge::Excuse,
    record::Payload,
    reference::ExceptionKind,
    rules::{
        case::Case,
        presence::{BreakEnded, BreakStarted, PrivateEnded, PrivateStarted, REFUSED, refused::refused},
    },
    time::Interval,
};

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
    let mut taken = Vec::new();
    let mut open = None;
    for (to_ms, _, starts) in marks {
        match (open, starts) {
            (None, true) => open = Some(to_ms),
            (Some(from_ms), false) => {
                taken.push(Interval { from_ms, to_ms });
                open = None;
            }
            _ => {}
        }
    }
    let to_ms = case.now_ms;
    taken.extend(open.map(|from_ms| Interval { from_ms, to_ms }));
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
