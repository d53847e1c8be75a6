use onbeat_core::{
    reference::ExceptionKind,
    rules::{Class, DayView, Finding, FindingKind},
};
use serde_json::{Value, json};

use super::{at, time_of};

/// What must follow from a day's truth.
#[derive(Debug, Clone)]
pub struct Expect {
    /// Exactly these findings.
    pub findings: Vec<Adverse>,
    /// Exactly these questions.
    pub questions: Vec<Adverse>,
    /// The day in minutes.
    pub minutes: Minutes,
    /// What some span must name as its excuse: an exception by its kind (leave is said so, others by id).
    pub excused_by: Option<ExceptionKind>,
    /// When he signed in, milliseconds since 1970 (UTC).
    pub sign_in_ms: Option<i64>,
    /// Exactly these visits, in order.
    pub visits: Vec<Visit>,
}

/// A finding or a question that must be there.
#[derive(Debug, Clone, Copy)]
pub struct Adverse {
    /// Its kind.
    pub kind: FindingKind,
    /// It lies within these instants: the truth, and a minute of sampling on either side.
    pub within_ms: (i64, i64),
    /// It is at least so long.
    pub at_least_min: f64,
}

/// Minutes of the window, each at least and at most.
#[derive(Debug, Clone, Copy)]
pub struct Minutes {
    /// Proved inside.
    pub inside: (f64, f64),
    /// Inside or edge: compliant.
    pub compliant: (f64, f64),
    /// Proved outside, without leave.
    pub outside: (f64, f64),
    /// Not accounted for.
    pub unknown: (f64, f64),
    /// Excused, whatever the place.
    pub excused: (f64, f64),
}

/// A visit that took place.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Customer id.
    pub customer: String,
    /// Check-in and check-out, milliseconds since 1970 (UTC).
    pub during_ms: (i64, i64),
}

/// The window of 08:00 to 16:30.
const WINDOW_MIN: f64 = 510.0;
/// Clocks agree to this: a phone's time comes from its last anchor.
const CLOCK_MS: i64 = 60_000;

impl Minutes {
    /// A whole day inside: on clean days at most 2 % unknown and 5 % edge.
    pub const INSIDE: Self = Self {
        inside: (WINDOW_MIN * 0.93, WINDOW_MIN),
        compliant: (WINDOW_MIN * 0.98, WINDOW_MIN),
        outside: (0.0, 0.0),
        unknown: (0.0, WINDOW_MIN * 0.02),
        excused: (0.0, 0.0),
    };

    /// A whole day where inside and edge can't be told apart, and need not be.
    pub const COMPLIANT: Self = Self {
        inside: (0.0, WINDOW_MIN),
        ..Self::INSIDE
    };

    /// Some minutes of another kind; what they take, inside and compliant may lack.
    #[must_use]
    pub fn with(mut self, part: fn(&mut Self) -> &mut (f64, f64), least: f64, most: f64) -> Self {
        *part(&mut self) = (least, most);
        self.inside.0 = (self.inside.0 - most).max(0.0);
        self.compliant.0 = (self.compliant.0 - most).max(0.0);
        self.compliant.1 -= least;
        self.inside.1 -= least;
        self
    }
}

impl Adverse {
    /// A kind between two times of day.
    pub fn new(kind: FindingKind, from: &str, to: &str, at_least_min: f64) -> Self {
        Self {
            kind,
            within_ms: (at(from), at(to)),
            at_least_min,
        }
    }

    fn is_met_by(&self, found: &Finding) -> bool {
        let within = self.within_ms.0 <= found.from_ms && found.to_ms <= self.within_ms.1;
        found.kind == self.kind && within && minutes(found.from_ms, found.to_ms) >= self.at_least_min
    }

    fn to_json(self) -> Value {
        json!({
            "kind": self.kind,
            "within": [time_of(self.within_ms.0), time_of(self.within_ms.1)],
            "at_least_min": self.at_least_min,
        })
    }
}

impl Expect {
    /// A day on which nothing is to be found.
    pub fn nothing_found() -> Self {
        Self {
            findings: Vec::new(),
            questions: Vec::new(),
            minutes: Minutes::INSIDE,
            excused_by: None,
            sign_in_ms: None,
            visits: Vec::new(),
        }
    }

    /// What of a day's account differs from what must follow; empty: nothing.
    pub fn differences(&self, day: &DayView) -> Vec<String> {
        let mut wrong = Vec::new();
        if !day.closed {
            wrong.push("the day is not closed".to_owned());
        }
        wrong.extend(compare_findings("finding", &self.findings, &of(day, Class::Finding)));
        wrong.extend(compare_findings("question", &self.questions, &of(day, Class::Question)));
        wrong.extend(self.compare_minutes(day));
        wrong.extend(self.compare_excuse(day));
        wrong.extend(self.compare_sign_in(day));
        wrong.extend(self.compare_visits(day));
        if !day.presence.differences.is_empty() {
            let count = day.presence.differences.len();
            wrong.push(format!("phone and server judge {count} fixes differently"));
        }
        wrong
    }

