//! Estimators that ours was chosen among (`docs/adr/0008`): each says when the middle of some minutes was outside.
//! All have the persistence and the corroboration of the starting rule.

use onbeat_core::{
    judge::{JudgedFix, PlaceVerdict},
    place::Point,
    policy::Policy,
};

use super::{Run, Stretch, hidden_markov, persistent, runs, usable};
use crate::day::Day;

/// An estimator.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Estimator {
    /// What the tables call it.
    pub(crate) name: &'static str,
    marks: Marks,
}

/// The middle of some points.
type Middle = fn(&[(f64, f64)]) -> (f64, f64);

#[derive(Debug, Clone, Copy)]
enum Marks {
    /// The middle of the positions within five minutes, and times the disc's radius that it must be clear by.
    Middle(Middle, f64),
    HiddenMarkov,
}

/// All of them.
pub(crate) const ESTIMATORS: [Estimator; 6] = [
    Estimator {
        name: "median (starting rule)",
        marks: Marks::Middle(median, 1.0),
    },
    Estimator {
        name: "geometric median",
        marks: Marks::Middle(geometric_median, 1.0),
    },
    Estimator {
        name: "trimmed mean",
        marks: Marks::Middle(trimmed_mean, 1.0),
    },
    Estimator {
        name: "Huber mean",
        marks: Marks::Middle(huber_mean, 1.0),
    },
    Estimator {
        name: "median, 5/3 of the radius",
        marks: Marks::Middle(median, 5.0 / 3.0),
    },
    Estimator {
        name: "hidden Markov model",
        marks: Marks::HiddenMarkov,
    },
];

impl Estimator {
    pub(crate) fn judge(&self, day: &Day<'_>, policy: &Policy) -> Vec<Stretch> {
        let fixes = usable(day);
        let marked = match self.marks {
            Marks::Middle(middle, times) => middles_outside(day, &fixes, middle, times, policy),
            Marks::HiddenMarkov => hidden_markov::outside(&fixes, policy),
        };
        let half_ms = policy.ruling.half_width_s * 1000;
        let charged: Vec<Run> = runs(&fixes, &marked, half_ms)
            .into_iter()
            .filter_map(|run| {
                let outside = |i: &usize| fixes[*i].verdict.place == PlaceVerdict::Outside;
                let first = (run.first..=run.last).find(outside)?;
                let last = (run.first..=run.last).rev().find(outside)?;
                Some(Run { first, last })
            })
            .filter(|run| corroborated(&fixes, run, policy))
            .collect();
        persistent(&fixes, &charged, policy.ruling.outside_min_s * 1000, 2, policy)
    }
}

/// A satellite-backed fix outside, or two inside just before or after, at a plausible speed.
fn corroborated(fixes: &[&JudgedFix], run: &Run, policy: &Policy) -> bool {
    let backed = |fix: &&JudgedFix| {
        let accuracy_mm = fix.fix.accuracy_mm.unwrap_or(i64::MAX);
        fix.verdict.place == PlaceVerdict::Outside
            && (fix.fix.satellites.is_some_and(|n| n >= policy.ruling.satellites_min)
                || (fix.fix.speed_mm_s.is_some() && accuracy_mm as f64 <= policy.ruling.accuracy_proof_m * 1000.0))
    };
    let inside =
        |fixes: &[&JudgedFix]| fixes.len() == 2 && fixes.iter().all(|fix| fix.verdict.place == PlaceVerdict::Inside);
    let near = |a: usize, b: usize| {
        let (a, b) = (fixes[a], fixes[b]);
        let slack_m = (a.verdict.radius_mm.unwrap_or(0) + b.verdict.radius_mm.unwrap_or(0)) as f64 / 1000.0;
        let hours = (b.at_ms - a.at_ms) as f64 / 3.6e6;
        let far_m = onbeat_core::place::distance_m(Point::from(&a.fix), Point::from(&b.fix));
        far_m - slack_m <= policy.unknown.top_speed_kmh * 1000.0 * hours
    };
    fixes[run.first..=run.last].iter().any(backed)
        || (run.first >= 2 && inside(&fixes[run.first - 2..run.first]) && near(run.first - 1, run.first))
        || (run.last + 2 < fixes.len() && inside(&fixes[run.last + 1..run.last + 3]) && near(run.last, run.last + 1))
}

