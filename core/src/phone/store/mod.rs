//! The phone's encrypted file: SQLCipher, one connection, every commit on the disk before the call returns.
//!
//! Raw key (no derivation: the key is 32 random bytes), write-ahead log, `synchronous=FULL`,
//! `secure_delete`. What is erased is gone from the file and, by a checkpoint, from its log.

mod cipher;
pub(super) mod log;
pub(super) mod photos;
pub(super) mod reference;
mod schema;

#[cfg(test)]
mod tests;

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use sha2::{Digest, Sha256};

use super::PhoneError;

pub(super) use log::{LogLineRow, LogRow, NewRow, RawRecord};
pub(super) use photos::{PHOTO_CHUNK_BYTES, PendingPhoto};
pub(super) use reference::FeedItem;

const FILE: &str = "phone.db";
const LOCK: &str = "phone.lock";
const KEY_CHECK: &str = "phone.key-check";
/// Stands there once a call found the file damaged: the next opening looks at all of it.
const SUSPECT: &str = "phone.suspect";
/// Where a corrupt file is noted, among the meta values.
pub(super) const SET_ASIDE: &str = "set_aside";
/// When the newest sync reached its end.
pub(super) const LAST_SYNC: &str = "last_sync_ms";

/// The open file. Dropping it gives the lock back.
pub(super) struct Store {
    connection: Connection,
    folder: PathBuf,
    /// Last, so that the database is closed before another may open it.
    _lock: Lock,
}

impl Store {
    /// Opens or makes the file in `folder`.
    ///
    /// # Errors
    /// [`PhoneError::AlreadyOpen`], [`PhoneError::WrongKey`], [`PhoneError::NewerVersion`], or the disk's.
    pub(super) fn open(folder: &Path, key: &[u8; 32]) -> Result<Self, PhoneError> {
        fs::create_dir_all(folder)?;
        let lock = Lock::take(folder)?;
        check_key(folder, key)?;
        let mut set_aside = None;
        let connection = match connect(folder, key) {
            Err(PhoneError::Damaged(_)) => {
                set_aside = Some(move_aside(folder)?);
                connect(folder, key)?
            }
            opened => opened?,
        };
        if !has_key_check(folder) {
            fs::write(folder.join(KEY_CHECK), key_check(key))?;
        }
        let mut store = Self {
            connection,
            folder: folder.to_owned(),
            _lock: lock,
        };
        if let Some(file) = set_aside {
            store.write(|tx| set_meta(tx, SET_ASIDE, &file))?;
        }
        Ok(store)
    }

    /// What came of work on the store. Damage that it met is found out at the next opening, and the file set aside.
    pub(super) fn met<T>(&self, done: Result<T, PhoneError>) -> Result<T, PhoneError> {
        if let Err(PhoneError::Damaged(_)) = &done {
            // Where even that can't be written, the damage is met again.
            let _ = File::create(self.folder.join(SUSPECT));
        }
        done
    }

    /// One transaction: all of it is on the disk, or none.
    ///
    /// # Errors
    /// What `work` says, or the disk's; then nothing of it is kept.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, PhoneError>,
    ) -> Result<T, PhoneError> {
        // BEGIN IMMEDIATE: a deferred transaction that turns into a writer fails at once, whatever the timeout.
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }

    /// For reading.
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Takes what was erased out of the write-ahead log too.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn checkpoint(&self) -> Result<(), PhoneError> {
        Ok(self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }

    /// Bytes of the file.
    pub(super) fn file_bytes(&self) -> u64 {
        fs::metadata(self.folder.join(FILE)).map_or(0, |meta| meta.len())
    }

    /// Deletes the file and all beside it, files set aside included.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn wipe(self) -> Result<(), PhoneError> {
        let Self { connection, folder, .. } = self;
        connection.close().map_err(|(_, error)| PhoneError::from(error))?;
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with(FILE) || name == KEY_CHECK || name == SUSPECT {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }
}

/// A small value by its name.
///
/// # Errors
/// The database's.
pub(super) fn meta(connection: &Connection, key: &str) -> Result<Option<String>, PhoneError> {
    Ok(connection
        .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?)
}

/// Keeps a small value.
///
/// # Errors
/// The database's.
pub(super) fn set_meta(tx: &Connection, key: &str, value: &str) -> Result<(), PhoneError> {
    tx.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)", [key, value])?;
    Ok(())
}

/// Forgets a small value.
///
/// # Errors
/// The database's.
pub(super) fn drop_meta(tx: &Connection, key: &str) -> Result<(), PhoneError> {
    tx.execute("DELETE FROM meta WHERE key = ?1", [key])?;
    Ok(())
}

/// An unfinished text.
///
/// # Errors
/// The database's.
pub(super) fn draft(connection: &Connection, key: &str) -> Result<Option<String>, PhoneError> {
    Ok(connection
        .query_row("SELECT text FROM drafts WHERE key = ?1", [key], |row| row.get(0))
        .optional()?)
}

/// Keeps an unfinished text; `None` drops it.
///
/// # Errors
/// The database's.
pub(super) fn set_draft(tx: &Connection, key: &str, text: Option<&str>) -> Result<(), PhoneError> {
    match text {
        Some(text) => tx.execute(
            "INSERT OR REPLACE INTO drafts (key, text) VALUES (?1, ?2)",
            params![key, text],
        )?,
        None => tx.execute("DELETE FROM drafts WHERE key = ?1", [key])?,
    };
    Ok(())
}

