//! What waits to be written, and how it is put together into one transaction: one fsync for all.

use std::time::{Duration, Instant};

use onbeat_core::record::Hash;
use tokio::sync::{mpsc, oneshot};

use super::{Change, Committed, StoreError, StoreResult};
use crate::metrics::Writes;

/// Jobs that may wait; beyond it callers wait, then are told [`StoreError::Busy`].
const QUEUE: usize = 64;
const PATIENCE: Duration = Duration::from_secs(10);
/// One transaction takes up to so many jobs …
const GROUP_JOBS: usize = 64;
/// … or about so many bytes.
const GROUP_BYTES: usize = 4 * 1024 * 1024;

/// The way to the one who writes. It is closed when it is dropped.
pub(super) struct Queue {
    jobs: mpsc::Sender<Ticket>,
    pub(super) writes: Writes,
}

/// Something to write.
pub(super) enum Job {
    Commit(Box<Change>),
    AppendBlob(Hash, u64, Vec<u8>),
}

/// What a job came to.
pub(super) enum Outcome {
    Committed(Committed),
    Length(u64),
}

/// A job and who waits for it.
pub(super) struct Ticket {
    pub(super) job: Job,
    answer: oneshot::Sender<StoreResult<Outcome>>,
}

impl Ticket {
    /// A caller who has gone away asks again: what is stored is found as stored.
    pub(super) fn answer(self, outcome: StoreResult<Outcome>) {
        let _ = self.answer.send(outcome);
    }
}

impl Queue {
    /// The queue, and the end at which it is worked off.
    pub(super) fn new() -> (Self, mpsc::Receiver<Ticket>) {
        let (sender, jobs) = mpsc::channel(QUEUE);
        let writes = Writes::default();
        (Self { jobs: sender, writes }, jobs)
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

    async fn submit(&self, job: Job) -> StoreResult<Outcome> {
        let begun = Instant::now();
        self.writes.queued.inc();
        let outcome = self.pass(job).await;
        self.writes.queued.dec();
        self.writes.seconds.observe(begun.elapsed().as_secs_f64());
        self.writes.outcomes.count(match &outcome {
            Ok(Outcome::Committed(Committed::Stale)) => "stale",
            Ok(_) => "done",
            Err(StoreError::Full) => "full",
            Err(StoreError::Busy) => "busy",
            Err(_) => "failed",
        });
        if let Err(StoreError::Full) = outcome {
            self.writes.note_full();
        }
        outcome
    }

    async fn pass(&self, job: Job) -> StoreResult<Outcome> {
        let (answer, answered) = oneshot::channel();
        self.jobs
            .send_timeout(Ticket { job, answer }, PATIENCE)
            .await
            .map_err(|_| StoreError::Busy)?;
        answered.await.map_err(|_| StoreError::Busy)?
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
        }
    }
}

/// What stands in the queue beside the first, as much as one transaction takes.
pub(super) fn gather(first: Ticket, jobs: &mut mpsc::Receiver<Ticket>) -> Vec<Ticket> {
    let mut bytes = first.job.weight();
    let mut group = vec![first];
    while group.len() < GROUP_JOBS && bytes < GROUP_BYTES {
        let Ok(ticket) = jobs.try_recv() else { break };
        bytes += ticket.job.weight();
        group.push(ticket);
    }
    group
}
