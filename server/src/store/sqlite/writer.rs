use std::{ops::Deref, thread::JoinHandle};

use rusqlite::Connection;
use tokio::sync::mpsc;

use super::apply;
use crate::store::{
    Committed, StoreError, StoreResult,
    queue::{Job, Outcome, Queue, Ticket, gather},
};

/// The one thread that writes. What waits in its queue is committed together: one fsync for all.
pub(super) struct Writer {
    queue: Queue,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> StoreResult<Self> {
        let (queue, jobs) = Queue::new();
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
}

impl Deref for Writer {
    type Target = Queue;

    fn deref(&self) -> &Queue {
        &self.queue
    }
}

/// The folder is let go of only after the last job is done and the log is folded into the database's file.
impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = Queue::new().0;
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has answered nobody: nothing is left to wait for.
            let _ = thread.join();
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
            ticket.answer(answer);
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
                self.erased |= !change.erase.is_empty() || !change.drop_blobs.is_empty() || change.scrub;
                Outcome::Committed(apply::change(&self.connection, change)?)
            }
            Job::AppendBlob(hash, offset, bytes) => {
                Outcome::Length(apply::append_blob(&self.connection, hash, *offset, bytes)?)
            }
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
