use clap::Args;
use qrcode::{QrCode, render::unicode};
use serde_json::Value;

use super::{Common, client::ask, say, text};
use crate::desk::{Command, DeskResult, enrol::NewCode};

/// For whom.
#[derive(Args)]
pub(super) struct EnrolArgs {
    /// The rep's id.
    rep: String,
    /// Recover this stream: its rep's new phone gets the old one's database key.
    #[arg(long, value_name = "STREAM")]
    recover: Option<String>,
    /// How long the code opens, in days (1-7).
    #[arg(long, default_value_t = 1)]
    days: u32,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Makes the code; shows link and QR.
pub(super) async fn run(args: &EnrolArgs) -> DeskResult<()> {
    let new = NewCode {
        rep: args.rep.clone(),
        recover: args.recover.clone(),
        minutes: args.days.saturating_mul(24 * 60),
    };
    let answer = ask(&args.common.place, Command::Enrol(new)).await?;
    say(args.common.format, &answer, told)
}

fn told(code: &Value) -> String {
    let link = text(code, "link");
    let mut told = format!("{}\n{link}\nopens once, until {}", qr(link), text(code, "expires"));
    if code["retires"].as_array().is_some_and(|retired| !retired.is_empty()) {
        told += "\nthe phone that enrols by it takes the place of the one in use";
    }
    if let Some(warning) = code["warning"].as_str() {
        told += &format!("\nwarning: {warning}");
    }
    told
}

/// The link as a QR of half blocks, dark on light, since many readers don't take the inverse.
fn qr(link: &str) -> String {
    QrCode::new(link).map_or_else(
        |_| String::new(),
        |code| {
            code.render::<unicode::Dense1x2>()
                .dark_color(unicode::Dense1x2::Light)
                .light_color(unicode::Dense1x2::Dark)
                .build()
        },
    )
}
