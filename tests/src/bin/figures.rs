//! Measures the engine, a phone and the server; `cargo xtask bench` builds it optimised and runs it.

use std::{
    error::Error,
    fmt::Display,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, ValueEnum};
use onbeat_tests::{
    figures::{measure, measure_app, measure_pages, measure_rejudge},
    printed::{Format, ended},
};
use serde::Serialize;

/// Measures the engine, a phone and the server, and prints the figures.
#[derive(Parser)]
struct Options {
    /// What is measured.
    #[arg(value_enum, default_value_t = Part::Figures)]
    part: Part,
    /// The library that an app brings, as it was linked.
    #[arg(long, required_if_eq("part", "phone"))]
    library: Option<PathBuf>,
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
    /// The desk's pages over such a month.
    Pages,
    /// The phone's core inside an app, against its goals.
    Phone,
}

fn main() -> ExitCode {
    ended("figures", run(&Options::parse()))
}

fn run(options: &Options) -> Result<bool, Box<dyn Error>> {
    let progress = |next: &str| eprintln!("measuring {next}");
    match options.part {
        Part::Figures => print(options.format, &measure(progress)?),
        Part::Rejudge => print(options.format, &measure_rejudge(progress)?),
        Part::Pages => {
            let pages = measure_pages(progress)?;
            print(options.format, &pages)?;
            return Ok(pages.good());
        }
        Part::Phone => {
            let library = options.library.as_deref().ok_or("name the library")?;
            let goals = measure_app(library, progress)?;
            print(options.format, &goals)?;
            return Ok(goals.good());
        }
    }?;
    Ok(true)
}

fn print<T: Serialize + Display>(format: Format, measured: &T) -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    match format {
        Format::Json => writeln!(out, "{}", serde_json::to_string(measured)?)?,
        Format::Text => write!(out, "{measured}")?,
    }
    Ok(())
}
