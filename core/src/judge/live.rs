use serde::{Deserialize, Serialize};

use super::{
    JudgedFix, PlaceVerdict,
    due::{at_rest_s, next_due_s},
};
use crate::policy::Policy;

/// Provisional status, kind in tone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LiveStatus {
    /// Nothing known for now.
    #[default]
    Unknown,
    /// Inside.
    Inside,
    /// At the edge.
    Edge,
    /// Two outside votes: the rep is told.
    SeemsLeaving,
    /// Three outside votes: the board says so.
    PossiblyOutside,
}

/// The provisional status at `now_ms`, from fixes in any order.
///
/// From the first outside fix on each `vote_s` is a vote: outside if it has enough usable fixes and the
/// median of edge distance + radius + tolerance is not above zero. Anything else ends the count, and the
/// next outside fix begins anew.
pub fn live(fixes: &[JudgedFix], now_ms: i64, policy: &Policy, edge_tolerance_m: f64) -> LiveStatus {
    let seen = usable_until(fixes, now_ms);
    let votes = votes(&seen, now_ms, policy, edge_tolerance_m);
    if votes >= policy.live.board_votes {
        return LiveStatus::PossiblyOutside;
    }
    if votes >= policy.live.tell_rep_votes {
        return LiveStatus::SeemsLeaving;
    }
    let Some(newest) = seen.last() else {
        return LiveStatus::Unknown;
    };
    let mut due_s = next_due_s(newest.verdict.edge_mm, 0, &[], policy);
    if newest.fix.still {
        due_s = at_rest_s(due_s, newest.verdict.edge_mm, policy);
    }
    let due_ms = due_s.saturating_mul(1000);
    match newest.verdict.place {
        _ if now_ms - newest.at_ms > due_ms.max(policy.live.vote_s.saturating_mul(1000)) => LiveStatus::Unknown,
        PlaceVerdict::Inside => LiveStatus::Inside,
        _ => LiveStatus::Edge,
    }
}

fn usable_until(fixes: &[JudgedFix], now_ms: i64) -> Vec<&JudgedFix> {
    let mut seen: Vec<&JudgedFix> = fixes
        .iter()
        .filter(|judged| judged.at_ms <= now_ms && judged.verdict.place != PlaceVerdict::Unusable)
        .collect();
    seen.sort_by_key(|judged| (judged.at_ms, judged.verdict.edge_mm, judged.verdict.radius_mm));
    seen.dedup_by(|a, b| a.at_ms == b.at_ms && a.fix == b.fix);
    seen
}

/// Outside votes in a row up to now.
fn votes(seen: &[&JudgedFix], now_ms: i64, policy: &Policy, edge_tolerance_m: f64) -> u32 {
    let vote_ms = policy.live.vote_s.max(1).saturating_mul(1000);
    let mut votes = 0;
    let mut opened_ms = None;
    let mut next = 0;
    while next < seen.len() || opened_ms.is_some() {
        let Some(from_ms) = opened_ms else {
            match seen[next..]
                .iter()
                .position(|judged| judged.verdict.place == PlaceVerdict::Outside)
            {
                Some(skip) => {
                    next += skip;
                    opened_ms = Some(seen[next].at_ms);
                    continue;
                }
                None => return 0,
            }
        };
        let to_ms = from_ms.saturating_add(vote_ms);
        if to_ms > now_ms {
            return votes;
        }
        let in_vote = seen[next..].iter().take_while(|judged| judged.at_ms < to_ms).count();
        if is_outside(&seen[next..next + in_vote], policy, edge_tolerance_m) {
            votes += 1;
            opened_ms = Some(to_ms);
        } else {
            votes = 0;
            opened_ms = None;
        }
        next += in_vote;
    }
    votes
}

fn is_outside(vote: &[&JudgedFix], policy: &Policy, edge_tolerance_m: f64) -> bool {
    let tolerance_mm = libm::round(edge_tolerance_m * 1000.0) as i64;
    let mut clearances_mm: Vec<i64> = vote
        .iter()
        .filter_map(|judged| Some(judged.verdict.edge_mm?.saturating_add(judged.verdict.radius_mm?)))
        .map(|mm| mm.saturating_add(tolerance_mm))
        .collect();
    clearances_mm.sort_unstable();
    let count = clearances_mm.len();
    count >= policy.live.vote_fixes_min.max(1) as usize
        && clearances_mm[(count - 1) / 2].saturating_add(clearances_mm[count / 2]) <= 0
}
