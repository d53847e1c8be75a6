//! Marks over pieces of time: pieces are cut where a mark begins or ends.

use super::{Excuse, JudgedFix, PlaceVerdict, Unusable, piece::Piece};
use crate::time::Interval;

/// Cuts pieces at the bounds of the marks and applies each mark to what it holds. Both are sorted and disjoint.
pub(super) fn overlay<T>(pieces: Vec<Piece>, marks: &[(Interval, T)], apply: impl Fn(&mut Piece, &T)) -> Vec<Piece> {
    let mut cut = Vec::with_capacity(pieces.len());
    let mut next = 0;
    for mut piece in pieces {
        while marks
            .get(next)
            .is_some_and(|(mark, _)| mark.to_ms <= piece.time.from_ms)
        {
            next += 1;
        }
        for (mark, value) in &marks[next..] {
            let Some(both) = mark.intersect(&piece.time) else { break };
            if piece.time.from_ms < both.from_ms {
                cut.push(piece.until(both.from_ms));
            }
            let mut marked = piece.until(both.to_ms);
            marked.time.from_ms = both.from_ms;
            apply(&mut marked, value);
            cut.push(marked);
            piece.time.from_ms = both.to_ms;
        }
        if piece.time.length_ms() > 0 {
            cut.push(piece);
        }
    }
    cut
}

/// Excuses made disjoint; where several hold, the first in the list is named.
pub(super) fn disjoint(excuses: &[Excuse]) -> Vec<(Interval, &str)> {
    let mut bounds: Vec<i64> = excuses
        .iter()
        .flat_map(|excuse| [excuse.interval.from_ms, excuse.interval.to_ms])
        .collect();
    bounds.sort_unstable();
    bounds.dedup();
    let named = |pair: &[i64]| {
        let time = Interval {
            from_ms: pair[0],
            to_ms: pair[1],
        };
        let by = excuses.iter().find(|excuse| excuse.interval.contains(time.from_ms))?;
        Some((time, by.by.as_str()))
    };
    bounds.windows(2).filter_map(named).collect()
}

/// From the first of each row of simulated or approximate fixes to the next usable fix, or to the end.
pub(super) fn unreal(fixes: &[JudgedFix], known: Interval) -> Vec<(Interval, ())> {
    let mut seen: Vec<(i64, bool)> = fixes
        .iter()
        .filter(|judged| known.contains(judged.at_ms))
        .filter_map(|judged| Some((judged.at_ms, is_unreal(judged)?)))
        .collect();
    seen.sort_unstable();
    let mut marks = Vec::new();
    let mut open = None;
    for (at_ms, unreal) in seen {
        match (open, unreal) {
            (None, true) => open = Some(at_ms),
            (Some(from_ms), false) => {
                marks.push((Interval { from_ms, to_ms: at_ms }, ()));
                open = None;
            }
            _ => {}
        }
    }
    let to_ms = known.to_ms;
    marks.extend(open.map(|from_ms| (Interval { from_ms, to_ms }, ())));
    marks.retain(|(mark, ())| mark.length_ms() > 0);
    marks
}

/// Whether a fix is simulated or approximate; `None` where it is unusable for another reason.
fn is_unreal(judged: &JudgedFix) -> Option<bool> {
    match (judged.verdict.place, judged.verdict.unusable) {
        (_, Some(Unusable::Simulated | Unusable::Approximate)) => Some(true),
        (PlaceVerdict::Unusable, _) => None,
        _ => Some(false),
    }
}
