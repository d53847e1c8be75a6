//! One working day of sixteen reps, played in a minute; `cargo xtask demo` builds what it needs and runs it.

use std::{
    error::Error,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use clap::Parser;
use onbeat_tests::{
    printed::{Format, ended},
    story::Story,
    world::{Binaries, RepResult, World},
};
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};

/// Plays one working day of sixteen reps in New York with a real server and real phones.
#[derive(Parser)]
struct Options {
    /// Where the server listens; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// An empty folder for all that is made, kept afterwards; without it a folder that is removed.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Ends after the day instead of staying up; fails unless every rep came out as the story says.
    #[arg(long)]
    exit: bool,
    /// How the results are printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Draws the noise of the phones and the customers nobody visits.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    ended("demo", run(&Options::parse()))
}

fn run(options: &Options) -> Result<bool, Box<dyn Error>> {
    let begun = Instant::now();
    let removed = tempfile::tempdir()?;
    let folder = options.data.as_deref().unwrap_or(removed.path());
    must_be_fresh(folder)?;
    eprintln!(
        "07:00  starting the server, enrolling the phones (seed {})",
        options.seed
    );
    let story = Story::new(include_str!("../../data/nyc-boroughs.geojson"), options.seed);
    let mut world = World::start(story, &Binaries::find()?, folder, &options.listen)?;
    let logins = json!({"address": world.server.address(), "logins": world.logins});
    fs::write(folder.join("demo.json"), format!("{logins:#}\n"))?;
    world.play_day(|line| eprintln!("{line}"))?;
    let reps = world.results()?;
    let all_ok = reps.iter().all(|rep| rep.ok);
    let elapsed_s = (begun.elapsed().as_secs_f64() * 10.0).round() / 10.0;
    let mut out = io::stdout().lock();
    match options.format {
        Format::Json => {
            let rss_mb = world.server.rss_peak_mb();
            writeln!(
                out,
                "{}",
                json!({"reps": reps, "elapsed_s": elapsed_s, "server_rss_mb": rss_mb})
            )?;
        }
        Format::Text => {
            reps.iter().try_for_each(|rep| write_rep(&mut out, rep))?;
            write_end(&mut out, &world, &reps, elapsed_s)?;
        }
    }
    out.flush()?;
    if !options.exit {
        eprintln!("The server stays up. Ctrl-C ends it.");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(told_to_end())?;
    }
    Ok(all_ok)
}

/// Ctrl-C, or the word of whoever started this: the server and the phones end with it either way.
async fn told_to_end() -> io::Result<()> {
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminated.recv() => Ok(()),
    }
}

fn must_be_fresh(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    match fs::read_dir(folder)?.next() {
        Some(_) => Err(format!("{} is not empty: name a fresh folder", folder.display()).into()),
        None => Ok(()),
    }
}

fn write_rep(out: &mut impl Write, rep: &RepResult) -> io::Result<()> {
    let got = &rep.got;
    let min = |part: &str| got["minutes"][part].as_f64().unwrap_or_default();
    let edge = min("compliant") - min("inside");
    let visits = got["visits"].as_array().map_or(0, Vec::len);
    writeln!(out, "{} {}", if rep.ok { "ok   " } else { "WRONG" }, rep.rep)?;
    writeln!(out, "      true       {}", rep.truth)?;
    writeln!(
        out,
        "      spans      inside {:.0}, edge {edge:.0}, outside {:.0}, unknown {:.0}, excused {:.0} min",
        min("inside"),
        min("outside"),
        min("unknown"),
        min("excused"),
    )?;
    writeln!(
        out,
        "      sign-in    {}; visits {visits}",
        got["sign_in"].as_str().unwrap_or("none")
    )?;
    writeln!(out, "      findings   {}", adverse(&got["findings"]))?;
    writeln!(out, "      questions  {}", adverse(&got["questions"]))?;
    rep.wrong
        .iter()
        .try_for_each(|wrong| writeln!(out, "      WRONG      {wrong}"))
}

fn adverse(list: &Value) -> String {
    let text = |field: &Value| field.as_str().unwrap_or("?").to_owned();
    let one = |f: &Value| format!("{} {}-{}", text(&f["kind"]), text(&f["from"]), text(&f["to"]));
    let all: Vec<String> = list.as_array().into_iter().flatten().map(one).collect();
    if all.is_empty() { "none".into() } else { all.join(", ") }
}

fn write_end(out: &mut impl Write, world: &World, reps: &[RepResult], elapsed_s: f64) -> io::Result<()> {
    let ok = reps.iter().filter(|rep| rep.ok).count();
    writeln!(out, "\n{ok} of {} reps as the story says, in {elapsed_s} s", reps.len())?;
    if let Some(rss_mb) = world.server.rss_peak_mb() {
        writeln!(out, "server: {rss_mb:.0} MB at most")?;
    }
    writeln!(out, "address: {}", world.server.address())?;
    let logins = world.logins.iter();
    logins
        .into_iter()
        .try_for_each(|l| writeln!(out, "  {:<10} {:<6} {}", l.role, l.user, l.password))
}
