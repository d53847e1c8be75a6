use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use rrule::{RRule, RRuleSet, Unvalidated};

use super::{
    IcsError,
    lines::{Property, unescape},
    value::{Moment, Reader},
};

/// What an event makes of its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Holiday,
    Workday,
    /// Nothing: a meeting.
    Other,
}

/// Days from first to last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
}

/// A VEVENT. Its times are wall clocks: days are all that counts, and a day is meant where its people are.
#[derive(Debug)]
pub(super) struct Event {
    /// Line of its BEGIN.
    pub(super) line: usize,
    /// Its summary, or its UID.
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Apple's mark says what it is.
    pub(super) marked: bool,
    uid: String,
    /// The occurrence of the event with the same UID that it replaces.
    replaces: Option<NaiveDateTime>,
    start: NaiveDateTime,
    /// Days it takes, from the first.
    length_days: u64,
    rules: Vec<RRule<Unvalidated>>,
    /// Line of the first rule.
    rule_line: usize,
    added: Vec<NaiveDateTime>,
    left_out: BTreeSet<NaiveDateTime>,
}

impl Event {
    pub(super) fn read(properties: &[&Property], zone: Tz) -> Result<Self, IcsError> {
        let all = |name: &'static str| properties.iter().copied().filter(move |property| property.name == name);
        let text = |name| {
            all(name)
                .next()
                .map(|property| unescape(&property.value))
                .filter(|text| !text.is_empty())
        };
        let line = properties.first().map_or(0, |begin| begin.line);
        let name = text("SUMMARY")
            .or_else(|| text("UID"))
            .unwrap_or_else(|| "without a name".into());
        let reader = Reader { event: &name, zone };
        let Some(start) = all("DTSTART").next() else {
            return Err(IcsError::NoStart { line, event: name });
        };
        let from = reader.moment(start)?;
        let to = match (all("DTEND").next(), all("DURATION").next()) {
            (Some(end), _) => reader.end(end, from.at)?,
            (None, Some(length)) => from.at + reader.duration(length)?,
            (None, None) => from.at + TimeDelta::days(i64::from(from.all_day)),
        };
        Ok(Self {
            line,
            kind: kind(properties, takes_whole_days(&from, to)),
            marked: marks(properties).any(|mark| mark == DAY_OFF || mark == MADE_UP),
            uid: text("UID").unwrap_or_default(),
            replaces: reader.moments(all("RECURRENCE-ID"))?.first().copied(),
            start: from.at,
            length_days: length_days(from.at, to),
            rules: all("RRULE")
                .map(|rule| reader.rule(rule, start))
                .collect::<Result<_, _>>()?,
            rule_line: all("RRULE").next().map_or(line, |rule| rule.line),
            added: reader.moments(all("RDATE"))?,
            left_out: reader.moments(all("EXDATE"))?.into_iter().collect(),
            name,
        })
    }

    /// Its days within a span; `most` times it may begin there.
    pub(super) fn days(&self, within: Span, most: usize) -> Result<BTreeSet<NaiveDate>, IcsError> {
        let mut days = BTreeSet::new();
        for start in self.starts(within, most)? {
            let of_one = (0..self.length_days).filter_map(|n| start.date().checked_add_days(Days::new(n)));
            days.extend(of_one.filter(|day| (within.first..=within.last).contains(day)));
        }
        Ok(days)
    }

    /// When it begins, each time that may touch the span.
    fn starts(&self, within: Span, most: usize) -> Result<Vec<NaiveDateTime>, IcsError> {
        let utc = |at: NaiveDateTime| rrule::Tz::UTC.from_utc_datetime(&at);
        let earliest = within
            .first
            .checked_sub_days(Days::new(self.length_days))
            .unwrap_or(NaiveDate::MIN);
        let mut starts: Vec<NaiveDateTime> = vec![self.start];
        for rule in &self.rules {
            let rule = rule
                .clone()
                .validate(utc(self.start))
                .map_err(|error| self.bad_rule(&error.to_string()))?;
            let set = RRuleSet::new(utc(self.start)).rrule(rule);
            let set = set
                .after(utc(earliest.and_time(NaiveTime::MIN)))
                .before(utc(within.last.and_time(NaiveTime::MIN)));
            let found = set.all(u16::try_from(most).unwrap_or(u16::MAX));
            if found.limited {
                return Err(self.too_many(most));
            }
            starts.extend(found.dates.iter().map(DateTime::naive_utc));
        }
        starts.extend(&self.added);
        starts.retain(|start| !self.left_out.contains(start));
        Ok(starts)
    }

