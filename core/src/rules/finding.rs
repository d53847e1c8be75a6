use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    record::{Hash, Payload},
    reference::FindingState,
    rules::{Name, Source},
    time::Interval,
};

/// How grave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Adverse and proved; a person decides.
    Finding,
    /// Asked of the rep first, never scored.
    Question,
}

/// What was found: a closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Finding: left the area without leave (R2).
    LeftArea,
    /// Finding: outside when the window opened (R1, R2).
    OutsideAtOpening,
    /// Finding: at a no-go place for longer than a pick-up, proved (R3).
    AtNoGo,
    /// Finding: signed in late (R4).
    SignedInLate,
    /// Finding: not signed in (R4).
    NotSignedIn,
    /// Finding: a visit far from the customer's confirmed place (R5).
    VisitFar,
    /// Finding: the log does not check (R19).
    LogBroken,
    /// Question: time nothing accounts for.
    Unaccounted,
    /// Question: perhaps at a no-go place.
    PerhapsAtNoGo,
    /// Question: a long stay away from customers (R2).
    LongStay,
    /// Question: simulated fixes (R19).
    SimulatedFixes,
    /// Question: the wall clock was changed (R19).
    ClockChanged,
    /// Question: many check-ins in a short time.
    CheckInBurst,
    /// Question: a very short visit.
    ShortVisit,
    /// Question: one photo used twice.
    PhotoReused,
    /// Question: identical coordinates in a row.
    IdenticalFixes,
    /// Question: two reps' phones together for hours.
    PhonesTogether,
    /// Question: the phone was restored from a copy, or copied.
    LogForked,
    /// Question: another key took over, and the former one did not vouch for it.
    KeyReplaced,
}

impl FindingKind {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::LeftArea,
        Self::OutsideAtOpening,
        Self::AtNoGo,
        Self::SignedInLate,
        Self::NotSignedIn,
        Self::VisitFar,
        Self::LogBroken,
        Self::Unaccounted,
        Self::PerhapsAtNoGo,
        Self::LongStay,
        Self::SimulatedFixes,
        Self::ClockChanged,
        Self::CheckInBurst,
        Self::ShortVisit,
        Self::PhotoReused,
        Self::IdenticalFixes,
        Self::PhonesTogether,
        Self::LogForked,
        Self::KeyReplaced,
    ];

    /// Its code, as in `finding_kind` of a decision.
    pub fn code(self) -> String {
        let code = serde_json::to_value(self).expect("a variant without fields is a string");
        code.as_str().expect("a variant without fields is a string").to_owned()
    }

    /// Whether it takes more than a phone's log to find it: the desk's records, or another rep's.
    pub fn is_servers(self) -> bool {
        use FindingKind as K;
        matches!(self, K::LogBroken | K::LogForked | K::KeyReplaced | K::PhonesTogether)
    }

    /// Whether an approved reason for its time excuses it. Not unaccounted time: what was known between its stretches
    /// would be excused with it.
    pub fn is_excusable(self) -> bool {
        use FindingKind as K;
        matches!(
            self,
            K::LeftArea | K::OutsideAtOpening | K::AtNoGo | K::VisitFar | K::PerhapsAtNoGo | K::LongStay
        )
    }

    /// Its class.
    pub fn class(self) -> Class {
        use FindingKind as K;
        match self {
            K::LeftArea
            | K::OutsideAtOpening
            | K::AtNoGo
            | K::SignedInLate
            | K::NotSignedIn
            | K::VisitFar
            | K::LogBroken => Class::Finding,
            _ => Class::Question,
        }
    }
}

/// A value that screens can draw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Fact {
    /// A number; its unit stands in the key (`edge_mm`, `at_ms`, `gap_s`).
    Number(i64),
    /// A code, a name or an id.
    Text(String),
}

