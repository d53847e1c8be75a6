use std::{ops::Deref, sync::Arc};

use deadpool_postgres::{GenericClient, Object, Pool};
use futures_util::future::join;
use tokio::sync::{Mutex, mpsc};

use super::{apply, connect::in_time, listener::Channel, locks};
use crate::store::{
    Committed, StoreError, StoreResult,
    queue::{Job, Outcome, Queue, Ticket, gather},
};

/// Connections that write: while one waits for the disk, the other goes on. What keeps the transactions of several
/// processes apart keeps theirs apart.
pub(super) const WRITERS: usize = 2;

/// The connections of this process that write. They end with the queue.
pub(super) struct Writer(Queue);

impl Deref for Writer {
    type Target = Queue;

    fn deref(&self) -> &Queue {
        &self.0
    }
}

impl Writer {
    pub(super) fn start(pool: Pool) -> Self {
        let (queue, jobs) = Queue::new();
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..WRITERS {
            let (pool, jobs) = (pool.clone(), Arc::clone(&jobs));
            tokio::spawn(Task { pool, own: None }.run(jobs));
        }
        Self(queue)
    }
}

struct Task {
    pool: Pool,
    /// Kept from one group to the next.
    own: Option<Object>,
}

impl Task {
    async fn run(mut self, jobs: Arc<Mutex<mpsc::Receiver<Ticket>>>) {
        while let Some(group) = next(&jobs).await {
            self.work_off(group).await;
        }
    }

    /// Commits a group; if the whole falls, each of it alone, so that none spoils another's. Where the database does
    /// not answer, none of it is tried again here: those who wait are told.
    async fn work_off(&mut self, group: Vec<Ticket>) {
        let jobs: Vec<&Job> = group.iter().map(|ticket| &ticket.job).collect();
        let answers = match self.transaction(&jobs).await {
            Ok(answers) => answers,
            Err(StoreError::Away(why)) => jobs.iter().map(|_| Err(StoreError::Away(why.clone()))).collect(),
            Err(error) if jobs.len() == 1 => vec![Err(error)],
            Err(_) => {
                let mut answers = Vec::with_capacity(jobs.len());
                for job in &jobs {
                    answers.push(self.alone(job).await);
                }
                answers
            }
        };
        for (ticket, answer) in group.into_iter().zip(answers) {
            ticket.answer(answer);
        }
    }

    async fn alone(&mut self, job: &Job) -> StoreResult<Outcome> {
        self.transaction(&[job]).await?.pop().expect("one answer for one job")
    }

    /// One transaction: an answer for each job, or the error by which none of them is acknowledged. A connection
    /// that was cut, or on which an answer is still owed, is not used again.
    async fn transaction(&mut self, jobs: &[&Job]) -> StoreResult<Vec<StoreResult<Outcome>>> {
        let mut own = match self.own.take().filter(|own| !own.is_closed()) {
            Some(own) => own,
            None => self.pool.get().await?,
        };
        let answers = committed(&mut own, jobs).await;
        match answers {
            Err(StoreError::Away(_)) => drop(Object::take(own)),
            _ => self.own = Some(own),
        }
        answers
    }
}

async fn next(jobs: &Mutex<mpsc::Receiver<Ticket>>) -> Option<Vec<Ticket>> {
    let mut jobs = jobs.lock().await;
    let first = jobs.recv().await?;
    Some(gather(first, &mut jobs))
}

async fn committed(own: &mut Object, jobs: &[&Job]) -> StoreResult<Vec<StoreResult<Outcome>>> {
    let transaction = in_time(own.transaction()).await?;
    locks::take(&transaction, jobs).await?;
    let mut answers = Vec::with_capacity(jobs.len());
    let (mut marked, mut viewed) = (false, false);
    for job in jobs {
        // On its way with the first statements behind it.
        let savepoint = in_time(transaction.batch_execute("SAVEPOINT job"));
        let (_, answer) = join(savepoint, apply(&transaction, job)).await;
        let stands = !matches!(answer, Err(_) | Ok(Outcome::Committed(Committed::Stale)));
        let end = if stands {
            "RELEASE job"
        } else {
            "ROLLBACK TO job; RELEASE job"
        };
        in_time(transaction.batch_execute(end)).await?;
        if let Err(StoreError::Full | StoreError::Busy | StoreError::Away(_)) = answer {
            return Err(answer.err().unwrap_or(StoreError::Busy));
        }
        if let (true, Job::Commit(change)) = (stands, job) {
            marked |= !change.mark.is_empty();
            viewed |= !change.views.is_empty();
        }
        answers.push(answer);
    }
    if marked {
        Channel::Marks.tell(&transaction).await?;
    }
    if viewed {
        Channel::Views.tell(&transaction).await?;
    }
    in_time(transaction.commit()).await?;
    Ok(answers)
}

async fn apply(db: &impl GenericClient, job: &Job) -> StoreResult<Outcome> {
    Ok(match job {
        Job::Commit(change) => Outcome::Committed(apply::change(db, change).await?),
        Job::AppendBlob(hash, offset, bytes) => Outcome::Length(apply::append_blob(db, hash, *offset, bytes).await?),
    })
}
