//! Two people may decide on the same thing at once: who looked at it before the other's decision stood is told so.

use super::{Deed, Desk, DeskResult};
use crate::store::{Cell, Guard};

const CELL: &str = "version";
/// Nobody looks at a thing for longer before he decides on it.
const KEPT_MS: i64 = 86_400_000;

/// How often a thing was decided on of late, as read before it was looked at.
#[derive(Debug, Clone)]
pub(super) struct Version {
    key: String,
    read: Option<String>,
}

impl Version {
    /// Reads it; what is looked at after that is no older.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn read(desk: &Desk, key: String) -> DeskResult<Self> {
        let cell = desk.app.store.cell(CELL, &key, i64::MIN).await?;
        desk.app.refresh().await?;
        let read = cell.map(|cell| cell.body);
        Ok(Self { key, read })
    }

    /// Lets a deed stand only if it is the first since.
    pub(super) fn raise(&self, deed: &mut Deed, now_ms: i64) {
        let read: u64 = self.read.as_deref().and_then(|read| read.parse().ok()).unwrap_or(0);
        let guard = Guard::Cell(CELL.into(), self.key.clone(), self.read.clone());
        deed.change.guards.push(guard);
        deed.change.cells.push(Cell {
            kind: CELL.into(),
            key: self.key.clone(),
            body: (read + 1).to_string(),
            expires_ms: Some(now_ms + KEPT_MS),
        });
    }
}