    fn compare_minutes(&self, day: &DayView) -> Vec<String> {
        let counts = &day.counts;
        let rows = [
            ("inside", self.minutes.inside, counts.inside_s),
            ("compliant", self.minutes.compliant, counts.inside_s + counts.edge_s),
            ("outside", self.minutes.outside, counts.outside_s),
            ("unknown", self.minutes.unknown, counts.unknown_s),
            ("excused", self.minutes.excused, counts.excused_s),
        ];
        let wrong = rows.into_iter().filter_map(|(name, (least, most), got_s)| {
            let got = got_s as f64 / 60.0;
            let fits = (least..=most).contains(&got);
            (!fits).then(|| format!("{got:.1} min {name}, must be {least:.1} to {most:.1}"))
        });
        wrong.collect()
    }

    fn compare_excuse(&self, day: &DayView) -> Option<String> {
        let reason = self.excused_by?;
        let leave = reason == ExceptionKind::Leave;
        let names = |by: &str| {
            if leave {
                by == "leave"
            } else {
                !["transit", "break", "private", "leave"].contains(&by)
            }
        };
        let excused = day
            .spans
            .iter()
            .filter_map(|span| span.excused_by.as_deref())
            .any(names);
        (!excused).then(|| format!("no span is excused by {reason:?}"))
    }

    fn compare_sign_in(&self, day: &DayView) -> Option<String> {
        let fits = match (self.sign_in_ms, day.sign_in.at_ms) {
            (Some(expected), Some(got)) => (expected - got).abs() <= CLOCK_MS,
            (expected, got) => expected == got,
        };
        let said = |at_ms: Option<i64>| at_ms.map_or_else(|| "never".into(), time_of);
        (!fits).then(|| {
            format!(
                "signed in {}, must be {}",
                said(day.sign_in.at_ms),
                said(self.sign_in_ms)
            )
        })
    }

    fn compare_visits(&self, day: &DayView) -> Option<String> {
        let fits = self.visits.len() == day.visits.len()
            && self.visits.iter().zip(&day.visits).all(|(expected, got)| {
                let (from_ms, to_ms) = expected.during_ms;
                let ended = got.to_ms.is_some_and(|end| (end - to_ms).abs() <= CLOCK_MS);
                expected.customer == got.customer && (got.from_ms - from_ms).abs() <= CLOCK_MS && ended
            });
        (!fits).then(|| format!("visits {}, must be {}", got_visits(day), self.visits_json()))
    }

    fn visits_json(&self) -> Value {
        let visit = |v: &Visit| json!([v.customer, time_of(v.during_ms.0), time_of(v.during_ms.1)]);
        self.visits.iter().map(visit).collect()
    }

    /// For people and for `--format json`.
    pub fn to_json(&self) -> Value {
        let adverse = |list: &[Adverse]| list.iter().map(|a| a.to_json()).collect::<Value>();
        let m = &self.minutes;
        json!({
            "findings": adverse(&self.findings),
            "questions": adverse(&self.questions),
            "minutes": {"inside": m.inside, "compliant": m.compliant, "outside": m.outside,
                "unknown": m.unknown, "excused": m.excused},
            "excused_by": self.excused_by,
            "sign_in": self.sign_in_ms.map(time_of),
            "visits": self.visits_json(),
        })
    }
}

/// What came out, in the terms of [`Expect::to_json`].
pub fn got_json(day: &DayView) -> Value {
    let adverse = |class| {
        let list = of(day, class);
        let one = |f: &&Finding| {
            json!({"kind": f.kind, "from": time_of(f.from_ms), "to": time_of(f.to_ms),
                "min": minutes(f.from_ms, f.to_ms)})
        };
        list.iter().map(one).collect::<Value>()
    };
    let min = |seconds: i64| seconds as f64 / 60.0;
    let counts = &day.counts;
    json!({
        "findings": adverse(Class::Finding),
        "questions": adverse(Class::Question),
        "minutes": {"inside": min(counts.inside_s), "compliant": min(counts.inside_s + counts.edge_s),
            "outside": min(counts.outside_s), "unknown": min(counts.unknown_s), "excused": min(counts.excused_s)},
        "sign_in": day.sign_in.at_ms.map(time_of),
        "visits": got_visits(day),
        "fixes": counts.fixes,
        "differences": day.presence.differences.len(),
        "closed": day.closed,
    })
}

fn got_visits(day: &DayView) -> Value {
    let visit =
        |v: &onbeat_core::rules::visit::VisitView| json!([v.customer, time_of(v.from_ms), v.to_ms.map(time_of)]);
    day.visits.iter().map(visit).collect()
}

fn of(day: &DayView, class: Class) -> Vec<&Finding> {
    day.findings.iter().filter(|finding| finding.class == class).collect()
}

fn compare_findings(what: &str, expected: &[Adverse], found: &[&Finding]) -> Vec<String> {
    let mut left = found.to_vec();
    let mut wrong = Vec::new();
    for adverse in expected {
        match left.iter().position(|finding| adverse.is_met_by(finding)) {
            Some(index) => drop(left.remove(index)),
            None => wrong.push(format!("no {what} {}", adverse.to_json())),
        }
    }
    wrong.extend(left.iter().map(|finding| {
        let (from, to) = (time_of(finding.from_ms), time_of(finding.to_ms));
        format!("{what} {:?} {from} to {to}, unexpected", finding.kind)
    }));
    wrong
}

fn minutes(from_ms: i64, to_ms: i64) -> f64 {
    (to_ms - from_ms) as f64 / 60_000.0
}
