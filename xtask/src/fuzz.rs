//! `cargo xtask fuzz`: libFuzzer on stable Rust, one target after another, from the seeds of the tests.

use std::{
    io,
    process::{Command, ExitCode},
};

use clap::Args;

use crate::{build, tools};

/// Targets in `fuzz/targets`, and what each starts from.
const TARGETS: [(&str, &[&str]); 5] = [
    ("lines", &["tests/vectors"]),
    ("verify", &["tests/vectors"]),
    ("districts", &["tests/data/districts", "tests/vectors"]),
    ("tracks", &["tests/data/gpx", "tests/data/tracks"]),
    ("calendars", &["fuzz/seeds/calendars"]),
];

/// Options of `cargo xtask fuzz`.
#[derive(Args)]
pub(crate) struct Fuzz {
    /// Which targets; none: all.
    #[arg(value_parser = TARGETS.map(|(name, _)| name))]
    targets: Vec<String>,
    /// How long each runs.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
}

impl Fuzz {
    pub(crate) fn run(&self) -> io::Result<ExitCode> {
        tools::must_have(&[tools::CXX, tools::CARGO_FUZZ])?;
        for (target, seeds) in TARGETS {
            if !self.targets.is_empty() && !self.targets.iter().any(|asked| asked == target) {
                continue;
            }
            let status = self.command(target, seeds)?.status()?;
            if !status.success() {
                return Ok(build::exit_code(status));
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Without a sanitizer: these need nightly Rust, and the code that is fuzzed has no `unsafe`.
    fn command(&self, target: &str, seeds: &[&str]) -> io::Result<Command> {
        let corpus = format!("fuzz/corpus/{target}");
        std::fs::create_dir_all(build::root().join(&corpus))?;
        let mut command = build::cargo(&["fuzz", "run", "--sanitizer", "none", target, &corpus]);
        command.args(seeds);
        command.args(["--", "-timeout=10", &format!("-max_total_time={}", self.seconds)]);
        Ok(command)
    }
}
