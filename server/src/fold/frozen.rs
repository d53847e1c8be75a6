//! Days whose places were erased: they can't be judged anew, so their account is the one that was frozen before.

use chrono::NaiveDate;
use onbeat_core::{
    record::Hash,
    rules::{Basis, DayView},
};

use crate::{
    app::App,
    store::{Cell, StoreError, StoreResult},
};

const CELL: &str = "frozen";

/// The cell that says which blob holds a day's frozen account.
pub fn frozen_cell(rep: &str, day: NaiveDate, view: &Hash) -> Cell {
    Cell {
        kind: CELL.into(),
        key: format!("{rep}/{day}"),
        body: view.to_string(),
        expires_ms: None,
    }
}

/// The blob that holds a day's frozen account.
///
/// # Errors
/// The store's.
pub async fn frozen_blob(app: &App, rep: &str, day: NaiveDate) -> StoreResult<Option<Hash>> {
    let cell = app.store.cell(CELL, &format!("{rep}/{day}"), i64::MIN).await?;
    Ok(cell.and_then(|cell| cell.body.parse().ok()))
}

/// Whether a day's account is frozen.
///
/// # Errors
/// The store's.
pub(super) async fn is_frozen(app: &App, rep: &str, day: NaiveDate) -> StoreResult<bool> {
    let cell = app.store.cell(CELL, &format!("{rep}/{day}"), i64::MIN).await?;
    Ok(cell.is_some())
}

/// A day's frozen account, if it was frozen, with what was decided since.
///
/// # Errors
/// The store's.
pub(super) async fn frozen(app: &App, rep: &str, day: NaiveDate, basis: &Basis) -> StoreResult<Option<DayView>> {
    let Some(blob) = frozen_blob(app, rep, day).await? else {
        return Ok(None);
    };
    let bytes = match app.store.blob(&blob).await? {
        Some(bytes) => Some(bytes),
        // A summary has taken its place just now.
        None => match frozen_blob(app, rep, day).await? {
            Some(blob) => app.store.blob(&blob).await?,
            None => None,
        },
    };
    // Its places are gone: judged anew, it would be another day.
    let unreadable = || StoreError::Database(format!("the frozen account of {day} is not there, or can't be read"));
    let mut view: DayView = serde_json::from_slice(&bytes.ok_or_else(unreadable)?).map_err(|_| unreadable())?;
    view.closed |= view.window.is_some_and(|window| app.now_ms() >= window.to_ms);
    for finding in &mut view.findings {
        let decided = basis.decisions.iter().filter(|decision| decision.finding == finding.id);
        if let Some(newest) = decided.max_by_key(|decision| decision.at_ms) {
            finding.state = newest.state;
        }
    }
    Ok(Some(view))
}
