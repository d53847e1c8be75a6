use tokio::sync::watch;

/// Says to all connections that the server stops.
pub(super) struct Stop(watch::Sender<()>);

/// Hears it.
#[derive(Clone)]
pub(super) struct Stopped(watch::Receiver<()>);

impl Stop {
    pub(super) fn new() -> (Self, Stopped) {
        let (sender, receiver) = watch::channel(());
        (Self(sender), Stopped(receiver))
    }

    /// Says it, and waits until nobody listens any more: all connections are gone.
    pub(super) async fn and_wait(self, own: Stopped) {
        drop(own);
        let _ = self.0.send(());
        self.0.closed().await;
    }
}

impl Stopped {
    /// Waits until it is said.
    pub(super) async fn wait(&mut self) {
        // A server that is gone without a word has stopped, too.
        let _ = self.0.changed().await;
    }
}
