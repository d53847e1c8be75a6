use std::{future::Future, sync::Arc, time::Duration};

use super::{
    company,
    day::{FoldError, fold},
    keys::{day_key, read_day_key},
    noted, views,
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
    if let Some((team, day)) = company::read_key(key) {
        return company::look_over(app, team, day, change).await;
    }
    let Some((rep, day)) = read_day_key(key) else {
        return Ok(());
    };
    let folded = fold(app, rep, day).await?;
    change
        .mark
        .extend(company::calls_for(app, &folded.view, &folded.basis.rep.team).await?);
    views::put(app, &folded.view, &folded.basis, change).await?;
    noted::tell(app, &folded.noted, folded.documents, change).await?;
    app.folding.folded(&day_key(rep, day), &folded.view);
    Ok(())
}
