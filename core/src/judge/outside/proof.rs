//! What a charge stands on: the same trail asked again, with all that it counted.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{Out, PlaceVerdict, RulingInput, Sighting, Trail, Waits, on_trail, radius_mm};
use crate::time::Interval;

/// A moment of the trail: the middle of the minutes around a fix, and how it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Vote {
    /// Time of its fix, milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// Latitude of the middle in 1e-9 degrees.
    pub lat_e9: i64,
    /// Longitude of the middle in 1e-9 degrees.
    pub lon_e9: i64,
    /// Usable fixes in the minutes around.
    pub fixes: u32,
    /// Radius of the disc of their median accuracy.
    pub radius_mm: i64,
    /// Signed distance of the middle to the edge, positive inside; absent for an empty area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edge_mm: Option<i64>,
    /// How far outside that is.
    pub out: Out,
    /// The fix itself lies where the middle does, both discs counted.
    pub agrees: bool,
    /// Satellites back the fix, it is outside, and it agrees.
    pub backs: bool,
}

/// A charged run, with what each condition of the rule counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Proof {
    /// From its first to its last fix.
    pub interval: Interval,
    /// Steady fixes in it.
    pub fixes: u32,
    /// Of these, outside by themselves.
    pub outside: u32,
    /// Of these, where the middle is clear of the edge.
    pub clear: u32,
    /// Of these, where the middle is.
    pub agreeing: u32,
    /// Of these, backed by satellites and where the middle of some minute near is.
    pub backing: u32,
    /// From the first to the last of those.
    pub backing_s: i64,
    /// They are several, or long apart.
    pub satellites: bool,
    /// Satellites tell of it as a way by short steps.
    pub tour: bool,
    /// The way between it and the area was seen step by step.
    pub way_seen: bool,
}

/// What the charges of some time stand on.
pub(in crate::judge) struct Grounds {
    pub(in crate::judge) proofs: Vec<Proof>,
    pub(in crate::judge) votes: Vec<Vote>,
    /// Fixes set apart as jumps: places in the input, ascending.
    pub(in crate::judge) jumps: Vec<u32>,
}

/// The proofs of runs that touch `charged`, and all votes and jumps of `around`.
pub(in crate::judge) fn grounds(
    fixes: &[Sighting],
    input: &RulingInput<'_>,
    waits: &Waits<'_>,
    charged: Interval,
    around: Interval,
) -> Grounds {
    on_trail(fixes, input, waits, |trail, places| {
        let runs = trail.runs().into_iter().map(|run| run.first..=run.last);
        let proofs = runs.map(|run| trail.proof(&run));
        let steady = (0..trail.fixes.len()).filter(|i| around.contains(trail.fixes[*i].at_ms));
        let is_jump = |place: &usize| places.binary_search(place).is_err() && around.contains(fixes[*place].at_ms);
        let mut jumps: Vec<u32> = (0..fixes.len())
            .filter(is_jump)
            .map(|place| fixes[place].index)
            .collect();
        jumps.sort_unstable();
        Grounds {
            proofs: proofs
                .filter(|proof| proof.interval.intersect(&charged).is_some())
                .collect(),
            votes: steady.map(|i| trail.vote(i)).collect(),
            jumps,
        }
    })
}

impl Trail<'_> {
    fn vote(&self, i: usize) -> Vote {
        let (fix, middle) = (&self.fixes[i], &self.middles[i]);
        let agrees = self.agrees(i, i);
        Vote {
            at_ms: fix.at_ms,
            lat_e9: middle.lat_e9,
            lon_e9: middle.lon_e9,
            fixes: middle.fixes as u32,
            radius_mm: radius_mm(middle.accuracy_mm, &self.input.policy.fix),
            edge_mm: self.input.area.edge_mm(middle.point()),
            out: self.out[i],
            agrees,
            backs: agrees && fix.proves(),
        }
    }

    fn proof(&self, run: &RangeInclusive<usize>) -> Proof {
        let count = |counts: &dyn Fn(usize) -> bool| run.clone().filter(|i| counts(*i)).count() as u32;
        let backing = self.backing(run);
        Proof {
            interval: Interval {
                from_ms: self.fixes[*run.start()].at_ms,
                to_ms: self.fixes[*run.end()].at_ms,
            },
            fixes: count(&|_| true),
            outside: count(&|i| self.fixes[i].place == PlaceVerdict::Outside),
            clear: count(&|i| self.out[i] == Out::Clear),
            agreeing: count(&|i| self.agrees(i, i)),
            backing: backing.fixes,
            backing_s: backing.lasts_s,
            satellites: backing.suffices(&self.input.policy.ruling),
            tour: self.tour(run, |fix| fix.satellite_backed),
            way_seen: self.way_seen(run),
        }
    }
}
