use deadpool_postgres::Object;

use super::{connect::in_time, locks::TURN};
use crate::store::{StoreResult, Turn};

/// An open transaction that holds a lock and nothing else. The database ends that of a server which stands still.
struct Held(Option<Object>);

/// Waits in the database's queue.
pub(super) async fn take(db: Object) -> StoreResult<Turn> {
    let mut held = Held(Some(db));
    if let Some(db) = &mut held.0 {
        let sql = format!("BEGIN; SELECT pg_advisory_xact_lock({TURN})");
        in_time(db.batch_execute(&sql)).await?;
    }
    Ok(Box::new(held))
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(db) = self.0.take() else { return };
        tokio::spawn(async move {
            // One that still waits, or whose end is not certain, is not used again.
            if in_time(db.batch_execute("COMMIT")).await.is_err() {
                drop(Object::take(db));
            }
        });
    }
}
