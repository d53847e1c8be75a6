use chrono::NaiveDate;

use super::{no_go, oddities, outside, stays};
use crate::{
    judge::{
        Excuse, JudgedFix, PlaceVerdict, RulingInput, Span, SpanStatus, StillGap, ruled,
        sequence::{Sequence, Sighting},
    },
    place::Area,
    policy::Policy,
    reference::Customer,
    rules::{DayCounts, Finding, Source, day::Case, finding::Found, presence::Stood},
    time::Interval,
};

/// One window of a track, with all that says where its rep may be. Needs no rep, sign-in or customers.
#[derive(Debug, Clone)]
pub struct Track<'a> {
    /// The day that the window belongs to.
    pub day: NaiveDate,
    /// The window.
    pub window: Interval,
    /// Up to when it is known: its end, or now.
    pub until_ms: i64,
    /// Fixes in any order; those outside the window are passed over.
    pub fixes: &'a [JudgedFix],
    /// The records of the fixes, one each; empty for a track without records.
    pub sources: &'a [Source],
    /// Gaps in which the phone stood still.
    pub still: &'a [StillGap],
    /// What excuses time, the weightiest first.
    pub excuses: &'a [Excuse],
    /// Where the rep may be.
    pub area: &'a Area,
    /// Metres beyond the edge that are still edge.
    pub edge_tolerance_m: f64,
    /// No-go places by name.
    pub no_go: &'a [(String, Area)],
    /// The rep's customers; `None` where nobody knows them: then no stay is asked about.
    pub customers: Option<&'a [Customer]>,
    /// The policy.
    pub policy: &'a Policy,
}

/// What a track says of a window.
#[derive(Debug, Clone, PartialEq)]
pub struct Presence {
    /// Tile the window up to `until_ms`.
    pub spans: Vec<Span>,
    /// Seconds of each.
    pub counts: DayCounts,
    /// Findings and questions in order of time; `evidence` is empty without records.
    pub findings: Vec<Finding>,
    /// Indexes of fixes set aside for impossible speeds.
    pub set_aside: Vec<u32>,
}

/// Judges one window of a bare track.
pub fn fold(track: &Track<'_>) -> Presence {
    let ruled = rule_track(track);
    let day = track.day.to_string();
    let mut findings: Vec<Finding> = ruled
        .found
        .into_iter()
        .map(|found| found.into_finding("", &day))
        .collect();
    findings.sort_by_key(|finding| (finding.from_ms, finding.to_ms, finding.kind, finding.id));
    Presence {
        spans: ruled.spans,
        counts: ruled.counts,
        findings,
        set_aside: ruled.set_aside,
    }
}

/// [`Presence`] before its findings have a rep.
#[derive(Default)]
pub(in crate::rules) struct RuledTrack {
    pub(in crate::rules) spans: Vec<Span>,
    pub(in crate::rules) counts: DayCounts,
    pub(in crate::rules) found: Vec<Found>,
    pub(in crate::rules) set_aside: Vec<u32>,
}

/// Presence of a rep's day; nothing on a day off.
pub(in crate::rules) fn rule_day(case: &Case<'_>) -> RuledTrack {
    let Some((window, known)) = case.window.zip(case.known()) else {
        return RuledTrack::default();
    };
    rule_track(&Track {
        day: case.day,
        window,
        until_ms: known.to_ms,
        fixes: &case.fixes.judged,
        sources: &case.fixes.sources,
        still: &still(case),
        excuses: &case.excuses,
        area: &case.basis.area,
        edge_tolerance_m: case.basis.edge_tolerance_m,
        no_go: &case.basis.no_go,
        customers: Some(&case.basis.customers),
        policy: &case.basis.policy,
    })
}

/// The record counts in the elapsed time of its own boot, so its trusted time ties both ends. A sensor speaks of
/// what was, since the boot: anything else counts for nothing.
fn still(case: &Case<'_>) -> Vec<StillGap> {
    let told = case.records.of::<Stood>().filter(|(entry, stood)| {
        let (from_ms, to_ms) = (stood.from_elapsed_ms, stood.to_elapsed_ms);
        0 <= from_ms && from_ms <= to_ms && to_ms <= entry.body.at.elapsed_ms
    });
    let stood = told.map(|(entry, stood)| {
        let boot_ms = entry.when.at_ms.saturating_sub(entry.body.at.elapsed_ms);
        Interval {
            from_ms: boot_ms.saturating_add(stood.from_elapsed_ms),
            to_ms: boot_ms.saturating_add(stood.to_elapsed_ms),
        }
    });
    stood.map(|interval| StillGap { interval }).collect()
}

