#![allow(clippy::unwrap_used)]

mod day;
mod fix;
mod live;
mod properties;

use super::{Excuse, JudgedFix, RulingInput, Span, SpanStatus, StillGap};
use crate::{
    place::{Area, Shape},
    policy::Policy,
    reading::Fix,
    testing::{MINUTE_MS, OPEN_MS, WINDOW, judged},
    time::Interval,
};

/// A day to be ruled: what a test says of it, and the rest as shipped.
struct Day {
    area: Area,
    policy: Policy,
    fixes: Vec<(i64, Fix)>,
    still: Vec<StillGap>,
    excuses: Vec<Excuse>,
    until_ms: i64,
}

impl Day {
    fn new(shape: &Shape, fixes: Vec<(i64, Fix)>) -> Self {
        Self {
            area: Area::prepare(shape),
            policy: Policy::default(),
            fixes,
            still: Vec::new(),
            excuses: Vec::new(),
            until_ms: WINDOW.to_ms,
        }
    }

    fn excused(mut self, by: &str, from_min: i64, to_min: i64) -> Self {
        self.excuses.push(Excuse {
            interval: minutes(from_min, to_min),
            by: by.into(),
        });
        self
    }

    fn judged(&self) -> Vec<JudgedFix> {
        judged(&self.fixes, &self.area, &self.policy)
    }

    fn ruled(&self) -> super::Ruled {
        self.ruled_on(&self.judged())
    }

    fn spans(&self) -> Vec<Span> {
        let spans = self.ruled().spans;
        assert_tiles(&spans, self.until_ms);
        spans
    }

    fn ruled_on(&self, fixes: &[JudgedFix]) -> super::Ruled {
        super::ruled(&self.input(fixes))
    }

    fn input<'a>(&'a self, fixes: &'a [JudgedFix]) -> RulingInput<'a> {
        RulingInput {
            window: WINDOW,
            until_ms: self.until_ms,
            fixes,
            still: &self.still,
            excuses: &self.excuses,
            area: &self.area,
            edge_tolerance_m: self.policy.fix.edge_tolerance_m,
            policy: &self.policy,
        }
    }
}

fn minutes(from: i64, to: i64) -> Interval {
    Interval {
        from_ms: OPEN_MS + from * MINUTE_MS,
        to_ms: OPEN_MS + to * MINUTE_MS,
    }
}

fn assert_tiles(spans: &[Span], until_ms: i64) {
    assert_eq!(spans.first().map(|span| span.from_ms), Some(WINDOW.from_ms));
    assert_eq!(spans.last().map(|span| span.to_ms), Some(until_ms));
    assert!(
        spans.iter().all(|span| span.from_ms < span.to_ms),
        "a span without length: {spans:?}"
    );
    assert!(
        spans.windows(2).all(|pair| pair[0].to_ms == pair[1].from_ms),
        "spans do not tile: {spans:?}"
    );
}

/// Minutes of a status, excused or not.
fn minutes_of(spans: &[Span], status: SpanStatus) -> f64 {
    let of = spans.iter().filter(|span| span.status == status);
    of.map(|span| (span.to_ms - span.from_ms) as f64 / MINUTE_MS as f64)
        .sum()
}

/// Spans proved outside that nothing excuses.
fn charged(spans: &[Span]) -> Vec<&Span> {
    let charged = |span: &&Span| span.status == SpanStatus::Outside && span.excused_by.is_none();
    spans.iter().filter(charged).collect()
}
