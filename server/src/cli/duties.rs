use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde_json::Value;

use super::{Common, Format, client::ask, list, say, text};
use crate::desk::{
    Command, DeskError, DeskResult,
    duties::{Duty, DutyDone},
};

/// What to do about duties.
#[derive(Args)]
pub(super) struct DutiesArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Show what is recorded and what is missing.
    Show {
        #[command(flatten)]
        common: Common,
    },
    /// Record that a duty was done. No phone is enrolled before all are.
    Record {
        /// Which.
        #[arg(value_enum, required_unless_present = "demo")]
        duty: Option<Duty>,
        /// When it was done.
        #[arg(long, value_name = "YYYY-MM-DD", required_unless_present = "demo")]
        date: Option<NaiveDate>,
        /// Where it is laid down: a file, a meeting, a page.
        #[arg(long, required_unless_present = "demo")]
        note: Option<String>,
        /// On a demo's folder: mark all of them as the demo's.
        #[arg(long, conflicts_with_all = ["duty", "date", "note"])]
        demo: bool,
        #[command(flatten)]
        common: Common,
    },
}

impl DutiesArgs {
    fn common(&self) -> &Common {
        match &self.what {
            What::Show { common } | What::Record { common, .. } => common,
        }
    }

    pub(super) fn format(&self) -> Format {
        self.common().format
    }

    fn command(&self) -> DeskResult<Command> {
        match &self.what {
            What::Show { .. } => Ok(Command::DutiesShow),
            What::Record { demo: true, .. } => Ok(Command::DutiesDemo),
            What::Record {
                duty: Some(duty),
                date: Some(date),
                note: Some(note),
                ..
            } => Ok(Command::DutyRecord(DutyDone {
                duty: *duty,
                date: *date,
                note: note.clone(),
            })),
            What::Record { .. } => Err(DeskError::input("incomplete", "name the duty, its --date and a --note")),
        }
    }
}

/// Does it.
pub(super) async fn run(args: &DutiesArgs) -> DeskResult<()> {
    let common = args.common();
    let answer = ask(&common.place, args.command()?).await?;
    say(common.format, &answer, told)
}

fn told(duties: &Value) -> String {
    let mut lines = String::new();
    for done in duties["done"].as_array().into_iter().flatten() {
        let demo = if done["demo"] == true { " (demo)" } else { "" };
        let (duty, date, note) = (text(done, "duty"), text(done, "date"), text(done, "note"));
        lines += &format!("{duty:18} {date} {note}{demo}\n");
    }
    match list(&duties["missing"]) {
        missing if missing.is_empty() => lines + "all duties are recorded: phones can be enrolled",
        missing => lines + "missing: " + &missing,
    }
}
