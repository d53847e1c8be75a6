//! Left the area, outside when the window opened, and time that nothing accounts for.

use super::track::Scene;
use crate::{
    judge::{PlaceVerdict, Span, SpanStatus, sequence::Sighting},
    rules::{FindingKind, finding::Found},
    time::Interval,
};

/// A finding for each stretch that is proved outside, not excused, and long enough by itself.
pub(super) fn found(scene: &Scene<'_>) -> Vec<Found> {
    let shortest_ms = scene.track.policy.ruling.outside_min_s.saturating_mul(1000);
    let charged = |span: &&Span| {
        span.status == SpanStatus::Outside && span.excused_by.is_none() && span.to_ms - span.from_ms >= shortest_ms
    };
    scene
        .spans
        .iter()
        .filter(charged)
        .map(|span| finding(scene, span))
        .collect()
}

fn finding(scene: &Scene<'_>, span: &Span) -> Found {
    let policy = scene.track.policy;
    let interval = Interval {
        from_ms: span.from_ms,
        to_ms: span.to_ms,
    };
    let evidence = scene.sources(span.evidence.iter().copied());
    let mut found = Found::new(kind(scene, span), interval, evidence)
        .number("duration_s", interval.length_ms() / 1000)
        .number("outside_min_s", policy.ruling.outside_min_s)
        .number(
            "edge_tolerance_mm",
            libm::round(scene.track.edge_tolerance_m * 1000.0) as i64,
        );
    let outside = |at_ms: i64| span.from_ms <= at_ms && at_ms <= span.to_ms;
    let proving: Vec<_> = scene.fixes.iter().filter(|fix| outside(fix.at_ms)).collect();
    found = found.number("fixes", proving.len() as i64);
    if let Some(farthest) = proving.iter().min_by_key(|fix| (fix.edge_mm, fix.radius_mm)) {
        found = found
            .number("edge_mm", farthest.edge_mm)
            .number("radius_mm", farthest.radius_mm);
    }
    // A crossing is an interval: after the last fix not outside, before the first that proves it.
    let in_area = |fix: &&Sighting| fix.place != PlaceVerdict::Outside;
    if let Some(before) = scene.fixes.iter().filter(|fix| fix.at_ms < span.from_ms).rfind(in_area) {
        found = found.number("left_after_ms", before.at_ms);
    }
    if let Some(after) = scene.fixes.iter().filter(|fix| fix.at_ms > span.to_ms).find(in_area) {
        found = found.number("back_before_ms", after.at_ms);
    }
    found
}

/// Outside when the window opened: proved within the first minutes, and never seen inside before.
fn kind(scene: &Scene<'_>, span: &Span) -> FindingKind {
    let opening_ms = scene.track.policy.unknown.opening_s.saturating_mul(1000);
    let early = span.from_ms <= scene.track.window.from_ms.saturating_add(opening_ms);
    let seen_inside = scene
        .fixes
        .iter()
        .any(|fix| fix.at_ms < span.from_ms && fix.place == PlaceVerdict::Inside);
    if early && !seen_inside {
        FindingKind::OutsideAtOpening
    } else {
        FindingKind::LeftArea
    }
}

/// One question a day about all time that is neither known nor excused, if it is long in sum.
pub(super) fn unaccounted(scene: &Scene<'_>) -> Option<Found> {
    let stretches = stretches(scene.spans);
    let (first, last) = (stretches.first()?, stretches.last()?);
    let sum_ms: i64 = stretches.iter().map(Interval::length_ms).sum();
    let ask_ms = scene.track.policy.unknown.ask_day_min.saturating_mul(60_000);
    let longest = stretches
        .iter()
        .max_by_key(|stretch| (stretch.length_ms(), -stretch.from_ms))?;
    let hull = Interval {
        from_ms: first.from_ms,
        to_ms: last.to_ms,
    };
    (sum_ms > ask_ms).then(|| {
        Found::new(FindingKind::Unaccounted, hull, Vec::new())
            .number("unaccounted_s", sum_ms / 1000)
            .number("stretches", stretches.len() as i64)
            .number("longest_from_ms", longest.from_ms)
            .number("longest_to_ms", longest.to_ms)
            .number("ask_day_s", ask_ms / 1000)
    })
}

fn stretches(spans: &[Span]) -> Vec<Interval> {
    let unknown = |span: &&Span| span.status == SpanStatus::Unknown && span.excused_by.is_none();
    spans
        .iter()
        .filter(unknown)
        .map(|span| Interval {
            from_ms: span.from_ms,
            to_ms: span.to_ms,
        })
        .collect()
}
