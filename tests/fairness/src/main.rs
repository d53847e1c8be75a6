//! Plays rep-days with known truth and prints how fair the verdicts are; `cargo xtask fairness` builds and runs it.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, ValueEnum};
use onbeat_fairness::{Costs, Family, Plan, Report, Stratum};

/// Plays rep-days with known truth and prints how fair the verdicts are.
#[derive(Parser)]
struct Options {
    /// Days of honest work a stratum; a tenth as many with an excursion and with an evader are added.
    #[arg(long, default_value_t = 10_000)]
    days: u64,
    /// Draws other days.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Which strata; none: all.
    #[arg(long, value_enum)]
    stratum: Vec<Stratum>,
    /// Whose errors and districts: rules are tuned on one and counted on the other.
    #[arg(long, value_enum, default_value_t = Family::Testing)]
    family: Family,
    /// Leave out the rules that others use.
    #[arg(long)]
    without_rivals: bool,
    /// Judge by the estimators, too, that ours was chosen among.
    #[arg(long)]
    estimators: bool,
    /// Print, to the error output, each day that was judged falsely or missed.
    #[arg(long)]
    show: bool,
    /// Replay how often a phone takes a fix instead, and how late it sees that the area was left.
    #[arg(long)]
    pace: bool,
    /// How the figures are printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fairness: {error}");
            ExitCode::from(3)
        }
    }
}

fn run(options: &Options) -> io::Result<()> {
    let plan = Plan {
        days: options.days,
        seed: options.seed,
        family: options.family,
        rivals: !options.without_rivals,
        estimators: options.estimators,
        show: options.show,
    };
    let strata = if options.stratum.is_empty() {
        Stratum::value_variants()
    } else {
        &options.stratum
    };
    if options.pace {
        return pace(plan, strata, options.format);
    }
    let report = Report::play(plan, strata, |stratum| eprintln!("playing {}", stratum.title()));
    let mut out = io::stdout().lock();
    match options.format {
        Format::Json => writeln!(out, "{}", serde_json::to_string(&report)?),
        Format::Text => write!(out, "{report}"),
    }
}

fn pace(plan: Plan, strata: &[Stratum], format: Format) -> io::Result<()> {
    let costs: Vec<Costs> = strata.iter().map(|stratum| Costs::replay(plan, *stratum)).collect();
    let mut out = io::stdout().lock();
    match format {
        Format::Json => writeln!(out, "{}", serde_json::to_string(&costs)?),
        Format::Text => costs.iter().try_for_each(|costs| writeln!(out, "{costs}")),
    }
}
