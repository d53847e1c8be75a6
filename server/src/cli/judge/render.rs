//! The machine formats.

use std::io::{self, Write};

use onbeat_core::{
    judge::{JudgedFix, Span},
    rules::Explanation,
};
use serde::Serialize;

use super::{
    judged::{Day, Judged},
    lines::{FindingLine, FixLine, SpanLine},
};

/// Fixes, then spans, then findings and questions, each with what made it if that was asked for: a JSON object a line.
pub(super) fn ndjson(judged: &Judged<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (fix, aside) in judged.fixes.iter().zip(&judged.asides) {
        line(out, &FixLine::new(fix, aside))?;
    }
    for day in &judged.days {
        let mut spans = day.ruled.spans.iter().map(|span| SpanLine::new(day.day, span));
        spans.try_for_each(|span| line(out, &Named::Span(span)))?;
    }
    for day in &judged.days {
        for (finding, explanation) in day.findings() {
            line(out, &Named::Finding(FindingLine::new(day.day, finding, judged)))?;
            if let Some(explanation) = explanation {
                line(out, &Named::Explain(explanation))?;
            }
        }
    }
    Ok(())
}

/// `{"span":{…}}`
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Named<'a> {
    Span(SpanLine<'a>),
    Finding(FindingLine<'a>),
    Explain(&'a Explanation),
}

fn line<T: Serialize>(out: &mut dyn Write, value: &T) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// The same as one FeatureCollection. Fixes are points, spans the line through their fixes, findings the fixes
/// that prove them; where there are none the geometry is null (RFC 7946, section 3.2).
pub(super) fn geojson(judged: &Judged<'_>, out: &mut dyn Write) -> io::Result<()> {
    let fixes = judged.fixes.iter().zip(&judged.asides).map(|(fix, aside)| {
        let properties = Properties::Fix(FixLine::new(fix, aside));
        Feature::new(Some(Geometry::Point(position(fix))), properties)
    });
    let spans = judged
        .days
        .iter()
        .flat_map(|day| day.ruled.spans.iter().map(move |span| (day, span)));
    let spans =
        spans.map(|(day, span)| Feature::new(path(judged, span), Properties::Span(SpanLine::new(day.day, span))));
    let findings = judged.days.iter().flat_map(|day| features_of_findings(judged, day));
    out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[")?;
    for (index, feature) in fixes.chain(spans).chain(findings).enumerate() {
        out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &feature)?;
    }
    out.write_all(b"\n]}\n")
}

fn features_of_findings<'a>(judged: &'a Judged<'_>, day: &'a Day) -> impl Iterator<Item = Feature<'a>> {
    day.ruled.findings.iter().map(|finding| {
        let proof: Vec<_> = finding
            .evidence
            .iter()
            .filter_map(|name| judged.fix(name))
            .map(position)
            .collect();
        let geometry = (!proof.is_empty()).then_some(Geometry::MultiPoint(proof));
        Feature::new(
            geometry,
            Properties::Finding(FindingLine::new(day.day, finding, judged)),
        )
    })
}

/// The line through a span's fixes; a line has two points at least.
fn path(judged: &Judged<'_>, span: &Span) -> Option<Geometry> {
    let from = judged.fixes.partition_point(|fix| fix.at_ms < span.from_ms);
    let to = judged.fixes.partition_point(|fix| fix.at_ms < span.to_ms);
    let line: Vec<_> = judged.fixes[from..to].iter().map(position).collect();
    (line.len() >= 2).then_some(Geometry::LineString(line))
}

fn position(fix: &JudgedFix) -> [f64; 2] {
    [fix.fix.lon_e9 as f64 / 1e9, fix.fix.lat_e9 as f64 / 1e9]
}

#[derive(Serialize)]
struct Feature<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    geometry: Option<Geometry>,
    properties: Properties<'a>,
}

impl<'a> Feature<'a> {
    fn new(geometry: Option<Geometry>, properties: Properties<'a>) -> Self {
        Self {
            kind: "Feature",
            geometry,
            properties,
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Point([f64; 2]),
    MultiPoint(Vec<[f64; 2]>),
    LineString(Vec<[f64; 2]>),
}

/// Flat, since map programs show flat properties; `feature` says what it is.
#[derive(Serialize)]
#[serde(tag = "feature", rename_all = "lowercase")]
enum Properties<'a> {
    Fix(FixLine<'a>),
    Span(SpanLine<'a>),
    Finding(FindingLine<'a>),
}
