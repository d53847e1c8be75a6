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
    let answer = ask(&args.common.data, Command::Enrol(new)).await?;
    say(args.common.format, &answer, told)
}

fn told(code: &Value) -> String {
    let link = text(code, "link");
    let retires = code["retires"].as_array().map_or(0, Vec::len);
    let takes = match retires {
        0 => String::new(),
        _ => "\nthe phone that enrols by it takes the place of the one in use".to_owned(),
    };
    format!(
        "{}\n{link}\nopens once, until {}{takes}",
        qr(link),
        text(code, "expires")
    )
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
