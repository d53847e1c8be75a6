//! What the machine formats say, as values.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, SecondsFormat};
use onbeat_core::{
    judge::{JudgedFix, PlaceVerdict, Span, SpanStatus},
    record::Hash,
    rules::{Class, Fact, Finding, FindingKind},
    time::When,
};
use serde::Serialize;

use super::judged::{Aside, Judged};

#[derive(Serialize)]
pub(super) struct FixLine<'a> {
    time: String,
    lat: f64,
    lon: f64,
    accuracy_m: Option<f64>,
    place: PlaceVerdict,
    edge_m: Option<f64>,
    district: Option<&'a str>,
    when: When,
}

#[derive(Serialize)]
pub(super) struct SpanLine<'a> {
    day: NaiveDate,
    from: String,
    to: String,
    status: SpanStatus,
    excused_by: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct FindingLine<'a> {
    class: Class,
    kind: FindingKind,
    from: String,
    to: String,
    id: Hash,
    day: NaiveDate,
    facts: &'a BTreeMap<String, Fact>,
    /// Times of the fixes.
    evidence: Vec<String>,
}

impl<'a> FixLine<'a> {
    pub(super) fn new(judged: &JudgedFix, aside: &Aside<'a>) -> Self {
        Self {
            time: utc(judged.at_ms),
            lat: judged.fix.lat_e9 as f64 / 1e9,
            lon: judged.fix.lon_e9 as f64 / 1e9,
            accuracy_m: judged.fix.accuracy_mm.map(metres),
            place: judged.verdict.place,
            edge_m: judged.verdict.edge_mm.map(metres),
            district: aside.district,
            when: aside.when,
        }
    }
}

impl<'a> SpanLine<'a> {
    pub(super) fn new(day: NaiveDate, span: &'a Span) -> Self {
        Self {
            day,
            from: utc(span.from_ms),
            to: utc(span.to_ms),
            status: span.status,
            excused_by: span.excused_by.as_deref(),
        }
    }
}

impl<'a> FindingLine<'a> {
    pub(super) fn new(day: NaiveDate, finding: &'a Finding, judged: &Judged<'_>) -> Self {
        Self {
            class: finding.class,
            kind: finding.kind,
            from: utc(finding.from_ms),
            to: utc(finding.to_ms),
            id: finding.id,
            day,
            facts: &finding.facts,
            evidence: finding
                .evidence
                .iter()
                .filter_map(|name| judged.fix(name))
                .map(|fix| utc(fix.at_ms))
                .collect(),
        }
    }
}

/// RFC 3339 in UTC, milliseconds only where there are some.
pub(super) fn utc(at_ms: i64) -> String {
    let at = DateTime::from_timestamp_millis(at_ms).unwrap_or_default();
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

pub(super) fn metres(millimetres: i64) -> f64 {
    millimetres as f64 / 1e3
}
