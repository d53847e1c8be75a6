//! The figures as a table and as JSON.

use std::fmt::{self, Display};

use serde::Serialize;

use crate::{
    Family, Plan, Stratum,
    bounds::{bounds, upper_95},
    day::Evasion,
    play::{Sums, play},
    rules::{
        estimators::ESTIMATORS,
        rivals::{OURS_MIN, RIVALS, TRIED_MIN},
    },
    score::Tally,
};

/// All strata.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Whose errors and districts.
    pub family: Family,
    /// Draws the days.
    pub seed: u64,
    /// One for each stratum.
    pub strata: Vec<Figures>,
}

/// One stratum.
#[derive(Debug, Serialize)]
pub struct Figures {
    /// Which.
    pub stratum: Stratum,
    /// Fixes judged.
    pub fixes: u64,
    /// Ours first, then rivals' and estimators', if they were asked for.
    pub rules: Vec<Row>,
    /// Share of honest days' time that nothing excuses and that is unknown.
    pub unknown: f64,
    /// The same at the edge.
    pub edge: f64,
    /// Evaders by kind.
    pub evaders: Vec<Evaders>,
}

/// One rule.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Which.
    pub rule: String,
    /// Days, with and without an excursion.
    pub days: u64,
    /// Days with a false accusation.
    pub falsely_accused: u64,
    /// False days in 10,000.
    pub false_per_10000: Share,
    /// One-sided upper 95 % bound of it.
    pub false_per_10000_upper_95: f64,
    /// True excursions.
    pub excursions: u64,
    /// Of these, found.
    pub found: Share,
    /// Mean difference of the start, minutes.
    pub start_off_min: f64,
    /// Mean difference of the end, minutes.
    pub end_off_min: f64,
}

/// A share with its two-sided 95 % bounds (Clopper-Pearson).
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Share {
    /// What was seen.
    pub seen: f64,
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

/// Evaders of one kind.
#[derive(Debug, Serialize)]
pub struct Evaders {
    /// How.
    pub evasion: Evasion,
    /// Days.
    pub days: u64,
    /// Of these, surfaced.
    pub surfaced: Share,
}

impl Share {
    fn of(seen: u64, of: u64, times: f64) -> Self {
        let (low, high) = bounds(seen, of);
        Self {
            seen: times * seen as f64 / of.max(1) as f64,
            low: times * low,
            high: times * high,
        }
    }
}

impl Report {
    /// Plays some strata and says which is being played.
    pub fn play(plan: Plan, strata: &[Stratum], mut next: impl FnMut(Stratum)) -> Self {
        let figures = |stratum: &Stratum| {
            next(*stratum);
            Figures::new(*stratum, plan, &play(plan, *stratum))
        };
        Self {
            family: plan.family,
            seed: plan.seed,
            strata: strata.iter().map(figures).collect(),
        }
    }
}

impl Figures {
    fn new(stratum: Stratum, plan: Plan, sums: &Sums) -> Self {
        let mut rules = vec![Row::new("Onbeat", &sums.ours)];
        if plan.rivals {
            for (i, rival) in RIVALS.iter().enumerate() {
                let lasting = &sums.lasting[i];
                let equal = at_equal_detection(lasting, &sums.ours);
                rules.push(Row::new(rival.name, &sums.raw[i]));
                rules.push(Row::new(
                    &format!("{}, {} min", rival.name, TRIED_MIN[OURS_MIN]),
                    &lasting[OURS_MIN],
                ));
                let name = format!("{}, {} min (equal detection)", rival.name, TRIED_MIN[equal]);
                rules.push(Row::new(&name, &lasting[equal]));
            }
        }
        if plan.estimators {
            let rows = ESTIMATORS.iter().zip(&sums.estimators);
            rules.extend(rows.map(|(estimator, tally)| Row::new(estimator.name, tally)));
        }
        let evaders = Evasion::ALL
            .iter()
            .zip(sums.evaders)
            .map(|(evasion, (days, seen))| Evaders {
                evasion: *evasion,
                days,
                surfaced: Share::of(seen, days, 1.0),
            });
        Self {
            stratum,
            fixes: sums.fixes,
            rules,
            unknown: sums.unknown_s / sums.window_s.max(1.0),
            edge: sums.edge_s / sums.window_s.max(1.0),
            evaders: evaders.collect(),
        }
    }

    /// Evaders of all kinds.
    pub fn surfaced(&self) -> Share {
        let seen = |e: &Evaders| (e.surfaced.seen * e.days as f64).round() as u64;
        let all = self.evaders.iter().map(|e| e.days).sum();
        Share::of(self.evaders.iter().map(seen).sum(), all, 1.0)
    }
}

/// The longest persistence with which a rival still finds as much as we do; the shortest if none does.
fn at_equal_detection(lasting: &[Tally], ours: &Tally) -> usize {
    (0..lasting.len())
        .rev()
        .find(|i| lasting[*i].found >= ours.found)
        .unwrap_or(0)
}

impl Row {
    fn new(rule: &str, tally: &Tally) -> Self {
        let found = tally.found.max(1) as f64;
        Self {
            rule: rule.to_owned(),
            days: tally.days,
            falsely_accused: tally.accused,
            false_per_10000: Share::of(tally.accused, tally.days, 1e4),
            false_per_10000_upper_95: 1e4 * upper_95(tally.accused, tally.days),
            excursions: tally.excursions,
            found: Share::of(tally.found, tally.excursions, 1.0),
            start_off_min: tally.start_off_s / 60.0 / found,
            end_off_min: tally.end_off_s / 60.0 / found,
        }
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = match self.family {
            Family::Tuning => "tuning",
            Family::Testing => "testing",
            Family::Other => "other",
        };
        writeln!(f, "model family {family}, seed {}", self.seed)?;
        writeln!(
            f,
            "[low, high] are two-sided 95 % bounds and `at most` is the one-sided one (Clopper-Pearson)"
        )?;
        self.strata.iter().try_for_each(|figures| write!(f, "\n{figures}"))
    }
}

impl Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.rules.first().map_or(0, |row| row.days);
        writeln!(f, "{}: {days} days, {} fixes", self.stratum.title(), self.fixes)?;
        writeln!(
            f,
            "  {:<50} {:>28} {:>9}  {:>22} {:>6} {:>6}",
            "rule", "false in 10,000 days", "at most", "excursions found %", "start", "end min"
        )?;
        for row in &self.rules {
            let (wrong, found) = (&row.false_per_10000, &row.found);
            writeln!(
                f,
                "  {:<50} {:>10.2} [{:>7.2},{:>8.2}] {:>8.2}  {:>6.2} [{:>5.2},{:>6.2}] {:>6.1} {:>6.1}",
                row.rule,
                wrong.seen,
                wrong.low,
                wrong.high,
                row.false_per_10000_upper_95,
                100.0 * found.seen,
                100.0 * found.low,
                100.0 * found.high,
                row.start_off_min,
                row.end_off_min
            )?;
        }
        let all = self.surfaced();
        write!(
            f,
            "  time left unknown {:.2} %, edge {:.2} %",
            100.0 * self.unknown,
            100.0 * self.edge
        )?;
        write!(
            f,
            "; evaders surfaced {:.2} % [{:.2}, {:.2}]",
            100.0 * all.seen,
            100.0 * all.low,
            100.0 * all.high
        )?;
        let kinds = self
            .evaders
            .iter()
            .map(|e| format!("{:?} {:.1}", e.evasion, 100.0 * e.surfaced.seen).to_lowercase());
        writeln!(f, ": {}", kinds.collect::<Vec<_>>().join(", "))
    }
}
