//! Loads a server and prints what came of it; `cargo xtask load` builds it optimised and runs it.

use std::{
    collections::BTreeMap,
    error::Error,
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use clap::{Args, Parser};
use onbeat_tests::{
    figures::Figure,
    load::{self, Goal, Ground, Throughput, goals},
    printed::{Format, ended},
    story::Story,
    world::Binaries,
};
use serde_json::{Value, json};

/// Loads a server that it starts on a fresh folder, and prints what came of it: how much it takes in, or what another
/// option asks. It names the goals that were missed, and then ends with 1.
#[derive(Parser)]
#[command(bin_name = "cargo xtask load")]
struct Options {
    /// How the figures are printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    throughput: ThroughputOptions,
    /// So many phones push 60 records each within --seconds (60).
    #[arg(long, value_name = "COUNT", group = "scenario")]
    phones: Option<usize>,
    /// Phones send a day at 2,000 records a second within --seconds (60): do the views keep up?
    #[arg(long, group = "scenario")]
    folding: bool,
    /// So many phones (600) push more than the server can take, for --seconds (20).
    #[arg(long, value_name = "COUNT", num_args = 0..=1, default_missing_value = "600", group = "scenario")]
    overload: Option<usize>,
    /// Thousands of idle and slow connections, and nonsense, beside phones that push.
    #[arg(long, group = "scenario")]
    slow: bool,
    /// `onbeat verify` checks so many records.
    #[arg(long, value_name = "RECORDS", group = "scenario")]
    verify: Option<usize>,
    /// An empty PostgreSQL database for the server's data, postgres://…; without it a SQLite file.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// How long it lasts.
    #[arg(long, value_name = "S")]
    seconds: Option<u64>,
}

#[derive(Args)]
struct ThroughputOptions {
    /// Phones, each enrolled and with a stream of its own.
    #[arg(long, value_name = "COUNT", default_value_t = Throughput::default().streams)]
    streams: usize,
    /// Pushes of each phone.
    #[arg(long, value_name = "COUNT", default_value_t = Throughput::default().pushes)]
    pushes: usize,
    /// Records of a push.
    #[arg(long, value_name = "COUNT", default_value_t = Throughput::default().push_records)]
    push_records: usize,
    /// Connections at once.
    #[arg(long, value_name = "COUNT", default_value_t = Throughput::default().connections)]
    connections: usize,
    /// Measures again once the server holds so many records.
    #[arg(long, value_name = "RECORDS")]
    stored: Option<usize>,
}

impl From<&ThroughputOptions> for Throughput {
    fn from(options: &ThroughputOptions) -> Self {
        Self {
            streams: options.streams,
            pushes: options.pushes,
            push_records: options.push_records,
            connections: options.connections,
            stored: options.stored,
        }
    }
}

fn main() -> ExitCode {
    ended("load", run(&Options::parse()))
}

fn run(options: &Options) -> Result<bool, Box<dyn Error>> {
    let (figures, mut missed) = tokio::runtime::Runtime::new()?.block_on(measured(options))?;
    missed.retain(|goal| !goal.is_met(&figures));
    print(options.format, &figures, &missed)?;
    Ok(missed.is_empty())
}

/// What came of it, and the goals.
async fn measured(options: &Options) -> Result<(Vec<Figure>, Vec<Goal>), Box<dyn Error>> {
    let binaries = Binaries::find()?;
    let story = Story::new(include_str!("../../data/nyc-boroughs.geojson"), 1);
    let ground = Ground {
        binaries: &binaries,
        story: &story,
        database: options.database.as_deref(),
    };
    let progress = |next: &str| eprintln!("load: {next}");
    let lasts = |usual_s| Duration::from_secs(options.seconds.unwrap_or(usual_s));
    Ok(if let Some(count) = options.phones {
        let figures = load::phones(count, lasts(60), &ground, progress).await?;
        (figures, goals::of_phones())
    } else if options.folding {
        (load::folding(lasts(60), &ground, progress).await?, goals::of_folding())
    } else if let Some(count) = options.overload {
        let figures = load::overload(count, lasts(20), &ground, progress).await?;
        (figures, goals::of_overload())
    } else if options.slow {
        (load::slow(&ground, progress).await?, goals::of_slow())
    } else if let Some(records) = options.verify {
        (load::verify(records, &ground, progress).await?, goals::of_verify())
    } else {
        let load = Throughput::from(&options.throughput);
        let goals = goals::of_throughput(ground.database.is_some(), load.stored.is_some());
        (load::throughput(load, &ground, progress).await?, goals)
    })
}

/// For programs one object of the figures by name, and of the goals that were missed.
fn print(format: Format, figures: &[Figure], missed: &[Goal]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if format == Format::Json {
        let values = figures.iter().map(|figure| (figure.name, json!(figure.value)));
        let mut object: BTreeMap<&str, Value> = values.collect();
        let missed: Vec<&str> = missed.iter().map(|goal| goal.name).collect();
        object.insert("missed", json!(missed));
        return writeln!(out, "{}", serde_json::to_string(&object)?);
    }
    figures.iter().try_for_each(|figure| writeln!(out, "{figure}"))?;
    missed.iter().try_for_each(|goal| writeln!(out, "{goal}: MISSED"))
}
