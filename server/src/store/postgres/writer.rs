use std::ops::Deref;

use deadpool_postgres::{GenericClient, Object, Pool};
use tokio::sync::mpsc;

use super::{apply, hold};
use crate::store::{
    Committed, StoreError, StoreResult,
    queue::{Job, Outcome, Queue, Ticket, gather},
};

/// The one connection that writes: it holds the database for this process. It ends with the queue.
pub(super) struct Writer(Queue);

impl Deref for Writer {
    type Target = Queue;

    fn deref(&self) -> &Queue {
        &self.0
    }
}

impl Writer {
    pub(super) fn start(pool: Pool, holder: Object) -> Self {
        let (queue, jobs) = Queue::new();
        let holder = Some(holder);
        tokio::spawn(Task { pool, holder }.run(jobs));
        Self(queue)
    }
}

struct Task {
    pool: Pool,
    holder: Option<Object>,
}

impl Task {
    async fn run(mut self, mut jobs: mpsc::Receiver<Ticket>) {
        while let Some(first) = jobs.recv().await {
            self.work_off(gather(first, &mut jobs)).await;
        }
        // The database is let go of with the connection, not given back to others to read by.
        drop(self.holder.map(Object::take));
    }

    /// Commits a group; if the whole falls, each of it alone, so that none spoils another's.
    async fn work_off(&mut self, group: Vec<Ticket>) {
        let jobs: Vec<&Job> = group.iter().map(|ticket| &ticket.job).collect();
        let answers = match self.transaction(&jobs).await {
            Err(_) if jobs.len() > 1 => {
                let mut answers = Vec::with_capacity(jobs.len());
                for job in &jobs {
                    answers.push(self.alone(job).await);
                }
                answers
            }
            Err(error) => vec![Err(error)],
            Ok(answers) => answers,
        };
        for (ticket, answer) in group.into_iter().zip(answers) {
            ticket.answer(answer);
        }
    }

    async fn alone(&mut self, job: &Job) -> StoreResult<Outcome> {
        self.transaction(&[job]).await?.pop().expect("one answer for one job")
    }

    /// One transaction: an answer for each job, or the error by which none of them is acknowledged. A connection
    /// that was cut is made anew for the next.
    async fn transaction(&mut self, jobs: &[&Job]) -> StoreResult<Vec<StoreResult<Outcome>>> {
        let mut holder = match self.holder.take().filter(|holder| !holder.is_closed()) {
            Some(holder) => holder,
            None => hold(&self.pool).await?,
        };
        let answers = committed(&mut holder, jobs).await;
        self.holder = Some(holder);
        answers
    }
}

async fn committed(holder: &mut Object, jobs: &[&Job]) -> StoreResult<Vec<StoreResult<Outcome>>> {
    let mut transaction = holder.transaction().await?;
    let mut answers = Vec::with_capacity(jobs.len());
    for job in jobs {
        let savepoint = transaction.savepoint("job").await?;
        let answer = apply(&savepoint, job).await;
        if !matches!(answer, Err(_) | Ok(Outcome::Committed(Committed::Stale))) {
            savepoint.commit().await?;
        } else {
            savepoint.rollback().await?;
        }
        if let Err(StoreError::Full | StoreError::Busy) = answer {
            return Err(answer.err().unwrap_or(StoreError::Busy));
        }
        answers.push(answer);
    }
    transaction.commit().await?;
    Ok(answers)
}

async fn apply(db: &impl GenericClient, job: &Job) -> StoreResult<Outcome> {
    Ok(match job {
        Job::Commit(change) => Outcome::Committed(apply::change(db, change).await?),
        Job::AppendBlob(hash, offset, bytes) => Outcome::Length(apply::append_blob(db, hash, *offset, bytes).await?),
        Job::TakeBlob(hash) => Outcome::Bytes(apply::take_blob(db, hash).await?),
    })
}
