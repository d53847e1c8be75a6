use super::{
    JudgedFix, PlaceVerdict,
    fix::{radius_mm, usable_accuracy_mm},
};
use crate::{
    place::{Point, distance_m},
    policy::Policy,
    reading::Provider,
    time::Interval,
};

/// A usable fix of the window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sighting {
    /// Its place in the input.
    pub(crate) index: u32,
    pub(crate) at_ms: i64,
    pub(crate) lat_e9: i64,
    pub(crate) lon_e9: i64,
    pub(crate) accuracy_mm: i64,
    pub(crate) radius_mm: i64,
    /// 0 without an area.
    pub(crate) edge_mm: i64,
    pub(crate) place: PlaceVerdict,
    /// Satellites were used: as counted, or as speed or provider say where the accuracy is good.
    pub(crate) satellite_backed: bool,
    /// The motion sensor says that the phone stood still.
    pub(crate) still: bool,
}

impl Sighting {
    pub(crate) fn point(&self) -> Point {
        Point::from_e9(self.lat_e9, self.lon_e9)
    }

    /// Outside, and backed by what indoor positioning can't fake.
    pub(crate) fn proves(&self) -> bool {
        self.place == PlaceVerdict::Outside && self.satellite_backed
    }

    /// Whether both discs have something in common.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        distance_m(self.point(), other.point()) * 1000.0 <= self.radius_mm.saturating_add(other.radius_mm) as f64
    }

    /// Metres from disc to disc, below zero where they have something in common.
    pub(crate) fn apart_m(&self, other: &Self) -> f64 {
        let discs_m = self.radius_mm.saturating_add(other.radius_mm) as f64 / 1000.0;
        distance_m(self.point(), other.point()) - discs_m
    }

    /// Whether one could have come from here to there (both discs counted) at a speed.
    pub(crate) fn reaches(&self, later: &Self, speed_kmh: f64) -> bool {
        let hours = (later.at_ms - self.at_ms) as f64 / 3_600_000.0;
        self.apart_m(later) <= speed_kmh * 1000.0 * hours
    }
}

/// The usable fixes of a window in order of time, each once, and those set aside.
#[derive(Debug, Default)]
pub(crate) struct Sequence {
    pub(crate) kept: Vec<Sighting>,
    /// Reached and left at impossible speeds: places in the input, ascending.
    pub(crate) set_aside: Vec<u32>,
}

impl Sequence {
    /// Neither the order nor the repetition of the input changes the sequence.
    pub(crate) fn new(fixes: &[JudgedFix], within: Interval, policy: &Policy) -> Self {
        let mut order: Vec<u32> = (0..fixes.len() as u32)
            .filter(|i| within.contains(fixes[*i as usize].at_ms))
            .collect();
        order.sort_by_cached_key(|i| content(&fixes[*i as usize]));
        order.dedup_by(|a, b| fixes[*a as usize].same_reading(&fixes[*b as usize]));
        let sightings = order
            .into_iter()
            .filter_map(|i| sighting(i, &fixes[i as usize], policy));
        set_impossible_aside(sightings, policy)
    }
}

impl JudgedFix {
    fn same_reading(&self, other: &Self) -> bool {
        self.at_ms == other.at_ms && self.fix == other.fix
    }
}

/// A total order by what the fix says, so that fixes of one instant have an order too.
fn content(judged: &JudgedFix) -> impl Ord + use<> {
    let fix = &judged.fix;
    let position = (judged.at_ms, fix.lat_e9, fix.lon_e9, fix.accuracy_mm);
    let source = (fix.provider as u8, fix.satellites, fix.speed_mm_s, fix.age_ms);
    (position, source, fix.simulated, fix.approximate, fix.still)
}

fn sighting(index: u32, judged: &JudgedFix, policy: &Policy) -> Option<Sighting> {
    if judged.verdict.place == PlaceVerdict::Unusable {
        return None;
    }
    let fix = &judged.fix;
    let accuracy_mm = usable_accuracy_mm(fix, &policy.fix).ok()?;
    let satellites = fix.satellites.is_some_and(|n| n >= policy.ruling.satellites_min);
    // A receiver that does not count its satellites says it by a speed, or by being nothing but a receiver.
    let receiver =
        fix.speed_mm_s.is_some_and(|speed| speed >= 0) || (fix.satellites.is_none() && fix.provider == Provider::Gps);
    let precise = accuracy_mm as f64 <= policy.ruling.accuracy_proof_m * 1000.0;
    Some(Sighting {
        index,
        at_ms: judged.at_ms,
        lat_e9: fix.lat_e9,
        lon_e9: fix.lon_e9,
        accuracy_mm,
        radius_mm: radius_mm(accuracy_mm, &policy.fix),
        edge_mm: judged.verdict.edge_mm.unwrap_or(0),
        place: judged.verdict.place,
        satellite_backed: satellites || (receiver && precise),
        still: fix.still,
    })
}

/// Impossible jumps looked back over at each fix: bounds the work on a track that jumps all the time.
const JUMPS_MAX: usize = 16;

/// Sets aside what was reached by an impossible jump and left so that the fix before and the fix after
/// agree with each other. A jump without a way back stays: who is right is then for the median to say.
fn set_impossible_aside(sightings: impl Iterator<Item = Sighting>, policy: &Policy) -> Sequence {
    let speed_kmh = policy.ruling.speed_max_kmh;
    let longest_ms = policy.ruling.outside_min_s.saturating_mul(1000);
    let mut sequence = Sequence::default();
    let mut jumps: Vec<usize> = Vec::new(); // places in `kept` that were reached by a jump
    for next in sightings {
        let kept = &mut sequence.kept;
        if kept.last().is_some_and(|last| !last.reaches(&next, speed_kmh)) {
            let recent = jumps.len().saturating_sub(JUMPS_MAX)..jumps.len();
            let back = recent.rev().find(|jump| {
                let start = jumps[*jump];
                next.at_ms - kept[start].at_ms < longest_ms && kept[start - 1].reaches(&next, speed_kmh)
            });
            match back {
                Some(jump) => {
                    let aside = kept.drain(jumps[jump]..).map(|s| s.index);
                    sequence.set_aside.extend(aside);
                    jumps.truncate(jump);
                }
                None => jumps.push(kept.len()),
            }
        }
        kept.push(next);
    }
    sequence.set_aside.sort_unstable();
    sequence
}
