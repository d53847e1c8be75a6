use std::{
    io,
    process::{Command, ExitCode},
};

use clap::Args;

use crate::build;

/// Options of `cargo xtask fairness`; handed on to the program `fairness`.
#[derive(Args)]
pub(crate) struct Fairness {
    /// What `cargo xtask fairness -- --help` lists.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

impl Fairness {
    pub(crate) fn run(&self) -> io::Result<ExitCode> {
        build::fairness()?;
        let status = Command::new(build::release().join("fairness"))
            .args(&self.options)
            .status()?;
        Ok(build::exit_code(status))
    }
}
