//! Nothing is kept longer than the policy says: once a day by the server itself, or when asked. What goes and what
//! stands in its place is [`super::erase`]'s; here is only when, and the account of it.

use std::time::Duration;

use chrono::{Datelike, Days, NaiveDate};
use onbeat_core::{record::Hash, rules::log::BatchQuarantined};
use serde::{Deserialize, Serialize};

use super::{
    Deed, Desk, DeskResult, audit, door,
    duties::{self, Duty},
    erase::{self, Erased, Erasure},
    forget::forget,
    records::RetentionApplied,
};
use crate::{
    auth::Actor,
    store::{Cell, Change, Committed, Guard, LogRow},
};

/// How often the server looks whether something has expired, or a day has begun.
const LOOK_EVERY: Duration = Duration::from_secs(600);
/// Desk records looked at together.
const PAGE: usize = 500;
const KIND: &str = "meta";
const KEY: &str = "retention";

/// What a run erased, or (dry) would. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retained {
    /// Nothing was written.
    pub dry_run: bool,
    /// Of days before this one.
    pub before: NaiveDate,
    /// Places, and what can't be read and so may hold one.
    pub fixes: u64,
    /// Days of reps whose account was frozen.
    pub days: u64,
    /// Days of reps whose places are kept until a dispute is decided.
    pub disputed_days: u64,
    /// Bytes of batches that did not check; that there were such stays in the desk's log.
    pub quarantined: u64,
    /// Of days before this one, a summary is left.
    pub summarised_before: NaiveDate,
    /// Days of reps of which only a summary was left.
    pub summarised_days: u64,
}

/// How far the runs are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Day of the newest run, whether it came to its end or not.
    pub day: Option<NaiveDate>,
    /// Up to which of the desk's records quarantined batches are gone.
    desk_seq: u64,
    /// Of all days before this one a summary is left.
    #[serde(default)]
    pub(super) summarised: Option<NaiveDate>,
    /// The newest run that came to its end.
    #[serde(default)]
    pub last: Option<Run>,
}

/// A run that came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// When, milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// What it erased.
    pub retained: Retained,
}

/// How far the runs are, and the cell that says so.
///
/// # Errors
/// The store's.
pub async fn progress(desk: &Desk) -> DeskResult<(Progress, Option<String>)> {
    let cell = desk.app.store.cell(KIND, KEY, i64::MIN).await?.map(|cell| cell.body);
    let progress = cell.as_deref().and_then(|body| serde_json::from_str(body).ok());
    Ok((progress.unwrap_or_default(), cell))
}

/// Erases what is past its time. The account of it goes to the desk's log where anything was erased.
///
/// # Errors
/// The store's. What was erased before an error stays erased: ask again.
pub async fn retain(desk: &Desk, actor: &Actor, dry_run: bool) -> DeskResult<Retained> {
    let today = desk.app.documents().day_at("", desk.now_ms());
    retain_on(desk, actor, today, dry_run).await
}

/// The day of the next run, and what it would erase of what there is now.
///
/// # Errors
/// The store's.
pub async fn next(desk: &Desk, actor: &Actor) -> DeskResult<(NaiveDate, Retained)> {
    let today = desk.app.documents().day_at("", desk.now_ms());
    let (progress, _) = progress(desk).await?;
    let day = match progress.day {
        Some(day) if day >= today => today.succ_opt().unwrap_or(today),
        _ => today,
    };
    Ok((day, retain_on(desk, actor, day, true).await?))
}

