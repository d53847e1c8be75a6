use std::{
    collections::{BTreeSet, HashMap},
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use onbeat_core::rules::DayView;

use super::{
    day::{Bases, FoldError, fold},
    keys::{day_key, read_day_key},
    views,
};
use crate::{
    app::App,
    feed,
    store::{Change, Field, StoreResult, ViewQuery},
};

/// Days folded into one transaction.
const AT_ONCE: usize = 16;
/// How often the worker looks whether a window has closed.
const TICK: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// Open days waited for: all reps' of a large company.
const OPEN_DAYS: usize = 20_000;

/// What the fold worker remembers: nothing that a restart could not find again.
#[derive(Debug, Default)]
pub struct Folding {
    pub(super) bases: Bases,
    /// One folds at a time: of two, the one that read less might be the last to write.
    turn: tokio::sync::Mutex<()>,
    open: Mutex<BTreeSet<(i64, String)>>,
    failing: Mutex<HashMap<String, Failing>>,
}

/// A day that could not be folded.
#[derive(Debug, Clone, Copy)]
struct Failing {
    pause: Duration,
    again: Instant,
}

impl Folding {
    fn paused(&self, key: &str) -> bool {
        let failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        failing.get(key).is_some_and(|failing| failing.again > Instant::now())
    }

    /// Twice the pause each time.
    fn failed(&self, key: &str) {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let pause = failing
            .get(key)
            .map_or(FIRST_PAUSE, |last| (last.pause * 2).min(LONGEST_PAUSE));
        let again = Instant::now() + pause;
        failing.insert(key.to_owned(), Failing { pause, again });
    }

    fn folded(&self, key: &str, view: &DayView) {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(window) = view.window.filter(|_| !view.closed && open.len() < OPEN_DAYS) {
            open.insert((window.to_ms, key.to_owned()));
        }
    }

    /// Keys of the days whose window has closed, taken out.
    fn closing(&self, now_ms: i64) -> Vec<String> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let later = open.split_off(&(now_ms + 1, String::new()));
        std::mem::replace(&mut *open, later)
            .into_iter()
            .map(|(_, key)| key)
            .collect()
    }
}

/// Folds what is marked until `shutdown`.
pub async fn run(app: Arc<App>, shutdown: impl Future<Output = ()>) {
    if let Err(error) = reopen(&app).await {
        tracing::error!(%error, "open days could not be looked up");
    }
    tokio::pin!(shutdown);
    loop {
        if let Err(error) = drain(&app).await {
            tracing::error!(%error, "folding failed, it is tried again");
        }
        tokio::select! {
            () = &mut shutdown => return,
            () = app.wake.notified() => {}
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

/// Marks the days that were open when the server stopped.
async fn reopen(app: &App) -> StoreResult<()> {
    let mut query = ViewQuery {
        kind: "day".into(),
        fields: vec![("closed".into(), Field::Int(0))],
        limit: 1_000,
        ..ViewQuery::default()
    };
    loop {
        let page = app.store.views(&query).await?;
        let change = Change {
            mark: page.iter().map(|view| format!("day/{}", view.key)).collect(),
            ..Change::default()
        };
        app.commit(change).await?;
        match page.last() {
            Some(last) if page.len() == query.limit => query.after = Some((last.at_ms, last.key.clone())),
            _ => return Ok(()),
        }
    }
}

/// Folds until nothing is marked but what failed and waits for its next try.
///
/// # Errors
/// The store's.
pub async fn drain(app: &App) -> StoreResult<()> {
    let _turn = app.folding.turn.lock().await;
    let closing = app.folding.closing(app.now_ms());
    if !closing.is_empty() {
        let change = Change {
            mark: closing,
            ..Change::default()
        };
        app.commit(change).await?;
    }
    feed::publish_due(app).await?;
    while work(app).await? {}
    Ok(())
}

/// Folds some marked days in one transaction; false: there was nothing to do.
async fn work(app: &App) -> StoreResult<bool> {
    let marks = app.store.marks(1_000).await?;
    let due: Vec<_> = marks
        .into_iter()
        .filter(|(key, _)| !app.folding.paused(key))
        .take(AT_ONCE)
        .collect();
    if due.is_empty() {
        return Ok(false);
    }
    let mut change = Change::default();
    for (key, number) in due {
        change.unmark.push((key.clone(), number));
        if let Err(error) = refold(app, &key, &mut change).await {
            tracing::error!(%error, key, "a day could not be folded, it is tried again later");
            app.folding.failed(&key);
            // Marked anew it stands behind the others, so that many failing days hold none of them up.
            change.mark.push(key);
        }
    }
    app.commit(change).await?;
    Ok(true)
}

async fn refold(app: &App, key: &str, change: &mut Change) -> Result<(), FoldError> {
    let Some((rep, day)) = read_day_key(key) else {
        return Ok(());
    };
    let (view, basis) = fold(app, rep, day).await?;
    views::put(app, &view, &basis, change).await?;
    app.folding.folded(&day_key(rep, day), &view);
    Ok(())
}
