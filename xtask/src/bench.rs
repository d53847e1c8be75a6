use std::{
    io,
    process::{Command, ExitCode},
};

use clap::{Args, ValueEnum};

use crate::{build, tools};

/// Options of `cargo xtask bench`; the format is handed on to the program that measures.
#[derive(Args)]
pub(crate) struct Bench {
    /// What is measured.
    #[arg(value_enum, default_value_t = Part::Figures)]
    part: Part,
    /// `text` or `json`.
    #[arg(long)]
    format: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The engine, a phone and the server, as they are used.
    Figures,
    /// A month of a thousand reps, judged anew after a correction.
    Rejudge,
    /// The desk's pages over that month.
    Pages,
    /// The phone's core inside an app, against its goals.
    Phone,
    /// The index over districts against others', in a workspace of its own.
    Place,
}

impl Bench {
    pub(crate) fn run(&self) -> io::Result<ExitCode> {
        tools::must_compile()?;
        let mut measuring = match self.part {
            Part::Figures => figures("figures")?,
            Part::Rejudge => figures("rejudge")?,
            Part::Pages => figures("pages")?,
            Part::Phone => {
                tools::must_have(&[tools::STRACE])?;
                let library = build::app_library()?;
                let mut measuring = figures("phone")?;
                measuring.arg("--library").arg(library);
                measuring
            }
            Part::Place => {
                tools::must_have(&[tools::GEOS])?;
                let manifest = build::root().join("benches/Cargo.toml");
                let mut measuring = build::cargo(&["run", "--release", "--quiet", "--bin", "place", "--manifest-path"]);
                measuring.arg(manifest).arg("--");
                measuring
            }
        };
        if let Some(format) = &self.format {
            measuring.args(["--format", format]);
        }
        Ok(build::exit_code(measuring.status()?))
    }
}

/// The program that measures a part, built.
fn figures(part: &str) -> io::Result<Command> {
    build::optimised()?;
    let mut measuring = Command::new(build::release().join("figures"));
    measuring.arg(part);
    Ok(measuring)
}
