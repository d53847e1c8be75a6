use std::path::Path;

use onbeat_core::record::Pin;
use rustls::{
    crypto::ring::sign::any_supported_type,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::ParsedCertificate,
};

use super::TlsError;

/// The pin of a certificate's key.
///
/// # Errors
/// [`TlsError::Rustls`] where it is no certificate of X.509, version 3.
pub(crate) fn of_certificate(certificate: &CertificateDer<'_>) -> Result<Pin, TlsError> {
    let parsed = ParsedCertificate::try_from(certificate)?;
    Ok(Pin::of(parsed.subject_public_key_info()))
}

/// The pin of the key in a PEM file: of its first certificate, or of a private key.
///
/// # Errors
/// [`TlsError::File`] where there is none in it.
pub(crate) fn of_file(path: &Path) -> Result<Pin, TlsError> {
    let failed = |why: String| TlsError::File(path.display().to_string(), why);
    let pem = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    if let Ok(certificate) = CertificateDer::from_pem_slice(&pem) {
        return of_certificate(&certificate).map_err(|error| failed(error.to_string()));
    }
    let key = PrivateKeyDer::from_pem_slice(&pem);
    let key = key.map_err(|_| failed("holds neither a certificate nor a private key in PEM".into()))?;
    let key = any_supported_type(&key).map_err(|error| failed(error.to_string()))?;
    let public = key
        .public_key()
        .ok_or_else(|| failed("its key has no public part".into()))?;
    Ok(Pin::of(public))
}
