//! Measures the index over districts against others', all on the same points in one run;
//! `cargo xtask bench place` builds it optimised and runs it.

mod contenders;
mod memory;
mod points;
mod preparation;
mod random;
mod rounds;
mod shapes;

use std::io::{self, Write};

use clap::{Parser, ValueEnum};
use serde::Serialize;

/// Measures the index over districts against others'.
#[derive(Parser)]
struct Options {
    /// How the table is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Of the generated shapes and points.
    #[arg(long, default_value_t = 20_261_125)]
    seed: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// All that is printed.
#[derive(Serialize)]
struct Report {
    seed: u64,
    answers: Vec<rounds::Line>,
    preparation: Vec<preparation::Line>,
}

fn main() -> io::Result<()> {
    let options = Options::parse();
    let mut random = random::Random::new(options.seed);
    let sets = shapes::sets(&mut random);
    let mut report = Report {
        seed: options.seed,
        answers: Vec::new(),
        preparation: sets.iter().map(preparation::measure).collect(),
    };
    for set in &sets {
        eprintln!("measuring {}", set.name);
        report.answers.extend(contenders::compare(set, &mut random));
    }
    let mut out = io::stdout().lock();
    match options.format {
        Format::Json => writeln!(out, "{}", serde_json::to_string(&report)?),
        Format::Text => write_text(&mut out, &report),
    }
}

fn write_text(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let mut set = "";
    for line in &report.answers {
        if line.set != set {
            set = line.set;
            writeln!(out, "\n{set}")?;
            writeln!(out, "  question  points   ns each   ratio  differ  contender")?;
        }
        writeln!(
            out,
            "  {:<8}  {:<7}  {:>7.0}  {:>6.1}  {:>6}  {}",
            line.question, line.points, line.ns, line.ratio, line.differ, line.contender
        )?;
    }
    writeln!(out, "\npreparation  vertices  area ms  memory  districts ms  memory")?;
    for line in &report.preparation {
        writeln!(
            out,
            "             {:>8}  {:>7.1}  {:>6.2}  {:>12.1}  {:>6.2}  {}",
            line.vertices, line.areas_ms, line.areas_memory, line.districts_ms, line.districts_memory, line.set
        )?;
    }
    writeln!(
        out,
        "memory: times the coordinates, 16 bytes a vertex; seed {}",
        report.seed
    )
}
