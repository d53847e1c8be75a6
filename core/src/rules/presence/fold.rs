use super::{
    DayCounts, Stood, no_go, oddities, outside, stays,
    track::{Scene, Track},
};
use crate::{
    judge::{PlaceVerdict, RulingInput, Span, SpanStatus, StillGap, ruled},
    rules::{Finding, case::Case, finding::Found},
    time::Interval,
};

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
    rule_track(&track_of(case, window, known, &still(case)))
}

/// A rep's day as a track; `still` is [`still`] of it.
pub(super) fn track_of<'a>(case: &'a Case<'_>, window: Interval, known: Interval, still: &'a [StillGap]) -> Track<'a> {
    Track {
        day: case.day,
        window,
        until_ms: known.to_ms,
        fixes: &case.fixes.judged,
        sources: &case.fixes.sources,
        still,
        excuses: &case.excuses,
        area: &case.basis.area,
        edge_tolerance_m: case.basis.edge_tolerance_m,
        no_go: &case.basis.no_go,
        customers: Some(&case.basis.customers),
        policy: &case.basis.policy,
    }
}

/// The judge's view of a track.
pub(super) fn ruling_input<'a>(track: &Track<'a>) -> RulingInput<'a> {
    RulingInput {
        window: track.window,
        until_ms: track.until_ms,
        fixes: track.fixes,
        still: track.still,
        excuses: track.excuses,
        area: track.area,
        edge_tolerance_m: track.edge_tolerance_m,
        policy: track.policy,
    }
}

/// The record counts in the elapsed time of its own boot, so its trusted time ties both ends. A sensor speaks of
/// what was, since the boot: anything else counts for nothing.
pub(super) fn still(case: &Case<'_>) -> Vec<StillGap> {
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
    let ruled = ruled(&ruling_input(track));
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
