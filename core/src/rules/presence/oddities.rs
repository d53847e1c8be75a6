//! Fixes that real phones seldom give: simulated ones, and the same coordinates again and again.

use super::track::Scene;
use crate::{
    judge::JudgedFix,
    rules::{FindingKind, finding::Found},
    time::Interval,
};

/// One question a day about simulated fixes, unless the admin registered an external receiver.
pub(super) fn simulated(scene: &Scene<'_>) -> Option<Found> {
    let mut all = scene.all();
    all.retain(|(_, judged)| judged.fix.simulated);
    if scene.track.policy.fix.external_receiver {
        return None;
    }
    Some(question(FindingKind::SimulatedFixes, scene, &all)?.number("fixes", all.len() as i64))
}

/// One question a day about identical coordinates in a row, not while the phone stood still (a dozing phone
/// repeats its last fix). Simulated fixes are asked about anyway.
pub(super) fn identical(scene: &Scene<'_>) -> Option<Found> {
    let least = least(scene);
    let runs = repeated(scene);
    let longest = runs.iter().max_by_key(|run| run.len())?.len();
    let found = question(FindingKind::IdenticalFixes, scene, &runs.concat())?
        .number("fixes", longest as i64)
        .number("runs", runs.len() as i64)
        .number("identical_min", least as i64);
    Some(found)
}

/// The rows of fixes that repeat their coordinates too often.
pub(super) fn repeated<'a>(scene: &Scene<'a>) -> Vec<Vec<(u32, &'a JudgedFix)>> {
    let mut all = scene.all();
    all.retain(|(_, judged)| !judged.fix.simulated && !stood_still(scene, judged.at_ms));
    all.dedup_by_key(|(_, judged)| judged.at_ms);
    let same = |a: &JudgedFix, b: &JudgedFix| (a.fix.lat_e9, a.fix.lon_e9) == (b.fix.lat_e9, b.fix.lon_e9);
    let runs = all.chunk_by(|(_, a), (_, b)| same(a, b));
    runs.filter(|run| run.len() >= least(scene))
        .map(<[_]>::to_vec)
        .collect()
}

fn least(scene: &Scene<'_>) -> usize {
    scene.track.policy.visit.identical_fixes.max(2) as usize
}

fn stood_still(scene: &Scene<'_>, at_ms: i64) -> bool {
    scene
        .track
        .still
        .iter()
        .any(|still| (still.interval.from_ms..=still.interval.to_ms).contains(&at_ms))
}

/// From the first to the last of some fixes.
fn question(kind: FindingKind, scene: &Scene<'_>, fixes: &[(u32, &JudgedFix)]) -> Option<Found> {
    let ((first, from), (last, to)) = (fixes.first()?, fixes.last()?);
    let interval = Interval {
        from_ms: from.at_ms,
        to_ms: to.at_ms + 1,
    };
    let mut evidence = vec![*first, *last];
    evidence.dedup();
    Some(Found::new(kind, interval, scene.sources(evidence)))
}
