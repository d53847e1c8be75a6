//! When the last backup was made. The store knows it: there all servers of a database find what one of them made.

use crate::store::{Cell, Change, Lookup, Store, StoreResult};

/// Where it stands. A restored server has made none yet.
pub(super) const LAST: (&str, &str) = ("meta", "last_backup");

/// Notes a backup that was made then, milliseconds since 1970 (UTC).
///
/// # Errors
/// The store's.
pub async fn note_backup(store: &dyn Store, made_at_ms: i64) -> StoreResult<()> {
    let cell = Cell {
        kind: LAST.0.into(),
        key: LAST.1.into(),
        body: made_at_ms.to_string(),
        expires_ms: None,
    };
    let change = Change {
        cells: vec![cell],
        ..Change::default()
    };
    store.commit(change).await.map(drop)
}

/// When the last backup was made, milliseconds since 1970 (UTC).
///
/// # Errors
/// The store's.
pub async fn last_backup_ms(store: &dyn Lookup) -> StoreResult<Option<i64>> {
    let cell = store.cell(LAST.0, LAST.1, i64::MIN).await?;
    Ok(cell.and_then(|cell| cell.body.parse().ok()))
}
