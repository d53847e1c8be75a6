//! What somebody with a tool for databases can do to his own phone.

use std::{fs, path::Path};

use rusqlite::Connection;
use serde_json::Value;

use super::{WorldResult, error::Doing};

/// Moves the newest fix of a phone's log some 100 m north, in the phone's own database; the app must not run.
///
/// # Errors
/// If the database can't be opened with the key in the folder, or holds no fix.
pub fn edit_newest_fix(folder: &Path) -> WorldResult<()> {
    let key = fs::read(folder.join("db.key")).doing(|| format!("reading the key in {}", folder.display()))?;
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let database = Connection::open(folder.join("phone.db"))?;
    database.pragma_update(None, "key", format!("x'{hex}'"))?;
    let newest = "SELECT id, body FROM log WHERE kind = 'fix' AND body IS NOT NULL ORDER BY id DESC LIMIT 1";
    let (id, body): (i64, String) = database.query_row(newest, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut body: Value = serde_json::from_str(&body).unwrap_or_default();
    body["fix"]["lat_e9"] = (body["fix"]["lat_e9"].as_i64().unwrap_or_default() + 1_000_000).into();
    database.execute("UPDATE log SET body = ?1 WHERE id = ?2", (body.to_string(), id))?;
    Ok(())
}