    pub(super) fn too_many(&self, most: usize) -> IcsError {
        IcsError::TooManyDays {
            line: self.line,
            event: self.name.clone(),
            most,
        }
    }

    fn bad_rule(&self, why: &str) -> IcsError {
        IcsError::BadValue {
            line: self.rule_line,
            event: self.name.clone(),
            name: "RRULE".into(),
            value: self
                .rules
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" and "),
            wanted: format!("a rule that can be followed: {why}"),
        }
    }
}

/// An event with a RECURRENCE-ID stands in place of one occurrence of another.
pub(super) fn apply_overrides(events: &mut [Event]) {
    let mut replaced: BTreeMap<String, Vec<NaiveDateTime>> = BTreeMap::new();
    for event in events.iter() {
        if let Some(at) = event.replaces {
            replaced.entry(event.uid.clone()).or_default().push(at);
        }
    }
    for event in events.iter_mut().filter(|event| event.replaces.is_none()) {
        event.left_out.extend(replaced.get(&event.uid).into_iter().flatten());
    }
}

/// Apple's marks, in `X-APPLE-SPECIAL-DAY`: of its calendar of mainland China's holidays.
const DAY_OFF: &str = "WORK-HOLIDAY";
const MADE_UP: &str = "ALTERNATE-WORKDAY";

fn marks(properties: &[&Property]) -> impl Iterator<Item = String> {
    let marks = properties
        .iter()
        .filter(|property| property.name == "X-APPLE-SPECIAL-DAY");
    marks.map(|property| property.value.to_ascii_uppercase())
}

fn kind(properties: &[&Property], whole_days: bool) -> Kind {
    let any = |name: &str, says: fn(&str) -> bool| {
        properties
            .iter()
            .any(|property| property.name == name && says(&unescape(&property.value)))
    };
    match () {
        () if any("STATUS", |status| status.eq_ignore_ascii_case("CANCELLED")) => Kind::Other,
        () if marks(properties).any(|mark| mark == MADE_UP) => Kind::Workday,
        () if any("SUMMARY", says_workday) || any("CATEGORIES", says_workday) => Kind::Workday,
        () if whole_days => Kind::Holiday,
        () => Kind::Other,
    }
}

/// Whether an event is of whole days: so it says, or it goes from midnight to midnight.
fn takes_whole_days(from: &Moment, to: NaiveDateTime) -> bool {
    from.all_day || (from.at.time() == NaiveTime::MIN && to.time() == NaiveTime::MIN && to > from.at)
}

/// Whether words say that people work on that day.
fn says_workday(text: &str) -> bool {
    const WORK: [&str; 11] = [
        "补班",
        "補班",
        "上班",
        "（班）",
        "(班)",
        "班｜",
        "make-up",
        "makeup",
        "workday",
        "work day",
        "working day",
    ];
    const NO_WORK: [&str; 9] = [
        "不上班",
        "不用上班",
        "无需上班",
        "無需上班",
        "免上班",
        "non-work",
        "nonwork",
        "no work",
        "not a work",
    ];
    let text = text.to_lowercase();
    WORK.iter().any(|word| text.contains(word)) && !NO_WORK.iter().any(|word| text.contains(word))
}

/// Days that an event from `from` to `to` touches; the last instant does not belong to it.
fn length_days(from: NaiveDateTime, to: NaiveDateTime) -> u64 {
    let last = (to - TimeDelta::seconds(1)).max(from);
    u64::try_from((last.date() - from.date()).num_days() + 1).unwrap_or(1)
}
