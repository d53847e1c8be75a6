//! The phone apps: the bindings of core, and what can be checked of the apps without their platforms' kits.

use std::{env, fs, io, path::Path, process::Command};

use crate::{
    build::{self, cargo},
    steps::{Action, Step, programs, step},
    tools::{AAPT, CHINESE, COMPILE, GL, MAVEN},
};

/// The Android app's sources on the JVM, with the real core: style, the story, the screens, the service. Pictures of the
/// screens come into `target/android`.
pub(crate) fn kotlin() -> io::Result<Vec<Step>> {
    let folder = build::target();
    let mut maven = Command::new("mvn");
    maven
        .current_dir(build::root().join("android/checks"))
        .arg(format!("-Donbeat.programs={}", folder.display()))
        .arg("test");
    let mut steps = programs();
    steps.extend(bindings()?);
    steps.push(step("the Android app", &[MAVEN, AAPT, CHINESE, GL], maven));
    Ok(steps)
}

/// Kotlin and Swift are generated from the built library and must offer the phone.
pub(crate) fn bindings() -> io::Result<Vec<Step>> {
    let folder = build::target().join("bindings");
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let library = [
        "rustc",
        "-p",
        "onbeat-core",
        "--features",
        "mobile",
        "--lib",
        "--crate-type",
        "cdylib",
    ];
    let generator = [
        "build",
        "-p",
        "onbeat-tests",
        "--features",
        "bindgen",
        "--bin",
        "uniffi-bindgen",
    ];
    let mut steps = vec![
        step("build the library for the apps", &COMPILE, cargo(&library)),
        step("build the bindings' generator", &COMPILE, cargo(&generator)),
    ];
    for language in ["kotlin", "swift"] {
        steps.push(step(
            &format!("bindings: {language}"),
            &COMPILE,
            generate(language, &folder),
        ));
    }
    let holds = vec![
        (
            folder.join("kotlin/uniffi/onbeat_core/onbeat_core.kt"),
            "open class Phone:",
        ),
        (folder.join("swift/onbeat_core.swift"), "open class Phone:"),
        (folder.join("swift/onbeat_coreFFI.h"), "uniffi_onbeat_core"),
    ];
    steps.push(Step {
        name: "bindings offer the phone".into(),
        needs: Vec::new(),
        action: Action::Holds(holds),
    });
    Ok(steps)
}

fn generate(language: &str, folder: &Path) -> Command {
    let (prefix, suffix) = (env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let library = build::target().join(format!("{prefix}onbeat_core{suffix}"));
    let mut command = Command::new(build::target().join("uniffi-bindgen"));
    command
        .current_dir(build::root())
        .args(["generate", "--no-format", "--language", language, "--out-dir"]);
    command.arg(folder.join(language)).arg("--library").arg(library);
    command
}
