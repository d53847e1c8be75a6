//! Judging a month of a large company anew after all its districts were corrected.

mod company;

use std::{
    error::Error,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use chrono::NaiveDate;
use serde_json::Value;

use super::Figure;
use crate::{
    load::{self, Fleet, Loaded, enrol, local_ms, on_all_cores, push_all, pushes_of, workdays},
    raw_phone::RawPhone,
    story::at,
    world::{Binaries, Server},
};
use company::{DAY_FIXES, DISTRICTS, REPS, RIGHT, WRONG};

const DAYS: usize = 30;
/// Days of fixes in a push: the server takes 500 records at once.
const PUSH_DAYS: usize = 2;
/// Phones whose records are in memory at once, and connections that they push over.
const PHONES: usize = 50;
const CONNECTIONS: usize = 16;
const HOUR_MS: i64 = 3_600_000;

/// Times `onbeat rejudge` from its start to its end, beside a server that was started for it.
///
/// # Errors
/// Of the server, or if it refuses a push.
pub async fn rejudge(binaries: &Binaries, mut progress: impl FnMut(&str)) -> Result<Vec<Figure>, Box<dyn Error>> {
    let days: Vec<NaiveDate> = workdays().take(DAYS).collect();
    let after_ms = local_ms(days[DAYS - 1], 7) + 24 * HOUR_MS;
    progress("enrolling the phones");
    let mut fleet = founded(binaries).await?;
    let phones = fleet.anchored_phones().await?;
    fleet.server.set_clock(after_ms)?;
    progress(&format!("pushing {} fixes", REPS * DAYS * DAY_FIXES));
    push_month(phones, &days).await?;
    progress("folding the days");
    settle(&fleet.server).await?;
    progress("correcting the districts");
    fleet.server.restart(after_ms + 24 * HOUR_MS)?;
    let corrected = written(fleet.folder.path(), "corrected.geojson", &company::districts(RIGHT))?;
    let (first, last) = (days[0].to_string(), days[DAYS - 1].to_string());
    let import = ["import", "districts", &corrected, "--valid-from", &first];
    fleet.server.command(&import)?;
    settle(&fleet.server).await?;
    progress("judging the month anew");
    fleet.server.restart(after_ms + 25 * HOUR_MS)?;
    settle(&fleet.server).await?;
    let begun = Instant::now();
    let command = ["rejudge", "--from", &first, "--to", &last, "--format", "json"];
    let told = fleet.server.command(&command)?;
    figures(
        &serde_json::from_str(&told)?,
        begun.elapsed(),
        fleet.server.rss_peak_mb(),
    )
}

/// A server with the company's policy, districts, customers and reps, and a phone for each rep.
async fn founded(binaries: &Binaries) -> Result<Fleet, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let server = Server::start(
        &binaries.onbeat,
        &folder.path().join("server"),
        "127.0.0.1:0",
        at("07:00"),
    )?;
    for (kind, name, text) in [
        ("policy", "policy.toml", company::policy()),
        ("districts", "districts.geojson", company::districts(WRONG)),
        ("customers", "customers.csv", company::customers()),
        ("users", "users.csv", company::users()),
    ] {
        server.command(&["import", kind, &written(folder.path(), name, &text)?])?;
    }
    server.command(&["duties", "record", "--demo"])?;
    let phones = enrol(&server, REPS).await?;
    Ok(Fleet {
        folder,
        server,
        logins: Vec::new(),
        phones,
    })
}

fn written(folder: &Path, name: &str, text: &str) -> Result<String, Box<dyn Error>> {
    let path = folder.join(name);
    fs::write(&path, text)?;
    Ok(path.to_string_lossy().into_owned())
}

async fn push_month(phones: Vec<RawPhone>, days: &[NaiveDate]) -> Result<(), Box<dyn Error>> {
    let mut phones = phones.into_iter().enumerate().peekable();
    while phones.peek().is_some() {
        let some = phones.by_ref().take(PHONES).collect();
        let loads = on_all_cores(some, |(rep, mut phone)| {
            let fixes = (0..).zip(days).flat_map(|(n, day)| company::fixes_of(rep, n, *day));
            let pushes = pushes_of(&mut phone, fixes, PUSH_DAYS * DAY_FIXES);
            Loaded { phone, pushes }
        });
        let (report, _) = push_all(loads, CONNECTIONS).await;
        if report.errors > 0 {
            return Err(format!("{} of {} pushes were refused", report.errors, report.pushes).into());
        }
    }
    Ok(())
}

fn figures(told: &Value, took: Duration, rss_mb: Option<f64>) -> Result<Vec<Figure>, Box<dyn Error>> {
    let count = |name: &str| told[name].as_f64().ok_or_else(|| format!("rejudge told no {name}"));
    let (fixes, took_s) = (REPS * DAYS * DAY_FIXES, took.as_secs_f64());
    let what = format!(
        "judging anew {DAYS} working days of {REPS} reps, {fixes} fixes, once {DISTRICTS} districts were corrected"
    );
    let mut figures = vec![
        Figure::new("rejudge_s", what, took_s, "s"),
        Figure::new(
            "rejudge_fixes_per_s",
            "of that a second",
            fixes as f64 / took_s,
            "fixes/s",
        ),
        Figure::new("rejudge_eased", "eased", count("eased")?, "days"),
        Figure::new(
            "rejudge_proposed",
            "would be burdened, and stay",
            count("proposed")?,
            "days",
        ),
        Figure::new(
            "rejudge_counted",
            "for which the correction counts",
            count("counted")?,
            "days",
        ),
    ];
    let rss = rss_mb.map(|mb| Figure::new("rejudge_server_rss_mb", "the server's memory at most", mb, "MiB"));
    figures.extend(rss);
    Ok(figures)
}

/// Waits until no day is to be folded any more.
async fn settle(server: &Server) -> Result<(), Box<dyn Error>> {
    let (client, url) = (load::client(), format!("{}/healthz", server.address()));
    for _ in 0..SETTLE_TRIES {
        let answer: Value = client.get(&url).send().await?.json().await?;
        if answer["settled"] == true {
            return Ok(());
        }
        tokio::time::sleep(SETTLE_PAUSE).await;
    }
    Err("the server still folds: is the machine busy?".into())
}

const SETTLE_PAUSE: Duration = Duration::from_millis(500);
const SETTLE_TRIES: u32 = 3_600;
