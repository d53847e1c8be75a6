use chrono::NaiveDate;

use super::{
    Basis, Entry, Name, Source,
    explain::{Fixes, RecordNamed},
    presence::{FixTaken, Seen},
};
use crate::{
    judge::{Excuse, JudgedFix, PlaceVerdict, judge_fix},
    record::Payload,
    time::Interval,
};

/// One rep's day with its records, as every rule sees it.
pub(super) struct Case<'a> {
    pub(super) basis: &'a Basis,
    pub(super) day: NaiveDate,
    pub(super) window: Option<Interval>,
    pub(super) now_ms: i64,
    pub(super) records: Records<'a>,
    pub(super) fixes: DayFixes,
    pub(super) excuses: Vec<Excuse>,
}

impl<'a> Case<'a> {
    /// Nothing is excused yet.
    pub(super) fn new(basis: &'a Basis, day: NaiveDate, entries: &'a [Entry], now_ms: i64) -> Self {
        let records = Records::new(entries);
        let window = basis.schedule.window(day);
        let fixes = DayFixes::new(basis, window, &records, now_ms);
        Self {
            basis,
            day,
            window,
            now_ms,
            records,
            fixes,
            excuses: Vec::new(),
        }
    }

    /// The window, up to now.
    pub(super) fn known(&self) -> Option<Interval> {
        self.window.map(|window| Interval {
            from_ms: window.from_ms,
            to_ms: self.now_ms.clamp(window.from_ms, window.to_ms),
        })
    }

    /// Nothing more of the day is to come.
    pub(super) fn closed(&self) -> bool {
        let day = self.window.unwrap_or_else(|| self.basis.schedule.whole_day(self.day));
        self.now_ms >= day.to_ms
    }

    /// The whole window has passed, so what has not happened in it never will.
    pub(super) fn window_passed(&self) -> bool {
        self.window.is_some_and(|window| self.now_ms >= window.to_ms)
    }

    /// Whether an instant belongs to this day and not to another.
    pub(super) fn has(&self, at_ms: i64) -> bool {
        self.basis.schedule.day_of(at_ms) == self.day
    }

    /// What excuses an instant.
    pub(super) fn excuse_at(&self, at_ms: i64) -> Option<&Excuse> {
        self.excuses.iter().find(|excuse| excuse.interval.contains(at_ms))
    }
}

/// The records of a day: sorted by (trusted time, name), each once.
pub(super) struct Records<'a>(Vec<&'a Entry>);

impl<'a> Records<'a> {
    fn new(entries: &'a [Entry]) -> Self {
        let mut sorted: Vec<&Entry> = entries.iter().collect();
        sorted.sort_by(|a, b| (a.when.at_ms, &a.name, a.hash).cmp(&(b.when.at_ms, &b.name, b.hash)));
        sorted.dedup_by(|a, b| a.name == b.name && a.hash == b.hash);
        Self(sorted)
    }

    /// The record of a name, as far as it is there.
    pub(super) fn named(&self, name: &Name) -> RecordNamed {
        let entry = self.0.iter().find(|entry| entry.name == *name);
        RecordNamed {
            name: name.clone(),
            kind: entry.map(|entry| entry.body.kind.clone()),
            at_ms: entry.map(|entry| entry.when.at_ms),
        }
    }

    /// Those of one type. What can't be read is kept as evidence elsewhere, and says nothing here.
    pub(super) fn of<P: Payload>(&self) -> impl Iterator<Item = (&'a Entry, P)> {
        self.0
            .iter()
            .filter_map(|entry| Some((*entry, entry.body.read()?.ok()?)))
    }
}

/// The fixes in the window, judged. A fix whose trusted time lies outside is passed over entirely.
#[derive(Default)]
pub(super) struct DayFixes {
    pub(super) judged: Vec<JudgedFix>,
    pub(super) sources: Vec<Source>,
    pub(super) seen: Vec<Option<Seen>>,
}

impl DayFixes {
    fn new(basis: &Basis, window: Option<Interval>, records: &Records<'_>, now_ms: i64) -> Self {
        let mut fixes = Self::default();
        let Some(window) = window else { return fixes };
        for (entry, taken) in records.of::<FixTaken>() {
            if !window.contains(entry.when.at_ms) || entry.when.at_ms > now_ms {
                continue;
            }
            let verdict = judge_fix(&taken.fix, &basis.area, &basis.policy.fix, basis.edge_tolerance_m);
            fixes.sources.push(entry.source());
            fixes.seen.push(taken.seen);
            fixes.judged.push(JudgedFix {
                at_ms: entry.when.at_ms,
                fix: taken.fix,
                verdict,
            });
        }
        fixes
    }

    /// Their numbers, for whoever explains.
    pub(super) fn numbered(&self) -> Fixes<'_> {
        Fixes {
            judged: &self.judged,
            sources: &self.sources,
        }
    }

    /// The fix that a record names by epoch and seq: on the record's own branch, or on the main line before it.
    pub(super) fn named_by(&self, entry: &Entry, epoch: Option<u32>, seq: Option<u64>) -> Option<usize> {
        let (epoch, seq) = (epoch.unwrap_or(entry.name.epoch), seq?);
        let on = |branch: &str| {
            self.sources.iter().position(|Source { name, .. }| {
                (name.epoch, name.seq) == (epoch, seq) && name.stream == entry.name.stream && name.branch == branch
            })
        };
        on(&entry.name.branch).or_else(|| on(""))
    }

    /// The first usable fix inside.
    pub(super) fn first_inside(&self) -> Option<usize> {
        let inside = |judged: &JudgedFix| judged.verdict.place == PlaceVerdict::Inside;
        self.judged.iter().position(inside)
    }
}
