//! No-go places such as the service hall (R3): what is forbidden is indoor work, so a pick-up is nothing.
//!
//! A hall is smaller than the disc of a fix: presence there is a question, unless the whole disc is inside.

use super::track::Scene;
use crate::{
    judge::{
        median::{Median, sliding},
        radius_mm,
        sequence::Sighting,
    },
    place::{Area, Side},
    rules::{FindingKind, finding::Found},
    time::Interval,
};

/// A fix with the side on which the middle of the minutes around it lies.
struct Seen {
    fix: Sighting,
    /// The middle lies in the place.
    perhaps: bool,
    /// Its whole disc does.
    proved: bool,
}

/// For each stay in a no-go place that is longer than a pick-up: a finding where proved, else a question.
pub(super) fn found(scene: &Scene<'_>) -> Vec<Found> {
    if scene.track.no_go.is_empty() {
        return Vec::new();
    }
    let fixes = scene.unexcused();
    let medians = sliding(&fixes, scene.track.policy.ruling.half_width_s.saturating_mul(1000));
    let places = scene.track.no_go.iter();
    places
        .flat_map(|(name, area)| at_place(scene, name, &seen(scene, area, &fixes, &medians)))
        .collect()
}

fn seen(scene: &Scene<'_>, area: &Area, fixes: &[Sighting], medians: &[Median]) -> Vec<Seen> {
    let policy = scene.track.policy;
    let judge = |(fix, median): (&Sighting, &Median)| {
        let at_place = area.contains(median.point());
        let enough = median.fixes >= policy.ruling.fixes_min as usize;
        let radius_mm = radius_mm(median.accuracy_mm, &policy.fix);
        let is_clear = || area.clear_side(median.point(), radius_mm, radius_mm) == Some(Side::Inside);
        Seen {
            fix: *fix,
            perhaps: at_place,
            proved: at_place && enough && is_clear(),
        }
    };
    fixes.iter().zip(medians).map(judge).collect()
}

fn at_place(scene: &Scene<'_>, name: &str, seen: &[Seen]) -> Vec<Found> {
    let silence_ms = scene.track.policy.unknown.sample_max_s.saturating_mul(1000);
    let connected = |a: &Seen, b: &Seen| b.fix.at_ms - a.fix.at_ms <= silence_ms;
    let stays = seen.chunk_by(|a, b| a.perhaps == b.perhaps && connected(a, b));
    stays
        .filter(|stay| stay[0].perhaps && too_long(scene, stay))
        .map(|stay| {
            let proved = stay
                .chunk_by(|a, b| a.proved == b.proved)
                .find(|part| part[0].proved && too_long(scene, part) && part.iter().any(|s| s.fix.satellite_backed));
            match proved {
                Some(part) => report(scene, FindingKind::AtNoGo, name, part),
                None => report(scene, FindingKind::PerhapsAtNoGo, name, stay),
            }
        })
        .collect()
}

fn too_long(scene: &Scene<'_>, stay: &[Seen]) -> bool {
    interval(stay).length_ms() > scene.track.policy.no_go.pick_up_min.saturating_mul(60_000)
}

fn interval(stay: &[Seen]) -> Interval {
    Interval {
        from_ms: stay[0].fix.at_ms,
        to_ms: stay[stay.len() - 1].fix.at_ms,
    }
}

fn report(scene: &Scene<'_>, kind: FindingKind, name: &str, stay: &[Seen]) -> Found {
    let interval = interval(stay);
    let evidence = [stay[0].fix.index, stay[stay.len() - 1].fix.index];
    Found::new(kind, interval, scene.sources(evidence))
        .text("place", name)
        .number("duration_s", interval.length_ms() / 1000)
        .number("pick_up_s", scene.track.policy.no_go.pick_up_min.saturating_mul(60))
        .number("fixes", stay.len() as i64)
}
