//! More than the server can take: it says so at once, and when to come again.

use std::{
    error::Error,
    time::{Duration, Instant},
};

use super::{
    Fleet, Ground, LoadReport, Loaded, Push, minutes,
    push::{Answer, Pushed, at_once, push_one},
    workdays,
};
use crate::{figures::Figure, story::at};

/// The largest pushes there are.
const PUSH_RECORDS: usize = 500;
/// What each has gathered; then it sends the last push again.
const DAYS: usize = 2;
/// Before a phone that was refused asks again: sooner than it was told, as no phone of ours would.
const PAUSE: Duration = Duration::from_millis(100);

/// Has so many phones push without a pause for a while.
///
/// # Errors
/// Of the server.
pub async fn overload(
    phones: usize,
    lasts: Duration,
    ground: &Ground<'_>,
    mut progress: impl FnMut(&str),
) -> Result<Vec<Figure>, Box<dyn Error>> {
    progress("enrolling the phones");
    let mut fleet = Fleet::enrolled(ground, phones).await?;
    let times_ms = || workdays().take(DAYS).flat_map(minutes);
    let loads = fleet.loaded(times_ms, PUSH_RECORDS).await?;
    fleet.server.set_clock(at("07:00") + 7 * 24 * 3_600_000)?;
    progress("pushing");
    let begun = Instant::now();
    let pushing = loads.into_iter().map(|loaded| without_pause(loaded, begun + lasts));
    let pushed = at_once(pushing).await?;
    let mut figures = answers(&pushed, phones);
    let per_s = LoadReport::of(pushed, begun.elapsed()).records_per_s;
    figures.push(Figure::new(
        "records_per_s",
        "acknowledged meanwhile",
        per_s,
        "records/s",
    ));
    figures.extend(fleet.rss());
    Ok(figures)
}

/// How the server answered.
fn answers(pushed: &[Pushed], phones: usize) -> Vec<Figure> {
    let count = |answer: fn(Answer) -> bool| pushed.iter().filter(|push| answer(push.answer)).count() as f64;
    let taken = count(|answer| answer == Answer::Taken);
    let later = count(|answer| answer == Answer::Later);
    let refused = count(|answer| matches!(answer, Answer::Refused(_)));
    let missing = count(|answer| answer == Answer::Missing);
    let slowest = pushed.iter().map(|push| push.took).max().unwrap_or_default();
    let of = format!("pushes of {PUSH_RECORDS} records taken, {phones} phones at once");
    vec![
        Figure::new("taken", of, taken, ""),
        Figure::new("told_later", "429 or 503, with Retry-After", later, ""),
        Figure::new("refused", "answered anything else", refused, ""),
        Figure::new("unanswered", "not answered, or too late", missing, ""),
        Figure::new("slowest_ms", "the longest wait", slowest.as_secs_f64() * 1e3, "ms"),
    ]
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
