//! A large company's phones, each pushing once in a stretch of time, over a connection of its own.

use std::{
    error::Error,
    time::{Duration, Instant},
};

use super::{
    Fleet, Ground, LoadReport, Loaded, minutes,
    push::{at_once, push_one},
    workdays,
};
use crate::{figures::Figure, story::at};

/// Records that each phone pushes.
const PUSH_RECORDS: usize = 60;
/// The stretch that is asked of a server; a shorter one asks more of it.
const ASKED: Duration = Duration::from_secs(300);

/// Has so many phones push 60 records each within `within`.
///
/// # Errors
/// Of the server, or a stretch longer than what is asked of it.
pub async fn phones(
    count: usize,
    within: Duration,
    ground: &Ground<'_>,
    mut progress: impl FnMut(&str),
) -> Result<Vec<Figure>, Box<dyn Error>> {
    if within > ASKED {
        return Err(format!("{within:?} is longer than {ASKED:?}: that asks less of the server").into());
    }
    progress("enrolling the phones");
    let mut fleet = Fleet::enrolled(ground, count).await?;
    let today = workdays().next().expect("the story's day");
    let loads = fleet.loaded(|| minutes(today).take(PUSH_RECORDS), PUSH_RECORDS).await?;
    fleet.server.set_clock(at("09:05"))?;
    progress("pushing");
    let begun = Instant::now();
    let pushing = loads.into_iter().enumerate().map(|(n, Loaded { phone, pushes })| {
        let due = within.mul_f64(n as f64 / count as f64);
        async move {
            tokio::time::sleep(due.saturating_sub(begun.elapsed())).await;
            let mut pushed = Vec::new();
            for push in pushes {
                pushed.push(push_one(&phone, push).await);
            }
            pushed
        }
    });
    let pushed = at_once(pushing).await?;
    let report = LoadReport::of(pushed, begun.elapsed());
    let of = format!(
        "{count} phones, {PUSH_RECORDS} records each within {} s",
        within.as_secs()
    );
    let mut figures = report.figures(&of);
    figures.extend(fleet.rss());
    Ok(figures)
}
