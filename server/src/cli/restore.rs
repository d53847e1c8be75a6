use std::{path::PathBuf, sync::Arc};

use clap::Args;

use super::{Common, Format, held, say, verify::read_receipts};
use crate::{
    clock::{SystemClock, rfc3339},
    config::Log,
    desk::{DeskError, DeskResult},
    keeping::{self, Restore, Restored},
    log,
};

/// What to restore, and where to.
#[derive(Args)]
pub(super) struct RestoreArgs {
    /// A file of onbeat backup.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    common: Common,
    /// Receipts kept elsewhere, a line each: with them a log that was cut before the backup is found.
    #[arg(long, value_name = "R.ndjson")]
    receipts: Option<PathBuf>,
    /// Restores what is in the file even if its logs do not check.
    #[arg(long)]
    despite_faults: bool,
}

impl RestoreArgs {
    pub(super) fn format(&self) -> Format {
        self.common.format
    }
}

/// Does it.
pub(super) async fn run(args: &RestoreArgs) -> DeskResult<()> {
    log::to_stderr(&Log::default())?;
    let receipts = args.receipts.as_deref().map(read_receipts).transpose();
    let receipts = receipts.map_err(|error| DeskError::input("bad_receipts", error.to_string()))?;
    let what = Restore {
        file: &args.file,
        data: &args.common.place.data,
        database: args.common.place.database.as_deref(),
        receipts: &receipts.unwrap_or_default(),
        despite_faults: args.despite_faults,
    };
    let restored = keeping::restore(&what, Arc::new(SystemClock)).await?;
    say(args.format(), &serde_json::json!(restored), |_| {
        told(&restored, args.common.place.database.is_some())
    })
}

fn told(restored: &Restored, elsewhere: bool) -> String {
    let (data, proof) = (restored.data.display(), &restored.proof);
    let faults = proof.faulty() + restored.altered.len() as u64;
    let checked = match faults {
        0 => "all of them check".to_owned(),
        faults => format!("{faults} things in them do not check"),
    };
    let database = if elsewhere { " --database URL" } else { "" };
    format!(
        "{data} holds {}, as of {}; {} logs with {} records were verified: {checked}.\n\
         What was done at the desk since then is to be done again: phones revoked or enrolled, passwords, decisions. \
         Phones send again what is missing.\n\
         Next: onbeat serve --data {data}{database} …",
        held(&restored.holds),
        rfc3339(restored.made_at_ms),
        proof.streams,
        proof.records,
    )
}
