//! A load of pushes: batches are written and sealed beforehand, so that the clock sees the server alone.

use std::time::{Duration, Instant};

use onbeat_core::{
    reading::{Fix, Provider, Stamp},
    record::Batch,
    rules::presence::FixTaken,
};
use serde::Serialize;

use crate::raw_phone::{BOOT, RawPhone};

/// What a load came to.
#[derive(Debug, Clone, Serialize)]
pub struct LoadReport {
    /// Records acknowledged a second.
    pub records_per_s: f64,
    /// Half of the pushes took at most this.
    pub p50_ms: f64,
    /// 99 of 100 pushes took at most this.
    pub p99_ms: f64,
    /// Pushes answered with anything but 200.
    pub errors: usize,
    /// Pushes in all.
    pub pushes: usize,
}

/// A client without proxies; each has connections of its own.
pub fn client() -> reqwest::Client {
    // Only plain HTTP to this machine, but the client wants to know who would do its cryptography.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client without TLS roots of its own")
}

/// A fix at each of some times, which only go forward, in batches of `batch_records`.
pub fn batches_of_fixes(
    phone: &mut RawPhone,
    times_ms: impl IntoIterator<Item = i64>,
    batch_records: usize,
) -> Vec<Batch> {
    let mut begun_ms = None;
    let fixes = times_ms.into_iter().map(|at_ms| {
        let begun_ms = *begun_ms.get_or_insert(at_ms);
        (at_ms, fix((at_ms - begun_ms) / 1_000))
    });
    batches_of(phone, fixes, batch_records)
}

/// Fixes with their times, which only go forward, in batches of `batch_records`.
pub fn batches_of(
    phone: &mut RawPhone,
    fixes: impl IntoIterator<Item = (i64, Fix)>,
    batch_records: usize,
) -> Vec<Batch> {
    let fixes: Vec<(i64, Fix)> = fixes.into_iter().collect();
    let begun_ms = fixes.first().map(|(at_ms, _)| *at_ms).unwrap_or_default();
    let batches = fixes.chunks(batch_records).map(|fixes| {
        let records = fixes.iter().map(|(at_ms, fix)| {
            let (at_ms, elapsed_ms) = (*at_ms, at_ms - begun_ms);
            let boot = BOOT.into();
            let at = Stamp {
                at_ms,
                elapsed_ms,
                boot,
            };
            let fix = fix.clone();
            phone.write(at, &FixTaken { fix, seen: None })
        });
        let records = records.collect();
        phone.sealed(records)
    });
    batches.collect()
}

/// Somewhere in Queens, a little elsewhere each time.
fn fix(n: i64) -> Fix {
    Fix {
        lat_e9: 40_728_000_000 + 1_000 * (n % 977),
        lon_e9: -73_795_000_000 + 1_000 * (n % 1_009),
        accuracy_mm: Some(8_000 + n % 9_000),
        age_ms: 300,
        provider: Provider::Gps,
        satellites: Some(9),
        speed_mm_s: Some(n % 1_500),
        simulated: false,
        approximate: false,
        still: false,
    }
}

/// Pushes each phone's batches over a connection of its own, all phones at once.
pub async fn push_all(phones: Vec<(RawPhone, Vec<Batch>)>) -> LoadReport {
    let bodies = phones.into_iter().map(|(phone, batches)| {
        let bodies: Vec<_> = batches
            .iter()
            .map(|batch| (batch.records.len(), batch.to_ndjson().into_bytes()))
            .collect();
        (phone, bodies)
    });
    let bodies: Vec<_> = bodies.collect();
    let started = Instant::now();
    let tasks: Vec<_> = bodies
        .into_iter()
        .map(|(phone, bodies)| tokio::spawn(push_one_by_one(phone, bodies)))
        .collect();
    let mut pushes = Vec::new();
    for task in tasks {
        pushes.extend(task.await.expect("a pusher does not panic"));
    }
    report(pushes, started.elapsed())
}

struct Push {
    took: Duration,
    records: usize,
    stored: bool,
}

async fn push_one_by_one(phone: RawPhone, bodies: Vec<(usize, Vec<u8>)>) -> Vec<Push> {
    let mut pushes = Vec::with_capacity(bodies.len());
    for (records, body) in bodies {
        let sent = Instant::now();
        let (status, _) = phone.push_bytes(None, body).await;
        pushes.push(Push {
            took: sent.elapsed(),
            records,
            stored: status == 200,
        });
    }
    pushes
}

fn report(mut pushes: Vec<Push>, took: Duration) -> LoadReport {
    pushes.sort_by_key(|push| push.took);
    let stored: usize = pushes.iter().filter(|push| push.stored).map(|push| push.records).sum();
    let times: Vec<Duration> = pushes.iter().map(|push| push.took).collect();
    let quantile_ms = |q| quantile(&times, q).as_secs_f64() * 1e3;
    LoadReport {
        records_per_s: stored as f64 / took.as_secs_f64(),
        p50_ms: quantile_ms(0.5),
        p99_ms: quantile_ms(0.99),
        errors: pushes.iter().filter(|push| !push.stored).count(),
        pushes: pushes.len(),
    }
}

/// The time within which a share of all sorted times lies; zero of none.
pub fn quantile(sorted: &[Duration], share: f64) -> Duration {
    let at = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or_default()
}
