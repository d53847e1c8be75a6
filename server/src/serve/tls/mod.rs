//! TLS of the own: by files that are looked at anew, or by ACME. HTTP/2 and HTTP/1.1 are told apart by ALPN.

pub(super) mod acme;
pub(super) mod files;
mod pin;

use std::{io, path::Path, sync::Arc};

use onbeat_core::record::Pin;
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, ring},
    server::ResolvesServerCert,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

pub(super) use pin::of_certificate;
pub(crate) use pin::of_file;

use crate::config;

/// What a certificate authority offers to see whether the domain is ours (RFC 8737).
const CHALLENGE: &[u8] = b"acme-tls/1";

/// How connections are secured.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    shown: watch::Receiver<Option<Pin>>,
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The configuration says too little, or two things at once.
    #[error("tls: name certificate and key, or acme.domains, not both")]
    Which,
    /// More keys than a phone takes.
    #[error("tls.pins: phones take {1} beside the server's own key, not {0}")]
    Pins(usize, usize),
    /// A file can't be read.
    #[error("tls: {0}: {1}")]
    File(String, String),
    /// Certificate and key do not go together, or are none.
    #[error("tls: {0}")]
    Rustls(#[from] rustls::Error),
}

impl Tls {
    /// As configured; `None`: without. Certificates of ACME are kept below `data`. Tasks that keep them fresh run
    /// as long as the runtime.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn of(config: &config::Tls, data: &Path) -> Result<Option<Self>, TlsError> {
        let (key, shown) = watch::channel(None);
        let resolver: Arc<dyn ResolvesServerCert> = match (&config.certificate, &config.key) {
            (Some(certificate), Some(key_file)) if config.acme.domains.is_empty() => {
                files::watch(certificate, key_file, key)?
            }
            (None, None) if config.acme.domains.is_empty() => return Ok(None),
            (None, None) => acme::keep(&config.acme, data, key)?,
            _ => return Err(TlsError::Which),
        };
        Self::with(resolver, shown).map(Some)
    }

    fn with(resolver: Arc<dyn ResolvesServerCert>, shown: watch::Receiver<Option<Pin>>) -> Result<Self, TlsError> {
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = [&b"h2"[..], b"http/1.1", CHALLENGE].map(<[u8]>::to_vec).into();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Self { acceptor, shown })
    }

    /// The key that clients are shown; none before an authority has certified one.
    pub(crate) fn shown(&self) -> watch::Receiver<Option<Pin>> {
        self.shown.clone()
    }

    /// Shakes hands; `None`: it was a certificate authority, which has seen what it wanted.
    ///
    /// # Errors
    /// What the client did.
    pub(super) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
    ) -> io::Result<Option<TlsStream<S>>> {
        let stream = self.acceptor.accept(stream).await?;
        let challenge = stream.get_ref().1.alpn_protocol() == Some(CHALLENGE);
        Ok((!challenge).then_some(stream))
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}
