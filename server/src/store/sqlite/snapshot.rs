use std::path::Path;

use onbeat_core::record::Hash;
use rusqlite::{Connection, OpenFlags, Row as Columns};

use super::{FILE, READER_CACHE_KIB, connect, read, schema};
use crate::store::{
    LogLine, StoreError, StoreResult,
    snapshot::{Blob, Part, Row, Sink, Tying},
};

/// What the file holds at one moment, read beside whoever writes.
pub(crate) struct Snapshot(Connection);

impl Snapshot {
    /// Begins to read: what is written from now on is not in it. As long as it lives, the write-ahead log grows.
    ///
    /// # Errors
    /// [`StoreError::Newer`], and [`StoreError::Database`] where there is none or an older onbeat wrote it.
    pub(crate) fn open(folder: &Path) -> StoreResult<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = connect(&folder.join(FILE), flags, READER_CACHE_KIB)?;
        db.execute_batch("BEGIN")?;
        schema::check_newest(&db)?;
        Ok(Self(db))
    }

    /// All its rows.
    ///
    /// # Errors
    /// The sink's, with the database's.
    pub(crate) async fn rows<S: Sink>(&self, sink: &mut S) -> Result<(), S::Error> {
        let sql = "SELECT kind, key, body, expires_ms FROM cell ORDER BY kind, key";
        self.each(sql, |row| read::cell_row(row).map(Row::Cell), sink).await?;
        let sql = "SELECT kind, key, valid_from_ms, recorded_ms, desk_seq, body FROM document ORDER BY id";
        self.each(sql, |row| read::document_row(row).map(Row::Document), sink)
            .await?;
        let sql = "SELECT cursor, scope, kind, key, body FROM feed ORDER BY cursor";
        self.each(sql, |row| read::feed_row(row).map(Row::Feed), sink).await?;
        let sql = format!("{} ORDER BY log.id", read::LOG);
        self.each(&sql, |row| read::log_row(row).map(|row| Row::Record(row.into())), sink)
            .await?;
        self.ties(sink).await?;
        let sql = "SELECT hash, bytes FROM blob ORDER BY hash";
        self.each(sql, |row| blob(row).map(Row::Blob), sink).await?;
        let sql = "SELECT hash, start, bytes FROM blob_part ORDER BY hash, start";
        self.each(sql, |row| part(row).map(Row::Part), sink).await?;
        let sql = format!("{} ORDER BY kind, key", read::VIEW);
        let view = |row: &Columns<'_>| read::with_fields(&self.0, read::view_row(row)?);
        self.each(&sql, |row| view(row).map(Row::View), sink).await?;
        let sql = "SELECT key FROM mark ORDER BY number";
        self.each(sql, |row| row.get(0).map(Row::Mark), sink).await
    }

    async fn each<S: Sink>(
        &self,
        sql: &str,
        read: impl Fn(&Columns<'_>) -> rusqlite::Result<Row>,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        let mut statement = self.0.prepare(sql).map_err(StoreError::from)?;
        let mut rows = statement.query([]).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            sink.take(read(row).map_err(StoreError::from)?).await?;
        }
        Ok(())
    }

    /// The keys lead, so that only one key's records are ever sorted.
    async fn ties<S: Sink>(&self, sink: &mut S) -> Result<(), S::Error> {
        let sql = "SELECT key.name, line.stream, line.epoch, line.branch, log.seq
                   FROM key CROSS JOIN log_key ON log_key.key = key.id
                            CROSS JOIN log ON log.id BETWEEN log_key.first AND log_key.last
                            CROSS JOIN line ON line.id = log.line
                   ORDER BY key.name, line.stream, line.epoch, line.branch, log.seq";
        let mut tying = Tying::default();
        let mut statement = self.0.prepare(sql).map_err(StoreError::from)?;
        let mut rows = statement.query([]).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            let (key, line, seq) = tie(row).map_err(StoreError::from)?;
            if let Some(ties) = tying.add(&key, &line, seq) {
                sink.take(ties).await?;
            }
        }
        match tying.end() {
            Some(ties) => sink.take(ties).await,
            None => Ok(()),
        }
    }
}

fn tie(row: &Columns<'_>) -> rusqlite::Result<(String, LogLine, u64)> {
    let line = LogLine {
        stream: row.get(1)?,
        epoch: row.get(2)?,
        branch: row.get(3)?,
    };
    Ok((row.get(0)?, line, row.get::<_, i64>(4)? as u64))
}

fn blob(row: &Columns<'_>) -> rusqlite::Result<Blob> {
    Ok(Blob {
        hash: Hash(row.get(0)?),
        bytes: row.get(1)?,
    })
}

fn part(row: &Columns<'_>) -> rusqlite::Result<Part> {
    Ok(Part {
        hash: Hash(row.get(0)?),
        start: row.get::<_, i64>(1)? as u64,
        bytes: row.get(2)?,
    })
}
