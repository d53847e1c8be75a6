use chrono::{Datelike, NaiveDate};
use onbeat_core::{
    record::{Body, EpochReason},
    reference::{Document, DocumentPut},
    rules::{
        DaysRejudged, Noted,
        log::{BatchQuarantined, EpochOpened, RecordBackDated, StreamForked},
        presence::ReasonDeclined,
        sign_in::SignInEntered,
    },
    time::Interval,
};

use crate::{
    app::App,
    documents::{Documents, Reps, interval_of, rep_of, reps_of},
    store::{DocumentRow, Field, StoreResult, ViewQuery},
};

/// No record touches more days than this.
const DAYS_MOST: usize = 31;
/// Of all marks those that are being folded are among the first so many: the oldest are taken first.
const MARKS_MOST: usize = 1_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Key of a rep's day: its records, and the mark that its views are out of date.
pub fn day_key(rep: &str, day: NaiveDate) -> String {
    format!("day/{rep}/{day}")
}

/// Reads [`day_key`].
pub fn read_day_key(key: &str) -> Option<(&str, NaiveDate)> {
    let (rep, day) = key.strip_prefix("day/")?.rsplit_once('/')?;
    let day: NaiveDate = day.parse().ok()?;
    (1970..=2100).contains(&day.year()).then_some((rep, day))
}

/// The rep-days that a desk record touches.
pub fn touches(documents: &Documents, body: &Body) -> Vec<String> {
    let at = |rep: &str, at_ms| vec![day_key(rep, documents.day_at(rep, at_ms))];
    if let Some(Ok(entered)) = body.read::<SignInEntered>() {
        return at(&entered.rep, entered.called_at_ms);
    }
    if let Some(Ok(declined)) = body.read::<ReasonDeclined>() {
        return days_of(documents, &declined.rep, declined.interval);
    }
    if let Some(Ok(forked)) = body.read::<StreamForked>() {
        return at(&forked.rep, body.at.at_ms);
    }
    if let Some(Ok(quarantined)) = body.read::<BatchQuarantined>() {
        return at(&quarantined.rep, body.at.at_ms);
    }
    if let Some(Ok(dated)) = body.read::<RecordBackDated>() {
        return at(&dated.rep, body.at.at_ms);
    }
    if let Some(Ok(opened)) = body.read::<EpochOpened>()
        && opened.reason == EpochReason::KeyLost
    {
        return at(&opened.rep, body.at.at_ms);
    }
    if let Some(Ok(rejudged)) = body.read::<DaysRejudged>() {
        return rejudged.days.iter().map(|day| day_key(&rejudged.rep, *day)).collect();
    }
    let Some(Ok(put)) = body.read::<DocumentPut>() else {
        return Vec::new();
    };
    match (&put.document, rep_of(&put.document), interval_of(&put.document)) {
        (Document::Look(_), ..) | (_, None, _) | (_, _, None) => Vec::new(),
        (_, Some(rep), Some(interval)) => days_of(documents, rep, interval),
    }
}

/// Of the rep-days that a desk record touches, those whose account it changes.
pub(crate) fn changed_by(body: &Body, touched: &[String]) -> Vec<String> {
    match body.read::<DaysRejudged>() {
        Some(Ok(rejudged)) => rejudged.eased.iter().map(|day| day_key(&rejudged.rep, *day)).collect(),
        _ => touched.to_vec(),
    }
}

/// Keys of a rep's days that an interval touches, bounded.
pub(crate) fn days_of(documents: &Documents, rep: &str, interval: Interval) -> Vec<String> {
    let first = documents.day_at(rep, interval.from_ms);
    let last = documents.day_at(rep, interval.to_ms.saturating_sub(1));
    let days = first.iter_days().take_while(|day| *day <= last).take(DAYS_MOST);
    days.map(|day| day_key(rep, day)).collect()
}

/// The days that phones keep of the reps whose documents change: to be marked, and those that are being folded for the
/// first time, by what was known before. What is corrected of days that have begun counts for them once they are
/// rejudged, but phones that go by what is in force now are to be told.
///
/// # Errors
/// The store's.
pub async fn outdated(
    app: &App,
    before: &Documents,
    after: &Documents,
    rows: &[DocumentRow],
    now_ms: i64,
) -> StoreResult<Vec<String>> {
    // A new exception or decision says by its record which days it touches.
    let is_new = |row: &DocumentRow| row.body.is_some() && before.owner_of(&row.kind, &row.key).is_none();
    let own = |row: &DocumentRow| matches!(row.kind.as_str(), "exception" | "decision" | "look");
    let rows: Vec<&DocumentRow> = rows.iter().filter(|row| !own(row) || !is_new(row)).collect();
    let from_ms = now_ms - Noted::DAYS as i64 * DAY_MS;
    let touched = rows.iter().map(|row| (row.kind.as_str(), row.key.as_str()));
    let reps = reps_of(before, after, touched, now_ms);
    // What is marked already may be being folded now; a mark set anew stays when that is done.
    let marked = app.store.marks(MARKS_MOST).await?.into_iter().map(|(key, _)| key);
    let mut days: Vec<String> = marked.filter(|key| concerns(&reps, key)).collect();
    match reps {
        Reps::All => days.extend(folded_days(app, None, from_ms).await?),
        Reps::Some(reps) => {
            for rep in reps {
                days.extend(folded_days(app, Some(&rep), from_ms).await?);
            }
        }
    }
    days.sort_unstable();
    days.dedup();
    Ok(days)
}

fn concerns(reps: &Reps, key: &str) -> bool {
    read_day_key(key).is_some_and(|(rep, _)| match reps {
        Reps::All => true,
        Reps::Some(reps) => reps.contains(rep),
    })
}

/// The days of a rep to be folded again once something of a day is known that counts beyond it: those after it that
/// have a view.
///
/// # Errors
/// The store's.
pub(crate) async fn days_after(app: &App, rep: &str, day: NaiveDate) -> StoreResult<Vec<String>> {
    let opening_ms = app.documents().window_of(rep, day).from_ms;
    let mut later = folded_days(app, Some(rep), opening_ms).await?;
    later.retain(|key| read_day_key(key).is_some_and(|(_, other)| other > day));
    Ok(later)
}

/// Keys of the days that have a view, from an instant on.
pub(super) async fn folded_days(app: &App, rep: Option<&str>, from_ms: i64) -> StoreResult<Vec<String>> {
    let mut query = ViewQuery {
        kind: "day".into(),
        from_ms: Some(from_ms),
        fields: rep
            .map(|rep| ("rep".to_owned(), Field::Text(rep.to_owned())))
            .into_iter()
            .collect(),
        limit: 1_000,
        ..ViewQuery::default()
    };
    let mut keys = Vec::new();
    loop {
        let page = app.store.views(&query).await?;
        keys.extend(page.iter().map(|view| format!("day/{}", view.key)));
        if !query.go_on(&page) {
            return Ok(keys);
        }
    }
}
