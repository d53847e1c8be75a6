//! What the epochs of all streams begin with. Their cells never expire.

use std::collections::HashMap;

use onbeat_core::record::{Certificate, StreamId};

use crate::store::{Cell, Lookup, Store, StoreResult};

const KIND: &str = "certificate";

/// A stream's certificate of an epoch.
///
/// # Errors
/// The store's.
pub async fn certificate_of(store: &dyn Lookup, stream: &str, epoch: u32) -> StoreResult<Option<Certificate>> {
    let cell = store.cell(KIND, &key(stream, epoch), i64::MIN).await?;
    Ok(cell.and_then(|cell| Certificate::parse(&cell.body).ok()))
}

/// The cell in which an epoch's certificate is kept: kind and key.
pub(crate) fn certificate_at(stream: &str, epoch: u32) -> (String, String) {
    (KIND.into(), key(stream, epoch))
}

/// A stream's newest certificate.
///
/// # Errors
/// The store's.
pub async fn newest_certificate(store: &dyn Store, stream: &str) -> StoreResult<Option<Certificate>> {
    Ok(certificates_of(store, stream).await?.pop())
}

/// A stream's certificates, oldest epoch first.
///
/// # Errors
/// The store's.
pub async fn certificates_of(store: &dyn Store, stream: &str) -> StoreResult<Vec<Certificate>> {
    let cells = store.cells(KIND, &format!("{stream}/"), i64::MIN).await?;
    let certificates = cells.iter().filter_map(|cell| Certificate::parse(&cell.body).ok());
    let mut certificates: Vec<Certificate> = certificates.collect();
    certificates.sort_by_key(|certificate| certificate.epoch);
    Ok(certificates)
}

/// The newest certificate of every stream.
///
/// # Errors
/// The store's.
pub async fn newest_certificates(store: &dyn Store) -> StoreResult<HashMap<StreamId, Certificate>> {
    let cells = store.cells(KIND, "", i64::MIN).await?;
    let mut newest: HashMap<StreamId, Certificate> = HashMap::new();
    for certificate in cells.iter().filter_map(|cell| Certificate::parse(&cell.body).ok()) {
        match newest.get(&certificate.stream) {
            Some(known) if known.epoch > certificate.epoch => {}
            _ => drop(newest.insert(certificate.stream.clone(), certificate)),
        }
    }
    Ok(newest)
}

/// A certificate as it is kept: a phone's or the desk's.
pub(crate) fn certificate_cell(certificate: &Certificate) -> Cell {
    Cell {
        kind: KIND.into(),
        key: key(&certificate.stream, certificate.epoch),
        body: certificate.line().to_owned(),
        expires_ms: None,
    }
}

fn key(stream: &str, epoch: u32) -> String {
    format!("{stream}/{epoch}")
}
