use onbeat_core::rules::Noted;

use super::rep_scope;
use crate::{
    app::App,
    store::{Cell, FeedRow, StoreResult},
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The cell that holds what was last told of a day, for snapshots; gone when no phone keeps the day any more.
pub(crate) fn noted_cell(noted: &Noted, body: Option<&str>, now_ms: i64) -> Cell {
    Cell {
        kind: Noted::KIND.into(),
        key: format!("{}/{}", noted.rep, noted.day),
        body: body.unwrap_or_default().into(),
        expires_ms: Some(now_ms + Noted::DAYS as i64 * DAY_MS),
    }
}

/// The feed's item of it; without a body there is nothing more to know of the day.
pub(crate) fn noted_item(noted: &Noted, body: Option<String>) -> FeedRow {
    FeedRow {
        cursor: 0,
        scope: rep_scope(&noted.rep),
        kind: Noted::KIND.into(),
        key: noted.day.to_string(),
        body,
    }
}

/// Day and body of all that was told of a rep's days, in order.
///
/// # Errors
/// The store's.
pub(super) async fn noted_of(app: &App, rep: &str) -> StoreResult<Vec<(String, String)>> {
    let prefix = format!("{rep}/");
    let cells = app.store.cells(Noted::KIND, &prefix, app.now_ms()).await?;
    // Another rep's id may begin with this one's and a slash.
    let day = |key: &str| {
        key.strip_prefix(&prefix)
            .filter(|day| !day.contains('/'))
            .map(str::to_owned)
    };
    Ok(cells
        .into_iter()
        .filter_map(|cell| Some((day(&cell.key)?, cell.body)))
        .collect())
}
