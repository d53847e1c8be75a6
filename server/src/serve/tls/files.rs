use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock, Weak},
    time::Duration,
};

use rustls::{
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

use super::{TlsError, provider};

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(60);

/// A certificate and its key, as they stand in two files.
#[derive(Debug)]
pub(in crate::serve) struct Files {
    paths: [PathBuf; 2],
    loaded: RwLock<Loaded>,
}

#[derive(Debug)]
struct Loaded {
    bytes: [Vec<u8>; 2],
    key: Arc<CertifiedKey>,
}

/// Loads the files, and looks at them every minute.
pub(super) fn watch(certificate: &Path, key: &Path) -> Result<Arc<Files>, TlsError> {
    let files = Arc::new(Files::load([certificate.into(), key.into()])?);
    tokio::spawn(keep_looking(Arc::downgrade(&files)));
    Ok(files)
}

async fn keep_looking(files: Weak<Files>) {
    loop {
        tokio::time::sleep(EVERY).await;
        let Some(files) = files.upgrade() else { return };
        match files.look() {
            Ok(true) => tracing::info!("the TLS certificate was renewed"),
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "the new TLS certificate is not taken, the old one stays"),
        }
    }
}

impl Files {
    pub(in crate::serve) fn load(paths: [PathBuf; 2]) -> Result<Self, TlsError> {
        let bytes = read(&paths)?;
        let loaded = Loaded {
            key: Arc::new(parse(&paths, &bytes)?),
            bytes,
        };
        Ok(Self {
            paths,
            loaded: RwLock::new(loaded),
        })
    }

    /// Takes what stands in the files now, if it is new and whole: they are not replaced at the same instant.
    pub(in crate::serve) fn look(&self) -> Result<bool, TlsError> {
        let bytes = read(&self.paths)?;
        if self.loaded.read().unwrap_or_else(PoisonError::into_inner).bytes == bytes {
            return Ok(false);
        }
        let key = Arc::new(parse(&self.paths, &bytes)?);
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Loaded { bytes, key };
        Ok(true)
    }
}

impl ResolvesServerCert for Files {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&loaded.key))
    }
}

fn read(paths: &[PathBuf; 2]) -> Result<[Vec<u8>; 2], TlsError> {
    let read = |path: &PathBuf| fs::read(path).map_err(|error| failed(path, &error));
    Ok([read(&paths[0])?, read(&paths[1])?])
}

/// Checks that they belong together.
fn parse(paths: &[PathBuf; 2], [chain, key]: &[Vec<u8>; 2]) -> Result<CertifiedKey, TlsError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
    let chain = chain.map_err(|error| failed(&paths[0], &error))?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| failed(&paths[1], &error))?;
    Ok(CertifiedKey::from_der(chain, key, &provider())?)
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> TlsError {
    TlsError::File(path.display().to_string(), error.to_string())
}
