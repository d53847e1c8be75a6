//! Photos that wait to be sent, in the pieces they are sent in.

use rusqlite::{Connection, OptionalExtension, params};

use crate::{phone::PhoneError, record::Hash};

/// Bytes of one piece, also of one request: on 2G (1 kB/s) it takes a minute, which the request's time-out allows.
pub(crate) const PHOTO_CHUNK_BYTES: usize = 64 * 1024;

/// A photo that the server has not confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PendingPhoto {
    pub(crate) hash: Hash,
    pub(crate) bytes: u64,
}

/// Keeps a photo; one that is here already is left as it is.
pub(crate) fn put(tx: &Connection, hash: &Hash, visit: &str, bytes: &[u8], at_ms: i64) -> Result<(), PhoneError> {
    let name = hash.to_string();
    tx.execute(
        "INSERT OR IGNORE INTO photos (hash, visit, bytes, at_ms) VALUES (?1, ?2, ?3, ?4)",
        params![name, visit, bytes.len() as i64, at_ms],
    )?;
    for (n, chunk) in bytes.chunks(PHOTO_CHUNK_BYTES).enumerate() {
        tx.execute(
            "INSERT OR IGNORE INTO photo_chunks (hash, n, bytes) VALUES (?1, ?2, ?3)",
            params![name, n as i64, chunk],
        )?;
    }
    Ok(())
}

/// The photos that wait, oldest first.
pub(crate) fn pending(connection: &Connection) -> Result<Vec<PendingPhoto>, PhoneError> {
    let mut statement =
        connection.prepare_cached("SELECT hash, bytes FROM photos WHERE done_ms IS NULL ORDER BY at_ms, hash")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    rows.map(|row| {
        let (hash, bytes) = row?;
        Ok(PendingPhoto {
            hash: hash.parse()?,
            bytes,
        })
    })
    .collect()
}

/// From `offset` to the end of the piece that holds it.
pub(crate) fn chunk(connection: &Connection, hash: &Hash, offset: u64) -> Result<Option<Vec<u8>>, PhoneError> {
    let (n, skip) = (
        offset / PHOTO_CHUNK_BYTES as u64,
        (offset % PHOTO_CHUNK_BYTES as u64) as usize,
    );
    let piece: Option<Vec<u8>> = connection
        .query_row(
            "SELECT bytes FROM photo_chunks WHERE hash = ?1 AND n = ?2",
            params![hash.to_string(), n],
            |row| row.get(0),
        )
        .optional()?;
    Ok(piece.and_then(|bytes| bytes.get(skip..).map(<[u8]>::to_vec)))
}

/// The server has it whole.
pub(crate) fn done(tx: &Connection, hash: &Hash, at_ms: i64) -> Result<(), PhoneError> {
    tx.execute(
        "UPDATE photos SET done_ms = ?2 WHERE hash = ?1",
        params![hash.to_string(), at_ms],
    )?;
    Ok(())
}

/// The server was restored from an older copy: what is still here is offered again.
pub(crate) fn offer_again(tx: &Connection) -> Result<(), PhoneError> {
    tx.execute(
        "UPDATE photos SET done_ms = NULL WHERE EXISTS (SELECT 1 FROM photo_chunks c WHERE c.hash = photos.hash)",
        [],
    )?;
    Ok(())
}

/// Drops the bytes of photos that were confirmed before `before_ms`.
pub(crate) fn prune(tx: &Connection, before_ms: i64) -> Result<(), PhoneError> {
    tx.execute(
        "DELETE FROM photo_chunks WHERE hash IN (SELECT hash FROM photos WHERE done_ms < ?1)",
        [before_ms],
    )?;
    Ok(())
}
