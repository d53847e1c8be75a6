use std::{
    io,
    process::{Command, ExitCode},
};

use clap::Args;

use crate::{build, tools};

/// Options of `cargo xtask bench`; handed on to the program `figures`.
#[derive(Args)]
pub(crate) struct Bench {
    /// `text` or `json`.
    #[arg(long)]
    format: Option<String>,
}

impl Bench {
    pub(crate) fn run(&self) -> io::Result<ExitCode> {
        tools::must_compile()?;
        build::optimised()?;
        let mut figures = Command::new(build::release().join("figures"));
        if let Some(format) = &self.format {
            figures.args(["--format", format]);
        }
        Ok(build::exit_code(figures.status()?))
    }
}
