//! Measures the engine, a phone and the server; `cargo xtask bench` builds it optimised and runs it.

use std::{
    error::Error,
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, ValueEnum};
use onbeat_tests::{
    figures::{Figures, measure, measure_rejudge},
    printed::{Format, ended},
};

/// Measures the engine, a phone and the server, and prints the figures.
#[derive(Parser)]
struct Options {
    /// What is measured.
    #[arg(value_enum, default_value_t = Part::Figures)]
    part: Part,
    /// How the figures are printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The engine, a phone and the server, as they are used.
    Figures,
    /// A month of a thousand reps, judged anew.
    Rejudge,
}

fn main() -> ExitCode {
    ended("figures", run(&Options::parse()).map(|()| true))
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let figures = match options.part {
        Part::Figures => measure(|next| eprintln!("measuring {next}"))?,
        Part::Rejudge => measure_rejudge(|next| eprintln!("{next}"))?,
    };
    let mut out = io::stdout().lock();
    match options.format {
        Format::Json => writeln!(out, "{}", serde_json::to_string(&figures)?)?,
        Format::Text => write_text(&mut out, &figures)?,
    }
    Ok(())
}

fn write_text(out: &mut impl Write, figures: &Figures) -> io::Result<()> {
    for figure in &figures.figures {
        writeln!(out, "{figure}")?;
    }
    writeln!(
        out,
        "on {} cores, shared by the server and what measures it",
        figures.cores
    )
}
