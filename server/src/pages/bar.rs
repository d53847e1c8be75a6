//! A day's window as a bar of inside, edge, outside, unknown and excused. Pattern and words say it too, never colour alone.

use onbeat_core::{
    judge::{PlaceVerdict, Span, SpanStatus},
    time::Interval,
};

use super::Frame;

/// Width of the whole window, in units of the drawing.
const WIDTH: i64 = 1000;

/// A bar, ready to be drawn by `bar.html`.
#[derive(Debug, Clone, Default)]
pub(super) struct Bar {
    /// Pieces in order.
    pub(super) pieces: Vec<Piece>,
    /// What it shows, in words.
    pub(super) label: String,
    /// Where the window begins.
    pub(super) from_ms: i64,
    /// Where it ends.
    pub(super) to_ms: i64,
}

/// A stretch of one kind.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Where it begins.
    pub(super) x: i64,
    /// How long it is.
    pub(super) width: i64,
    /// `inside`, `edge`, `outside`, `unknown` or `excused`.
    pub(super) kind: &'static str,
    /// From when to when it is what, in words.
    pub(super) title: String,
}

impl Bar {
    /// Where an instant stands on the bar.
    pub(super) fn place(window: Interval, at_ms: i64) -> i64 {
        let length_ms = window.length_ms().max(1);
        (at_ms - window.from_ms).clamp(0, length_ms) * WIDTH / length_ms
    }

    /// The bar of a window, as far as it is known.
    pub(super) fn new(frame: &Frame, window: Interval, spans: &[Span]) -> Self {
        let place = |at_ms| Self::place(window, at_ms);
        let pieces = spans.iter().map(|span| Piece {
            x: place(span.from_ms),
            width: (place(span.to_ms) - place(span.from_ms)).max(1),
            kind: kind(span),
            title: format!(
                "{} {}",
                frame.of("span", kind(span)),
                frame.local.stretch(span.from_ms, span.to_ms)
            ),
        });
        Self {
            pieces: pieces.collect(),
            label: sums(frame, spans),
            from_ms: window.from_ms,
            to_ms: window.to_ms,
        }
    }
}

fn kind(span: &Span) -> &'static str {
    match (span.status, &span.excused_by) {
        (_, Some(_)) => "excused",
        (SpanStatus::Inside, None) => "inside",
        (SpanStatus::Edge, None) => "edge",
        (SpanStatus::Outside, None) => "outside",
        (SpanStatus::Unknown, None) => "unknown",
    }
}

/// How long it was what: `inside 7 h 20 min, unknown 14 min`.
fn sums(frame: &Frame, spans: &[Span]) -> String {
    let sum = |wanted: &str| -> i64 {
        let of_kind = spans.iter().filter(|span| kind(span) == wanted);
        of_kind.map(|span| (span.to_ms - span.from_ms) / 1000).sum()
    };
    let kinds = ["outside", "unknown", "edge", "inside", "excused"];
    let said = kinds.into_iter().filter(|kind| sum(kind) >= 30);
    let said: Vec<String> = said
        .map(|kind| format!("{} {}", frame.of("span", kind), frame.local.duration(sum(kind))))
        .collect();
    if said.is_empty() {
        return frame.t("span.none").to_owned();
    }
    said.join(frame.t("unit.join"))
}

/// How a fix is drawn; one that can't be used says nothing.
pub(super) fn side(place: PlaceVerdict) -> &'static str {
    match place {
        PlaceVerdict::Inside => "inside",
        PlaceVerdict::Edge => "edge",
        PlaceVerdict::Outside => "outside",
        PlaceVerdict::Unusable => "unknown",
    }
}
