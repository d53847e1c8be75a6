use std::{thread::JoinHandle, time::Duration};

use onbeat_core::record::Hash;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::apply;
use crate::store::{Change, Committed, StoreError, StoreResult};

/// Jobs that may wait; beyond it callers wait, then are told [`StoreError::Busy`].
const QUEUE: usize = 64;
const PATIENCE: Duration = Duration::from_secs(10);
/// One transaction takes up to so many jobs …
const GROUP_JOBS: usize = 64;
/// … or about so many bytes.
const GROUP_BYTES: usize = 4 * 1024 * 1024;

/// The one thread that writes. What waits in its queue is committed together: one fsync for all.
pub(super) struct Writer {
    queue: mpsc::Sender<Ticket>,
    thread: Option<JoinHandle<()>>,
}

enum Job {
    Commit(Box<Change>),
    AppendBlob(Hash, u64, Vec<u8>),
    TakeBlob(Hash),
}

/// What a job came to.
enum Outcome {
    Committed(Committed),
    Length(u64),
    Bytes(Vec<u8>),
}

struct Ticket {
    job: Job,
    answer: oneshot::Sender<StoreResult<Outcome>>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> StoreResult<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || {
                Thread {
                    connection,
                    erased: false,
                }
                .run(jobs)
            })
            .map_err(|e| StoreError::Database(format!("no thread for the writer: {e}")))?;
        Ok(Self {
            queue,
            thread: Some(thread),
        })
    }

    pub(super) async fn commit(&self, change: Change) -> StoreResult<Committed> {
        match self.submit(Job::Commit(Box::new(change))).await? {
            Outcome::Committed(committed) => Ok(committed),
            _ => unreachable!("a commit answers what it came to"),
        }
    }

    pub(super) async fn append_blob(&self, hash: Hash, offset: u64, bytes: Vec<u8>) -> StoreResult<u64> {
        match self.submit(Job::AppendBlob(hash, offset, bytes)).await? {
            Outcome::Length(length) => Ok(length),
            _ => unreachable!("an append answers a length"),
        }
    }

    pub(super) async fn take_blob(&self, hash: Hash) -> StoreResult<Vec<u8>> {
        match self.submit(Job::TakeBlob(hash)).await? {
            Outcome::Bytes(bytes) => Ok(bytes),
            _ => unreachable!("taking a blob answers its bytes"),
        }
    }

    async fn submit(&self, job: Job) -> StoreResult<Outcome> {
        let (answer, answered) = oneshot::channel();
        self.queue
            .send_timeout(Ticket { job, answer }, PATIENCE)
            .await
            .map_err(|_| StoreError::Busy)?;
        answered.await.map_err(|_| StoreError::Busy)?
    }
}

/// The folder is let go of only after the last job is done and the log is folded into the database's file.
impl Drop for Writer {
    fn drop(&mut self) {
        let (closed, _) = mpsc::channel(1);
        self.queue = closed;
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has answered nobody: nothing is left to wait for.
            let _ = thread.join();
        }
    }
}

impl Job {
    /// About how many bytes it writes.
    fn weight(&self) -> usize {
        match self {
            Self::Commit(change) => {
                let records = change
                    .append
                    .iter()
                    .map(|r| r.head.len() + r.body.as_ref().map_or(0, String::len));
                let views = change.views.iter().map(|view| view.body.len());
                let blobs = change.blobs.iter().map(|(_, bytes)| bytes.len());
                records.chain(views).chain(blobs).sum()
            }
            Self::AppendBlob(_, _, bytes) => bytes.len(),
            Self::TakeBlob(_) => 0,
        }
    }
}

struct Thread {
    connection: Connection,
    /// Something was erased and its old bytes may still stand in the write-ahead log.
    erased: bool,
}

impl Thread {
    fn run(mut self, mut jobs: mpsc::Receiver<Ticket>) {
        while let Some(first) = jobs.blocking_recv() {
            let group = gather(first, &mut jobs);
            self.work_off(group);
        }
        let checkpoint = self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
        if let Err(error) = checkpoint {
            tracing::debug!(%error, "the write-ahead log stays: the next start reads it");
        }
    }

    /// Commits a group; if the whole falls (a full disk), each of it alone, so that none spoils another's.
    fn work_off(&mut self, group: Vec<Ticket>) {
        let jobs: Vec<&Job> = group.iter().map(|ticket| &ticket.job).collect();
        let answers = match self.transaction(&jobs) {
            Err(_) if jobs.len() > 1 => jobs.iter().map(|job| self.alone(job)).collect(),
            Err(error) => vec![Err(error)],
            Ok(answers) => answers,
        };
        self.scrub();
        for (ticket, answer) in group.into_iter().zip(answers) {
            // A caller who has gone away asks again: what is stored is found as stored.
            let _ = ticket.answer.send(answer);
        }
    }

    fn alone(&mut self, job: &Job) -> StoreResult<Outcome> {
        self.transaction(&[job])?.pop().expect("one answer for one job")
    }

    /// One transaction: an answer for each job, or the error by which none of them came to pass.
    fn transaction(&mut self, jobs: &[&Job]) -> StoreResult<Vec<StoreResult<Outcome>>> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let answers = self.savepoints(jobs).and_then(|answers| {
            self.connection.execute_batch("COMMIT")?;
            Ok(answers)
        });
        if answers.is_err() && !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        answers
    }

    fn savepoints(&mut self, jobs: &[&Job]) -> StoreResult<Vec<StoreResult<Outcome>>> {
        let mut answers = Vec::with_capacity(jobs.len());
        for job in jobs {
            self.connection.execute_batch("SAVEPOINT job")?;
            let answer = self.apply(job);
            // On some errors (a full disk) SQLite has rolled everything back by itself.
            if self.connection.is_autocommit() {
                return Err(answer.err().unwrap_or(StoreError::Full));
            }
            let stands = !matches!(answer, Err(_) | Ok(Outcome::Committed(Committed::Stale)));
            let end = if stands {
                "RELEASE job"
            } else {
                "ROLLBACK TO job; RELEASE job"
            };
            self.connection.execute_batch(end)?;
            answers.push(answer);
        }
        Ok(answers)
    }

    fn apply(&mut self, job: &Job) -> StoreResult<Outcome> {
        Ok(match job {
            Job::Commit(change) => {
                self.erased |= !change.erase.is_empty();
                Outcome::Committed(apply::change(&self.connection, change)?)
            }
            Job::AppendBlob(hash, offset, bytes) => {
                Outcome::Length(apply::append_blob(&self.connection, hash, *offset, bytes)?)
            }
            Job::TakeBlob(hash) => Outcome::Bytes(apply::take_blob(&self.connection, hash)?),
        })
    }

    /// `secure_delete` zeroes what was erased in the database file, once it is checkpointed; the
    /// write-ahead log holds the old bytes until it is cut. A reader may hold that up: then after the next commit.
    fn scrub(&mut self) {
        if !self.erased {
            return;
        }
        let cut = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        self.erased = !matches!(cut, Ok(0));
    }
}

fn gather(first: Ticket, jobs: &mut mpsc::Receiver<Ticket>) -> Vec<Ticket> {
    let mut bytes = first.job.weight();
    let mut group = vec![first];
    while group.len() < GROUP_JOBS && bytes < GROUP_BYTES {
        let Ok(ticket) = jobs.try_recv() else { break };
        bytes += ticket.job.weight();
        group.push(ticket);
    }
    group
}
