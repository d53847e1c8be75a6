//! Which TLS keys clients may be shown, by the configuration and by what is in use; phones are told as it changes.

use std::{sync::Arc, time::Duration};

use onbeat_core::record::{Pin, TlsPins};
use tokio::{sync::watch, time::sleep};

use crate::{
    app::App,
    config::Config,
    serve::{Tls, TlsError},
    store::StoreResult,
    tls_pins,
};

/// Beside the server's own key.
const BESIDE_MOST: usize = TlsPins::MOST - 1;
/// Until it is tried again where it could not be kept.
const PAUSE: Duration = Duration::from_secs(60);

/// The keys.
pub(crate) struct TlsKeys {
    /// The server's own; none where others speak TLS for it.
    own: Option<watch::Receiver<Option<Pin>>>,
    /// Those that are configured: the next one, a proxy's, other servers'.
    beside: Vec<Pin>,
}

impl TlsKeys {
    /// As configured. Servers that share a database and have certificates by ACME each have another key, and none can know
    /// those of all: phones are told of none.
    ///
    /// # Errors
    /// [`TlsError::Pins`]: more than a phone takes.
    pub(crate) fn of(config: &Config, tls: Option<&Tls>) -> Result<Self, TlsError> {
        let beside = config.tls.pins.clone();
        if beside.len() > BESIDE_MOST {
            return Err(TlsError::Pins(beside.len(), BESIDE_MOST));
        }
        let is_shared = config.database.is_some() && !config.tls.acme.domains.is_empty();
        let own = tls.filter(|_| !is_shared).map(Tls::shown);
        Ok(Self { own, beside })
    }

    /// None as long as the server's own is not known.
    fn in_force(&self) -> Option<Vec<Pin>> {
        let own = match &self.own {
            Some(own) => Some((*own.borrow())?),
            None => None,
        };
        Some(tls_pins::in_force(own, &self.beside))
    }

    /// Tells phones, if there is something new.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn say(&self, app: &App) -> StoreResult<()> {
        match self.in_force() {
            Some(pins) => tls_pins::say(app, pins).await,
            None => Ok(()),
        }
    }

    /// Tells them whenever the server's own key is another.
    pub(crate) async fn keep_saying(mut self, app: Arc<App>) {
        loop {
            if let Err(error) = self.say(&app).await {
                tracing::error!(%error, "phones can't be told of the TLS key yet, it is tried again");
                sleep(PAUSE).await;
                continue;
            }
            let Some(own) = &mut self.own else { return };
            if own.changed().await.is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tokio::time::timeout;

    use super::*;
    use crate::{config, testing::World};

    #[tokio::test(flavor = "multi_thread")]
    async fn another_key_is_told_at_once() {
        let world = World::new().await;
        let (key, shown) = watch::channel(None);
        let keys = TlsKeys {
            own: Some(shown),
            beside: vec![Pin::of("next")],
        };
        assert_eq!(keys.in_force(), None, "nobody knows yet");
        let saying = tokio::spawn(keys.keep_saying(Arc::clone(&world.app)));
        for (own, told) in [
            ("first", &["first", "next"][..]),
            ("next", &["next"]),
            ("third", &["third", "next"]),
        ] {
            key.send_replace(Some(Pin::of(own)));
            let told: Vec<Pin> = told.iter().map(Pin::of).collect();
            let is_told = async {
                while tls_pins::said(&*world.app.store)
                    .await
                    .unwrap()
                    .is_none_or(|said| said.pins != told)
                {
                    sleep(Duration::from_millis(5)).await;
                }
            };
            timeout(Duration::from_secs(20), is_told).await.expect(own);
        }
        drop(key);
        saying.await.unwrap();
    }

    #[test]
    fn a_phone_is_told_no_more_than_it_takes() {
        let of = |pins: usize| {
            let pins = (0..pins).map(|n| Pin::of(n.to_string())).collect();
            let tls = config::Tls {
                pins,
                ..config::Tls::default()
            };
            let config = Config {
                tls,
                ..Config::default()
            };
            TlsKeys::of(&config, None).map(|keys| keys.in_force().unwrap().len())
        };
        assert_eq!((of(0).unwrap(), of(3).unwrap()), (0, 3));
        assert!(matches!(of(4), Err(TlsError::Pins(4, 3))));
    }
}