fn middles_outside(day: &Day<'_>, fixes: &[&JudgedFix], middle: Middle, times: f64, policy: &Policy) -> Vec<bool> {
    let half_ms = policy.ruling.half_width_s * 1000;
    let (mut from, mut to) = (0, 0);
    let mut window = Vec::new();
    let outside = |fix: &&JudgedFix| {
        while to < fixes.len() && fixes[to].at_ms - fix.at_ms <= half_ms {
            to += 1;
        }
        while fix.at_ms - fixes[from].at_ms > half_ms {
            from += 1;
        }
        let around = &fixes[from..to];
        // Cheap: where no fix is outside, no middle is.
        if around.len() < policy.ruling.fixes_min as usize
            || around
                .iter()
                .filter(|fix| fix.verdict.edge_mm.is_some_and(|mm| mm < 0))
                .count()
                * 3
                < around.len()
        {
            return false;
        }
        let origin = Point::from(&fix.fix);
        let east = origin.lat.to_radians().cos();
        window.clear();
        window.extend(around.iter().map(|fix| {
            let point = Point::from(&fix.fix);
            (point.lat - origin.lat, (point.lon - origin.lon) * east)
        }));
        let (north, east_part) = middle(&window);
        let point = Point {
            lat: origin.lat + north,
            lon: origin.lon + east_part / east,
        };
        let mut radii: Vec<i64> = around.iter().filter_map(|fix| fix.verdict.radius_mm).collect();
        radii.sort_unstable();
        let radius_mm = radii[radii.len() / 2] as f64 * times;
        let edge = day.truth.ground.area.edge_distance(point);
        edge.is_some_and(|edge| -edge.edge_mm as f64 >= radius_mm + policy.fix.edge_tolerance_m * 1000.0)
    };
    fixes.iter().map(outside).collect()
}

fn by_coordinate(points: &[(f64, f64)], middle: fn(&[f64]) -> f64) -> (f64, f64) {
    let mut norths: Vec<f64> = points.iter().map(|p| p.0).collect();
    let mut easts: Vec<f64> = points.iter().map(|p| p.1).collect();
    norths.sort_unstable_by(f64::total_cmp);
    easts.sort_unstable_by(f64::total_cmp);
    (middle(&norths), middle(&easts))
}

fn median(points: &[(f64, f64)]) -> (f64, f64) {
    by_coordinate(points, |sorted| {
        (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0
    })
}

/// Without the outer quarter on each side.
fn trimmed_mean(points: &[(f64, f64)]) -> (f64, f64) {
    by_coordinate(points, |sorted| {
        let kept = &sorted[sorted.len() / 4..sorted.len() - sorted.len() / 4];
        kept.iter().sum::<f64>() / kept.len() as f64
    })
}

/// E. Weiszfeld, Tohoku Math. Journal 43, 1937: the point of least sum of distances.
fn geometric_median(points: &[(f64, f64)]) -> (f64, f64) {
    reweighted(points, |distance, _| 1.0 / distance.max(1e-8))
}

/// P. J. Huber, Annals of Mathematical Statistics 35, 1964: full weight up to twice the middle distance.
fn huber_mean(points: &[(f64, f64)]) -> (f64, f64) {
    reweighted(points, |distance, scale| (2.0 * scale / distance.max(1e-8)).min(1.0))
}

fn reweighted(points: &[(f64, f64)], weight: fn(f64, f64) -> f64) -> (f64, f64) {
    let mut middle = median(points);
    for _ in 0..15 {
        let distance = |p: &(f64, f64)| (p.0 - middle.0).hypot(p.1 - middle.1);
        let mut sorted: Vec<f64> = points.iter().map(distance).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let scale = sorted[sorted.len() / 2];
        let weights: Vec<f64> = points.iter().map(|p| weight(distance(p), scale)).collect();
        let sum: f64 = weights.iter().sum();
        let part = |value: fn(&(f64, f64)) -> f64| -> f64 {
            points.iter().zip(&weights).map(|(p, w)| value(p) * w).sum::<f64>() / sum
        };
        middle = (part(|p| p.0), part(|p| p.1));
    }
    middle
}
