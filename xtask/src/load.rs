use std::{
    io,
    process::{Command, ExitCode},
};

use clap::Args;

use crate::{build, tools};

/// Options of `cargo xtask load`; handed on to the program `load`.
#[derive(Args)]
pub(crate) struct Load {
    /// What `cargo xtask load -- --help` lists.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

impl Load {
    pub(crate) fn run(&self) -> io::Result<ExitCode> {
        tools::must_compile()?;
        build::optimised()?;
        let status = Command::new(build::release().join("load"))
            .args(&self.options)
            .status()?;
        Ok(build::exit_code(status))
    }
}
