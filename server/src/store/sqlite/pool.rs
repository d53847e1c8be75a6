use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::store::{StoreError, StoreResult};

/// A few read-only connections, each used by one query at a time on the blocking threads.
pub(super) struct Readers {
    free: Arc<Mutex<Vec<Connection>>>,
    turn: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(connections: Vec<Connection>) -> Self {
        Self {
            turn: Arc::new(Semaphore::new(connections.len())),
            free: Arc::new(Mutex::new(connections)),
        }
    }

    /// Runs a query on a free connection; waits for one. The turn moves along with the query, so that a
    /// caller who goes away gives back neither too early.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> StoreResult<T> {
        let turn = Arc::clone(&self.turn)
            .acquire_owned()
            .await
            .map_err(|_| StoreError::Busy)?;
        let free = Arc::clone(&self.free);
        let job = move || {
            let take = || free.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = take().expect("as many connections as turns");
            let answer = query(&connection);
            free.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            drop(turn);
            answer.map_err(StoreError::from)
        };
        tokio::task::spawn_blocking(job)
            .await
            .map_err(|e| StoreError::Database(format!("a read was cut off: {e}")))?
    }
}
