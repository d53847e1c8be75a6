use std::{path::Path, time::Instant};

use rusqlite::{Connection, params};

use super::Push;

/// Records a second that this disk takes at most: plain inserts of the same bytes into an empty table by one thread,
/// a transaction a push, `synchronous=FULL`, a write-ahead log.
///
/// # Errors
/// Of SQLite.
pub fn raw_ceiling_per_s<'a>(
    folder: &Path,
    pushes: impl IntoIterator<Item = &'a Push>,
) -> Result<f64, rusqlite::Error> {
    let db = Connection::open(folder.join("ceiling.sqlite"))?;
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "synchronous", "full")?;
    db.execute_batch("CREATE TABLE log (id INTEGER PRIMARY KEY, head TEXT NOT NULL, body TEXT NOT NULL)")?;
    let texts = pushes.into_iter().map(|push| String::from_utf8_lossy(&push.bytes));
    let texts: Vec<_> = texts.collect();
    let (begun, mut records) = (Instant::now(), 0);
    let mut insert = db.prepare("INSERT INTO log (head, body) VALUES (?, ?)")?;
    for text in &texts {
        db.execute_batch("BEGIN IMMEDIATE")?;
        let mut lines = text.lines();
        // The seal stands last, alone.
        while let (Some(head), Some(body)) = (lines.next(), lines.next()) {
            records += insert.execute(params![head, body])?;
        }
        db.execute_batch("COMMIT")?;
    }
    Ok(records as f64 / begun.elapsed().as_secs_f64())
}
