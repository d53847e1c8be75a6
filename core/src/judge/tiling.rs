use serde::{Deserialize, Serialize};

use super::{
    PlaceVerdict, RulingInput, Span, SpanStatus,
    gap::{Waits, any_outside},
    marks::{disjoint, overlay, unreal},
    outside::Run,
    piece::{Piece, merge},
    sequence::Sighting,
};
use crate::{place::distance_m, time::Interval};

/// A way between two points of the area, and how long it may take outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Transit {
    /// Time of the last fix before it that is not outside, milliseconds since 1970 (UTC).
    pub from_ms: i64,
    /// Time of the first one after it.
    pub to_ms: i64,
    /// Straight from one to the other, or to the fixes next to them where that is shorter.
    pub way_mm: i64,
    /// Seconds outside that the way may take.
    pub allowed_s: i64,
}

/// All that the spans of a day are made of.
pub(super) struct Day<'a> {
    pub(super) known: Interval,
    pub(super) fixes: &'a [Sighting],
    pub(super) runs: &'a [Run],
    pub(super) waits: &'a Waits<'a>,
    pub(super) input: &'a RulingInput<'a>,
}

impl Day<'_> {
    pub(super) fn spans(&self) -> Vec<Span> {
        if self.known.length_ms() <= 0 {
            return Vec::new();
        }
        let pieces = merge(self.pieces());
        let pieces = overlay(pieces, &unreal(self.input.fixes, self.known), |piece, ()| {
            if piece.status != SpanStatus::Outside {
                piece.status = SpanStatus::Unknown;
            }
        });
        let mut pieces = overlay(pieces, &disjoint(self.input.excuses), |piece, by| {
            piece.excused_by = Some((*by).to_owned());
        });
        self.excuse_transit(&mut pieces);
        merge(pieces).into_iter().map(|piece| self.span(piece)).collect()
    }

    /// The window, cut at the fixes.
    fn pieces(&self) -> Vec<Piece> {
        let (Some(first), Some(last)) = (self.fixes.first(), self.fixes.last()) else {
            return vec![Piece::new(self.known, SpanStatus::Unknown)];
        };
        let run_of = self.run_of();
        let leading = self.open_end(first, run_of[0], self.known.from_ms, first.at_ms);
        let trailing = self.open_end(last, run_of[run_of.len() - 1], last.at_ms, self.known.to_ms);
        let between = (1..self.fixes.len()).map(|i| self.between([i - 1, i], [run_of[i - 1], run_of[i]]));
        std::iter::once(leading)
            .chain(between)
            .chain([trailing])
            .filter(|piece| piece.time.length_ms() > 0)
            .collect()
    }

    /// For each fix the number of its run.
    fn run_of(&self) -> Vec<Option<usize>> {
        let mut run_of = vec![None; self.fixes.len()];
        for (number, run) in self.runs.iter().enumerate() {
            run_of[run.first..=run.last].fill(Some(number));
        }
        run_of
    }

    fn between(&self, [a, b]: [usize; 2], [run_a, run_b]: [Option<usize>; 2]) -> Piece {
        let (a, b) = (&self.fixes[a], &self.fixes[b]);
        let time = Interval {
            from_ms: a.at_ms,
            to_ms: b.at_ms,
        };
        if run_a.is_some() && run_a == run_b {
            let mut piece = Piece::new(time, SpanStatus::Outside);
            piece.run = run_a;
            return piece;
        }
        Piece::new(time, self.gap_status(&[a, b], run_a.or(run_b).is_some(), time))
    }

    fn open_end(&self, end: &Sighting, run: Option<usize>, from_ms: i64, to_ms: i64) -> Piece {
        let time = Interval { from_ms, to_ms };
        Piece::new(time, self.gap_status(&[end], run.is_some(), time))
    }

    /// What is known between two fixes, or between one and an end of the window. Time next to what is
    /// charged is edge, never inside; time next to an outside fix speaks for itself only as long as the
    /// ruling's median would.
    fn gap_status(&self, ends: &[&Sighting], charged: bool, gap: Interval) -> SpanStatus {
        let wait_ms = gap.length_ms();
        if charged || any_outside(ends) {
            return if self.waits.vouched(wait_ms) {
                SpanStatus::Edge
            } else {
                SpanStatus::Unknown
            };
        }
        if self.waits.carries_on(ends, wait_ms) {
            return alone(ends[0]);
        }
        if self.waits.covered(ends, gap) || self.waits.still(ends, gap) {
            let all_edge = ends.iter().all(|end| alone(end) == SpanStatus::Edge);
            return if all_edge { SpanStatus::Edge } else { SpanStatus::Inside };
        }
        SpanStatus::Unknown
    }

    /// Excuses what was outside on the way between two points of the area, if it was short for the way.
    fn excuse_transit(&self, pieces: &mut [Piece]) {
        let mut next = 0;
        while let Some(run) = self.runs.get(next) {
            let way = self.way_around(run);
            let together = self.runs[next..]
                .iter()
                .take_while(|run| self.way_around(run) == way)
                .count();
            let runs = next..next + together;
            let unexcused = |piece: &&mut Piece| {
                piece.excused_by.is_none() && piece.run.is_some_and(|number| runs.contains(&number))
            };
            let outside_ms: i64 = pieces.iter_mut().filter(unexcused).map(|p| p.time.length_ms()).sum();
            if way.is_some_and(|ends| outside_ms <= self.transit_ms(ends)) {
                let excused = pieces.iter_mut().filter(unexcused);
                excused.for_each(|piece| piece.excused_by = Some("transit".into()));
            }
            next += together;
        }
    }

    /// The last fix not outside before a run, and the first after it.
    fn way_around(&self, run: &Run) -> Option<[usize; 2]> {
        let in_area = |i: &usize| self.fixes[*i].place != PlaceVerdict::Outside;
        let from = (0..run.first).rev().find(in_area)?;
        let to = (run.last + 1..self.fixes.len()).find(in_area)?;
        Some([from, to])
    }

    /// The shortest way between the fixes not outside next to a run, two at each end: one may have jumped, and a jump is
    /// no way.
    fn way_m(&self, [from, to]: [usize; 2]) -> f64 {
        let in_area = |i: usize| self.fixes.get(i).filter(|fix| fix.place != PlaceVerdict::Outside);
        let before = (from.saturating_sub(1)..=from).filter_map(in_area);
        let after = || (to..=to + 1).filter_map(in_area);
        let ways = before.flat_map(|a| after().map(|b| distance_m(a.point(), b.point())));
        ways.fold(f64::INFINITY, f64::min)
    }

    /// The way between two points of the area that a run lies on, and how long it may take.
    pub(super) fn transit(&self, run: &Run) -> Option<Transit> {
        let ends = self.way_around(run)?;
        let [from_ms, to_ms] = ends.map(|end| self.fixes[end].at_ms);
        Some(Transit {
            from_ms,
            to_ms,
            way_mm: libm::round(self.way_m(ends) * 1000.0) as i64,
            allowed_s: self.transit_ms(ends) / 1000,
        })
    }

    /// How long the way between two points of the area may take.
    fn transit_ms(&self, ends: [usize; 2]) -> i64 {
        let policy = &self.input.policy.transit;
        let way_m = policy.detour_factor * self.way_m(ends);
        policy.base_s.saturating_mul(1000) + (way_m * 3600.0 / policy.speed_kmh) as i64
    }

    fn span(&self, piece: Piece) -> Span {
        let evidence = piece.run.map(|run| self.evidence(&self.runs[run], piece.time));
        Span {
            from_ms: piece.time.from_ms,
            to_ms: piece.time.to_ms,
            status: piece.status,
            excused_by: piece.excused_by,
            evidence: evidence.unwrap_or_default(),
        }
    }

    /// The fixes of a run that prove a part of it: those at or just beyond its ends, and the backed one.
    fn evidence(&self, run: &Run, time: Interval) -> Vec<u32> {
        let fixes = &self.fixes[run.first..=run.last];
        let after_start = fixes.partition_point(|fix| fix.at_ms <= time.from_ms);
        let before_end = fixes.partition_point(|fix| fix.at_ms < time.to_ms);
        let first = run.first + after_start.saturating_sub(1);
        let last = run.first + before_end.min(fixes.len() - 1);
        let proof = (first..=last).find(|place| self.fixes[*place].proves());
        let mut places: Vec<usize> = [Some(first), proof, Some(last)].into_iter().flatten().collect();
        places.dedup();
        places.into_iter().map(|place| self.fixes[place].index).collect()
    }
}

/// What a fix says by itself: outside without a charge reads as edge.
fn alone(fix: &Sighting) -> SpanStatus {
    match fix.place {
        PlaceVerdict::Inside => SpanStatus::Inside,
        _ => SpanStatus::Edge,
    }
}
