//! The tables. Everything stands in one encrypted file.

use rusqlite::Connection;

use crate::phone::PhoneError;

/// Version of the tables, in the file's `user_version`.
pub(super) const VERSION: i64 = 1;

const TABLES: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- The phone's own log. `state`: 0 sent or to be sent, 1 waits to be written anew in the next epoch,
-- 2 was written anew and is kept as it was. `at_ms` is the best known time, to select by; the order of a
-- fold is reckoned from the stamps each time.
CREATE TABLE log (
    id INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL, branch TEXT NOT NULL, seq INTEGER NOT NULL,
    state INTEGER NOT NULL,
    hash TEXT NOT NULL, head TEXT NOT NULL, body TEXT,
    kind TEXT NOT NULL, boot TEXT NOT NULL,
    elapsed_ms INTEGER NOT NULL, wall_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL,
    UNIQUE (epoch, branch, seq)
);
CREATE INDEX log_at ON log (at_ms);
CREATE INDEX log_kind ON log (kind, at_ms);
CREATE INDEX log_boot ON log (boot, kind);
CREATE INDEX log_state ON log (state, epoch, branch, seq);

CREATE TABLE anchors (
    boot TEXT NOT NULL, elapsed_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL, error_ms INTEGER NOT NULL,
    PRIMARY KEY (boot, elapsed_ms)
) WITHOUT ROWID;
CREATE TABLE certificates (epoch INTEGER PRIMARY KEY, line TEXT NOT NULL);
CREATE TABLE receipts (
    epoch INTEGER NOT NULL, branch TEXT NOT NULL, seq INTEGER NOT NULL,
    hash TEXT NOT NULL, received_at INTEGER NOT NULL, line TEXT NOT NULL,
    PRIMARY KEY (epoch, branch, seq, hash)
) WITHOUT ROWID;
-- The newest seal of each line: it covers all before it.
CREATE TABLE seals (
    epoch INTEGER NOT NULL, branch TEXT NOT NULL, hash TEXT NOT NULL, line TEXT NOT NULL,
    PRIMARY KEY (epoch, branch)
) WITHOUT ROWID;

-- What the desk says; a snapshot is gathered in `documents_next` and swapped in when it is complete.
CREATE TABLE documents (kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE documents_next (kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE blobs (hash TEXT PRIMARY KEY, bytes BLOB NOT NULL);

CREATE TABLE drafts (key TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE photos (
    hash TEXT PRIMARY KEY, visit TEXT NOT NULL, bytes INTEGER NOT NULL,
    at_ms INTEGER NOT NULL, done_ms INTEGER
) WITHOUT ROWID;
CREATE TABLE photo_chunks (hash TEXT NOT NULL, n INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (hash, n));
";

/// Makes the tables in a new file.
///
/// # Errors
/// [`PhoneError::NewerVersion`], or the database's.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), PhoneError> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match found {
        VERSION => Ok(()),
        0 => {
            let transaction = connection.transaction()?;
            transaction.execute_batch(TABLES)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
            Ok(transaction.commit()?)
        }
        found => Err(PhoneError::NewerVersion { found, known: VERSION }),
    }
}
