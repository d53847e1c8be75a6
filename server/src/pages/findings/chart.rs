use onbeat_core::rules::Explanation;

use crate::pages::{Frame, bar::side};

/// Size of the drawing.
const WIDTH: i64 = 900;
const HEIGHT: i64 = 240;
/// Room for words at the left and below.
const LEFT: i64 = 110;
const BELOW: i64 = 24;

/// The fixes of an explanation: time across, distance to the edge up, each with its radius.
pub(super) struct Chart {
    pub(super) dots: Vec<Dot>,
    /// Where the edge lies.
    pub(super) edge_y: i64,
    /// Marks at the left: place and words.
    pub(super) heights: Vec<(i64, String)>,
    /// Marks below.
    pub(super) times: Vec<(i64, String)>,
    /// From where to where the finding reaches.
    pub(super) from_x: i64,
    pub(super) to_x: i64,
    pub(super) label: String,
}

/// A fix.
pub(super) struct Dot {
    pub(super) x: i64,
    pub(super) y: i64,
    /// Ends of its radius.
    pub(super) top: i64,
    pub(super) bottom: i64,
    /// `inside`, `edge`, `outside` or `unknown`.
    pub(super) kind: &'static str,
    pub(super) decides: bool,
    pub(super) title: String,
}

impl Chart {
    /// `None` where no fix is shown.
    pub(super) fn new(frame: &Frame, explained: &Explanation) -> Option<Self> {
        let usable: Vec<_> = explained
            .fixes
            .iter()
            .filter_map(|fix| Some((fix, fix.verdict.edge_mm?)))
            .collect();
        let (first, last) = (usable.first()?.0.at_ms, usable.last()?.0.at_ms);
        let most = usable.iter().map(|(_, edge_mm)| *edge_mm).max()?.max(0);
        let least = usable.iter().map(|(_, edge_mm)| *edge_mm).min()?.min(0);
        let (length, rise) = ((last - first).max(1), (most - least).max(100_000));
        let x = |at_ms: i64| LEFT + (at_ms - first).clamp(0, length) * (WIDTH - LEFT - 10) / length;
        let y = |edge_mm: i64| {
            let up = (edge_mm - least).clamp(-rise / 10, rise + rise / 10);
            HEIGHT - BELOW - 10 - up * (HEIGHT - BELOW - 20) / rise
        };
        let dot = |(fix, edge_mm): &(&onbeat_core::rules::FixExplained, i64)| {
            let radius_mm = fix.verdict.radius_mm.unwrap_or(0);
            let kind = side(fix.verdict.place);
            let side = if *edge_mm < 0 { "chart.out" } else { "chart.in" };
            Dot {
                x: x(fix.at_ms),
                y: y(*edge_mm),
                top: y(edge_mm + radius_mm),
                bottom: y(edge_mm - radius_mm),
                kind,
                decides: fix.decides,
                title: format!(
                    "{} {}, ±{}",
                    frame.local.time(fix.at_ms),
                    frame.words.fill(side, &[("distance", &frame.local.metres(*edge_mm))]),
                    frame.local.metres(radius_mm)
                ),
            }
        };
        let heights = [most, 0, least]
            .into_iter()
            .filter(|mm| *mm == 0 || mm.abs() > rise / 10);
        Some(Self {
            dots: usable.iter().map(dot).collect(),
            edge_y: y(0),
            heights: heights.map(|mm| (y(mm), height(frame, mm))).collect(),
            times: [first, last].map(|at_ms| (x(at_ms), frame.local.time(at_ms))).to_vec(),
            from_x: x(explained.finding.from_ms),
            to_x: x(explained.finding.to_ms),
            label: frame.words.fill("chart.label", &[("count", &usable.len().to_string())]),
        })
    }
}

fn height(frame: &Frame, mm: i64) -> String {
    if mm == 0 {
        return frame.t("chart.edge").to_owned();
    }
    let key = if mm < 0 { "chart.out" } else { "chart.in" };
    frame.words.fill(key, &[("distance", &frame.local.metres(mm))])
}
