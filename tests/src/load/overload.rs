//! More than the server can take: it says so at once, and when to come again.

use std::{
    error::Error,
    time::{Duration, Instant},
};

use super::{
    Fleet, Ground, LoadReport, Loaded, Push, fixes, minutes,
    push::{Answer, Pushed, push_one},
    workdays,
};
use crate::{figures::Figure, story::at};

/// Phones that push without a pause; the largest pushes there are.
const PHONES: usize = 600;
const PUSH_RECORDS: usize = 500;
/// Before a phone that was refused asks again: sooner than it was told, as no phone of ours would.
const PAUSE: Duration = Duration::from_millis(100);

/// Has phones push without a pause for a while.
///
/// # Errors
/// Of the server.
pub async fn overload(
    lasts: Duration,
    ground: &Ground<'_>,
    mut progress: impl FnMut(&str),
) -> Result<Vec<Figure>, Box<dyn Error>> {
    progress("enrolling the phones");
    let mut fleet = Fleet::enrolled(ground, PHONES).await?;
    let phones = fleet.anchored_phones().await?;
    let days = workdays().take(4).collect::<Vec<_>>();
    let loads: Vec<Loaded> = phones
        .into_iter()
        .map(|mut phone| {
            let pushes = fixes(&mut phone, days.iter().copied().flat_map(minutes), PUSH_RECORDS);
            Loaded { phone, pushes }
        })
        .collect();
    fleet.server.set_clock(at("07:00") + 7 * 24 * 3_600_000)?;
    progress("pushing");
    let until = Instant::now() + lasts;
    let begun = Instant::now();
    let tasks: Vec<_> = loads
        .into_iter()
        .map(|loaded| tokio::spawn(without_pause(loaded, until)))
        .collect();
    let mut pushed = Vec::new();
    for task in tasks {
        pushed.extend(task.await?);
    }
    let count = |answer: fn(Answer) -> bool| pushed.iter().filter(|push| answer(push.answer)).count() as f64;
    let slowest = pushed.iter().map(|push| push.took).max().unwrap_or_default();
    let mut figures = vec![
        Figure::new(
            "taken",
            format!("pushes of {PUSH_RECORDS} records taken, {PHONES} phones at once"),
            count(|answer| answer == Answer::Taken),
            "",
        ),
        Figure::new(
            "told_later",
            "429 or 503 with Retry-After",
            count(|answer| answer == Answer::Later),
            "",
        ),
        Figure::new(
            "refused",
            "anything else",
            count(|answer| matches!(answer, Answer::Refused(_))),
            "",
        ),
        Figure::new(
            "unanswered",
            "no answer, or a time-out",
            count(|answer| answer == Answer::Missing),
            "",
        ),
        Figure::new(
            "slowest_ms",
            "the longest wait for an answer",
            slowest.as_secs_f64() * 1e3,
            "ms",
        ),
    ];
    let report = LoadReport::of(pushed, begun.elapsed());
    figures.push(Figure::new(
        "records_per_s",
        "records acknowledged a second meanwhile",
        report.records_per_s,
        "records/s",
    ));
    figures.extend(fleet.rss());
    Ok(figures)
}

/// Pushes what there is, and the last again and again.
async fn without_pause(Loaded { phone, pushes }: Loaded, until: Instant) -> Vec<Pushed> {
    let mut pushed = Vec::new();
    let mut left = pushes.into_iter().peekable();
    let mut last: Option<Push> = None;
    while Instant::now() < until {
        let Some(push) = left.peek().cloned().or_else(|| last.clone()) else {
            break;
        };
        let went = push_one(&phone, push.clone()).await;
        match went.answer {
            Answer::Taken => last = left.next().or(Some(push)),
            _ => tokio::time::sleep(PAUSE).await,
        }
        pushed.push(went);
    }
    pushed
}
