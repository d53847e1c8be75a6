use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock, Weak},
    time::Duration,
};

use onbeat_core::record::Pin;
use rustls::{
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::sync::watch;

use super::{TlsError, of_certificate, provider};

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(60);

/// A certificate and its key, as they stand in two files.
#[derive(Debug)]
pub(in crate::serve) struct Files {
    paths: [PathBuf; 2],
    loaded: RwLock<Loaded>,
    shown: watch::Sender<Option<Pin>>,
}

#[derive(Debug)]
struct Loaded {
    bytes: [Vec<u8>; 2],
    key: Arc<CertifiedKey>,
    pin: Pin,
}

/// Loads the files, and looks at them every minute; says each time which key they hold.
pub(super) fn watch(certificate: &Path, key: &Path, shown: watch::Sender<Option<Pin>>) -> Result<Arc<Files>, TlsError> {
    let files = Arc::new(Files::load([certificate.into(), key.into()], shown)?);
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
    pub(in crate::serve) fn load(paths: [PathBuf; 2], shown: watch::Sender<Option<Pin>>) -> Result<Self, TlsError> {
        let loaded = Loaded::of(&paths, read(&paths)?)?;
        shown.send_replace(Some(loaded.pin));
        Ok(Self {
            paths,
            loaded: RwLock::new(loaded),
            shown,
        })
    }

    /// Takes what stands in the files now, if it is new and whole: they are not replaced at the same instant.
    pub(in crate::serve) fn look(&self) -> Result<bool, TlsError> {
        let bytes = read(&self.paths)?;
        if self.loaded.read().unwrap_or_else(PoisonError::into_inner).bytes == bytes {
            return Ok(false);
        }
        let loaded = Loaded::of(&self.paths, bytes)?;
        let pin = loaded.pin;
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = loaded;
        self.shown.send_replace(Some(pin));
        Ok(true)
    }
}

impl Loaded {
    fn of(paths: &[PathBuf; 2], bytes: [Vec<u8>; 2]) -> Result<Self, TlsError> {
        let key = parse(paths, &bytes)?;
        let pin = of_certificate(key.end_entity_cert()?)?;
        let key = Arc::new(key);
        Ok(Self { bytes, key, pin })
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