/// One process has the folder, until this is dropped.
struct Lock(File);

impl Lock {
    fn take(folder: &Path) -> Result<Self, PhoneError> {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join(LOCK))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(PhoneError::AlreadyOpen),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

impl Drop for Lock {
    /// The lock is of the open file, which a child has too from its fork until it runs its program: closing it here alone
    /// would leave the lock with the child (flock(2)).
    fn drop(&mut self) {
        // Where that fails, closing the file gives the lock back.
        let _ = self.0.unlock();
    }
}

/// A wrong key and a damaged first page look alike to SQLCipher; a tag of the key tells them apart. The key
/// is 32 random bytes, so its tag gives nothing away.
fn key_check(key: &[u8; 32]) -> String {
    let digest = Sha256::new()
        .chain_update(b"onbeat/key-check/1")
        .chain_update(key)
        .finalize();
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn check_key(folder: &Path, key: &[u8; 32]) -> Result<(), PhoneError> {
    match fs::read_to_string(folder.join(KEY_CHECK)) {
        Ok(tag) if tag == key_check(key) => Ok(()),
        // An empty tag: the process was ended while it wrote it.
        Ok(tag) if tag.is_empty() => Ok(()),
        Ok(_) => Err(PhoneError::WrongKey),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn has_key_check(folder: &Path) -> bool {
    folder.join(KEY_CHECK).metadata().is_ok_and(|tag| tag.len() > 0)
}

/// SQLCipher sets itself up at a process's first key and is not ready for a second one meanwhile: two that opened at once
/// were now and then told that a key was empty.
static KEYING: Mutex<()> = Mutex::new(());

fn connect(folder: &Path, key: &[u8; 32]) -> Result<Connection, PhoneError> {
    let _alone = KEYING.lock().unwrap_or_else(PoisonError::into_inner);
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut connection = Connection::open(folder.join(FILE))?;
    // What goes wrong comes back as an error; SQLCipher would print it too.
    connection.pragma_update(None, "cipher_log_level", "NONE")?;
    connection.pragma_update(None, "key", format!("x'{hex}{}'", salt::of(folder)?))?;
    salt::plain_header(&connection)?;
    let opened = connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()));
    match opened.map_err(PhoneError::from) {
        // Without a tag nobody can tell a wrong key from damage: leave the file alone.
        Err(PhoneError::Damaged(_)) if !has_key_check(folder) => return Err(PhoneError::WrongKey),
        other => other?,
    }
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", true)?;
    if folder.join(SUSPECT).exists() {
        must_be_sound(&connection)?;
        fs::remove_file(folder.join(SUSPECT))?;
    }
    schema::prepare(&mut connection)?;
    Ok(connection)
}

/// Reads all of the file, which takes seconds where a year is in it. SQLCipher signs each page, so whatever is damaged is
/// told when it is read: until then nothing has to be looked for.
fn must_be_sound(connection: &Connection) -> Result<(), PhoneError> {
    let sound: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    match sound.as_str() {
        "ok" => Ok(()),
        _ => Err(PhoneError::Damaged(sound)),
    }
}

/// Renames the file and its log; the new name, without the folder.
fn move_aside(folder: &Path) -> Result<String, PhoneError> {
    let free = (1..).find(|n| !folder.join(format!("{FILE}.damaged-{n}")).exists());
    let name = format!("{FILE}.damaged-{}", free.unwrap_or_default());
    fs::rename(folder.join(FILE), folder.join(&name))?;
    for tail in ["-wal", "-shm"] {
        let from = folder.join(format!("{FILE}{tail}"));
        if from.exists() {
            fs::rename(from, folder.join(format!("{name}{tail}")))?;
        }
    }
    Ok(name)
}

/// iOS ends an app that holds a lock on a file it takes for unknown (0xdead10cc) and knows a SQLite file by
/// its first bytes: there the header stays plain, and the salt that stood in it stands beside the file
/// (<https://www.zetetic.net/sqlcipher/sqlcipher-api/#cipher_plaintext_header_size>).
#[cfg(target_os = "ios")]
mod salt {
    use std::{fs, path::Path};

    use rusqlite::Connection;

    use crate::phone::PhoneError;

    const FILE: &str = "phone.db-salt";

    pub(super) fn of(folder: &Path) -> Result<String, PhoneError> {
        let path = folder.join(FILE);
        match fs::read_to_string(&path) {
            Ok(salt) => Ok(salt),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let random = Connection::open_in_memory()?;
                let salt: String = random.query_row("SELECT lower(hex(randomblob(16)))", [], |row| row.get(0))?;
                fs::write(&path, &salt)?;
                Ok(salt)
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn plain_header(connection: &Connection) -> Result<(), PhoneError> {
        Ok(connection.pragma_update(None, "cipher_plaintext_header_size", 32)?)
    }
}

#[cfg(not(target_os = "ios"))]
mod salt {
    use std::path::Path;

    use rusqlite::Connection;

    use crate::phone::PhoneError;

    pub(super) fn of(_folder: &Path) -> Result<&'static str, PhoneError> {
        Ok("")
    }

    pub(super) fn plain_header(_connection: &Connection) -> Result<(), PhoneError> {
        Ok(())
    }
}
