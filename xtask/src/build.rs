//! Where things are, and how the programs are built.

use std::{
    env, io,
    path::{Path, PathBuf},
    process::{Command, ExitCode, ExitStatus, Stdio},
};

/// The project's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the project's folder")
}

/// Where cargo puts what it builds in the dev profile.
pub(crate) fn target() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    root().join(target).join("debug")
}

/// A cargo command in the project's folder.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// What builds the programs of the end-to-end world. One cargo run each: built together, features would
/// unify, and the server would link the phone's SQLCipher.
pub(crate) const PROGRAMS: [(&str, &[&str]); 2] = [
    ("build the server", &["build", "-p", "onbeat-server", "--bin", "onbeat"]),
    (
        "build the phones",
        &["build", "-p", "onbeat-tests", "--bin", "player", "--bin", "demo"],
    ),
];

/// Builds all programs; what cargo says goes to standard error.
pub(crate) fn programs() -> io::Result<()> {
    for (name, arguments) in PROGRAMS {
        let status: ExitStatus = cargo(arguments).stdout(Stdio::null()).status()?;
        if !status.success() {
            return Err(io::Error::other(format!(
                "could not {name}: cargo {}",
                arguments.join(" ")
            )));
        }
    }
    Ok(())
}

/// Builds the figures' program optimised, and runs it.
pub(crate) fn figures() -> io::Result<ExitCode> {
    let mut figures = cargo(&["run", "--release", "-p", "onbeat-tests", "--bin", "figures"]);
    Ok(if figures.status()?.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
