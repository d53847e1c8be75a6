use std::path::{Path, PathBuf};

use clap::Args;

use super::{Common, Format, held, say};
use crate::{
    config::Log,
    desk::DeskResult,
    keeping::{self, Moved, Place},
    log,
};

/// What to move, and where to.
#[derive(Args)]
pub(super) struct MoveArgs {
    #[command(flatten)]
    common: Common,
    #[allow(rustdoc::bare_urls)]
    /// An empty database (postgres://user@host/name), or a new data folder.
    #[arg(long, value_name = "URL or DIR")]
    to: String,
}

impl MoveArgs {
    pub(super) fn format(&self) -> Format {
        self.common.format
    }

    fn to(&self) -> Place {
        if self.to.starts_with("postgres://") || self.to.starts_with("postgresql://") {
            Place::Database(self.to.clone())
        } else {
            Place::Folder(PathBuf::from(&self.to))
        }
    }
}

/// Does it; the server must be stopped.
pub(super) async fn run(args: &MoveArgs) -> DeskResult<()> {
    log::to_stderr(&Log::default())?;
    let (data, to) = (&args.common.place.data, args.to());
    let moved = keeping::relocate(data, args.common.place.database.as_deref(), &to).await?;
    say(args.format(), &serde_json::json!(moved), |_| told(data, &moved, &to))
}

fn told(data: &Path, moved: &Moved, to: &Place) -> String {
    let (old, new) = (data.display(), moved.data.display());
    let next = match to {
        Place::Database(_) => format!(
            "take {old}/onbeat.sqlite out of the folder (keep it until the new server has run a while), then \
             onbeat serve --data {new} --database URL …"
        ),
        Place::Folder(_) => {
            format!("onbeat serve --data {new} … (without --database); {old} and the database are no longer used")
        }
    };
    format!(
        "copied {}; what stands there now is the same, byte by byte (sum {}). Nothing was changed here.\nNext: {next}",
        held(&moved.holds),
        moved.holds.sha256
    )
}