fn rule_track(track: &Track<'_>) -> RuledTrack {
    let ruled = ruled(&RulingInput {
        window: track.window,
        until_ms: track.until_ms,
        fixes: track.fixes,
        still: track.still,
        excuses: track.excuses,
        area: track.area,
        edge_tolerance_m: track.edge_tolerance_m,
        policy: track.policy,
    });
    let scene = Scene::new(track, &ruled.spans);
    let found = [
        outside::found(&scene),
        outside::unaccounted(&scene).into_iter().collect(),
        stays::found(&scene),
        no_go::found(&scene),
        oddities::simulated(&scene).into_iter().collect(),
        oddities::identical(&scene).into_iter().collect(),
    ];
    RuledTrack {
        counts: counts(&scene),
        found: found.into_iter().flatten().collect(),
        spans: ruled.spans,
        set_aside: ruled.set_aside,
    }
}

/// A ruled track: what findings are looked for in.
pub(super) struct Scene<'a> {
    pub(super) track: &'a Track<'a>,
    pub(super) spans: &'a [Span],
    /// Usable fixes in order.
    pub(super) fixes: Vec<Sighting>,
}

impl<'a> Scene<'a> {
    fn new(track: &'a Track<'a>, spans: &'a [Span]) -> Self {
        let known = Interval {
            from_ms: track.window.from_ms,
            to_ms: track.until_ms.min(track.window.to_ms),
        };
        Self {
            track,
            spans,
            fixes: Sequence::new(track.fixes, known, track.policy).kept,
        }
    }

    /// The records of some fixes, as far as there are records.
    pub(super) fn sources(&self, indexes: impl IntoIterator<Item = u32>) -> Vec<Source> {
        let source = |index: u32| self.track.sources.get(index as usize).cloned();
        indexes.into_iter().filter_map(source).collect()
    }

    /// Usable fixes of time that nothing excuses.
    pub(super) fn unexcused(&self) -> Vec<Sighting> {
        let excused = |fix: &Sighting| self.track.excuses.iter().any(|e| e.interval.contains(fix.at_ms));
        self.fixes.iter().filter(|fix| !excused(fix)).copied().collect()
    }

    /// All fixes in the window, unusable ones too, in order of time, each instant's readings once.
    pub(super) fn all(&self) -> Vec<(u32, &'a JudgedFix)> {
        let mut all: Vec<(u32, &JudgedFix)> = (0..).zip(self.track.fixes).collect();
        all.retain(|(_, judged)| self.track.window.contains(judged.at_ms) && judged.at_ms < self.track.until_ms);
        all.sort_by_key(|(_, judged)| (judged.at_ms, judged.fix.lat_e9, judged.fix.lon_e9));
        all.dedup_by(|(_, a), (_, b)| a.at_ms == b.at_ms && a.fix == b.fix);
        all
    }
}

fn counts(scene: &Scene<'_>) -> DayCounts {
    let seconds = |counted: &dyn Fn(&&Span) -> bool| -> i64 {
        scene
            .spans
            .iter()
            .filter(counted)
            .map(|span| span.to_ms - span.from_ms)
            .sum::<i64>()
            / 1000
    };
    let plain = |status: SpanStatus| seconds(&|span| span.status == status && span.excused_by.is_none());
    let all = scene.all();
    let unusable = all
        .iter()
        .filter(|(_, judged)| judged.verdict.place == PlaceVerdict::Unusable);
    DayCounts {
        inside_s: plain(SpanStatus::Inside),
        edge_s: plain(SpanStatus::Edge),
        outside_s: plain(SpanStatus::Outside),
        unknown_s: plain(SpanStatus::Unknown),
        excused_s: seconds(&|span| span.excused_by.is_some()),
        fixes_unusable: unusable.count() as i64,
        fixes: all.len() as i64,
    }
}
