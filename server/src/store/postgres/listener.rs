//! What servers tell each other: that there are marks, or other views.

use std::{
    future::{self, poll_fn},
    sync::Arc,
    time::Duration,
};

use deadpool_postgres::GenericClient;
use tokio::{
    sync::Notify,
    task::AbortHandle,
    time::{sleep, timeout},
};
use tokio_postgres::{AsyncMessage, Connection};

use super::{
    connect::{Address, PATIENCE, in_time},
    locks::SERVED,
    read::rows,
    text::text,
};
use crate::store::{StoreError, StoreResult};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Of what is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    /// There are marks.
    Marks,
    /// Views were put in.
    Views,
}

impl Channel {
    fn name(self) -> &'static str {
        match self {
            Self::Marks => "onbeat_mark",
            Self::Views => "onbeat_view",
        }
    }

    /// Tells all servers, once what else is done in this transaction holds.
    pub(super) async fn tell(self, db: &impl GenericClient) -> StoreResult<()> {
        rows(db, "SELECT pg_notify($1, '')", &[&text(self.name())])
            .await
            .map(drop)
    }
}

/// News of each kind.
#[derive(Default)]
struct News {
    marks: Notify,
    views: Notify,
}

impl News {
    fn of(&self, channel: Channel) -> &Notify {
        match channel {
            Channel::Marks => &self.marks,
            Channel::Views => &self.views,
        }
    }
}

/// A connection that only listens, and says by a lock that a server runs. One that was cut is made anew, and counts as news: something may have been told
/// meanwhile.
pub(super) struct Listener {
    news: Arc<News>,
    task: AbortHandle,
}

impl Listener {
    pub(super) fn start(address: Address) -> Self {
        let news = Arc::<News>::default();
        let task = tokio::spawn(listen(address, Arc::clone(&news))).abort_handle();
        Self { news, task }
    }

    /// Waits for news of a kind.
    pub(super) async fn heard(&self, channel: Channel) {
        self.news.of(channel).notified().await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(address: Address, news: Arc<News>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let mut listened = false;
        let error = hear(&address, &news, &mut listened).await.err();
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
async fn hear(address: &Address, news: &News, listened: &mut bool) -> StoreResult<()> {
    let connected = timeout(PATIENCE, address.config.connect(address.tls.clone())).await;
    let (client, mut connection) = connected.map_err(|_| StoreError::Away("no connection in time".into()))??;
    let listen = async {
        in_time(client.query_one("SELECT pg_advisory_lock_shared($1)", &[&SERVED])).await?;
        for channel in [Channel::Marks, Channel::Views] {
            in_time(client.batch_execute(&format!("LISTEN {}", channel.name()))).await?;
            news.of(channel).notify_one();
        }
        *listened = true;
        future::pending().await
    };
    tokio::select! {
        ended = told(&mut connection, news) => ended,
        failed = listen => failed,
    }
}

/// Passes on what is told until the connection ends.
async fn told<S, T>(connection: &mut Connection<S, T>, news: &News) -> StoreResult<()>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
        if let AsyncMessage::Notification(told) = message? {
            let mut known = [Channel::Marks, Channel::Views].into_iter();
            if let Some(channel) = known.find(|channel| channel.name() == told.channel()) {
                news.of(channel).notify_one();
            }
        }
    }
    Ok(())
}
