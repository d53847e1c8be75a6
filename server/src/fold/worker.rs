use std::{
    collections::HashSet,
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};

use super::{
    company,
    day::{DayRead, FoldError},
    keys::read_day_key,
    noted, views,
};
use crate::{
    app::App,
    feed,
    store::{Change, Claim, Committed, StoreError, StoreResult, ViewQuery},
};

/// Days folded into one transaction.
const DAYS: usize = 64;
/// Of them folded at the same time: while one waits for what it reads, another keeps a core busy.
const AT_ONCE: usize = 4;
/// Marks looked at at once.
const MARKS: usize = 1_000;
/// How often is looked whether another process has folded what it took.
const ELSEWHERE: Duration = Duration::from_millis(20);
/// How often the worker looks whether a window has closed.
const TICK: Duration = Duration::from_secs(1);
/// How long a process has for what it took to fold, until another may take it.
const LEASE: Duration = Duration::from_secs(30);
/// While so many pushes are at work, the worker rests as long as it worked; while twice as many, twice as long.
const PUSHES_A_REST: u32 = 4;
const REST_MOST: Duration = Duration::from_secs(2);
/// But not while it has not caught up for so long.
const BEHIND_MOST: Duration = Duration::from_secs(60);

/// Folds what is marked until `shutdown`.
pub async fn run(app: Arc<App>, shutdown: impl Future<Output = ()>) {
    tokio::pin!(shutdown);
    loop {
        if let Err(error) = keep_up(&app).await {
            tracing::error!(%error, "folding failed, it is tried again");
        }
        tokio::select! {
            () = &mut shutdown => return,
            () = app.wake.notified() => {}
            () = app.store.marked_elsewhere() => {}
            // Nobody may be looking.
            () = app.store.viewed_elsewhere() => drop(app.news.send(())),
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

/// Folds until nothing is marked but what failed and waits for its next try, or what another process folds.
///
/// # Errors
/// The store's.
pub async fn drain(app: &App) -> StoreResult<()> {
    let _turn = app.folding.turn.lock().await;
    due(app).await?;
    while work(app).await? {}
    look(app).await
}

/// As [`drain`], but phones come first: the more of their pushes are at work, the longer it rests between some days and
/// the next. A day that is pushed to meanwhile is folded once for all of it.
async fn keep_up(app: &App) -> StoreResult<()> {
    let mut looked: Option<Instant> = None;
    loop {
        let turn = app.folding.turn.lock().await;
        let begun = Instant::now();
        if looked.is_none_or(|looked| looked.elapsed() >= TICK) {
            due(app).await?;
            // What is worked off at once is looked at when it is.
            if looked.replace(begun).is_some() {
                look(app).await?;
            }
        }
        if !work(app).await? {
            return look(app).await;
        }
        drop(turn);
        if app.folding.lag() < BEHIND_MOST {
            tokio::time::sleep(rest(begun.elapsed(), app.turns.at_work())).await;
        }
    }
}

fn rest(worked: Duration, pushes: u32) -> Duration {
    (worked * pushes / PUSHES_A_REST).min(REST_MOST)
}

/// Marks and publishes what is due by now.
async fn due(app: &App) -> StoreResult<()> {
    app.refresh().await?;
    close(app).await?;
    feed::publish_due(app).await
}

/// Looks how far behind the views are, whoever folds them.
async fn look(app: &App) -> StoreResult<()> {
    let paused = app.folding.paused();
    let mut marks = app.store.marks(MARKS).await?;
    let all = marks.len() < MARKS;
    marks.retain(|(key, _)| !paused.contains(key));
    app.folding.looked(marks, all);
    Ok(())
}

/// As [`drain`], and waits until other processes have folded what is marked by now.
///
/// # Errors
/// The store's.
pub async fn settle(app: &App) -> StoreResult<()> {
    drain(app).await?;
    let mut owed = app.store.marks(MARKS).await?;
    loop {
        let paused = app.folding.paused();
        let still: HashSet<_> = app.store.marks(MARKS).await?.into_iter().collect();
        owed.retain(|mark| still.contains(mark) && !paused.contains(&mark.0));
        if owed.is_empty() {
            return Ok(());
        }
        tokio::time::sleep(ELSEWHERE).await;
        drain(app).await?;
    }
}

/// Marks the open days whose window has closed by now.
async fn close(app: &App) -> StoreResult<()> {
    let query = ViewQuery {
        kind: "day".into(),
        at_most: Some((views::CLOSES.into(), app.now_ms())),
        limit: MARKS,
        ..ViewQuery::default()
    };
    let closed = app.store.views(&query).await?;
    if closed.is_empty() {
        return Ok(());
    }
    // A mark that is set twice is worked off twice, and stands behind all others: it waits until all can be seen.
    let marks = app.store.marks(MARKS).await?;
    if marks.len() == MARKS {
        return Ok(());
    }
    let marked: HashSet<&str> = marks.iter().map(|(key, _)| key.as_str()).collect();
    let closed = closed.iter().map(|view| format!("day/{}", view.key));
    let change = Change {
        mark: closed.filter(|key| !marked.contains(key.as_str())).collect(),
        ..Change::default()
    };
    app.commit(change).await.map(drop)
}

/// Folds some marked days in one transaction; false: there was nothing to do.
async fn work(app: &App) -> StoreResult<bool> {
    let claims = app.store.claim(DAYS, LEASE, &app.folding.paused()).await?;
    if claims.is_empty() {
        return Ok(false);
    }
    let worked = work_off(app, claims.clone()).await;
    if worked.is_err() {
        give_back(app, claims).await;
    }
    worked.map(|()| true)
}

/// What was claimed and not folded is free for any server at once. Where the database can't be told, it is when the lease
/// ends.
async fn give_back(app: &App, claims: Vec<Claim>) {
    let change = Change {
        mark: claims.iter().map(|claim| claim.key.clone()).collect(),
        unmark: claims,
        ..Change::default()
    };
    if let Err(error) = app.commit(change).await {
        tracing::warn!(%error, "days that were to be folded wait until their lease ends");
    }
}

/// Folds what was claimed.
async fn work_off(app: &App, claims: Vec<Claim>) -> StoreResult<()> {
    app.refresh().await?;
    let mut change = Change::default();
    let days = claims.iter().filter(|claim| company::read_key(&claim.key).is_none());
    let many = 2 * days.count() > DAYS;
    let refolding: Vec<_> = claims.iter().map(|claim| refold(app, &claim.key, many)).collect();
    let mut refolded = stream::iter(refolding).buffered(AT_ONCE);
    for claim in &claims {
        match refolded.next().await.expect("one for each claim") {
            Ok(folded) => {
                app.folding.folded(&claim.key);
                change.extend(folded);
            }
            // No fault of the day's.
            Err(FoldError::Store(error @ (StoreError::Away(_) | StoreError::Busy))) => return Err(error),
            Err(error) => {
                let day = read_day_key(&claim.key).map(|(_, day)| day.to_string());
                let error = error.without_names();
                tracing::error!(error, day, "a day could not be folded, it is tried again later");
                app.metrics.folds.count("failed");
                app.folding.failed(&claim.key);
                // Marked anew it stands behind the others, so that many failing days hold none of them up.
                change.mark.push(claim.key.clone());
            }
        }
    }
    drop(refolded);
    change.unmark = claims;
    if app.commit(change).await? == Committed::Stale {
        tracing::warn!("folding took so long that another process took over");
    }
    Ok(())
}

/// What folding a marked day anew changes. While `many` reps' days wait, a team is not looked over: each of them may
/// call for it again.
async fn refold(app: &App, key: &str, many: bool) -> Result<Change, FoldError> {
    let mut change = Change::default();
    if let Some((team, day)) = company::read_key(key) {
        if !many {
            return company::look_over(app, team, day).await;
        }
        change.mark.push(key.to_owned());
        return Ok(change);
    }
    let Some((rep, day)) = read_day_key(key) else {
        return Ok(change);
    };
    let read = DayRead::new(app, rep, day).await?;
    let is_nothing = read.is_unheard() || read.is_before_phones(app).await?;
    if is_nothing && views::day(app, rep, day).await?.is_none() {
        return Ok(change);
    }
    let folded = read.folded(app).await?;
    change
        .mark
        .extend(company::calls_for(app, &folded.view, &folded.basis.rep.team).await?);
    views::put(app, &folded.view, &folded.basis, &mut change).await?;
    noted::tell(app, folded, &mut change).await?;
    app.metrics.folds.count("done");
    Ok(change)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rests_the_longer_the_more_phones_push_but_never_long() {
        let ms = Duration::from_millis;
        for (worked, pushes, rests) in [(ms(200), 0, ms(0)), (ms(200), 1, ms(50)), (ms(200), 16, ms(800))] {
            assert_eq!(rest(worked, pushes), rests, "{pushes} pushes");
        }
        assert_eq!(rest(Duration::from_secs(60), 64), REST_MOST);
    }
}
