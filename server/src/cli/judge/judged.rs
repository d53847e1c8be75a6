use chrono::NaiveDate;
use onbeat_core::{
    judge::{JudgedFix, judge_fix},
    place::Point,
    record::Hash,
    rules::{
        Explanation, Finding, Name, Source,
        presence::{self, Presence, Track},
    },
    time::{Interval, When},
};

use super::input::Input;

/// What came out.
pub(super) struct Judged<'a> {
    /// By time.
    pub(super) fixes: Vec<JudgedFix>,
    /// What else is said of each fix.
    pub(super) asides: Vec<Aside<'a>>,
    /// Each workday from the first to the last fix's date.
    pub(super) days: Vec<Day>,
}

/// What is said of a fix besides its verdict.
pub(super) struct Aside<'a> {
    /// The district that holds the point.
    pub(super) district: Option<&'a str>,
    pub(super) when: When,
}

/// One workday, ruled.
pub(super) struct Day {
    pub(super) day: NaiveDate,
    pub(super) window: Interval,
    pub(super) ruled: Presence,
    /// What made each of the findings, if that was asked for.
    explained: Vec<Explanation>,
}

impl Day {
    /// The findings, each with what made it.
    pub(super) fn findings(&self) -> impl Iterator<Item = (&Finding, Option<&Explanation>)> {
        let explained = self.explained.iter().map(Some).chain(std::iter::repeat(None));
        self.ruled.findings.iter().zip(explained)
    }
}

impl<'a> Judged<'a> {
    pub(super) fn new(input: &'a Input) -> Self {
        let (policy, area) = (&input.policy.fix, &input.area);
        let judged = input.fixes.iter().map(|fix| JudgedFix {
            at_ms: fix.at_ms,
            verdict: judge_fix(&fix.fix, area, policy, policy.edge_tolerance_m),
            fix: fix.fix.clone(),
        });
        let asides = input.fixes.iter().map(|fix| Aside {
            district: input.districts.holding(Point::from(&fix.fix)),
            when: input.schedule.when(fix.at_ms),
        });
        let fixes: Vec<JudgedFix> = judged.collect();
        Self {
            asides: asides.collect(),
            days: days(input, &fixes),
            fixes,
        }
    }

    /// The fix that a name in a finding's evidence stands for.
    pub(super) fn fix(&self, name: &Name) -> Option<&JudgedFix> {
        self.fixes.get(usize::try_from(name.seq).ok()?.checked_sub(1)?)
    }
}

fn days(input: &Input, fixes: &[JudgedFix]) -> Vec<Day> {
    let (Some(first), Some(last)) = (fixes.first(), fixes.last()) else {
        return Vec::new();
    };
    let last = input.schedule.day_of(last.at_ms);
    let dates = input
        .schedule
        .day_of(first.at_ms)
        .iter_days()
        .take_while(|day| *day <= last);
    dates
        .filter_map(|day| Some(rule_day(input, fixes, day, input.schedule.window(day)?)))
        .collect()
}

/// Only presence is ruled on: a track has no sign-in and no visits to miss.
fn rule_day(input: &Input, fixes: &[JudgedFix], day: NaiveDate, window: Interval) -> Day {
    let from = fixes.partition_point(|fix| fix.at_ms < window.from_ms);
    let to = fixes.partition_point(|fix| fix.at_ms < window.to_ms);
    let sources: Vec<Source> = (from..to).map(source).collect();
    let track = Track {
        day,
        window,
        until_ms: window.to_ms,
        fixes: &fixes[from..to],
        sources: &sources,
        still: &[],
        excuses: &[],
        area: &input.area,
        edge_tolerance_m: input.policy.fix.edge_tolerance_m,
        no_go: &[],
        customers: None,
        policy: &input.policy,
    };
    let ruled = presence::fold(&track);
    let explain = |finding| presence::explain(&track, input.schedule.zone(), &ruled, finding);
    let asked = ruled.findings.iter().filter(|_| input.explain);
    Day {
        day,
        window,
        explained: asked.map(explain).collect(),
        ruled,
    }
}

/// The record that a fix would have in a log; its seq counts the track's fixes from 1.
fn source(index: usize) -> Source {
    let seq = index as u64 + 1;
    Source {
        name: Name {
            stream: String::new(),
            epoch: 1,
            branch: String::new(),
            seq,
        },
        hash: Hash::of(seq.to_be_bytes()),
    }
}
