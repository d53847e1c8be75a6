//! Whether the server can do its work now, and if not, why not.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::Serialize;
use tokio::{sync::watch, time::timeout};
use utoipa::ToSchema;

use crate::{
    app::App,
    store::{Cell, Change, StoreError},
};

/// An answer holds so long: whoever asks often writes no more often.
const HOLDS: Duration = Duration::from_secs(2);
/// Longest wait for the store.
const STORE_MOST: Duration = Duration::from_secs(5);
/// After a write was refused for want of space, so long.
const FULL_HOLDS: Duration = Duration::from_secs(30);
/// Less than this, and the next pushes fill the disk: a push has at most 512 KiB, and 64 wait at most.
const DISK_LEAST_BYTES: u64 = 64 * 1024 * 1024;

/// What keeps the server from its work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reason {
    /// `stopping`, `store`, `disk_full`, `disk_low` or `folds_behind`.
    pub code: &'static str,
    /// What is wrong, and how to mend it.
    pub message: String,
}

/// What is remembered between two questions.
pub struct Readiness {
    stopping: watch::Sender<bool>,
    last: tokio::sync::Mutex<Option<(Instant, Vec<Reason>)>>,
    /// Views may be so far behind.
    fold_lag_most: Mutex<Duration>,
}

impl Default for Readiness {
    fn default() -> Self {
        Self {
            stopping: watch::Sender::new(false),
            last: tokio::sync::Mutex::default(),
            fold_lag_most: Mutex::new(Duration::from_secs(300)),
        }
    }
}

impl Readiness {
    /// From now on it is not ready: whoever shares out requests sends them elsewhere.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Waits until it stops: what would never end ends then.
    pub fn stopped(&self) -> impl Future<Output = ()> + use<> {
        let mut stopping = self.stopping.subscribe();
        async move {
            // Nobody is left to say so where the server is gone.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        }
    }

    /// Views may be so far behind.
    pub fn allow_fold_lag(&self, most: Duration) {
        *self.fold_lag_most.lock().unwrap_or_else(PoisonError::into_inner) = most;
    }
}

/// What keeps the server from its work; nothing: it is ready. It reads, and writes and syncs one cell.
pub async fn reasons(app: &App) -> Vec<Reason> {
    let stopping = *app.readiness.stopping.borrow();
    let stopping = stopping.then(|| reason("stopping", "the server is stopping: ask another, or in a moment again"));
    let mut last = app.readiness.last.lock().await;
    let fresh = last.as_ref().filter(|(at, _)| at.elapsed() < HOLDS);
    let lasting = match fresh {
        Some((_, reasons)) => reasons.clone(),
        None => look(app).await,
    };
    if fresh.is_none() {
        *last = Some((Instant::now(), lasting.clone()));
    }
    stopping.into_iter().chain(lasting).collect()
}

async fn look(app: &App) -> Vec<Reason> {
    let writes = app.store.writes();
    let lag = app.folding.lag();
    let lag_most = *app
        .readiness
        .fold_lag_most
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let behind = (lag > lag_most).then(|| {
        let why = format!(
            "folding is {} s behind: see the log, and whether the machine is overloaded",
            lag.as_secs()
        );
        reason("folds_behind", why)
    });
    let refused = writes
        .full_for(FULL_HOLDS)
        .then(|| full("a write was refused a moment ago"));
    let low = app.store.free_bytes().filter(|free| *free < DISK_LEAST_BYTES);
    let low = low.map(|free| {
        let why = format!(
            "the disk of the data folder has {} MiB left: free space",
            free / 1024 / 1024
        );
        reason("disk_low", why)
    });
    let mut reasons: Vec<Reason> = [write(app).await, refused, low, behind].into_iter().flatten().collect();
    reasons.dedup_by_key(|reason| reason.code);
    reasons
}

/// Writes a cell, durably.
async fn write(app: &App) -> Option<Reason> {
    let cell = Cell {
        kind: "meta".into(),
        key: "ready".into(),
        body: app.now_ms().to_string(),
        expires_ms: None,
    };
    let change = Change {
        cells: vec![cell],
        ..Change::default()
    };
    match timeout(STORE_MOST, app.store.commit(change)).await {
        Ok(Ok(_)) => None,
        Ok(Err(StoreError::Full)) => Some(full("a write was refused")),
        Ok(Err(StoreError::Busy)) => Some(reason("store", "the store is busy, or its database is out of reach")),
        Ok(Err(error)) => {
            tracing::error!(%error, "the store failed when it was tried");
            Some(reason("store", "the store failed: see the server's log"))
        }
        Err(_) => Some(reason(
            "store",
            "the store did not answer within 5 seconds: is the disk slow?",
        )),
    }
}

fn full(what: &str) -> Reason {
    reason("disk_full", format!("the disk is full, {what}: free space"))
}

fn reason(code: &'static str, message: impl Into<String>) -> Reason {
    Reason {
        code,
        message: message.into(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use onbeat_core::record::Hash;

    use super::*;
    use crate::testing::World;

    async fn codes(world: &World) -> Vec<&'static str> {
        let reasons = reasons(&world.app).await;
        reasons.into_iter().map(|reason| reason.code).collect()
    }

    #[tokio::test]
    async fn a_server_that_stops_says_so_at_once() {
        let world = World::new().await;
        assert_eq!(codes(&world).await, Vec::<&str>::new());
        let stopped = world.app.readiness.stopped();
        world.app.readiness.stop();
        stopped.await;
        world.app.readiness.stopped().await;
        assert_eq!(codes(&world).await, ["stopping"]);
    }

    #[tokio::test]
    async fn folds_that_are_behind_are_told() {
        let world = World::new().await;
        world.app.readiness.allow_fold_lag(Duration::ZERO);
        assert_eq!(codes(&world).await, ["folds_behind"]);
    }

    #[tokio::test]
    async fn a_write_that_a_full_disk_refused_is_told_though_smaller_ones_still_fit() {
        let world = World::on_a_small_disk().await;
        let bytes = vec![0; 2 * 1024 * 1024];
        let change = Change {
            blobs: vec![(Hash::of(&bytes), bytes)],
            ..Change::default()
        };
        assert!(matches!(world.app.commit(change).await, Err(StoreError::Full)));
        assert_eq!(codes(&world).await, ["disk_full"]);
    }
}
