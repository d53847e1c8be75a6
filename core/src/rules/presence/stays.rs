//! Long stays away from customers (R2): a question that the rep answers; nobody's home is asked for or kept.

use super::track::Scene;
use crate::{
    judge::{median::sliding, reckoned_mm, sequence::Sighting},
    place::{Point, distance_m},
    reference::Customer,
    rules::{FindingKind, finding::Found},
    time::Interval,
};

/// Stays are looked for in positions this far apart in time, however dense the track is.
const STEP_MS: i64 = 60_000;

/// Positions after the first in which a better beginning of a stay is looked for.
const LOOK_AHEAD: usize = 10;

/// Where the rep was at a moment: the middle of the fixes around it, since single fixes jump.
#[derive(Clone, Copy)]
struct Position {
    fix: Sighting,
    point: Point,
    accuracy_mm: i64,
}

/// One question a stay.
pub(super) fn found(scene: &Scene<'_>) -> Vec<Found> {
    let Some(customers) = scene.track.customers else {
        return Vec::new();
    };
    let positions = positions(scene);
    let mut found = Vec::new();
    let long_ms = scene.track.policy.going_home.stay_min.saturating_mul(60_000);
    let mut start = 0;
    while start < positions.len() {
        let Some(stay) = long_stay_from(&positions[start..], long_ms, scene) else {
            start += 1;
            continue;
        };
        let later = later_start(&positions[start..], scene);
        if later == 0 {
            found.extend(question(stay, customers, scene));
            start += stay.len();
        } else {
            start += later;
        }
    }
    found
}

/// How much later the longest stay begins that begins about now: a stay's first position may still be on
/// the way to it.
fn later_start(positions: &[Position], scene: &Scene<'_>) -> usize {
    let duration = |skip: &usize| duration_ms(stay_from(&positions[*skip..], scene));
    let soon = 0..positions.len().min(LOOK_AHEAD);
    soon.rev().max_by_key(duration).unwrap_or(0)
}

fn positions(scene: &Scene<'_>) -> Vec<Position> {
    let fixes = scene.unexcused();
    let medians = sliding(&fixes, scene.track.policy.ruling.half_width_s.saturating_mul(1000));
    let mut next_ms = i64::MIN;
    let thinned = fixes.into_iter().zip(medians).filter(|(fix, _)| {
        let due = fix.at_ms >= next_ms;
        if due {
            next_ms = fix.at_ms + STEP_MS;
        }
        due
    });
    thinned
        .map(|(fix, median)| Position {
            fix,
            point: median.point(),
            accuracy_mm: median.accuracy_mm,
        })
        .collect()
}

/// The stay that begins with the first position, if it is long. Most are not: one look at where the rep was by then
/// spares the walk there.
fn long_stay_from<'p>(positions: &'p [Position], long_ms: i64, scene: &Scene<'_>) -> Option<&'p [Position]> {
    let first = &positions[0];
    let by_then = positions.partition_point(|at| at.fix.at_ms - first.fix.at_ms < long_ms);
    if !is_near(first, positions.get(by_then)?, scene) {
        return None;
    }
    let stay = stay_from(positions, scene);
    (duration_ms(stay) >= long_ms).then_some(stay)
}

/// The positions from the first on that are near it, with no long silence between.
fn stay_from<'p>(positions: &'p [Position], scene: &Scene<'_>) -> &'p [Position] {
    let silence_ms = scene.track.policy.unknown.heartbeat_s.saturating_mul(1000);
    let together = |pair: &&[Position]| {
        pair[1].fix.at_ms - pair[0].fix.at_ms <= silence_ms && is_near(&positions[0], &pair[1], scene)
    };
    &positions[..=positions.windows(2).take_while(together).count()]
}

/// Whether two positions lie within the policy's distance of each other.
fn is_near(a: &Position, b: &Position, scene: &Scene<'_>) -> bool {
    distance_m(a.point, b.point) <= scene.track.policy.going_home.within_m
}

fn duration_ms(stay: &[Position]) -> i64 {
    stay[stay.len() - 1].fix.at_ms - stay[0].fix.at_ms
}

/// Asked about unless a customer is near.
fn question(stay: &[Position], customers: &[Customer], scene: &Scene<'_>) -> Option<Found> {
    let policy = scene.track.policy;
    let (first, last) = (&stay[0].fix, &stay[stay.len() - 1].fix);
    let middle = &stay[stay.len() / 2];
    let near_m = policy.going_home.customer_m + reckoned_mm(middle.accuracy_mm, &policy.fix) / 1000.0;
    let nearest_m = customers
        .iter()
        .map(|customer| distance_m(middle.point, Point::from_e9(customer.lat_e9, customer.lon_e9)))
        .fold(f64::INFINITY, f64::min);
    if nearest_m <= near_m {
        return None;
    }
    let interval = Interval {
        from_ms: first.at_ms,
        to_ms: last.at_ms,
    };
    let found = Found::new(
        FindingKind::LongStay,
        interval,
        scene.sources([first.index, last.index]),
    )
    .number("duration_s", interval.length_ms() / 1000)
    .number("stay_min_s", policy.going_home.stay_min.saturating_mul(60))
    .number("within_mm", libm::round(policy.going_home.within_m * 1000.0) as i64);
    Some(if nearest_m.is_finite() {
        found.number("customer_distance_mm", libm::round(nearest_m * 1000.0) as i64)
    } else {
        found
    })
}
