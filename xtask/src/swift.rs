//! What is Swift: the kit of the iPhone's app against the real core and a real server, and the app's types.

use std::{ffi::OsStr, io, process::Command};

use crate::{
    build, phones,
    steps::{self, Step, step},
    tools::{COMPILE, MMDEBSTRAP},
};

/// The kit's tests on Linux; then the app's sources against stubs of Apple's modules, which builds no app.
pub(crate) fn steps() -> io::Result<Vec<Step>> {
    let scratch = build::target().join("swift");
    let mut take = Command::new(build::root().join("ios/OnbeatKit/take"));
    take.arg(build::target().join("bindings/swift"));
    let mut steps = steps::programs();
    steps.extend(phones::bindings()?);
    steps.push(step("bindings for the kit", &COMPILE, take));
    steps.push(step(
        "the kit of the iPhone's app",
        &[MMDEBSTRAP],
        test(scratch.as_os_str()),
    ));
    steps.push(step(
        "the iPhone's app, stub-checked",
        &[MMDEBSTRAP],
        check(scratch.as_os_str()),
    ));
    Ok(steps)
}

fn test(scratch: &OsStr) -> Command {
    let target = build::target();
    let mut command = swift(&["swift", "test", "--disable-xctest", "--scratch-path"]);
    command.arg(scratch).env("LD_LIBRARY_PATH", &target);
    command.args(["-Xlinker", "-L", "-Xlinker"]).arg(&target);
    // Observation's library names what only Apple's systems have.
    command.args(["-Xlinker", "--allow-shlib-undefined"]);
    command
}

fn check(scratch: &OsStr) -> Command {
    let mut command = swift(&["../stubs/check"]);
    command.arg(scratch);
    command
}

fn swift(arguments: &[&str]) -> Command {
    let mut command = Command::new(build::root().join("ios/linux/swift"));
    command
        .current_dir(build::root().join("ios/OnbeatKit"))
        .env("ONBEAT_PROGRAMS", build::target())
        .args(arguments);
    command
}
