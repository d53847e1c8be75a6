use std::{
    env, fs,
    io::{self, BufRead, BufReader, Write},
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use clap::{Args, ValueEnum};

use crate::{
    phones,
    steps::{self, Action, Step},
    swift, tools,
};

/// Options of `cargo xtask test`.
#[derive(Args)]
pub(crate) struct Test {
    /// Which parts; none: all.
    parts: Vec<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Format, lints, tests of each package, documentation.
    Rust,
    /// Real server, real phones, bindings.
    E2e,
    /// The desk's pages in a real browser, fed by real phones.
    Desk,
    /// The Android app's sources on the JVM, with the real core.
    Kotlin,
    /// The Debian package, installed, run, upgraded, removed and purged.
    Package,
    /// The kit of the iPhone's app, on Linux, against the real core and a real server.
    Swift,
}

/// How a step came out.
enum Outcome {
    /// So many checks passed, so many failed.
    Ran { passed: u32, failed: u32 },
    /// Tools that could not be had.
    CannotRun(Vec<&'static str>),
}

/// One line of the closing table.
struct Line {
    name: String,
    outcome: Outcome,
    took: Duration,
}

impl Test {
    pub(crate) fn run(&self) -> io::Result<ExitCode> {
        let asked = |part| self.parts.is_empty() || self.parts.contains(&part);
        let mut steps = Vec::new();
        if asked(Part::Rust) {
            steps.extend(steps::rust());
        }
        if asked(Part::E2e) {
            steps.extend(steps::e2e()?);
        }
        if asked(Part::Desk) {
            steps.extend(steps::desk());
        }
        if asked(Part::Kotlin) {
            steps.extend(phones::kotlin()?);
        }
        if asked(Part::Package) {
            steps.extend(steps::package());
        }
        if asked(Part::Swift) {
            steps.extend(swift::steps()?);
        }
        let lines: Vec<Line> = steps.into_iter().map(run_step).collect();
        Ok(close(&lines))
    }
}

fn run_step(step: Step) -> Line {
    println!("\n── {}", step.name);
    let begun = Instant::now();
    let missing = tools::install(&step.needs);
    let outcome = if missing.is_empty() {
        act(step.action)
    } else {
        Outcome::CannotRun(missing)
    };
    Line {
        name: step.name,
        outcome,
        took: begun.elapsed(),
    }
}

fn act(action: Action) -> Outcome {
    let (passed, failed) = match action {
        Action::Run(command) => run_command(command).unwrap_or_else(|error| {
            println!("{error}");
            (0, 1)
        }),
        Action::Holds(files) => {
            let lacks = files.iter().filter(|(path, text)| {
                let holds = fs::read_to_string(path).is_ok_and(|file| file.contains(text));
                println!(
                    "{} {} {text:?}",
                    path.display(),
                    if holds { "holds" } else { "does not hold" }
                );
                !holds
            });
            let failed = lacks.count() as u32;
            (files.len() as u32 - failed, failed)
        }
    };
    Outcome::Ran { passed, failed }
}

/// Runs a command, shows what it says, and counts its tests; a command without tests counts as one.
fn run_command(mut command: Command) -> io::Result<(u32, u32)> {
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let stdout = child.stdout.take().expect("standard output is piped");
    let (mut passed, mut failed) = (0, 0);
    for line in BufReader::new(stdout).lines() {
        let line = line?;
        if let Some((ok, bad)) = counts(&line) {
            passed += ok;
            failed += bad;
        }
        writeln!(io::stdout(), "{line}")?;
    }
    let success = child.wait()?.success();
    match (success, passed, failed) {
        (true, 0, 0) => Ok((1, 0)),
        (false, _, 0) => Ok((passed, 1)),
        _ => Ok((passed, failed)),
    }
}

/// Reads `test result: ok. 12 passed; 0 failed; …` of cargo, `ℹ pass 12` and `ℹ fail 0` of node,
/// `[INFO] Tests run: 12, Failures: 0, Errors: 0, Skipped: 0` of Maven, and `✔ Test run with 12 tests passed after …` of
/// Swift, which does not count what failed.
fn counts(line: &str) -> Option<(u32, u32)> {
    if let Some((_, of_swift)) = line.split_once(" Test run with ") {
        let (count, said) = of_swift.split_once(" test")?;
        return said.contains("passed after").then_some((count.parse().ok()?, 0));
    }
    if let Some(of_node) = line.strip_prefix("ℹ ") {
        let (word, count) = of_node.split_once(' ')?;
        let count = count.parse().ok()?;
        return match word {
            "pass" => Some((count, 0)),
            "fail" | "cancelled" => Some((0, count)),
            _ => None,
        };
    }
    if let Some((_, of_maven)) = line.split_once("] Tests run: ") {
        return sum_of_maven(of_maven);
    }
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let number = |word: &str| {
        let part = counts.split("; ").find(|part| part.ends_with(word))?;
        part.split(' ').next()?.parse().ok()
    };
    Some((number("passed")?, number("failed")?))
}

/// The sum of a module; the lines of its classes tell how long they took, too.
fn sum_of_maven(line: &str) -> Option<(u32, u32)> {
    let fields = line.split(", ").map(|field| field.rsplit(' ').next()?.parse().ok());
    let [run, failures, errors, skipped] = fields.collect::<Option<Vec<u32>>>()?[..] else {
        return None;
    };
    Some((run - failures - errors - skipped, failures + errors))
}

/// Says what took how long, what failed and what could not run; nothing may be left out under `CI=true`.
fn close(lines: &[Line]) -> ExitCode {
    let (mut all_passed, mut all_failed, mut not_run) = (0, 0, 0);
    println!();
    for Line { name, outcome, took } in lines {
        let took = took.as_secs_f64();
        match outcome {
            Outcome::Ran { passed, failed } => {
                all_passed += passed;
                all_failed += failed;
                let word = if *failed == 0 { "ok    " } else { "FAILED" };
                println!("{word}  {took:>7.1} s  {name}: {passed} passed, {failed} failed");
            }
            Outcome::CannotRun(missing) => {
                not_run += 1;
                println!(
                    "NOT RUN {took:>6.1} s  {name}: {} not to be had here",
                    missing.join(", ")
                );
            }
        }
    }
    let ci = env::var("CI").is_ok_and(|ci| ci == "true");
    if ci && not_run > 0 {
        println!("{not_run} steps could not run, which fails where CI=true");
        all_failed += not_run;
    }
    println!("{all_passed} passed, {all_failed} failed");
    if all_failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

#[cfg(test)]
mod tests {
    use super::counts;

    #[test]
    fn reads_the_counts_of_all_runners() {
        let cases = [
            (
                "test result: FAILED. 17 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 1.2s",
                Some((17, 2)),
            ),
            ("test story::tests::passed; ... ok", None),
            ("ℹ pass 61", Some((61, 0))),
            ("ℹ fail 2", Some((0, 2))),
            ("ℹ cancelled 1", Some((0, 1))),
            ("ℹ tests 64", None),
            ("✔ today in en (1203.5ms)", None),
            ("✔ Test run with 22 tests passed after 3.512 seconds.", Some((22, 0))),
            (
                "✘ Test run with 22 tests failed after 3.512 seconds with 2 issues.",
                None,
            ),
            ("◇ Test run started.", None),
            (
                "[INFO] Tests run: 9, Failures: 0, Errors: 0, Skipped: 1, Time elapsed: 1.2 s -- in a.Test",
                None,
            ),
            ("[ERROR] Tests run: 9, Failures: 1, Errors: 2, Skipped: 1", Some((5, 3))),
        ];
        for (line, counted) in cases {
            assert_eq!(counts(line), counted, "{line}");
        }
    }
}
