use super::SpanStatus;
use crate::time::Interval;

/// A stretch of time on its way to be a span.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub(super) time: Interval,
    pub(super) status: SpanStatus,
    /// Number of the run that charges it.
    pub(super) run: Option<usize>,
    pub(super) excused_by: Option<String>,
}

impl Piece {
    pub(super) fn new(time: Interval, status: SpanStatus) -> Self {
        Self {
            time,
            status,
            run: None,
            excused_by: None,
        }
    }

    /// The part of it before an instant.
    pub(super) fn until(&self, to_ms: i64) -> Self {
        let mut part = self.clone();
        part.time.to_ms = to_ms;
        part
    }

    fn continues(&self, before: &Self) -> bool {
        before.time.to_ms == self.time.from_ms
            && (before.status, before.run, &before.excused_by) == (self.status, self.run, &self.excused_by)
    }
}

/// Joins pieces that say the same.
pub(super) fn merge(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut merged: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match merged.last_mut() {
            Some(before) if piece.continues(before) => before.time.to_ms = piece.time.to_ms,
            _ => merged.push(piece),
        }
    }
    merged
}