async fn retain_on(desk: &Desk, actor: &Actor, today: NaiveDate, dry_run: bool) -> DeskResult<Retained> {
    let kept = desk.app.documents().policy(desk.now_ms()).retention;
    let ago = |days: u32| today.checked_sub_days(Days::new(days.into())).unwrap_or_default();
    let (before, summarised_before) = (ago(kept.fixes_days), ago(kept.days_days));
    let what = Erasure { rep: None, before };
    let Erased {
        fixes,
        days,
        disputed_days,
        ..
    } = erase::erase(desk, actor, what, dry_run).await?;
    let (progress, _) = progress(desk).await?;
    let (batches, desk_seq) = old_batches(desk, before, progress.desk_seq).await?;
    // Once a month all are looked at: a phone may have come from a drawer.
    let from = progress.summarised.filter(|_| today.day() != 1);
    let forgotten = forget(desk, actor, from, summarised_before, dry_run).await?;
    let retained = Retained {
        dry_run,
        before,
        fixes,
        days,
        disputed_days,
        quarantined: batches.len() as u64,
        summarised_before,
        summarised_days: forgotten.days,
    };
    if dry_run {
        return Ok(retained);
    }
    let noted = cell(&Progress {
        day: Some(today),
        desk_seq,
        summarised: Some(forgotten.until),
        last: Some(Run {
            at_ms: desk.now_ms(),
            retained: retained.clone(),
        }),
    });
    if fixes == 0 && batches.is_empty() && forgotten.days == 0 {
        let change = Change {
            cells: vec![noted],
            ..Change::default()
        };
        desk.app.commit(change).await?;
        return Ok(retained);
    }
    let mut deed = Deed::new(actor);
    deed.record(&RetentionApplied {
        before,
        fixes,
        days,
        disputed_days,
        quarantined: retained.quarantined,
        summarised_before,
        summarised_days: forgotten.days,
        by: actor.user.clone(),
    });
    deed.change.drop_blobs = batches;
    deed.change.scrub = forgotten.days > 0;
    deed.change.cells.push(noted);
    deed.commit(desk).await?;
    Ok(retained)
}

/// Runs when a day has begun. It may be cut off anywhere: what is left is erased the day after.
pub async fn run(desk: Desk) {
    loop {
        if let Err(error) = door::close(&desk).await {
            tracing::error!(
                code = error.code,
                "what has expired could not be dropped, it is tried again"
            );
        }
        match daily(&desk).await {
            Ok(Some(retained)) => tracing::info!(
                before = %retained.before,
                fixes = retained.fixes,
                days = retained.days,
                disputed_days = retained.disputed_days,
                quarantined = retained.quarantined,
                summarised_days = retained.summarised_days,
                "what is past its time was erased"
            ),
            Ok(None) => {}
            Err(error) => tracing::error!(
                code = error.code,
                "what is past its time could not be erased, it is tried tomorrow; onbeat retention does it now"
            ),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The day's run, unless it was made, also by another server, or nobody has decided yet how long things are kept.
///
/// # Errors
/// As [`retain`].
pub async fn daily(desk: &Desk) -> DeskResult<Option<Retained>> {
    desk.app.refresh().await?;
    if duties::show(desk).await?.missing.contains(&Duty::Retention) {
        return Ok(None);
    }
    let today = desk.app.documents().day_at("", desk.now_ms());
    let (progress, found) = progress(desk).await?;
    if progress.day.is_some_and(|day| day >= today) {
        return Ok(None);
    }
    let mine = Change {
        guards: vec![Guard::Cell(KIND.into(), KEY.into(), found)],
        cells: vec![cell(&Progress {
            day: Some(today),
            ..progress
        })],
        ..Change::default()
    };
    match desk.app.commit(mine).await? {
        Committed::Done => retain(desk, &Actor::server(), false).await.map(Some),
        Committed::Stale => Ok(None),
    }
}

fn cell(progress: &Progress) -> Cell {
    Cell {
        kind: KIND.into(),
        key: KEY.into(),
        body: serde_json::to_string(progress).expect("numbers and days are JSON"),
        expires_ms: None,
    }
}

/// The quarantined batches of days before one, by the desk's records after a seq, and the seq of the last of those.
async fn old_batches(desk: &Desk, before: NaiveDate, after: u64) -> DeskResult<(Vec<Hash>, u64)> {
    let schedule = desk.app.documents().schedule_of("", before);
    let boundary_ms = schedule.whole_day(before).from_ms;
    let (mut batches, mut last) = (Vec::new(), after);
    loop {
        let rows = desk.app.store.records(&audit::line(desk), last + 1, PAGE).await?;
        for row in &rows {
            if row.received_ms >= boundary_ms {
                return Ok((batches, last));
            }
            last = row.seq;
            let Some(batch) = batch(row) else { continue };
            if desk.app.store.blob(&batch).await?.is_some() {
                batches.push(batch);
            }
        }
        if rows.len() < PAGE {
            return Ok((batches, last));
        }
    }
}

fn batch(row: &LogRow) -> Option<Hash> {
    Some(row.read()?.read::<BatchQuarantined>()?.ok()?.blob)
}
