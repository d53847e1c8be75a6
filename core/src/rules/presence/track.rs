use chrono::NaiveDate;

use crate::{
    judge::{
        Excuse, JudgedFix, Span, StillGap,
        sequence::{Sequence, Sighting},
    },
    place::Area,
    policy::Policy,
    reference::Customer,
    rules::{Source, explain::Fixes},
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

impl<'a> Track<'a> {
    /// The window, as far as it is known.
    pub(super) fn known(&self) -> Interval {
        Interval {
            from_ms: self.window.from_ms,
            to_ms: self.until_ms.min(self.window.to_ms),
        }
    }

    /// The fixes' numbers, for whoever explains.
    pub(super) fn numbered(&self) -> Fixes<'a> {
        Fixes {
            judged: self.fixes,
            sources: self.sources,
        }
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
    pub(super) fn new(track: &'a Track<'a>, spans: &'a [Span]) -> Self {
        Self {
            track,
            spans,
            fixes: Sequence::new(track.fixes, track.known(), track.policy).kept,
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
