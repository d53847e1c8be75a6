//! What a rep's days are judged by.

use chrono::NaiveDate;
use onbeat_core::{
    policy::Policy,
    reference::{Document, Rep},
    time::{Calendar, Interval, Schedule},
};

use super::{DAY_MS, Documents, Rejudged, Version, document::spans, instant};
use crate::clock::bounded;

impl Documents {
    /// A rep's document in force at an instant, by all that is known now; else his first.
    pub fn rep(&self, rep: &str, at_ms: i64) -> Option<&Rep> {
        self.rep_over(rep, instant(at_ms), Some(u64::MAX))
    }

    /// A rep's document in force at an instant, as it was known then; else his first.
    pub(crate) fn rep_known(&self, rep: &str, at_ms: i64) -> Option<&Rep> {
        self.rep_over(rep, instant(at_ms), None)
    }

    /// A rep as his day knows him: as he was known when it began; else as he was first.
    pub(crate) fn rep_on(&self, rep: &str, day: NaiveDate) -> Option<&Rep> {
        self.rep_over(rep, self.window_of(rep, day), None)
    }

    /// All who were reps once, each as a day knows him, and whether he was still one when it ended, or is now.
    pub(crate) fn reps_on(&self, day: NaiveDate, now_ms: i64) -> impl Iterator<Item = (&str, &Rep, bool)> {
        let opening = self.window_of("", day);
        let last_ms = self.schedule_of("", day).whole_day(day).to_ms - 1;
        self.keys("rep").filter_map(move |id| {
            let is_there = self.in_force("rep", id, now_ms.min(last_ms)).is_some();
            Some((id.as_str(), self.rep_over(id, opening, None)?, is_there))
        })
    }

    fn rep_over(&self, rep: &str, window: Interval, rejudged: Rejudged) -> Option<&Rep> {
        match &**self.in_force_over("rep", rep, window, rejudged)? {
            Document::Rep(rep) => Some(rep),
            _ => None,
        }
    }

    /// The policy that an instant is judged by.
    pub fn policy(&self, at_ms: i64) -> Policy {
        self.policy_over(instant(at_ms), None)
    }

    /// The policy of a window; the shipped defaults where none was put.
    fn policy_over(&self, window: Interval, rejudged: Rejudged) -> Policy {
        match self.in_force_over("policy", "policy", window, rejudged).map(|d| &**d) {
            Some(Document::Policy(policy)) => policy.clone(),
            _ => Policy::default(),
        }
    }

    fn schedule_over(&self, rep: &str, window: Interval, rejudged: Rejudged) -> Schedule {
        let policy = self.policy_over(window, rejudged);
        let role = self.rep_over(rep, window, rejudged).and_then(|rep| rep.role.as_deref());
        let shipped = Calendar::default();
        let calendar = self.in_force_over("calendar", "calendar", window, rejudged);
        let calendar = match calendar.map(|d| &**d) {
            Some(Document::Calendar(calendar)) => calendar,
            _ => &shipped,
        };
        // The desk refuses a policy that can't be read; where an older one let it in, the shipped one holds.
        Schedule::new(policy.window_of(role), calendar)
            .or_else(|_| Schedule::new(&Policy::default().window, calendar))
            .expect("the shipped window can be read")
    }

    /// The window of a rep's day (the whole day where it is off) by the documents in force when it opens.
    pub fn window_of(&self, rep: &str, day: NaiveDate) -> Interval {
        self.window_over(rep, day, None)
    }

    fn window_over(&self, rep: &str, day: NaiveDate, rejudged: Rejudged) -> Interval {
        let noon_ms = day.and_hms_opt(12, 0, 0).expect("noon").and_utc().timestamp_millis();
        let about = Interval {
            from_ms: noon_ms - DAY_MS / 2,
            to_ms: noon_ms + DAY_MS / 2,
        };
        opening(&self.schedule_over(rep, about, rejudged), day)
    }

    /// The schedule that a rep's day is judged by.
    pub fn schedule_of(&self, rep: &str, day: NaiveDate) -> Schedule {
        self.schedule_over(rep, self.window_of(rep, day), None)
    }

    /// The schedule that an instant is judged by: that of its day.
    pub fn schedule_at(&self, rep: &str, at_ms: i64) -> Schedule {
        let day = self.schedule_over(rep, instant(at_ms), None).day_of(at_ms);
        self.schedule_of(rep, day)
    }

    /// The day of a rep that an instant belongs to.
    pub fn day_at(&self, rep: &str, at_ms: i64) -> NaiveDate {
        let at_ms = bounded(at_ms);
        self.schedule_at(rep, at_ms).day_of(at_ms)
    }

    /// The documents that a rep's day is judged by: those known when it begins, and those recorded up to
    /// `rejudged`.
    pub fn basis_of(&self, rep: &str, day: NaiveDate, rejudged: Rejudged) -> Vec<(String, Document)> {
        let window = self.window_over(rep, day, rejudged);
        let mut all: Vec<(String, Document)> = Vec::new();
        let mut take = |kind: &str, key: &str| {
            let found = self.in_force_over(kind, key, window, rejudged);
            all.extend(found.map(|document| (key.to_owned(), (**document).clone())));
        };
        take("policy", "policy");
        take("calendar", "calendar");
        take("rep", rep);
        take("area", rep);
        let customers = self.rep_over(rep, window, rejudged).map(|rep| &rep.customers);
        for customer in customers.into_iter().flatten() {
            take("customer", customer);
        }
        let near = Interval {
            from_ms: window.from_ms - DAY_MS,
            to_ms: window.to_ms + DAY_MS,
        };
        let own = self
            .own(rep, |kind| kind != "look")
            .filter(|(_, _, document)| spans(document, near));
        all.extend(own.map(|(_, key, document)| (key, (*document).clone())));
        all
    }

    /// Whether documents of a rep's day were recorded after it began that should have held in it.
    pub(crate) fn is_corrected(&self, rep: &str, day: NaiveDate) -> bool {
        let opening_ms = self.window_of(rep, day).from_ms;
        let late = |v: &Version| v.valid_from_ms <= opening_ms && v.recorded_ms > opening_ms;
        let corrected = |kind: &str, key: &str| self.versions(kind, key).iter().any(late);
        let customers = self.said("rep", rep).filter_map(|document| match document {
            Document::Rep(rep) => Some(&rep.customers),
            _ => None,
        });
        let shared = [
            ("policy", "policy"),
            ("calendar", "calendar"),
            ("rep", rep),
            ("area", rep),
        ];
        let mut customers = customers.flatten();
        shared.iter().any(|(kind, key)| corrected(kind, key)) || customers.any(|key| corrected("customer", key))
    }
}

/// From when to when a day's documents must hold: its window, or the whole day where it is off.
fn opening(schedule: &Schedule, day: NaiveDate) -> Interval {
    schedule.window(day).unwrap_or_else(|| schedule.whole_day(day))
}
