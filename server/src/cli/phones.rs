use clap::{Args, Subcommand};
use serde_json::Value;

use super::{Common, Format, client::ask, say, text};
use crate::desk::{Command, DeskResult};

/// What to do about phones.
#[derive(Args)]
pub(super) struct PhonesArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// List all phones.
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Revoke a lost phone: it wipes itself at its next contact.
    Revoke {
        /// Its stream, as `phones list` shows it.
        stream: String,
        #[command(flatten)]
        common: Common,
    },
}

impl PhonesArgs {
    fn common(&self) -> &Common {
        match &self.what {
            What::List { common } | What::Revoke { common, .. } => common,
        }
    }

    pub(super) fn format(&self) -> Format {
        self.common().format
    }
}

/// Does it.
pub(super) async fn run(args: &PhonesArgs) -> DeskResult<()> {
    let common = args.common();
    let command = match &args.what {
        What::List { .. } => Command::PhonesList,
        What::Revoke { stream, .. } => Command::PhoneRevoke { stream: stream.clone() },
    };
    let answer = ask(&common.place, command).await?;
    say(common.format, &answer, |answer| match answer {
        Value::Array(phones) => phones.iter().map(told).collect::<Vec<_>>().join("\n"),
        phone => told(phone),
    })
}

fn told(phone: &Value) -> String {
    let state = if phone["revoked"] == true { " revoked" } else { "" };
    let (stream, rep, grade) = (text(phone, "stream"), text(phone, "rep"), text(phone, "grade"));
    format!("{stream} {rep:16} epoch {} {grade}{state}", phone["epoch"])
}
