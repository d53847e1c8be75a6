use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use futures_util::StreamExt;
use onbeat_core::record::Pin;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
    server::ResolvesServerCert,
};
use rustls_acme::{AccountCache, AcmeConfig, CertCache, caches::DirCache};
use tokio::sync::watch;

use super::{TlsError, of_certificate, provider};
use crate::config::Acme;

/// Where account and certificates stand in the data folder.
pub(crate) const FOLDER: &str = "acme";

/// Orders a certificate and renews it when two thirds of its time are over, by TLS-ALPN-01 (RFC 8737) on the port
/// that the server listens on; account and certificates stand in the data folder. Each certificate has a key of its own
/// (rustls-acme lets none be handed in), and it is said which.
pub(super) fn keep(
    config: &Acme,
    data: &Path,
    shown: watch::Sender<Option<Pin>>,
) -> Result<Arc<dyn ResolvesServerCert>, TlsError> {
    let contact = config.contact.iter().map(|address| format!("mailto:{address}"));
    let mut acme = AcmeConfig::new_with_provider(&config.domains, provider())
        .contact(contact)
        .directory(&config.directory)
        .cache(Kept {
            folder: DirCache::new(data.join(FOLDER)),
            shown,
        });
    if let Some(roots) = &config.roots {
        acme = acme.client_tls_config(trusting(roots)?);
    }
    let mut state = acme.state();
    let resolver = state.resolver();
    tokio::spawn(async move {
        while let Some(event) = state.next().await {
            match event {
                Ok(event) => tracing::info!(?event, "TLS certificate"),
                Err(error) => tracing::error!(%error, "no TLS certificate by ACME yet, it is tried again"),
            }
        }
    });
    Ok(resolver)
}

/// What rustls-acme keeps, and puts in place: each certificate passes here as it is shown for the first time.
struct Kept {
    folder: DirCache<PathBuf>,
    shown: watch::Sender<Option<Pin>>,
}

impl Kept {
    fn say(&self, pem: &[u8]) {
        let certificate = CertificateDer::from_pem_slice(pem).ok();
        if let Some(pin) = certificate.and_then(|certificate| of_certificate(&certificate).ok()) {
            self.shown.send_replace(Some(pin));
        }
    }
}

#[async_trait]
impl CertCache for Kept {
    type EC = io::Error;

    async fn load_cert(&self, domains: &[String], directory: &str) -> io::Result<Option<Vec<u8>>> {
        let pem = self.folder.load_cert(domains, directory).await?;
        pem.iter().for_each(|pem| self.say(pem));
        Ok(pem)
    }

    async fn store_cert(&self, domains: &[String], directory: &str, pem: &[u8]) -> io::Result<()> {
        self.say(pem);
        self.folder.store_cert(domains, directory, pem).await
    }
}

#[async_trait]
impl AccountCache for Kept {
    type EA = io::Error;

    async fn load_account(&self, contact: &[String], directory: &str) -> io::Result<Option<Vec<u8>>> {
        self.folder.load_account(contact, directory).await
    }

    async fn store_account(&self, contact: &[String], directory: &str, account: &[u8]) -> io::Result<()> {
        self.folder.store_account(contact, directory, account).await
    }
}

/// For a certificate authority of the company's own.
fn trusting(path: &Path) -> Result<Arc<ClientConfig>, TlsError> {
    let failed = |error: &dyn std::fmt::Display| TlsError::File(path.display().to_string(), error.to_string());
    let mut roots = RootCertStore::empty();
    for root in CertificateDer::pem_file_iter(path).map_err(|error| failed(&error))? {
        roots.add(root.map_err(|error| failed(&error))?)?;
    }
    let client = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(client))
}
