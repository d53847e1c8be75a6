use super::{
    Cause, CauseNoted, CauseSeen, Declined, LocationAnswered, PresenceView, ReasonDeclined, ReasonGiven, ReasonSeen,
};
use crate::{
    judge::{JudgedFix, LiveStatus, PlaceVerdict, live},
    rules::{Difference, Name, case::Case},
};

/// What presence says besides spans and findings.
pub(in crate::rules) fn view(case: &Case<'_>, set_aside: &[u32]) -> PresenceView {
    let fixes = &case.fixes;
    let newest = fixes
        .judged
        .iter()
        .rfind(|judged| judged.verdict.place != PlaceVerdict::Unusable);
    PresenceView {
        live: live_status(case),
        first_inside_ms: fixes.first_inside().map(|i| fixes.judged[i].at_ms),
        last_fix_ms: fixes.judged.last().map(|judged| judged.at_ms),
        last_edge_mm: newest.and_then(|judged| judged.verdict.edge_mm),
        causes: causes(case),
        reasons: reasons(case),
        differences: differences(case),
        set_aside: set_aside
            .iter()
            .map(|i| fixes.sources[*i as usize].name.clone())
            .collect(),
    }
}

/// Known only in the window; what is excused is nobody's business.
fn live_status(case: &Case<'_>) -> LiveStatus {
    let open = case.window.is_some_and(|window| window.contains(case.now_ms));
    if !open || case.excuse_at(case.now_ms).is_some() {
        return LiveStatus::Unknown;
    }
    let unexcused = |judged: &&JudgedFix| case.excuse_at(judged.at_ms).is_none();
    let fixes: Vec<JudgedFix> = case.fixes.judged.iter().filter(unexcused).cloned().collect();
    live(&fixes, case.now_ms, &case.basis.policy, case.basis.edge_tolerance_m)
}

fn causes(case: &Case<'_>) -> Vec<CauseSeen> {
    let noted = case.records.of::<CauseNoted>().map(|(entry, noted)| CauseSeen {
        at_ms: entry.when.at_ms,
        cause: noted.cause,
    });
    let answered = case
        .records
        .of::<LocationAnswered>()
        .map(|(entry, answered)| CauseSeen {
            at_ms: entry.when.at_ms,
            cause: if answered.agrees {
                Cause::LocationAgreed
            } else {
                Cause::LocationRefused
            },
        });
    // A refusal of an earlier day holds from the opening on.
    let standing = case.window.filter(|_| case.basis.location_refused);
    let standing = standing.map(|window| CauseSeen {
        at_ms: window.from_ms,
        cause: Cause::LocationRefused,
    });
    let of_day = noted.chain(answered).filter(|seen| case.has(seen.at_ms));
    let mut causes: Vec<CauseSeen> = standing.into_iter().chain(of_day).collect();
    causes.sort_by_key(|seen| seen.at_ms);
    causes
}

/// Reasons for time of this day or its window (a night's ends on the next day), whenever they were given.
fn reasons(case: &Case<'_>) -> Vec<ReasonSeen> {
    let day = case.basis.schedule.whole_day(case.day);
    let window = case.basis.schedule.window(case.day).unwrap_or(day);
    let given = case.records.of::<ReasonGiven>();
    let of_day = given.filter(|(_, reason)| {
        let touches = |time| reason.interval.intersect(time).is_some();
        touches(&day) || touches(&window)
    });
    of_day
        .map(|(entry, reason)| {
            // An approved exception counts, whenever it comes.
            let approved = is_approved(case, &reason);
            ReasonSeen {
                record: entry.name.clone(),
                approved,
                declined: declined(case, &entry.name).filter(|_| !approved),
                given_ms: entry.when.at_ms,
                reason,
            }
        })
        .collect()
}

/// What was said last.
fn declined(case: &Case<'_>, record: &Name) -> Option<Declined> {
    let declined = case.records.of::<ReasonDeclined>();
    let of_record = declined.filter(|(_, declined)| declined.record == *record);
    of_record.last().map(|(entry, declined)| Declined {
        at_ms: entry.when.at_ms,
        by: declined.by,
        words: declined.words,
    })
}

fn is_approved(case: &Case<'_>, reason: &ReasonGiven) -> bool {
    case.basis.exceptions.iter().any(|exception| {
        exception.reason == reason.reason
            && exception.from_ms < reason.interval.to_ms
            && reason.interval.from_ms < exception.to_ms
    })
}

fn differences(case: &Case<'_>) -> Vec<Difference> {
    let fixes = &case.fixes;
    let differing = (0..fixes.judged.len()).filter_map(|i| {
        let phone = fixes.seen[i].as_ref()?.verdict.place;
        let ruled = fixes.judged[i].verdict.place;
        let fix: Name = fixes.sources[i].name.clone();
        (phone != ruled).then_some(Difference { fix, phone, ruled })
    });
    differing.collect()
}
