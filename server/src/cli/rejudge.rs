use std::io::Write;

use chrono::{NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use clap::Args;
use onbeat_core::rules::{Effect, Finding};
use serde_json::Value;

use super::{Common, Format, client::Client, closed_pipe};
use crate::desk::{
    Command, DeskError, DeskResult,
    rejudge::{DayRejudged, Days, RejudgedPage},
};

/// Which days to judge anew.
#[derive(Args)]
pub(super) struct RejudgeArgs {
    /// First day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: NaiveDate,
    /// Last day; it must be over.
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: NaiveDate,
    /// Only of this rep.
    #[arg(long)]
    rep: Option<String>,
    /// Only say what would change.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    common: Common,
}

impl RejudgeArgs {
    pub(super) fn format(&self) -> Format {
        self.common.format
    }

    fn days(&self) -> Days {
        Days {
            from: self.from,
            to: self.to,
            rep: self.rep.clone(),
        }
    }
}

/// Judges page after page. What is told of one page stands: the next may fail.
pub(super) async fn run(args: &RejudgeArgs) -> DeskResult<()> {
    let mut client = Client::open(&args.common.place).await?;
    let mut told = Told::new(args);
    let mut page = ask(&mut client, args, None).await?;
    loop {
        told.page(&page)?;
        match page.next {
            Some(next) => page = ask(&mut client, args, Some(next)).await?,
            None => return told.end(),
        }
    }
}

async fn ask(client: &mut Client, args: &RejudgeArgs, after: Option<String>) -> DeskResult<RejudgedPage> {
    let (days, dry_run) = (args.days(), args.dry_run);
    let answer = client.ask(Command::Rejudge { days, dry_run, after }).await?;
    serde_json::from_value(answer)
        .map_err(|error| DeskError::environment("gone", format!("the server answered something else: {error}")))
}

/// What was said so far: days as they come, and their sums.
struct Told {
    format: Format,
    dry_run: bool,
    sums: RejudgedPage,
    eased: u64,
    proposed: u64,
}

impl Told {
    fn new(args: &RejudgeArgs) -> Self {
        Self {
            format: args.common.format,
            dry_run: args.dry_run,
            sums: RejudgedPage::default(),
            eased: 0,
            proposed: 0,
        }
    }

    fn page(&mut self, page: &RejudgedPage) -> DeskResult<()> {
        for day in &page.days {
            let is_first = self.eased + self.proposed == 0;
            self.print(&match self.format {
                Format::Json if is_first => format!("{{\"days\":[{}\n", json(day)),
                Format::Json => format!(",{}\n", json(day)),
                Format::Text => line(day, self.dry_run) + "\n",
            })?;
            match day.comparison.effect {
                Effect::Burdened => self.proposed += 1,
                Effect::Eased | Effect::Same => self.eased += 1,
            }
        }
        self.sums.looked_at += page.looked_at;
        self.sums.counted += page.counted;
        self.sums.erased += page.erased;
        Ok(())
    }

    fn end(self) -> DeskResult<()> {
        let Self {
            sums,
            eased,
            proposed,
            dry_run,
            ..
        } = &self;
        let begun = if eased + proposed == 0 { "{\"days\":[" } else { "" };
        let text = match self.format {
            Format::Json => {
                let sums = serde_json::json!({
                    "dry_run": dry_run, "looked_at": sums.looked_at, "counted": sums.counted,
                    "eased": eased, "proposed": proposed, "erased": sums.erased,
                });
                format!("{begun}],{}\n", &sums.to_string()[1..])
            }
            Format::Text => {
                let would = if *dry_run {
                    "nothing was written; it would be: "
                } else {
                    ""
                };
                let looked_at = sums.looked_at;
                let erased = match sums.erased {
                    0 => String::new(),
                    days => format!("; {days} days stay as they were frozen, since their places are erased"),
                };
                format!(
                    "{would}{eased} of {looked_at} days eased; {proposed} would be burdened and stay as they are: look \
                     at them with the rep{erased}\n"
                )
            }
        };
        self.print(&text)
    }

    fn print(&self, text: &str) -> DeskResult<()> {
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes()).or_else(closed_pipe)
    }
}

fn json(day: &DayRejudged) -> Value {
    serde_json::to_value(day).expect("a day is plain data")
}

/// A day as people read it.
fn line(day: &DayRejudged, dry_run: bool) -> String {
    let comparison = &day.comparison;
    let effect = match (comparison.effect, dry_run) {
        (Effect::Burdened, _) => "stays as it is",
        (_, true) => "would be eased",
        (_, false) => "eased",
    };
    let eased = comparison.eased.iter().map(|eased| match eased.left_s {
        0 => format!("{} is gone", said(&eased.finding, &day.zone)),
        left_s => format!("{} is less: {} min left", said(&eased.finding, &day.zone), left_s / 60),
    });
    let added = comparison.added.iter();
    let added = added.map(|finding| format!("it would add {}", said(finding, &day.zone)));
    let seconds = [
        ("outside", comparison.before.outside_s, comparison.after.outside_s),
        ("unaccounted", comparison.before.unknown_s, comparison.after.unknown_s),
    ];
    let seconds = seconds.into_iter().filter(|(_, before, after)| before != after);
    let seconds = seconds.map(|(name, before, after)| format!("{name} {} -> {} min", before / 60, after / 60));
    let changes: Vec<String> = eased.chain(added).chain(seconds).collect();
    format!("{:20} {}  {effect}: {}", day.rep, day.day, changes.join("; "))
}

/// What a finding says, with its local times.
fn said(finding: &Finding, zone: &str) -> String {
    let zone: Tz = zone.parse().unwrap_or_default();
    let time = |at_ms: i64| {
        let at = Utc.timestamp_millis_opt(at_ms).single().unwrap_or_default();
        at.with_timezone(&zone).format("%H:%M").to_string()
    };
    format!(
        "{} {}-{}",
        finding.kind.code(),
        time(finding.from_ms),
        time(finding.to_ms)
    )
}
