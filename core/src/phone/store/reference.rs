//! What the desk says: documents by kind and key, shapes by hash.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    phone::PhoneError,
    record::Hash,
    reference::Document,
    rules::{JudgedBy, Noted},
};

/// One item of the feed.
#[derive(Debug, Deserialize)]
pub(crate) struct FeedItem {
    op: FeedOp,
    /// `customer`, `district`, …
    kind: String,
    /// Key within its kind.
    key: String,
    /// With `put`: its bytes as they came. A kind that this version does not know is kept for a newer one.
    #[serde(default)]
    document: Option<Box<RawValue>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FeedOp {
    Put,
    Drop,
}

/// Applies items in order; to the snapshot being gathered where `staged`.
pub(crate) fn apply(tx: &Connection, items: &[FeedItem], staged: bool) -> Result<(), PhoneError> {
    let table = if staged { "documents_next" } else { "documents" };
    for item in items {
        match (item.op, &item.document) {
            (FeedOp::Put, Some(document)) => tx.execute(
                &format!("INSERT OR REPLACE INTO {table} (kind, key, body) VALUES (?1, ?2, ?3)"),
                [&item.kind, &item.key, document.get()],
            )?,
            _ => tx.execute(
                &format!("DELETE FROM {table} WHERE kind = ?1 AND key = ?2"),
                [&item.kind, &item.key],
            )?,
        };
    }
    Ok(())
}

/// Begins to gather a snapshot.
pub(crate) fn clear_staged(tx: &Connection) -> Result<(), PhoneError> {
    Ok(tx.execute_batch("DELETE FROM documents_next")?)
}

/// Puts the gathered snapshot in the place of what was known.
pub(crate) fn swap_staged(tx: &Connection) -> Result<(), PhoneError> {
    Ok(tx.execute_batch(
        "DELETE FROM documents; INSERT INTO documents SELECT * FROM documents_next; DELETE FROM documents_next;",
    )?)
}

/// The documents that this version can read, with their keys.
pub(crate) fn documents(connection: &Connection) -> Result<Vec<(String, Document)>, PhoneError> {
    let mut statement = connection.prepare_cached("SELECT key, body FROM documents")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let mut documents = Vec::new();
    for row in rows {
        let (key, body) = row?;
        if let Ok(document) = serde_json::from_str(&body) {
            documents.push((key, document));
        }
    }
    Ok(documents)
}

/// One document, if it is here and this version can read it.
pub(crate) fn document(connection: &Connection, kind: &str, key: &str) -> Result<Option<Document>, PhoneError> {
    let body: Option<String> = connection
        .prepare_cached("SELECT body FROM documents WHERE kind = ?1 AND key = ?2")?
        .query_row([kind, key], |row| row.get(0))
        .optional()?;
    Ok(body.and_then(|body| serde_json::from_str(&body).ok()))
}

/// What the server noted of the rep's days, oldest first.
pub(crate) fn noted(connection: &Connection) -> Result<Vec<Noted>, PhoneError> {
    let mut statement = connection.prepare_cached("SELECT body FROM documents WHERE kind = ?1 ORDER BY key")?;
    let bodies = statement.query_map([Noted::KIND], |row| row.get::<_, String>(0))?;
    let bodies: Vec<String> = bodies.collect::<Result<_, _>>()?;
    Ok(bodies
        .iter()
        .filter_map(|body| serde_json::from_str(body).ok())
        .collect())
}

/// The documents that a day of the past is judged by; none where they have not come yet.
pub(crate) fn judged_by(
    connection: &Connection,
    judged_by: &JudgedBy,
) -> Result<Option<Vec<(String, Document)>>, PhoneError> {
    let bytes = blob(connection, &judged_by.documents)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// Drops what was noted of days that are long gone: the key is the day, and only the newest are kept.
pub(crate) fn drop_old_noted(tx: &Connection) -> Result<(), PhoneError> {
    tx.execute(
        "DELETE FROM documents WHERE kind = ?1 AND key NOT IN
         (SELECT key FROM documents WHERE kind = ?1 ORDER BY key DESC LIMIT ?2)",
        params![Noted::KIND, Noted::DAYS],
    )?;
    Ok(())
}

/// Keeps a blob under its hash.
pub(crate) fn put_blob(tx: &Connection, hash: &Hash, bytes: &[u8]) -> Result<(), PhoneError> {
    tx.execute(
        "INSERT OR REPLACE INTO blobs (hash, bytes) VALUES (?1, ?2)",
        params![hash.to_string(), bytes],
    )?;
    Ok(())
}

/// A blob's bytes.
pub(crate) fn blob(connection: &Connection, hash: &Hash) -> Result<Option<Vec<u8>>, PhoneError> {
    Ok(connection
        .query_row("SELECT bytes FROM blobs WHERE hash = ?1", [hash.to_string()], |row| {
            row.get(0)
        })
        .optional()?)
}

/// Shapes that documents name and that are not here.
pub(crate) fn missing_blobs(connection: &Connection) -> Result<Vec<Hash>, PhoneError> {
    let mut missing = Vec::new();
    for hash in named_blobs(connection)? {
        if blob(connection, &hash)?.is_none() {
            missing.push(hash);
        }
    }
    Ok(missing)
}

/// Drops shapes that no document names any more.
pub(crate) fn drop_unnamed_blobs(tx: &Connection) -> Result<(), PhoneError> {
    let named = named_blobs(tx)?;
    let mut statement = tx.prepare("SELECT hash FROM blobs")?;
    let stored: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for hash in stored {
        if !hash.parse().is_ok_and(|hash| named.contains(&hash)) {
            tx.execute("DELETE FROM blobs WHERE hash = ?1", [&hash])?;
        }
    }
    Ok(())
}

fn named_blobs(connection: &Connection) -> Result<BTreeSet<Hash>, PhoneError> {
    let mut named = BTreeSet::new();
    for (_, document) in documents(connection)? {
        match document {
            Document::District(district) => _ = named.insert(district.shape),
            Document::NoGo(place) => _ = named.insert(place.shape),
            Document::Area(area) => named.extend(area.shapes()),
            _ => {}
        }
    }
    for noted in noted(connection)? {
        named.extend(noted.judged_by.iter().flat_map(JudgedBy::blobs));
    }
    Ok(named)
}
