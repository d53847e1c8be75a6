use std::{path::Path, sync::Arc};

use futures_util::StreamExt;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
    server::ResolvesServerCert,
};
use rustls_acme::{AcmeConfig, caches::DirCache};

use super::{TlsError, provider};
use crate::config::Acme;

/// Where account and certificates stand in the data folder.
pub(crate) const FOLDER: &str = "acme";

/// Orders a certificate and renews it when two thirds of its time are over, by TLS-ALPN-01 (RFC 8737) on the port
/// that the server listens on; account and certificates stand in the data folder.
pub(super) fn keep(config: &Acme, data: &Path) -> Result<Arc<dyn ResolvesServerCert>, TlsError> {
    let contact = config.contact.iter().map(|address| format!("mailto:{address}"));
    let mut acme = AcmeConfig::new_with_provider(&config.domains, provider())
        .contact(contact)
        .directory(&config.directory)
        .cache(DirCache::new(data.join(FOLDER)));
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
