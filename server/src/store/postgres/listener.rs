//! What other servers tell: that there are marks.

use std::{
    future::{self, poll_fn},
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::Notify,
    task::AbortHandle,
    time::{sleep, timeout},
};
use tokio_postgres::{AsyncMessage, Connection};

use super::{
    connect::{Address, PATIENCE, in_time},
    marks::CHANNEL,
};
use crate::store::{StoreError, StoreResult};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A connection that only listens. One that was cut is made anew, and counts as news: something may have been told
/// meanwhile.
pub(super) struct Listener {
    heard: Arc<Notify>,
    task: AbortHandle,
}

impl Listener {
    pub(super) fn start(address: Address) -> Self {
        let heard = Arc::new(Notify::new());
        let task = tokio::spawn(listen(address, Arc::clone(&heard))).abort_handle();
        Self { heard, task }
    }

    /// Waits for news.
    pub(super) async fn heard(&self) {
        self.heard.notified().await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(address: Address, heard: Arc<Notify>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let mut listened = false;
        let error = hear(&address, &heard, &mut listened).await.err();
        if listened {
            pause = FIRST_PAUSE;
        }
        tracing::warn!(
            error = error.map(|error| error.to_string()),
            "not listening to the database, trying again"
        );
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Listens until the connection ends.
async fn hear(address: &Address, heard: &Notify, listened: &mut bool) -> StoreResult<()> {
    let connected = timeout(PATIENCE, address.config.connect(address.tls.clone())).await;
    let (client, mut connection) = connected.map_err(|_| StoreError::Away("no connection in time".into()))??;
    let listen = async {
        in_time(client.batch_execute(&format!("LISTEN {CHANNEL}"))).await?;
        *listened = true;
        heard.notify_one();
        future::pending().await
    };
    tokio::select! {
        ended = told(&mut connection, heard) => ended,
        failed = listen => failed,
    }
}

/// Passes on what is told until the connection ends.
async fn told<S, T>(connection: &mut Connection<S, T>, heard: &Notify) -> StoreResult<()>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
        if let AsyncMessage::Notification(_) = message? {
            heard.notify_one();
        }
    }
    Ok(())
}
