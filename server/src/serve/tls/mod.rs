//! TLS of the own: by files that are looked at anew, or by ACME. HTTP/2 and HTTP/1.1 are told apart by ALPN.

pub(super) mod acme;
pub(super) mod files;

use std::{io, path::Path, sync::Arc};

use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, ring},
    server::ResolvesServerCert,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::config;

/// What a certificate authority offers to see whether the domain is ours (RFC 8737).
const CHALLENGE: &[u8] = b"acme-tls/1";

/// How connections are secured.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The configuration says too little, or two things at once.
    #[error("tls: name certificate and key, or acme.domains, not both")]
    Which,
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
        let resolver: Arc<dyn ResolvesServerCert> = match (&config.certificate, &config.key) {
            (Some(certificate), Some(key)) if config.acme.domains.is_empty() => files::watch(certificate, key)?,
            (None, None) if config.acme.domains.is_empty() => return Ok(None),
            (None, None) => acme::keep(&config.acme, data)?,
            _ => return Err(TlsError::Which),
        };
        Self::with(resolver).map(Some)
    }

    fn with(resolver: Arc<dyn ResolvesServerCert>) -> Result<Self, TlsError> {
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = [&b"h2"[..], b"http/1.1", CHALLENGE].map(<[u8]>::to_vec).into();
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// Shakes hands; `None`: it was a certificate authority, which has seen what it wanted.
    ///
    /// # Errors
    /// What the client did.
    pub(super) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
    ) -> io::Result<Option<TlsStream<S>>> {
        let stream = self.0.accept(stream).await?;
        let challenge = stream.get_ref().1.alpn_protocol() == Some(CHALLENGE);
        Ok((!challenge).then_some(stream))
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}
