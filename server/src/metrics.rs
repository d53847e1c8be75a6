//! What is counted, for Prometheus. Labels come from closed lists (routes, statuses, codes of errors): there are no
//! more series for more reps, and none that speaks of one.

use std::{
    sync::{Arc, Mutex, PoisonError, atomic::AtomicU64},
    time::{Duration, Instant},
};

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};

/// Upper ends of a histogram's buckets, seconds: an fsync takes milliseconds, a union of districts seconds.
const SECONDS: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// All that is counted.
pub struct Metrics {
    registry: Registry,
    /// Requests answered.
    pub requests: Requests,
    /// Records of phones: `stored` now, or `known` already.
    pub records: Outcomes,
    /// Days folded, and those that could not be.
    pub folds: Outcomes,
    /// Connections of phones and browsers.
    pub connections: Connections,
    /// What is looked up when somebody asks.
    pub now: Now,
}

/// Requests answered, and how long that took.
pub struct Requests {
    answered: Family<RequestLabels, Counter>,
    seconds: Family<RouteLabels, Histogram>,
    refused: Family<RefusalLabels, Counter>,
}

/// Connections of phones and browsers.
#[derive(Clone, Default)]
pub struct Connections {
    /// Open now.
    pub open: Gauge,
    /// Hung up on: the address had too many, the handshake failed or took too long, requests were cancelled by
    /// the dozen.
    pub dropped: Outcomes,
}

/// What is looked up when somebody asks.
#[derive(Default)]
pub struct Now {
    /// Since nothing waited to be folded, seconds: no view is further behind than this.
    pub fold_lag_s: Gauge<f64, AtomicU64>,
    /// Days whose fold failed and is tried again.
    pub folds_failing: Gauge,
    /// Keys whose view is out of date, counted up to a thousand.
    pub marks: Gauge,
    /// Bytes left on the disk of the data folder; not a number where the store is elsewhere, so that no alert goes off.
    pub disk_free_bytes: Gauge<f64, AtomicU64>,
    /// 1: `/readyz` says yes.
    pub ready: Gauge,
}

/// What the store writes.
#[derive(Clone)]
pub struct Writes {
    /// Changes that wait to be written.
    pub queued: Gauge,
    /// From a change's coming to its being durable (or refused).
    pub seconds: Histogram,
    /// By how they ended.
    pub outcomes: Outcomes,
    full_at: Arc<Mutex<Option<Instant>>>,
}

/// How often something went how: each outcome is one word of the code.
#[derive(Clone, Debug, Default)]
pub struct Outcomes(Family<OutcomeLabels, Counter>);

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RefusalLabels {
    route: String,
    code: String,
}

impl Metrics {
    /// Counts from nothing, with what the store counts.
    pub fn new(writes: &Writes) -> Self {
        let mut registry = Registry::with_prefix("onbeat");
        let metrics = Self {
            requests: Requests::default(),
            records: Outcomes::default(),
            folds: Outcomes::default(),
            connections: Connections::default(),
            now: Now::default(),
            registry: Registry::default(),
        };
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program that runs", version);
        metrics.requests.register(&mut registry);
        registry.register(
            "intake_records",
            "Records of phones, stored now or known already",
            metrics.records.0.clone(),
        );
        registry.register("folds", "Days folded, or not", metrics.folds.0.clone());
        metrics.connections.register(&mut registry);
        metrics.now.register(&mut registry);
        writes.register(&mut registry);
        Self { registry, ..metrics }
    }

    /// The text that Prometheus reads (OpenMetrics 1.0).
    pub fn text(&self) -> String {
        let mut text = String::new();
        text::encode(&mut text, &self.registry).expect("a string takes all that is written");
        text
    }
}

impl Outcomes {
    /// Once more.
    pub fn count(&self, outcome: &'static str) {
        self.add(outcome, 1);
    }

    /// So many times more.
    pub fn add(&self, outcome: &'static str, times: usize) {
        self.0.get_or_create(&OutcomeLabels { outcome }).inc_by(times as u64);
    }
}

impl Default for Requests {
    fn default() -> Self {
        Self {
            answered: Family::default(),
            seconds: Family::new_with_constructor(seconds),
            refused: Family::default(),
        }
    }
}

impl Requests {
    /// One request: its route as the router spells it, and the code of its error.
    pub fn count(&self, route: &str, method: &axum::http::Method, status: u16, code: Option<&str>, took: Duration) {
        let route = route.to_owned();
        if let Some(code) = code {
            let (route, code) = (route.clone(), code.to_owned());
            self.refused.get_or_create(&RefusalLabels { route, code }).inc();
        }
        let labels = RouteLabels { route: route.clone() };
        self.seconds.get_or_create(&labels).observe(took.as_secs_f64());
        let method = known(method);
        self.answered
            .get_or_create(&RequestLabels { route, method, status })
            .inc();
    }

    fn register(&self, registry: &mut Registry) {
        registry.register("requests", "Requests answered", self.answered.clone());
        registry.register(
            "refusals",
            "Requests refused, by the code of the error",
            self.refused.clone(),
        );
        let help = "From a request's head to its answer";
        registry.register_with_unit("request", help, Unit::Seconds, self.seconds.clone());
    }
}

/// Anybody can make up methods.
fn known(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        _ => "other",
    }
}

impl Connections {
    fn register(&self, registry: &mut Registry) {
        registry.register("connections", "Connections that are open", self.open.clone());
        registry.register("connections_dropped", "Connections hung up on", self.dropped.0.clone());
    }
}

impl Now {
    fn register(&self, registry: &mut Registry) {
        let help = "Since nothing waited to be folded: no view is further behind";
        registry.register_with_unit("fold_lag", help, Unit::Seconds, self.fold_lag_s.clone());
        registry.register(
            "folds_failing",
            "Days whose fold failed and is tried again",
            self.folds_failing.clone(),
        );
        registry.register(
            "marks_waiting",
            "Views out of date, counted up to a thousand",
            self.marks.clone(),
        );
        let help = "Left on the disk of the data folder";
        registry.register_with_unit("disk_free", help, Unit::Bytes, self.disk_free_bytes.clone());
        registry.register("ready", "1: /readyz says yes", self.ready.clone());
    }
}

impl Default for Writes {
    fn default() -> Self {
        Self {
            queued: Gauge::default(),
            seconds: seconds(),
            outcomes: Outcomes::default(),
            full_at: Arc::default(),
        }
    }
}

impl Writes {
    /// The disk was full just now.
    pub fn note_full(&self) {
        *self.full_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// The disk was full within this time.
    pub fn full_for(&self, within: Duration) -> bool {
        let full_at = *self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        full_at.is_some_and(|at| at.elapsed() < within)
    }

    fn register(&self, registry: &mut Registry) {
        registry.register("store_queue", "Changes that wait to be written", self.queued.clone());
        registry.register("store_commits", "Changes, by how they ended", self.outcomes.0.clone());
        let help = "From a change's coming to its being durable";
        registry.register_with_unit("store_commit", help, Unit::Seconds, self.seconds.clone());
    }
}

fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}
