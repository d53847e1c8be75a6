use std::ops::Deref;

use deadpool_postgres::{GenericClient, Object, Pool};
use tokio::sync::mpsc;

use super::{apply, connect::in_time, listener::Channel, locks};
use crate::store::{
    Committed, StoreError, StoreResult,
    queue::{Job, Outcome, Queue, Ticket, gather},
};

/// The one connection of this process that writes. It ends with the queue.
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
        tokio::spawn(Task { pool, own: None }.run(jobs));
        Self(queue)
    }
}

struct Task {
    pool: Pool,
    /// Kept from one group to the next.
    own: Option<Object>,
}

impl Task {
    async fn run(mut self, mut jobs: mpsc::Receiver<Ticket>) {
        while let Some(first) = jobs.recv().await {
            self.work_off(gather(first, &mut jobs)).await;
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

async fn committed(own: &mut Object, jobs: &[&Job]) -> StoreResult<Vec<StoreResult<Outcome>>> {
    let mut transaction = in_time(own.transaction()).await?;
    locks::take(&transaction, jobs).await?;
    let mut answers = Vec::with_capacity(jobs.len());
    let (mut marked, mut viewed) = (false, false);
    for job in jobs {
        let savepoint = in_time(transaction.savepoint("job")).await?;
        let answer = apply(&savepoint, job).await;
        let stands = !matches!(answer, Err(_) | Ok(Outcome::Committed(Committed::Stale)));
        if stands {
            in_time(savepoint.commit()).await?;
        } else {
            in_time(savepoint.rollback()).await?;
        }
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
        Job::TakeBlob(hash) => Outcome::Bytes(apply::take_blob(db, hash).await?),
    })
}
