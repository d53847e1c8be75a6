use std::path::PathBuf;

use clap::Args;

use super::{Common, Format, held, say, serve::log_to_stderr};
use crate::{
    clock::{Clock, SystemClock},
    desk::DeskResult,
    keeping::{self, Backup},
};

/// What to back up, and where to.
#[derive(Args)]
pub(super) struct BackupArgs {
    #[command(flatten)]
    common: Common,
    #[allow(rustdoc::bare_urls)]
    /// The database that the server keeps its data in, as it was given to serve: postgres://user@host/name.
    #[arg(long, value_name = "URL", env = "ONBEAT_DATABASE", hide_env_values = true)]
    database: Option<String>,
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
    log_to_stderr();
    let now_ms = SystemClock.now_ms();
    let made = keeping::backup(&args.common.data, args.database.as_deref(), &args.out, now_ms).await?;
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
