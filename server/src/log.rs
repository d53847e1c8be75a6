//! The server's log, on stderr. It names no person, no place and no network address: what a line says is a route,
//! a status, a request's id, or what the machine said.

use std::{io::IsTerminal, panic};

use tracing_subscriber::{EnvFilter, fmt};

use crate::{
    config::{Log, LogFormat},
    desk::{DeskError, DeskResult},
};

/// Begins to log, panics too. Set once a process: a second call would only repeat it.
///
/// # Errors
/// `bad_config` if the level can't be read.
pub fn to_stderr(log: &Log) -> DeskResult<()> {
    let filter = EnvFilter::builder()
        .parse(&log.level)
        .map_err(|error| DeskError::input("bad_config", format!("log.level {:?}: {error}", log.level)))?;
    // A line that a full disk does not take is lost: to say so on the same disk would panic, and a panic is a line, too.
    let lines = fmt().log_internal_errors(false);
    let lines = lines.with_env_filter(filter).with_writer(std::io::stderr);
    let text = match log.format {
        LogFormat::Auto => std::io::stderr().is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let _ = if text {
        lines.with_ansi(std::io::stderr().is_terminal()).try_init()
    } else {
        lines.json().with_span_list(false).try_init()
    };
    panic::set_hook(Box::new(|panic| {
        // What it says may quote what somebody sent.
        let at = panic.location().map(ToString::to_string);
        tracing::error!(at, "a bug: the program broke off what it was doing");
    }));
    Ok(())
}
