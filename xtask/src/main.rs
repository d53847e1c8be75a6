//! `cargo xtask`: the project's own commands. It builds and spawns the other packages and links none of them.

mod bench;
mod build;
mod demo;
mod fairness;
mod fuzz;
mod load;
mod phones;
mod steps;
mod swift;
mod test;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Commands of the project.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Options {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Plays one working day of sixteen reps with a real server and real phones, and stays up.
    Demo(demo::Demo),
    /// Measures the engine, a phone and the server, optimised, and prints the figures.
    Bench(bench::Bench),
    /// Plays rep-days with known truth and prints how fair the verdicts are.
    Fairness(fairness::Fairness),
    /// Feeds mutated bytes to everything that reads what others wrote.
    Fuzz(fuzz::Fuzz),
    /// Loads a server, optimised, and prints what it takes in and what that needs.
    Load(load::Load),
    /// Runs all checks and tests, or some parts of them.
    Test(test::Test),
}

fn main() -> ExitCode {
    let done = match Options::parse().task {
        Task::Bench(bench) => bench.run(),
        Task::Demo(demo) => demo.run(),
        Task::Fairness(fairness) => fairness.run(),
        Task::Fuzz(fuzz) => fuzz.run(),
        Task::Load(load) => load.run(),
        Task::Test(test) => test.run(),
    };
    done.unwrap_or_else(|error| {
        eprintln!("xtask: {error}");
        ExitCode::from(3)
    })
}
