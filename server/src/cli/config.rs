use clap::Args;
use serde_json::Value;

use super::{Format, settings::Settings};
use crate::{config::shown, desk::DeskResult};

/// Shows what the server would run by.
#[derive(Args)]
pub(super) struct ConfigArgs {
    #[command(flatten)]
    settings: Settings,
    /// For people, or one JSON document for programs.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
}

/// Prints every key with its value and where that came from; passwords are left out.
pub(super) fn run(args: &ConfigArgs) -> DeskResult<()> {
    let all = shown(&args.settings.load()?);
    let answer = serde_json::json!({ "config": all });
    super::say(args.format, &answer, |_| {
        let line = |key: &str, value: &Value, from: &str| {
            let value = match value {
                Value::Null => "-".into(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            format!("{key:<20} {value:<40} {from}\n")
        };
        all.iter()
            .map(|shown| line(&shown.key, &shown.value, &shown.from))
            .collect()
    })
}
