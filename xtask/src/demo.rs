use std::{
    io,
    path::PathBuf,
    process::{Command, ExitCode},
};

use clap::Args;

use crate::{build, tools};

/// Options of `cargo xtask demo`; handed on to the program `demo`.
#[derive(Args)]
pub(crate) struct Demo {
    /// Where the server listens; port 0 takes a free one.
    #[arg(long)]
    listen: Option<String>,
    /// An empty folder for all that is made, kept afterwards; it gets a demo.json with address and logins.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Ends after the day; fails unless every rep came out as the story says.
    #[arg(long)]
    exit: bool,
    /// `text` or `json`.
    #[arg(long)]
    format: Option<String>,
    /// Draws the noise of the phones.
    #[arg(long)]
    seed: Option<u64>,
}

impl Demo {
    pub(crate) fn run(&self) -> io::Result<ExitCode> {
        tools::must_compile()?;
        build::programs()?;
        let mut demo = Command::new(build::target().join("demo"));
        let texts = [("--listen", self.listen.clone()), ("--format", self.format.clone())];
        let texts = texts
            .into_iter()
            .chain([("--seed", self.seed.map(|seed| seed.to_string()))]);
        for (name, value) in texts.filter_map(|(name, value)| Some((name, value?))) {
            demo.args([name, &value]);
        }
        if let Some(data) = &self.data {
            demo.arg("--data").arg(data);
        }
        if self.exit {
            demo.arg("--exit");
        }
        Ok(build::exit_code(demo.status()?))
    }
}
