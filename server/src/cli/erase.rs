use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::{Common, Format, client::ask, say};
use crate::desk::{Command, DeskResult, erase::Erasure};

/// What to erase.
#[derive(Args)]
pub(super) struct EraseArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Erase places older than a date. Their hashes stay, so the logs still check.
    Fixes {
        /// Only of this rep.
        #[arg(long)]
        rep: Option<String>,
        /// Of days before this one.
        #[arg(long, value_name = "YYYY-MM-DD")]
        before: NaiveDate,
        /// Only say how many.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        common: Common,
    },
}

impl EraseArgs {
    pub(super) fn format(&self) -> Format {
        let What::Fixes { common, .. } = &self.what;
        common.format
    }
}

/// Does it.
pub(super) async fn run(args: &EraseArgs) -> DeskResult<()> {
    let What::Fixes {
        rep,
        before,
        dry_run,
        common,
    } = &args.what;
    let what = Erasure {
        rep: rep.clone(),
        before: *before,
    };
    let dry_run = *dry_run;
    let answer = ask(&common.place, Command::Erase { what, dry_run }).await?;
    say(common.format, &answer, |answer| {
        let (would, fixes, days) = (
            if dry_run { "would be " } else { "" },
            &answer["fixes"],
            &answer["days"],
        );
        let line = format!("{fixes} fixes of {days} days {would}erased");
        match answer["disputed_days"].as_u64() {
            None | Some(0) => line,
            Some(days) => line + &format!("; {days} days are under dispute and keep theirs until it is decided"),
        }
    })
}
