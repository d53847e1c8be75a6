//! What made a finding: as data that screens can draw, and in two sentences of codes and values.
//!
//! Each rule says of its findings which fixes decided, what each condition counted and which parts of the policy
//! it went by ([`Grounds`]); here that is written out, the same for rep and supervisor. It shows no more of a
//! trail than made the finding.

mod fixes;
mod grounds;
mod policy;
mod thin;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    Basis, DayView, Entry, Fact, Finding, FindingKind, Name,
    case::Case,
    clock, log,
    presence::{self, CauseSeen},
    sign_in, together, visit,
};
use crate::{
    judge::{Proof, Span, SpanStatus, Transit, Vote},
    time::Interval,
};
pub(super) use fixes::Fixes;
pub use fixes::{FixExplained, SetAside};
pub use grounds::{Condition, Sentence};
pub(super) use grounds::{Grounds, percent};
use thin::thin;

/// Minutes around a finding that are shown, for what is drawn as a track.
pub(super) const MARGIN_MS: i64 = 10 * 60_000;
/// Fixes, and votes, and spans, of one explanation at most.
pub const MOST: usize = 240;
/// Records and causes of one explanation at most.
const RECORDS_MOST: usize = 60;

/// What made a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Explanation {
    /// The rep's id.
    pub rep: String,
    /// The finding's day.
    pub day: NaiveDate,
    /// IANA zone of the day: times are said in it.
    pub zone: String,
    /// The finding, with its facts.
    pub finding: Finding,
    /// What happened; then what it is measured by; then, where the fixes were erased, that they were.
    pub sentences: Vec<Sentence>,
    /// What each condition of the rule counted.
    pub conditions: Vec<Condition>,
    /// Where it is about time: the spans that it touches, and what flanks them, in order.
    pub spans: Vec<Span>,
    /// The fixes that made it, in order of time: thinned to [`MOST`], those that decided kept.
    pub fixes: Vec<FixExplained>,
    /// How many they were before that.
    pub fixes_of: u32,
    /// The middles that decided, in order of time; thinned as fixes are.
    pub votes: Vec<Vote>,
    /// The charged runs, with what each condition counted.
    pub proofs: Vec<Proof>,
    /// The way between two points of the area that it was held against.
    pub transit: Option<Transit>,
    /// The place that it is about.
    pub place: Option<Place>,
    /// The records that it names.
    pub records: Vec<RecordNamed>,
    /// Where it is about time: why fixes may be missing, as facts.
    pub causes: Vec<CauseSeen>,
    /// The policy's values that it went by, named as in `policy.toml`: `ruling.outside_min_s`. Fractions are text.
    pub policy: BTreeMap<String, Fact>,
    /// What the ruling stands on: versions and hashes, the policy's too.
    pub basis: Vec<String>,
    /// Fixes of the day were erased: what was ruled on them stands, and can't be shown.
    pub erased: bool,
}

/// A place that a finding is about, as a circle to draw. A no-go place has its own shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Place {
    /// `customer` or `stay`.
    pub code: String,
    /// The customer's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Latitude in 1e-9 degrees.
    pub lat_e9: i64,
    /// Longitude in 1e-9 degrees.
    pub lon_e9: i64,
    /// Farther than this is far from a customer; a stay's fixes lie within it.
    pub radius_mm: i64,
}

/// A record that a finding names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordNamed {
    /// Its name.
    pub name: Name,
    /// Its type; absent where it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Trusted time, milliseconds since 1970 (UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<i64>,
}

/// What made a finding of a day: `view` is the day's account, `entries` what it was folded from.
pub fn explain(basis: &Basis, view: &DayView, entries: &[Entry], now_ms: i64, finding: &Finding) -> Explanation {
    let mut case = Case::new(basis, view.day, entries, now_ms);
    case.excuses = presence::excuses(&case);
    let grounds = grounds_of(&case, finding);
    let around = around(finding);
    let of_time = grounds.of_time;
    let records = finding.evidence.iter().map(|name| case.records.named(name));
    let causes = view.presence.causes.iter();
    let causes = causes.filter(|cause| of_time && around.contains(cause.at_ms));
    let told = Told {
        rep: &view.rep,
        day: view.day,
        zone: basis.schedule.zone(),
        spans: &view.spans,
        fixes: case.fixes.numbered(),
        known: case.known().unwrap_or_else(|| basis.schedule.whole_day(view.day)),
        policy: &basis.policy,
        erased: (case.fixes.judged.len() as i64) < view.counts.fixes,
    };
    Explanation {
        records: records.take(RECORDS_MOST).collect(),
        causes: causes.take(RECORDS_MOST).cloned().collect(),
        basis: view.basis.clone(),
        ..told.explanation(finding, grounds)
    }
}

