use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use onbeat_core::place::Datum;
use serde_json::Value;

use super::{Common, Format, client::ask, list, read_bytes, say, text};
use crate::{
    desk::{Command, DeskError, DeskResult, Fault, import::File},
    files::import,
};

/// What to import.
#[derive(Args)]
pub(super) struct ImportArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Districts (or no-go places) from GeoJSON, KML or a zipped shapefile.
    Districts {
        #[command(flatten)]
        file: FileArgs,
        #[command(flatten)]
        start: StartArgs,
        /// The property that names a district.
        #[arg(long, default_value = "name")]
        name_property: String,
        /// The coordinates' datum.
        #[arg(long, value_enum, default_value_t = DatumName::Wgs84)]
        datum: DatumName,
        /// Metres beyond the edge that still count as edge (0-500), instead of the policy's.
        #[arg(long, value_name = "M")]
        edge_tolerance: Option<u32>,
        /// These are places where nobody may be inside the window.
        #[arg(long)]
        no_go: bool,
    },
    // Shown as help, where brackets are brackets.
    #[allow(rustdoc::broken_intra_doc_links)]
    /// Customers from CSV or XLSX: id,name,lat,lon[,landline,place_confirmed].
    Customers {
        #[command(flatten)]
        file: FileArgs,
        #[command(flatten)]
        start: StartArgs,
    },
    #[allow(rustdoc::broken_intra_doc_links)]
    /// Log-ins and reps from CSV or XLSX: user,name,role,team,districts,customers[,password]; lists by `;`.
    Users {
        #[command(flatten)]
        file: FileArgs,
        #[command(flatten)]
        start: StartArgs,
    },
    /// Holidays and make-up workdays from iCalendar.
    Calendar {
        #[command(flatten)]
        file: FileArgs,
        #[command(flatten)]
        start: StartArgs,
    },
    /// The policy from TOML; what is left out has its default.
    Policy {
        #[command(flatten)]
        file: FileArgs,
        #[command(flatten)]
        start: StartArgs,
    },
}

#[derive(Args)]
struct FileArgs {
    /// The file.
    path: PathBuf,
    #[command(flatten)]
    common: Common,
    /// Only say what would change.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Args)]
struct StartArgs {
    /// Comes into force then: a date in the company's zone, or an RFC 3339 time. Only a policy or calendar can wait.
    /// In the past it corrects what stood since; `onbeat rejudge` then has it count for days that are over.
    #[arg(long, value_name = "WHEN")]
    valid_from: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum DatumName {
    Wgs84,
    Gcj02,
    Bd09,
}

impl From<DatumName> for Datum {
    fn from(name: DatumName) -> Self {
        match name {
            DatumName::Wgs84 => Self::Wgs84,
            DatumName::Gcj02 => Self::Gcj02,
            DatumName::Bd09 => Self::Bd09,
        }
    }
}

impl ImportArgs {
    fn file(&self) -> &FileArgs {
        match &self.what {
            What::Districts { file, .. }
            | What::Customers { file, .. }
            | What::Users { file, .. }
            | What::Calendar { file, .. }
            | What::Policy { file, .. } => file,
        }
    }

    fn valid_from(&self) -> Option<String> {
        let (What::Districts { start, .. }
        | What::Customers { start, .. }
        | What::Users { start, .. }
        | What::Calendar { start, .. }
        | What::Policy { start, .. }) = &self.what;
        start.valid_from.clone()
    }

    pub(super) fn format(&self) -> Format {
        self.file().common.format
    }

    fn read(&self, bytes: &[u8]) -> DeskResult<File> {
        let text = match &self.what {
            What::Districts { .. } => import::geojson(bytes)?,
            What::Customers { .. } | What::Users { .. } => import::table(bytes)?,
            What::Calendar { .. } | What::Policy { .. } => import::text(bytes)?,
        };
        Ok(match &self.what {
            What::Districts {
                name_property,
                datum,
                edge_tolerance,
                no_go,
                ..
            } => File::Districts {
                text,
                name_property: name_property.clone(),
                datum: (*datum).into(),
                edge_tolerance_m: *edge_tolerance,
                no_go: *no_go,
            },
            What::Customers { .. } => File::Customers { text },
            What::Users { .. } => File::Users { text },
            What::Calendar { .. } => File::Calendar { text },
            What::Policy { .. } => File::Policy { text },
        })
    }
}

/// Imports a file.
pub(super) async fn run(args: &ImportArgs) -> DeskResult<()> {
    let FileArgs { path, common, dry_run } = args.file();
    let dry_run = *dry_run;
    let command = Command::Import {
        file: args.read(&read_bytes(path)?).map_err(|error| naming(path, error))?,
        dry_run,
        valid_from: args.valid_from(),
    };
    let answer = ask(&common.place, command).await.map_err(|error| naming(path, error))?;
    say(common.format, &answer, |answer| told(answer, dry_run))
}

/// The server gets the text alone: which file it came from is known here.
fn naming(path: &Path, mut error: DeskError) -> DeskError {
    if error.fault == Fault::Input {
        error.message.insert_str(0, &format!("{}: ", path.display()));
    }
    error
}

fn told(answer: &Value, dry_run: bool) -> String {
    let counts = ["added", "changed", "dropped", "areas"].map(|field| answer[field].as_u64().unwrap_or_default());
    let [added, changed, dropped, areas] = counts;
    let mut lines = format!("{added} added, {changed} changed, {dropped} dropped; {areas} areas drawn anew");
    if dry_run {
        lines.insert_str(0, "nothing was written; it would be: ");
    }
    for value in answer["policy"].as_array().into_iter().flatten() {
        lines += &format!("\n{:30} {} -> {}", text(value, "key"), value["old"], value["new"]);
    }
    for user in answer["users"].as_array().into_iter().flatten() {
        lines += &format!(
            "\n{:20} {:10} {}",
            text(user, "user"),
            text(user, "role"),
            list(&user["teams"])
        );
        if let Some(password) = user["password"].as_str() {
            lines += &format!("  password (shown once): {password}");
        }
    }
    lines
}
