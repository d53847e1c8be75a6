use std::path::{Path, PathBuf};

use clap::Args;

use super::{Format, Place, client, held, say, settings::Settings};
use crate::{
    clock::{Clock, SystemClock},
    config::Log,
    desk::{Command, DeskError, DeskResult},
    keeping::{self, Backup},
    log,
};

/// What to back up, and where to. The file holds the server's secret keys.
#[derive(Args)]
pub(super) struct BackupArgs {
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    target: Target,
    /// With --into: so many of its backups are kept.
    #[arg(long, value_name = "COUNT", default_value_t = 14, value_parser = clap::value_parser!(u16).range(1..))]
    keep: u16,
    /// For people, or one JSON document for programs.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Target {
    /// The file to write; there must be none of that name.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// A folder of backups: the file is named by the time, and the oldest of them go once it is whole.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

impl Target {
    fn file(&self, now_ms: i64) -> DeskResult<PathBuf> {
        match (&self.out, &self.into) {
            (Some(file), _) => Ok(file.clone()),
            (None, Some(shelf)) if !shelf.is_dir() => {
                let why = format!("{} is no folder: make it first", shelf.display());
                Err(DeskError::environment("output", why))
            }
            (None, shelf) => Ok(keeping::file_on(shelf.as_deref().unwrap_or(Path::new(".")), now_ms)),
        }
    }
}

impl BackupArgs {
    pub(super) fn format(&self) -> Format {
        self.format
    }
}

/// Does it, beside the server or without one.
pub(super) async fn run(args: &BackupArgs) -> DeskResult<()> {
    log::to_stderr(&Log::default())?;
    let configured = args.settings.load()?;
    let now_ms = SystemClock.now_ms();
    let place = Place {
        data: configured.data()?.to_owned(),
        database: configured.config.database.clone(),
    };
    let (database, file) = (place.database.as_deref(), args.target.file(now_ms)?);
    let made = keeping::backup(&place.data, database, &file, now_ms).await?;
    if let Err(error) = client::ask(&place, Command::BackupMade { at_ms: now_ms }).await {
        tracing::warn!(
            error = error.message,
            "the backup is whole, but the data can't say that it was made"
        );
    }
    if let Some(shelf) = &args.target.into {
        cleared(shelf, args.keep.into())?;
    }
    say(args.format(), &serde_json::json!(made), |_| told(&made))
}

fn cleared(shelf: &Path, keep: usize) -> DeskResult<()> {
    let cleared = keeping::clear(shelf, keep).map(drop);
    cleared.map_err(|error| {
        let why = format!(
            "the backup is made, but old ones could not be removed from {}: {error}",
            shelf.display()
        );
        DeskError::environment("output", why)
    })
}

fn told(made: &Backup) -> String {
    format!(
        "{} holds {}; sum {}; read back and right. It holds the server's secret keys too: keep it as safe as them",
        made.file.display(),
        held(&made.holds),
        made.sha256
    )
}
