//! What `cargo xtask test` runs, as a table: part, name, what it needs, what it does.

use std::{io, path::PathBuf, process::Command};

use crate::{
    build::{self, cargo},
    phones,
    tools::{
        CARGO_DEB, CHINESE, CHROMIUM, CLIPPY, COMPILE, DPKG_DEV, MMDEBSTRAP, NODE, NPM, PEBBLE, POSTGRES, RUSTFMT,
        SYSTEMD, Tool,
    },
};

/// One step: it passes or fails as a whole; tests in it are counted one by one.
pub(crate) struct Step {
    /// What it checks.
    pub(crate) name: String,
    /// Tools without which it can't run.
    pub(crate) needs: Vec<Tool>,
    /// What runs.
    pub(crate) action: Action,
}

/// What a step does.
pub(crate) enum Action {
    /// Runs a command.
    Run(Command),
    /// Checks that files are there and hold a text.
    Holds(Vec<(PathBuf, &'static str)>),
}

/// A package as it is checked.
struct Package {
    name: &'static str,
    select: &'static [&'static str],
    /// What its own tests are; the end-to-end binary is a part of its own.
    targets: &'static [&'static str],
    /// What its own tests start.
    needs: &'static [Tool],
    /// It is a library whose documentation holds examples.
    examples: bool,
}

/// Packages, each built by itself so that features don't unify; core with and without the phone.
const PACKAGES: [Package; 6] = [
    Package {
        name: "core",
        select: &["-p", "onbeat-core"],
        targets: &["--lib", "--tests"],
        needs: &[],
        examples: false,
    },
    Package {
        name: "core with the phone",
        select: &["-p", "onbeat-core", "--features", "mobile"],
        targets: &["--lib", "--tests"],
        needs: &[],
        examples: true,
    },
    Package {
        name: "server",
        select: &["-p", "onbeat-server"],
        targets: &["--bins", "--tests"],
        needs: &[POSTGRES, PEBBLE],
        examples: false,
    },
    Package {
        name: "tests",
        select: &["-p", "onbeat-tests"],
        targets: &["--lib", "--bins"],
        needs: &[],
        examples: true,
    },
    Package {
        name: "fairness",
        select: &["-p", "onbeat-fairness"],
        targets: &["--lib", "--bins"],
        needs: &[],
        examples: false,
    },
    Package {
        name: "xtask",
        select: &["-p", "xtask"],
        targets: &["--bins"],
        needs: &[],
        examples: false,
    },
];

/// Format, lints, tests of each package, documentation.
pub(crate) fn rust() -> Vec<Step> {
    let mut steps = vec![step("format", &[RUSTFMT], cargo(&["fmt", "--all", "--check"]))];
    for package in &PACKAGES {
        let lint = package.cargo(&["clippy", "--all-targets"], &["--", "-D", "warnings"]);
        let needs = [&COMPILE[..], &[CLIPPY]].concat();
        steps.push(step(&format!("clippy: {}", package.name), &needs, lint));
    }
    for package in &PACKAGES {
        let test = package.cargo(&["test", "--no-fail-fast"], package.targets);
        let needs = [&COMPILE[..], package.needs].concat();
        steps.push(step(&format!("test: {}", package.name), &needs, test));
    }
    for package in &PACKAGES {
        let mut doc = package.cargo(&["doc", "--no-deps"], &[]);
        doc.env("RUSTDOCFLAGS", "-D warnings");
        steps.push(step(&format!("docs: {}", package.name), &COMPILE, doc));
    }
    for package in PACKAGES.iter().filter(|package| package.examples) {
        let examples = package.cargo(&["test", "--doc"], &[]);
        steps.push(step(&format!("examples in docs: {}", package.name), &COMPILE, examples));
    }
    steps
}

impl Package {
    fn cargo(&self, before: &[&str], after: &[&str]) -> Command {
        cargo(&[before, self.select, after].concat())
    }
}

/// Real server, real phones, real bindings.
pub(crate) fn e2e() -> io::Result<Vec<Step>> {
    let mut steps = programs();
    steps.push(step(
        "end to end",
        &[&COMPILE[..], &[POSTGRES]].concat(),
        cargo(&["test", "-p", "onbeat-tests", "--test", "e2e"]),
    ));
    steps.extend(phones::bindings()?);
    Ok(steps)
}

/// Every page and what people do on it, in a real browser; pictures of the pages come into `target/desk`.
pub(crate) fn desk() -> Vec<Step> {
    let command = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(build::root().join("tests/desk"))
            .env("ONBEAT_PROGRAMS", build::target())
            .env("ONBEAT_PICTURES", build::root().join("target/desk"));
        command
    };
    let packages = command("npm", &["ci", "--no-audit", "--no-fund"]);
    let test = command(
        "node",
        &[
            "--test",
            "--test-reporter=spec",
            "shift.test.mjs",
            "base.test.mjs",
            "gcj02.test.mjs",
            "live.test.mjs",
            "desk.test.mjs",
        ],
    );
    let mut steps = programs();
    steps.push(step("packages of the browser's tests", &[NODE, NPM], packages));
    steps.push(step("the desk in a browser", &[NODE, CHROMIUM, CHINESE], test));
    steps
}

/// The programs of the end-to-end world.
pub(crate) fn programs() -> Vec<Step> {
    let builds = build::PROGRAMS.iter();
    builds
        .map(|(name, arguments)| step(name, &COMPILE, cargo(arguments)))
        .collect()
}

/// The Debian package, in a Debian of its own.
pub(crate) fn package() -> Vec<Step> {
    let (name, arguments) = build::PROGRAMS[0];
    let mut test = Command::new(build::root().join("server/packaging/test"));
    test.arg(build::target().join("onbeat"))
        .arg(build::root().join("target/package"));
    let needs = [&COMPILE[..], &[MMDEBSTRAP, DPKG_DEV, SYSTEMD, CARGO_DEB]].concat();
    vec![
        step(name, &COMPILE, cargo(arguments)),
        step("the Debian package", &needs, test),
    ]
}

pub(crate) fn step(name: &str, needs: &[Tool], command: Command) -> Step {
    Step {
        name: name.into(),
        needs: needs.to_vec(),
        action: Action::Run(command),
    }
}
