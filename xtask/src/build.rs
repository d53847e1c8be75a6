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
    target_of("debug")
}

/// Where cargo puts what it builds in the release profile.
pub(crate) fn release() -> PathBuf {
    target_of("release")
}

fn target_of(profile: &str) -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    root().join(target).join(profile)
}

/// A cargo command in the project's folder. It is not told of the package that called it: build scripts (ring's) would
/// see another environment than that of a cargo called by hand, and all that rests on them would be built again.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    for (name, _) in env::vars_os() {
        let of_package = |prefix| name.as_encoded_bytes().starts_with(prefix);
        if of_package(b"CARGO_PKG_") || of_package(b"CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
    command
}

/// What builds the programs of the end-to-end world. One cargo run each: built together, features would
/// unify, and the server would link the phone's SQLCipher.
pub(crate) const PROGRAMS: [(&str, &[&str]); 2] = [
    ("build the server", &["build", "-p", "onbeat-server", "--bin", "onbeat"]),
    (
        "build the phones",
        &[
            "build",
            "-p",
            "onbeat-tests",
            "--bin",
            "player",
            "--bin",
            "demo",
            "--bin",
            "stage",
        ],
    ),
];

/// What builds the programs of the figures, for the same reason one by one.
const OPTIMISED: [(&str, &[&str]); 2] = [
    (
        "build the server",
        &["build", "--release", "-p", "onbeat-server", "--bin", "onbeat"],
    ),
    (
        "build the figures",
        &[
            "build",
            "--release",
            "-p",
            "onbeat-tests",
            "--bin",
            "player",
            "--bin",
            "figures",
            "--bin",
            "load",
        ],
    ),
];

/// Builds the programs of the demo; what cargo says goes to standard error.
pub(crate) fn programs() -> io::Result<()> {
    build(&PROGRAMS)
}

/// Builds the programs of the figures, optimised.
pub(crate) fn optimised() -> io::Result<()> {
    build(&OPTIMISED)
}

/// Builds the program that plays rep-days, optimised. It links the engine alone.
pub(crate) fn fairness() -> io::Result<()> {
    build(&[("build the rep-days", &["build", "--release", "-p", "onbeat-fairness"])])
}

/// Builds core as an app's library, as the apps' own builds do.
pub(crate) fn app_library() -> io::Result<PathBuf> {
    let (prefix, suffix) = (env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let profile = ["rustc", "--profile", "app", "-p", "onbeat-core", "--features", "mobile"];
    // Relocations as small as Android's linker is asked to make them (android/app/build.gradle.kts).
    let link = [
        "--lib",
        "--crate-type",
        "cdylib",
        "--",
        "-C",
        "link-arg=-Wl,-z,pack-relative-relocs",
    ];
    build(&[("build the library of the apps", &[&profile[..], &link].concat())])?;
    Ok(target_of("app").join(format!("{prefix}onbeat_core{suffix}")))
}

fn build(programs: &[(&str, &[&str])]) -> io::Result<()> {
    for (name, arguments) in programs {
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

/// The code with which a program ended, as ours.
pub(crate) fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}
