//! Rules that others use, each written from its public description. They decide fix by fix.

use onbeat_core::{judge::JudgedFix, policy::Policy};

use super::{Run, Stretch, persistent, runs, usable};
use crate::day::Day;

/// A rule that others use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rival {
    /// What the tables call it.
    pub(crate) name: &'static str,
    outside: fn(&JudgedFix, bool) -> bool,
}

/// All of them. `edge_mm` is positive inside.
pub(crate) const RIVALS: [Rival; 4] = [
    // What most geofences do, such as Traccar's GeofencePolygon.
    Rival {
        name: "point in polygon",
        outside: |fix, _| edge_mm(fix) < 0,
    },
    // Home Assistant, zones: inside if distance - accuracy < radius.
    Rival {
        name: "radius plus accuracy",
        outside: |fix, _| -edge_mm(fix) >= accuracy_mm(fix),
    },
    // Outside once the whole circle and 20 m are outside, inside once the whole circle is inside, else as before.
    Rival {
        name: "whole circle clear",
        outside: |fix, before| -edge_mm(fix) > accuracy_mm(fix) + 20_000 || (before && edge_mm(fix) < accuracy_mm(fix)),
    },
    // Apple, region monitoring: arrival at once, departure only beyond a margin (some 200 m).
    Rival {
        name: "arrive by fix, leave by 200 m",
        outside: |fix, before| edge_mm(fix) < if before { 0 } else { -200_000 },
    },
];

/// Minutes of persistence that a rival is tried with, to find the one at which it detects as much as we do.
pub(crate) const TRIED_MIN: [i64; 12] = [0, 1, 2, 3, 5, 8, 10, 12, 15, 18, 22, 30];
/// That of ours.
pub(crate) const OURS_MIN: usize = 5;

/// What a rival says of a day: raw, and with each persistence.
pub(crate) struct Said {
    pub(crate) raw: Vec<Stretch>,
    pub(crate) lasting: Vec<Vec<Stretch>>,
}

impl Rival {
    pub(crate) fn judge(&self, day: &Day<'_>, policy: &Policy) -> Said {
        let fixes = usable(day);
        let mut before = false;
        let marked: Vec<bool> = fixes
            .iter()
            .map(|fix| {
                before = (self.outside)(fix, before);
                before
            })
            .collect();
        let raw = runs(&fixes, &marked, i64::MAX);
        let joined = runs(&fixes, &marked, policy.ruling.half_width_s * 1000);
        let stretch = |run: &Run| Stretch {
            from_ms: fixes[run.first].at_ms,
            to_ms: fixes[run.last].at_ms,
        };
        let lasting = |least_min: &i64| {
            let least_fixes = if *least_min == 0 {
                1
            } else {
                policy.ruling.fixes_min as usize
            };
            persistent(&fixes, &joined, least_min * 60_000, least_fixes, policy)
        };
        Said {
            raw: raw.iter().map(stretch).collect(),
            lasting: TRIED_MIN.iter().map(lasting).collect(),
        }
    }
}

fn edge_mm(fix: &JudgedFix) -> i64 {
    fix.verdict.edge_mm.unwrap_or(0)
}

fn accuracy_mm(fix: &JudgedFix) -> i64 {
    fix.fix.accuracy_mm.unwrap_or(0)
}
