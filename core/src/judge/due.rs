//! When the next fix is due: one live sampling after the rep could first have reached the nearest judged edge. Whoever
//! takes a fix each minute sees a crossing up to a minute late; so does this, with far fewer fixes. A fix costs
//! battery, and one that can tell nothing new need not be taken.

use crate::{
    place::{Area, Point},
    policy::Policy,
};

/// Seconds until the next fix is due: the way from a fix's disc to the nearest judged edge at top speed and one live
/// sampling more, no longer than the policy's ceiling. So no crossing is seen later than by live sampling all day, if
/// the disc holds the rep. Outside the area the live sampling.
///
/// `area_edge_mm` is the fix's signed distance to the area's edge, `None` where it is not known; `radius_mm` its disc's
/// radius; `no_go_edges_mm` its distances to the edges of no-go places, of either sign.
pub fn next_due_s(area_edge_mm: Option<i64>, radius_mm: i64, no_go_edges_mm: &[i64], policy: &Policy) -> i64 {
    let shortest_s = policy.live.sample_s.max(1);
    let Some(area_edge_mm) = area_edge_mm.filter(|edge_mm| *edge_mm >= 0) else {
        return shortest_s;
    };
    let nearest_mm = no_go_edges_mm
        .iter()
        .map(|edge_mm| edge_mm.saturating_abs())
        .fold(area_edge_mm, i64::min);
    let way_mm = nearest_mm.saturating_sub(radius_mm).max(0);
    let way_s = (travel_ms(way_mm as f64, policy) / 1000.0) as i64;
    way_s
        .saturating_add(shortest_s)
        .min(policy.unknown.sample_max_s.max(shortest_s))
}

/// Seconds until a phone that stands still is due: the heartbeat, unless it stands outside.
pub(super) fn at_rest_s(due_s: i64, area_edge_mm: Option<i64>, policy: &Policy) -> i64 {
    if area_edge_mm.is_some_and(|edge_mm| edge_mm < 0) {
        return due_s;
    }
    due_s.max(policy.unknown.heartbeat_s)
}

/// Signed distances from a point to the edges of no-go places, as [`next_due_s`] takes them.
pub fn no_go_edges_mm(no_go: &[(String, Area)], at: Point) -> Vec<i64> {
    no_go.iter().filter_map(|(_, area)| area.edge_mm(at)).collect()
}

/// Time of a way at top speed.
pub(super) fn travel_ms(distance_mm: f64, policy: &Policy) -> f64 {
    distance_mm * 3.6 / policy.unknown.top_speed_kmh
}

/// What a phone knows besides its place when it takes a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The motion sensor says that it stands still, and wakes the app when that ends.
    pub still: bool,
    /// A span outside may be opening.
    pub leaving: bool,
    /// A visit has begun so many seconds ago.
    pub visit_s: Option<i64>,
    /// Seconds to the end of the window.
    pub left_s: i64,
}

impl Pace {
    /// Seconds until the next fix. Sooner than [`next_due_s`] while a span outside may be opening, when a visit has
    /// just begun (several fixes confirm its place), and so that one is taken just before the window ends; later,
    /// up to the heartbeat, while the phone stands still inside.
    pub fn next_fix_s(
        &self,
        area_edge_mm: Option<i64>,
        radius_mm: i64,
        no_go_edges_mm: &[i64],
        policy: &Policy,
    ) -> i64 {
        let shortest_s = policy.live.sample_s.max(1);
        let moving_s = next_due_s(area_edge_mm, radius_mm, no_go_edges_mm, policy);
        let visiting = self.visit_s.is_some_and(|visit_s| visit_s < policy.live.visit_s);
        let due_s = if self.leaving || visiting {
            shortest_s
        } else if self.still {
            at_rest_s(moving_s, area_edge_mm, policy)
        } else {
            moving_s
        };
        let last_s = self.left_s - shortest_s;
        if last_s > 0 { due_s.min(last_s) } else { due_s }
    }
}