/// A finding or a question with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finding {
    /// Hash of (rep, day, kind, hash of the first evidence record or zeros): the same on phone and server.
    pub id: Hash,
    /// Its class.
    pub class: Class,
    /// Its kind.
    pub kind: FindingKind,
    /// First instant, milliseconds since 1970 (UTC).
    pub from_ms: i64,
    /// First instant after it.
    pub to_ms: i64,
    /// The records that made it, in order.
    pub evidence: Vec<Name>,
    /// Distances, durations, policy values: named with their unit.
    pub facts: BTreeMap<String, Fact>,
    /// Where it stands.
    pub state: FindingState,
}

impl Finding {
    /// The id of a finding.
    pub fn id_of(rep: &str, day: &str, kind: FindingKind, first_evidence: Option<&Hash>) -> Hash {
        let first = first_evidence.copied().unwrap_or(Hash([0; 32]));
        Hash::of(format!("onbeat/finding/1\n{rep}\n{day}\n{}\n{first}", kind.code()))
    }

    /// A fact that is a number.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        match self.facts.get(name)? {
            Fact::Number(number) => Some(*number),
            Fact::Text(_) => None,
        }
    }

    /// A fact that is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.facts.get(name)? {
            Fact::Number(_) => None,
            Fact::Text(text) => Some(text),
        }
    }

    /// Its interval.
    pub fn interval(&self) -> Interval {
        Interval {
            from_ms: self.from_ms,
            to_ms: self.to_ms,
        }
    }
}

/// What a rule found, before it is known whose day it is.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) kind: FindingKind,
    pub(super) interval: Interval,
    /// The records that made it, in order.
    pub(super) evidence: Vec<Source>,
    pub(super) facts: BTreeMap<String, Fact>,
}

impl Found {
    pub(super) fn new(kind: FindingKind, interval: Interval, evidence: Vec<Source>) -> Self {
        Self {
            kind,
            interval,
            evidence,
            facts: BTreeMap::new(),
        }
    }

    /// Something that happened at one instant.
    pub(super) fn at(kind: FindingKind, at_ms: i64, evidence: Vec<Source>) -> Self {
        let interval = Interval {
            from_ms: at_ms,
            to_ms: at_ms + 1,
        };
        Self::new(kind, interval, evidence)
    }

    pub(super) fn number(mut self, name: &str, value: i64) -> Self {
        self.facts.insert(name.into(), Fact::Number(value));
        self
    }

    pub(super) fn text(mut self, name: &str, value: impl Into<String>) -> Self {
        self.facts.insert(name.into(), Fact::Text(value.into()));
        self
    }

    pub(super) fn into_finding(self, rep: &str, day: &str) -> Finding {
        Finding {
            id: Finding::id_of(rep, day, self.kind, self.evidence.first().map(|source| &source.hash)),
            class: self.kind.class(),
            kind: self.kind,
            from_ms: self.interval.from_ms,
            to_ms: self.interval.to_ms,
            evidence: self.evidence.into_iter().map(|source| source.name).collect(),
            facts: self.facts,
            state: FindingState::Open,
        }
    }
}

/// Phone record: the rep answers a finding or a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
pub struct Answered {
    /// The finding's id.
    pub finding: Hash,
    /// Its kind, so that the answer follows it when the day is rebuilt.
    pub kind: FindingKind,
    /// Its interval.
    pub from_ms: i64,
    /// End of that.
    pub to_ms: i64,
    /// The day of the finding, `YYYY-MM-DD`.
    pub day: String,
    /// What the rep says.
    pub text: String,
}
impl Payload for Answered {
    const TYPE: &'static str = "finding.answered";
}

/// Phone record: the rep appeals a decision; another person decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
pub struct Appealed {
    /// The finding's id.
    pub finding: Hash,
    /// Its kind.
    pub kind: FindingKind,
    /// Its interval.
    pub from_ms: i64,
    /// End of that.
    pub to_ms: i64,
    /// The day of the finding, `YYYY-MM-DD`.
    pub day: String,
    /// What the rep says.
    pub text: String,
}
impl Payload for Appealed {
    const TYPE: &'static str = "finding.appealed";
}
