use std::path::PathBuf;

use clap::Args;

use super::{Common, Format, held, say};
use crate::{
    clock::{Clock, SystemClock},
    config::Log,
    desk::DeskResult,
    keeping::{self, Backup},
    log,
};

/// What to back up, and where to.
#[derive(Args)]
pub(super) struct BackupArgs {
    #[command(flatten)]
    common: Common,
    /// The file to write; there must be none of that name. It holds the server's secret keys.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl BackupArgs {
    pub(super) fn format(&self) -> Format {
        self.common.format
    }
}

/// Does it, beside the server or without one.
pub(super) async fn run(args: &BackupArgs) -> DeskResult<()> {
    log::to_stderr(&Log::default())?;
    let now_ms = SystemClock.now_ms();
    let made = keeping::backup(
        &args.common.place.data,
        args.common.place.database.as_deref(),
        &args.out,
        now_ms,
    )
    .await?;
    say(args.format(), &serde_json::json!(made), |_| told(&made))
}

fn told(made: &Backup) -> String {
    format!(
        "{} holds {}; sum {}; read back and right. It holds the server's secret keys too: keep it as safe as them",
        made.file.display(),
        held(&made.holds),
        made.sha256
    )
}
