//! Measures the engine, a phone and the server; `cargo xtask bench` builds it optimised and runs it.

use std::{
    error::Error,
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;
use onbeat_tests::{
    figures::{Figures, measure},
    printed::{Format, ended},
};

/// Measures the engine, a phone and the server, and prints the figures.
#[derive(Parser)]
struct Options {
    /// How the figures are printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

fn main() -> ExitCode {
    ended("figures", run(&Options::parse()).map(|()| true))
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let figures = measure(|next| eprintln!("measuring {next}"))?;
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
