use clap::Args;
use serde_json::Value;

use super::{Common, client::ask, say};
use crate::desk::{Command, DeskResult};

/// What to do.
#[derive(Args)]
pub(super) struct RetentionArgs {
    /// Only say how much.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Does it.
pub(super) async fn run(args: &RetentionArgs) -> DeskResult<()> {
    let dry_run = args.dry_run;
    let answer = ask(&args.common.place, Command::Retention { dry_run }).await?;
    say(args.common.format, &answer, told)
}

fn told(answer: &Value) -> String {
    let (would, left) = match answer["dry_run"] == true {
        true => ("would be ", "would be left"),
        false => ("", "are left"),
    };
    let before = answer["before"].as_str().unwrap_or_default();
    let summarised = answer["summarised_before"].as_str().unwrap_or_default();
    let mut text = format!(
        "of days before {before}: {} fixes of {} days and {} quarantined batches {would}erased; \
         of {} days before {summarised} only the sign-in, the visits and the sums {left}",
        answer["fixes"], answer["days"], answer["quarantined"], answer["summarised_days"],
    );
    if answer["disputed_days"] != 0 {
        text += &format!(
            "; {} days are under dispute and keep theirs until it is decided",
            answer["disputed_days"]
        );
    }
    text
}
