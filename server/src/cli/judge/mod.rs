//! `onbeat judge`: the engine without a server, on a file of districts and a recorded track.

mod args;
mod error;
mod input;
mod judged;
mod lines;
mod render;
mod text;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

pub use args::{Format, JudgeArgs};
pub use error::JudgeError;

use input::Input;
use judged::Judged;

/// Judges the track and writes what came out.
///
/// # Errors
/// [`JudgeError`], with the exit code that goes with it. A reader that closes the pipe early is none.
pub fn run(args: &JudgeArgs, out: &mut dyn Write) -> Result<(), JudgeError> {
    let input = Input::read(args)?;
    if input.without_time > 0 && args.format != Format::Text {
        eprintln!(
            "onbeat judge: {} points without a time were passed over",
            input.without_time
        );
    }
    let judged = Judged::new(&input);
    let written = match args.format {
        Format::Ndjson => render::ndjson(&judged, out),
        Format::Geojson => render::geojson(&judged, out),
        Format::Text => text::write(&input, &judged, out),
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(JudgeError::Output(error)),
        _ => Ok(()),
    }
}
