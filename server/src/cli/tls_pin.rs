use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::{Format, say, text};
use crate::{
    desk::{DeskError, DeskResult},
    serve,
};

/// Of which files.
#[derive(Args)]
pub(super) struct TlsPinArgs {
    /// PEM: certificates or private keys.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// For people, or one JSON document for programs.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
}

/// Says the pin of the key in each file.
pub(super) fn run(args: &TlsPinArgs) -> DeskResult<()> {
    let pin = |file: &PathBuf| {
        let pin = serve::pin_of_file(file).map_err(|error| DeskError::input("bad_tls", error.to_string()))?;
        Ok(json!({"file": file.to_string_lossy(), "pin": pin}))
    };
    let pins: Vec<Value> = args.files.iter().map(pin).collect::<DeskResult<_>>()?;
    say(args.format, &json!({ "pins": &pins }), |_| {
        let line = |found: &Value| format!("{}  {}\n", text(found, "pin"), text(found, "file"));
        pins.iter().map(line).collect()
    })
}
