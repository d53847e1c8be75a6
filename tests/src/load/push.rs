use std::time::{Duration, Instant};

use tokio::task::JoinError;

use super::{Loaded, Push, client, quantile};
use crate::{figures::Figure, raw_phone::RawPhone};

/// What a load came to.
#[derive(Debug, Clone)]
pub struct LoadReport {
    /// Records acknowledged a second.
    pub records_per_s: f64,
    /// Half of the pushes took at most this.
    pub p50_ms: f64,
    /// 99 of 100 pushes took at most this.
    pub p99_ms: f64,
    /// Pushes answered with anything but 200, or not at all.
    pub errors: usize,
    /// Pushes in all.
    pub pushes: usize,
    /// Records acknowledged.
    pub stored: usize,
}

/// Pushes what phones gathered over so many connections at once. Each connection goes round the phones that it was
/// dealt: what they wrote first comes first. Answers the phones, too, which may go on.
pub async fn push_all(phones: Vec<Loaded>, connections: usize) -> (LoadReport, Vec<RawPhone>) {
    let dealt = deal(phones, connections);
    let started = Instant::now();
    let tasks: Vec<_> = dealt
        .into_iter()
        .map(|phones| tokio::spawn(round_by_round(phones)))
        .collect();
    let (mut pushes, mut phones) = (Vec::new(), Vec::new());
    for task in tasks {
        let (pushed, done) = task.await.expect("a pusher does not panic");
        pushes.extend(pushed);
        phones.extend(done);
    }
    (LoadReport::of(pushes, started.elapsed()), phones)
}

/// What each connection carries.
fn deal(phones: Vec<Loaded>, connections: usize) -> Vec<Vec<Loaded>> {
    let clients: Vec<_> = (0..connections).map(|_| client()).collect();
    let mut dealt: Vec<Vec<Loaded>> = (0..connections).map(|_| Vec::new()).collect();
    for (n, Loaded { phone, pushes }) in phones.into_iter().enumerate() {
        let phone = phone.over(clients[n % connections].clone());
        dealt[n % connections].push(Loaded { phone, pushes });
    }
    dealt
}

/// One push as it went.
pub(super) struct Pushed {
    pub(super) took: Duration,
    pub(super) records: usize,
    pub(super) answer: Answer,
}

/// How a push ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Taken,
    /// 429 or 503, with the word when to come again.
    Later,
    Refused(u16),
    /// None at all.
    Missing,
}

impl Answer {
    fn of(response: &reqwest::Response) -> Self {
        match response.status().as_u16() {
            200 => Self::Taken,
            429 | 503 if response.headers().contains_key("retry-after") => Self::Later,
            status => Self::Refused(status),
        }
    }
}

async fn round_by_round(phones: Vec<Loaded>) -> (Vec<Pushed>, Vec<RawPhone>) {
    let mut waiting: Vec<_> = phones
        .into_iter()
        .map(|loaded| (loaded.phone, loaded.pushes.into_iter()))
        .collect();
    let mut pushed = Vec::new();
    let mut gone_on = true;
    while gone_on {
        gone_on = false;
        for (phone, pushes) in &mut waiting {
            let Some(push) = pushes.next() else { continue };
            pushed.push(push_one(phone, push).await);
            gone_on = true;
        }
    }
    (pushed, waiting.into_iter().map(|(phone, _)| phone).collect())
}

/// Has all push at the same time; what they pushed.
///
/// # Errors
/// If one panics.
pub(super) async fn at_once<F>(pushing: impl Iterator<Item = F>) -> Result<Vec<Pushed>, JoinError>
where
    F: Future<Output = Vec<Pushed>> + Send + 'static,
{
    let tasks: Vec<_> = pushing.map(tokio::spawn).collect();
    let mut pushed = Vec::new();
    for task in tasks {
        pushed.extend(task.await?);
    }
    Ok(pushed)
}

pub(super) async fn push_one(phone: &RawPhone, push: Push) -> Pushed {
    let (sent, request) = (Instant::now(), phone.push_request(None, push.bytes));
    let answered = async {
        let response = request.send().await?;
        let answer = Answer::of(&response);
        response.bytes().await.map(|_| answer)
    };
    let answer = answered.await.unwrap_or(Answer::Missing);
    Pushed {
        took: sent.elapsed(),
        records: push.records,
        answer,
    }
}

impl LoadReport {
    pub(super) fn of(mut pushes: Vec<Pushed>, took: Duration) -> Self {
        pushes.sort_by_key(|push| push.took);
        let taken = pushes.iter().filter(|push| push.answer == Answer::Taken);
        let (stored, acknowledged) = (taken.clone().map(|push| push.records).sum(), taken.count());
        let times: Vec<Duration> = pushes.iter().map(|push| push.took).collect();
        let quantile_ms = |share| quantile(&times, share).as_secs_f64() * 1e3;
        Self {
            records_per_s: stored as f64 / took.as_secs_f64(),
            p50_ms: quantile_ms(0.5),
            p99_ms: quantile_ms(0.99),
            errors: pushes.len() - acknowledged,
            pushes: pushes.len(),
            stored,
        }
    }

    /// As figures; `of` says of what load.
    pub(super) fn figures(&self, of: &str) -> Vec<Figure> {
        let (all, stored) = (self.pushes, self.stored);
        vec![
            Figure::new(
                "records_per_s",
                format!("records acknowledged a second, {of}"),
                self.records_per_s,
                "records/s",
            ),
            Figure::new(
                "p50_ms",
                format!("a push under this load, median of {all}"),
                self.p50_ms,
                "ms",
            ),
            Figure::new("p99_ms", "a push under this load, 99 of 100", self.p99_ms, "ms"),
            Figure::new("errors", "pushes that were not taken", self.errors as f64, ""),
            Figure::new("stored_records", "records acknowledged", stored as f64, ""),
        ]
    }
}
