//! Judging a month of a large company anew after all its districts were corrected.

use std::{
    error::Error,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    Figure,
    company::{self, DAY_FIXES, DISTRICTS, REPS, RIGHT},
    month::{DAYS, days, founded, push_month, written},
};
use crate::{
    load::{Happened, local_ms},
    world::Binaries,
};

const HOUR_MS: i64 = 3_600_000;

/// Times `onbeat rejudge` from its start to its end, beside a server that was started for it.
///
/// # Errors
/// Of the server, or if it refuses a push.
pub async fn rejudge(binaries: &Binaries, mut progress: impl FnMut(&str)) -> Result<Vec<Figure>, Box<dyn Error>> {
    let days = days();
    let after_ms = local_ms(days[DAYS - 1], 7) + 24 * HOUR_MS;
    progress("enrolling the phones");
    let mut fleet = founded(binaries).await?;
    let phones = fleet.anchored_phones().await?;
    fleet.server.set_clock(after_ms)?;
    progress(&format!("pushing {} fixes", REPS * DAYS * DAY_FIXES));
    push_month(phones, &days, |rep, n, day| {
        let fixes = company::fixes_of(rep, n, day);
        fixes.map(|(at_ms, fix)| (at_ms, Happened::Fix(fix))).collect()
    })
    .await?;
    progress("folding the days");
    fleet.settle().await?;
    progress("correcting the districts");
    fleet.server.restart(after_ms + 24 * HOUR_MS)?;
    let corrected = written(fleet.folder.path(), "corrected.geojson", &company::districts(RIGHT))?;
    let (first, last) = (days[0].to_string(), days[DAYS - 1].to_string());
    let import = ["import", "districts", &corrected, "--valid-from", &first];
    fleet.server.command(&import)?;
    fleet.settle().await?;
    progress("judging the month anew");
    fleet.server.restart(after_ms + 25 * HOUR_MS)?;
    fleet.settle().await?;
    let begun = Instant::now();
    let command = ["rejudge", "--from", &first, "--to", &last, "--format", "json"];
    let told = fleet.server.command(&command)?;
    figures(
        &serde_json::from_str(&told)?,
        begun.elapsed(),
        fleet.server.rss_peak_mb(),
    )
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
