//! A file that somebody handed in and looks at before it is applied: one a person, for an hour.

use serde::{Deserialize, Serialize};

use super::{Desk, DeskError, DeskResult, import::File};
use crate::{
    auth::Actor,
    store::{Cell, Change},
};

const CELL: &str = "upload";
const LIFE_MS: i64 = 60 * 60 * 1000;
/// Largest text that is kept, as it is read: districts with a million vertices.
const KEPT_MAX_BYTES: usize = 48 * 1024 * 1024;

/// What was handed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Upload {
    /// The file's name.
    pub name: String,
    /// It was drawn on the map: the district that it corrects, empty of a new one.
    #[serde(default)]
    pub drawn: Option<String>,
    /// What it holds, as it is read.
    pub file: File,
}

/// Keeps it, in the place of what the person handed in before.
///
/// # Errors
/// `file_too_big`; the store's.
pub async fn keep(desk: &Desk, actor: &Actor, upload: &Upload) -> DeskResult<()> {
    let body = serde_json::to_string(upload).expect("an upload is JSON");
    if body.len() > KEPT_MAX_BYTES {
        let why = format!(
            "read, the file has more than {} MiB: hand in less at a time",
            KEPT_MAX_BYTES / 1024 / 1024
        );
        return Err(DeskError::input("file_too_big", why));
    }
    let cell = Cell {
        kind: CELL.into(),
        key: actor.user.clone(),
        body,
        expires_ms: Some(desk.now_ms() + LIFE_MS),
    };
    let change = Change {
        cells: vec![cell],
        ..Change::default()
    };
    desk.app.commit(change).await?;
    Ok(())
}

/// What the person handed in, unless it is too long ago.
///
/// # Errors
/// The store's.
pub async fn kept(desk: &Desk, actor: &Actor) -> DeskResult<Option<Upload>> {
    let cell = desk.app.store.cell(CELL, &actor.user, desk.now_ms()).await?;
    Ok(cell.and_then(|cell| serde_json::from_str(&cell.body).ok()))
}

/// Forgets it.
///
/// # Errors
/// The store's.
pub async fn forget(desk: &Desk, actor: &Actor) -> DeskResult<()> {
    let change = Change {
        drop_cells: vec![(CELL.into(), actor.user.clone())],
        ..Change::default()
    };
    desk.app.commit(change).await?;
    Ok(())
}
