use futures_util::TryStreamExt;
use tokio_postgres::{Client, IsolationLevel, Row as Columns, Transaction};

use super::{
    connect::Address,
    locks::SERVED,
    read::{self, count, hash, line, string},
    schema,
};
use crate::store::{
    StoreError, StoreResult,
    snapshot::{Blob, Part, Row, Sink, Tying},
};

/// What the database holds at one moment, read beside whoever writes.
pub(crate) struct Snapshot(Client);

impl Snapshot {
    /// Finds the database.
    ///
    /// # Errors
    /// [`StoreError::Newer`], and [`StoreError::Database`] where there is none or an older onbeat wrote it.
    pub(crate) async fn open(url: &str) -> StoreResult<Self> {
        let address = Address::read(url)?;
        let (client, connection) = address.config.connect(address.tls.clone()).await?;
        // It ends with the client; what cut it off is told by the next query.
        tokio::spawn(connection);
        schema::check_newest(&client).await?;
        Ok(Self(client))
    }

    /// Holds the database as long as this lives: no server runs on it.
    ///
    /// # Errors
    /// [`StoreError::Locked`].
    pub(crate) async fn hold(&self) -> StoreResult<()> {
        let held = self.0.query_one("SELECT pg_try_advisory_lock($1)", &[&SERVED]).await?;
        if held.get(0) {
            Ok(())
        } else {
            Err(StoreError::Locked("this database".into()))
        }
    }

    /// All its rows, of one moment.
    ///
    /// # Errors
    /// The sink's, with the database's.
    pub(crate) async fn rows<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        let transaction = self.0.build_transaction().read_only(true);
        let transaction = transaction.isolation_level(IsolationLevel::RepeatableRead).start();
        let db = transaction.await.map_err(StoreError::from)?;
        let unhurried = db
            .batch_execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
            .await;
        unhurried.map_err(StoreError::from)?;
        let sql = "SELECT kind, key, body, expires_ms FROM cell ORDER BY kind, key";
        each(&db, sql, |row| Ok(Row::Cell(read::cell_row(row))), sink).await?;
        let sql = format!("{} ORDER BY id", read::DOCUMENT);
        each(&db, &sql, |row| Ok(Row::Document(read::document(row))), sink).await?;
        let sql = "SELECT cursor, scope, kind, key, body FROM feed ORDER BY cursor";
        each(&db, sql, |row| Ok(Row::Feed(read::feed_row(row))), sink).await?;
        let sql = format!("{} ORDER BY id", read::LOG);
        each(
            &db,
            &sql,
            |row| read::log_row(row).map(|row| Row::Record(row.into())),
            sink,
        )
        .await?;
        ties(&db, sink).await?;
        let sql = "SELECT hash, bytes FROM blob ORDER BY hash";
        each(&db, sql, |row| blob(row).map(Row::Blob), sink).await?;
        let sql = "SELECT hash, start, bytes FROM blob_part ORDER BY hash, start";
        each(&db, sql, |row| part(row).map(Row::Part), sink).await?;
        let sql = format!("{} ORDER BY kind, key", read::VIEW);
        each(&db, &sql, |row| Ok(Row::View(read::view_row(row))), sink).await?;
        let sql = "SELECT key FROM mark ORDER BY number";
        each(&db, sql, |row| Ok(Row::Mark(string(row, 0))), sink).await
    }
}

/// Rows come as fast as they are taken.
async fn each<S: Sink>(
    db: &Transaction<'_>,
    sql: &str,
    read: impl Fn(&Columns) -> StoreResult<Row>,
    sink: &mut S,
) -> Result<(), S::Error> {
    let rows = db.query_raw(sql, [""; 0]).await.map_err(StoreError::from)?;
    let mut rows = std::pin::pin!(rows);
    while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
        sink.take(read(&row)?).await?;
    }
    Ok(())
}

async fn ties<S: Sink>(db: &Transaction<'_>, sink: &mut S) -> Result<(), S::Error> {
    let sql = "SELECT key, stream, epoch, branch, first, last FROM log_key ORDER BY key, stream, epoch, branch, first";
    let rows = db.query_raw(sql, [""; 0]).await.map_err(StoreError::from)?;
    let mut rows = std::pin::pin!(rows);
    let mut tying = Tying::default();
    while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
        let (key, line) = (string(&row, 0), line(&row, 1));
        for seq in count(&row, 4)..=count(&row, 5) {
            if let Some(ties) = tying.add(&key, &line, seq) {
                sink.take(ties).await?;
            }
        }
    }
    match tying.end() {
        Some(ties) => sink.take(ties).await,
        None => Ok(()),
    }
}

fn blob(row: &Columns) -> StoreResult<Blob> {
    Ok(Blob {
        hash: hash(row, 0)?,
        bytes: row.get(1),
    })
}

fn part(row: &Columns) -> StoreResult<Part> {
    Ok(Part {
        hash: hash(row, 0)?,
        start: count(row, 1),
        bytes: row.get(2),
    })
}
