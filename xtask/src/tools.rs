//! What must be on the machine, and how it gets there.

use std::{
    env, fmt, io,
    process::{Command, Stdio},
};

/// A program that steps need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tool {
    /// What is looked for in `PATH`; of what is no program, its whole path.
    pub(crate) name: &'static str,
    from: From,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    /// A package of Debian.
    Apt(&'static str),
    /// A component of the Rust toolchain.
    Rustup(&'static str),
    /// A crate with a program, and how it is built: once used, it need not be fast.
    Cargo(&'static [&'static str]),
}

impl fmt::Display for From {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Apt(package) => write!(f, "apt-get install {package}"),
            Self::Rustup(component) => write!(f, "rustup component add {component}"),
            Self::Cargo(arguments) => write!(f, "cargo install {}", arguments.join(" ")),
        }
    }
}

/// Needed to build: SQLite and SQLCipher are compiled from source.
pub(crate) const COMPILE: [Tool; 1] = [Tool {
    name: "cc",
    from: From::Apt("gcc"),
}];
/// The server's tests and those end to end start a PostgreSQL of their own. Debian puts its programs beside `PATH`, but this one in it.
pub(crate) const POSTGRES: Tool = Tool {
    name: "pg_ctlcluster",
    from: From::Apt("postgresql"),
};
/// The server's tests let this authority certify them.
pub(crate) const PEBBLE: Tool = Tool {
    name: "pebble",
    from: From::Apt("pebble"),
};
/// Makes a small Debian to install the package in.
pub(crate) const MMDEBSTRAP: Tool = Tool {
    name: "mmdebstrap",
    from: From::Apt("mmdebstrap"),
};
/// Reads the package's units as systemd would.
pub(crate) const SYSTEMD: Tool = Tool {
    name: "systemd-analyze",
    from: From::Apt("systemd"),
};
/// Finds what a package depends on.
pub(crate) const DPKG_DEV: Tool = Tool {
    name: "dpkg-shlibdeps",
    from: From::Apt("dpkg-dev"),
};
/// `cargo deb`.
pub(crate) const CARGO_DEB: Tool = Tool {
    name: "cargo-deb",
    from: From::Cargo(&["cargo-deb", "--locked", "--debug", "--no-default-features"]),
};
/// Runs the browser's tests.
pub(crate) const NODE: Tool = Tool {
    name: "node",
    from: From::Apt("nodejs"),
};
/// Fetches their packages.
pub(crate) const NPM: Tool = Tool {
    name: "npm",
    from: From::Apt("npm"),
};
/// The browser.
pub(crate) const CHROMIUM: Tool = Tool {
    name: "chromium",
    from: From::Apt("chromium"),
};
/// Without it, pages in Chinese are pictures of boxes.
pub(crate) const CHINESE: Tool = Tool {
    name: "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    from: From::Apt("fonts-noto-cjk"),
};
/// Compiles and tests the Android app's sources; brings a Java of its own.
pub(crate) const MAVEN: Tool = Tool {
    name: "mvn",
    from: From::Apt("maven"),
};
/// Links the Android app's manifest and resources.
pub(crate) const AAPT: Tool = Tool {
    name: "aapt2",
    from: From::Apt("aapt"),
};
/// What draws the app's screens is linked with it, though it draws without.
pub(crate) const GL: Tool = Tool {
    name: "/usr/lib/x86_64-linux-gnu/libGL.so.1",
    from: From::Apt("libgl1"),
};
/// `cargo fmt`.
pub(crate) const RUSTFMT: Tool = Tool {
    name: "cargo-fmt",
    from: From::Rustup("rustfmt"),
};
/// `cargo clippy`.
pub(crate) const CLIPPY: Tool = Tool {
    name: "cargo-clippy",
    from: From::Rustup("clippy"),
};

/// GEOS, a C++ library with which the benchmarks of `place` compare.
pub(crate) const GEOS: Tool = Tool {
    name: "geos-config",
    from: From::Apt("libgeos-dev"),
};
/// Counts how often a phone waits for its disk.
pub(crate) const STRACE: Tool = Tool {
    name: "strace",
    from: From::Apt("strace"),
};
/// libFuzzer is compiled from source.
pub(crate) const CXX: Tool = Tool {
    name: "c++",
    from: From::Apt("g++"),
};
/// `cargo fuzz`.
pub(crate) const CARGO_FUZZ: Tool = Tool {
    name: "cargo-fuzz",
    from: From::Cargo(&["cargo-fuzz"]),
};

fn missing(tools: &[Tool]) -> Vec<Tool> {
    tools.iter().copied().filter(|tool| !is_there(tool.name)).collect()
}

/// Fails, with their names, if tools to build with are not there.
pub(crate) fn must_compile() -> io::Result<()> {
    all_there(&missing(&COMPILE))
}

/// Fails, with their names, if tools are not there and can't be installed.
pub(crate) fn must_have(tools: &[Tool]) -> io::Result<()> {
    install(tools);
    all_there(&missing(tools))
}

fn all_there(missing: &[Tool]) -> io::Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = missing
        .iter()
        .map(|tool| format!("{} ({})", tool.name, tool.from))
        .collect();
    Err(io::Error::other(format!("install first: {}", named.join(", "))))
}

/// Those that are not there after an attempt to install them.
pub(crate) fn install(tools: &[Tool]) -> Vec<&'static str> {
    for tool in tools.iter().filter(|tool| !is_there(tool.name)) {
        eprintln!("{} is missing: trying to install it", tool.name);
        let installed = match tool.from {
            From::Apt(package) => {
                is_root() && runs("apt-get", &["update"]) && runs("apt-get", &["install", "-y", package])
            }
            From::Rustup(component) => runs("rustup", &["component", "add", component]),
            From::Cargo(arguments) => runs("cargo", &[&["install"], arguments].concat()),
        };
        if !installed {
            eprintln!("{} could not be installed here", tool.name);
        }
    }
    missing(tools).iter().map(|tool| tool.name).collect()
}

fn is_there(name: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)).is_file())
}

fn is_root() -> bool {
    let asked = Command::new("id").arg("-u").output();
    asked.is_ok_and(|answer| answer.stdout.trim_ascii() == b"0")
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
