//! What monitoring asks a running server: `/metrics` and `/readyz`.

use std::{
    fs,
    thread::sleep,
    time::{Duration, Instant},
};

use onbeat_tests::{load, world::Api};
use reqwest::{Client, header::RETRY_AFTER};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::{
    bed::{Bed, REP},
    cluster::Cluster,
};

/// Longest wait until the server says otherwise.
const SAID_MOST: Duration = Duration::from_secs(30);

struct Monitor {
    runtime: Runtime,
    client: Client,
    metrics: String,
    ready: String,
}

/// An answer of `/readyz`.
struct Ready {
    status: u16,
    retry_after: bool,
    answer: Value,
}

impl Monitor {
    /// Where the server's log says that metrics are.
    fn of(bed: &Bed) -> Self {
        let log = fs::read_to_string(bed.server.data().join("server.log")).unwrap();
        let (_, rest) = log.split_once("metrics on ").unwrap();
        Self {
            runtime: Runtime::new().unwrap(),
            client: load::client(),
            metrics: rest.split('"').next().unwrap().to_owned(),
            ready: format!("{}/readyz", bed.server.address()),
        }
    }

    fn metrics(&self) -> Metrics {
        let asked = async {
            self.client
                .get(&self.metrics)
                .send()
                .await?
                .error_for_status()?
                .text()
                .await
        };
        Metrics(self.runtime.block_on(asked).unwrap())
    }

    fn ready(&self) -> Ready {
        self.runtime.block_on(async {
            let answer = self.client.get(&self.ready).send().await.unwrap();
            Ready {
                status: answer.status().as_u16(),
                retry_after: answer.headers().contains_key(RETRY_AFTER),
                answer: answer.json().await.unwrap(),
            }
        })
    }

    /// Waits until `/readyz` answers so.
    fn once(&self, status: u16) -> Ready {
        let begun = Instant::now();
        loop {
            let ready = self.ready();
            if ready.status == status {
                return ready;
            }
            assert!(begun.elapsed() < SAID_MOST, "{}", ready.answer);
            sleep(Duration::from_millis(50));
        }
    }
}

/// All series as they are told.
struct Metrics(String);

impl Metrics {
    /// Of what has not happened yet there is no series.
    fn value(&self, series: &str) -> f64 {
        let value = |line: &str| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok();
        self.0.lines().find_map(value).unwrap_or(0.0)
    }
}

#[test]
fn what_a_server_does_is_counted_and_whether_it_can_work_is_told() {
    let mut cluster = Cluster::start(&[]);
    let more = ["--database", &cluster.url, "--metrics-listen", "127.0.0.1:0"];
    let mut bed = Bed::start(&more, |_, _| None);
    let monitor = Monitor::of(&bed);
    monitor.once(200);
    let before = monitor.metrics();
    let mut phone = bed.phone(REP);
    let then = phone.take_fixes(bed.now_ms, 7);
    bed.sync(&mut phone, then);
    bed.settle();
    assert!(Api::log_in(&bed.server.address(), "nora", "a guess").is_err());
    let after = monitor.metrics();
    for (series, least) in [
        ("onbeat_intake_records_total{outcome=\"stored\"}", 7.0),
        ("onbeat_folds_total{outcome=\"done\"}", 1.0),
        ("onbeat_store_commits_total{outcome=\"done\"}", 2.0),
        ("onbeat_store_commit_seconds_count", 2.0),
        (
            "onbeat_refusals_total{route=\"/api/v1/login\",code=\"bad_log_in\"}",
            1.0,
        ),
    ] {
        let grown = after.value(series) - before.value(series);
        assert!(grown >= least, "{series}: {grown} in\n{}", after.0);
    }
    assert!(after.0.contains("\nonbeat_fold_lag_seconds "), "{}", after.0);
    assert_eq!(
        ["onbeat_marks_waiting", "onbeat_ready"].map(|series| after.value(series)),
        [0.0, 1.0]
    );
    assert!(!after.0.contains(REP) && after.0.ends_with("# EOF\n"), "{}", after.0);

    cluster.kill("QUIT");
    let away = monitor.once(503);
    let reasons = &away.answer["error"]["reasons"];
    assert_eq!(
        (&reasons[0]["code"], away.retry_after),
        (&"store".into(), true),
        "{reasons}"
    );
    assert_eq!(monitor.metrics().value("onbeat_ready"), 0.0);
    cluster.restart();
    monitor.once(200);
    assert_eq!(monitor.metrics().value("onbeat_ready"), 1.0);
}