/// Every kind has its rule, which knows why.
fn grounds_of(case: &Case<'_>, finding: &Finding) -> Grounds {
    use FindingKind as K;
    match finding.kind {
        K::LeftArea
        | K::OutsideAtOpening
        | K::AtNoGo
        | K::PerhapsAtNoGo
        | K::Unaccounted
        | K::LongStay
        | K::SimulatedFixes
        | K::IdenticalFixes => presence::grounds(case, finding),
        K::SignedInLate | K::NotSignedIn => sign_in::grounds(case, finding),
        K::VisitFar | K::ShortVisit | K::CheckInBurst | K::PhotoReused => visit::grounds(case, finding),
        K::ClockChanged => clock::grounds(finding),
        K::LogBroken | K::LogForked | K::KeyReplaced => log::grounds(finding),
        K::PhonesTogether => together::grounds(case, finding),
    }
}

/// The time of a finding and the minutes around it.
pub(super) fn around(finding: &Finding) -> Interval {
    Interval {
        from_ms: finding.from_ms.saturating_sub(MARGIN_MS),
        to_ms: finding.to_ms.saturating_add(MARGIN_MS),
    }
}

/// What is known of a day besides the grounds of a finding.
pub(super) struct Told<'a> {
    pub(super) rep: &'a str,
    pub(super) day: NaiveDate,
    pub(super) zone: &'a str,
    pub(super) spans: &'a [Span],
    pub(super) fixes: Fixes<'a>,
    /// The window, as far as it is known.
    pub(super) known: Interval,
    pub(super) policy: &'a crate::policy::Policy,
    pub(super) erased: bool,
}

impl Told<'_> {
    /// Without records, causes and basis: a bare track has none.
    pub(super) fn explanation(&self, finding: &Finding, grounds: Grounds) -> Explanation {
        let mut sentences = vec![grounds.happened.clone(), grounds.measure.clone()];
        if self.erased {
            let days = Fact::Number(i64::from(self.policy.retention.fixes_days));
            sentences.push(Sentence::new("places_erased").with("fixes_days", days));
        }
        let decides = |vote: &Vote| {
            let ends = |proof: &Proof| vote.at_ms == proof.interval.from_ms || vote.at_ms == proof.interval.to_ms;
            grounds.why.proofs.iter().any(ends)
        };
        let shown = self.fixes.shown(&grounds, self.known, self.policy);
        Explanation {
            rep: self.rep.to_owned(),
            day: self.day,
            zone: self.zone.to_owned(),
            finding: finding.clone(),
            sentences,
            conditions: grounds.conditions,
            spans: thin(self.spans_around(finding, grounds.of_time), MOST, |span| {
                span.status == SpanStatus::Unknown
            }),
            fixes_of: shown.len() as u32,
            fixes: thin(shown, MOST, |fix| fix.decides),
            votes: thin(grounds.why.votes, MOST, decides),
            proofs: thin(grounds.why.proofs, MOST, |_| false),
            transit: grounds.why.transit,
            place: grounds.place,
            records: Vec::new(),
            causes: Vec::new(),
            policy: policy::values(self.policy, grounds.policy),
            basis: Vec::new(),
            erased: self.erased,
        }
    }

    /// Without the places in the day's list of fixes, which nobody has here.
    fn spans_around(&self, finding: &Finding, of_time: bool) -> Vec<Span> {
        let around = around(finding);
        let touches = |span: &&Span| of_time && span.from_ms < around.to_ms && around.from_ms < span.to_ms;
        let bare = |span: &Span| Span {
            evidence: Vec::new(),
            ..span.clone()
        };
        self.spans.iter().filter(touches).map(bare).collect()
    }
}
