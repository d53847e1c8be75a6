use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
};

use onbeat_core::record::Pin;
use rustls::pki_types::{CertificateDer, pem::PemObject};

use crate::{
    config::{Config, Tls},
    desk::{DeskResult, condition::Condition},
    folder, serve, tls_pins,
};

/// All that is looked at.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// By this machine's clock, milliseconds since 1970 (UTC).
    pub now_ms: i64,
    /// A server runs on the folder.
    pub running: bool,
    /// The data folder.
    pub folder: Folder,
    /// The address that phones are told.
    pub public_url: Option<String>,
    /// A proxy in front is named.
    pub behind_proxy: bool,
    /// By what the server speaks TLS.
    pub certificate: Certificate,
    /// The TLS keys that phones should be told; none where that can't be seen from here.
    pub pins: Option<Vec<Pin>>,
    /// What the data say, or why they can't be asked.
    pub data: Result<Condition, String>,
}

/// The data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Folder {
    /// Its permissions.
    pub mode: u32,
    /// The user whose it is.
    pub owner: u32,
    /// The server's secret keys.
    pub keys: Keys,
    /// Bytes that are left on its disk.
    pub free_bytes: u64,
    /// Bytes of its files.
    pub data_bytes: u64,
}

/// The file of the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Keys {
    /// There is none.
    Missing,
    /// Permissions, and whose it is.
    There { mode: u32, owner: u32 },
}

/// By what the server speaks TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Certificate {
    /// It does not.
    None,
    /// A certificate authority is asked, and has given none yet.
    Asked,
    /// It holds so long.
    Holds(Validity),
    /// Files that can't be used, and why.
    Unusable(String),
}

/// How long a certificate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Validity {
    /// Its end, milliseconds since 1970 (UTC).
    pub until_ms: i64,
    /// From its begin to its end.
    pub lasts_ms: i64,
}

/// Gathers what is to be looked at beside the data. `running`: a server runs on the folder.
///
/// # Errors
/// `data_folder`: there is no such folder.
pub(crate) fn gather(config: &Config, data: &Path, running: bool, now_ms: i64) -> DeskResult<Facts> {
    if !running {
        folder::check_holds_data(data, config.database.is_some())?;
    }
    Ok(Facts {
        now_ms,
        running,
        folder: looked_at(data).map_err(|error| folder::failed(data, &error))?,
        public_url: config.public_url.clone(),
        behind_proxy: config.behind_proxy.is_some(),
        certificate: certificate(&config.tls, data),
        pins: pins(&config.tls),
        data: Err("nobody has asked yet".into()),
    })
}

fn looked_at(data: &Path) -> std::io::Result<Folder> {
    let there = fs::metadata(data)?;
    let keys = match fs::metadata(data.join(folder::KEYS)) {
        Ok(keys) => Keys::There {
            mode: keys.permissions().mode() & 0o777,
            owner: keys.uid(),
        },
        Err(_) => Keys::Missing,
    };
    let disk = rustix::fs::statvfs(data)?;
    let files = fs::read_dir(data)?.map(|file| file?.metadata());
    let lengths = files.map(|file| file.map(|file| file.len()));
    Ok(Folder {
        mode: there.permissions().mode() & 0o777,
        owner: there.uid(),
        keys,
        free_bytes: disk.f_bavail.saturating_mul(disk.f_frsize),
        data_bytes: lengths.sum::<std::io::Result<u64>>()?,
    })
}

fn certificate(tls: &Tls, data: &Path) -> Certificate {
    if !tls.acme.domains.is_empty() && tls.certificate.is_none() {
        return asked_for(&data.join(serve::ACME_FOLDER));
    }
    let Some(path) = &tls.certificate else {
        return Certificate::None;
    };
    let usable = serve::Tls::of(tls, data).map_err(|error| error.to_string());
    usable
        .and_then(|_| validity(path))
        .map_or_else(Certificate::Unusable, Certificate::Holds)
}

/// A running server alone knows which key it shows of those that an authority certified.
fn pins(tls: &Tls) -> Option<Vec<Pin>> {
    let own = match &tls.certificate {
        Some(path) => Some(serve::pin_of_file(path).ok()?),
        None if tls.acme.domains.is_empty() => None,
        None => return None,
    };
    Some(tls_pins::in_force(own, &tls.pins))
}

/// The newest that the authority gave.
fn asked_for(folder: &Path) -> Certificate {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let kept = files.filter(|file| file.file_name().to_string_lossy().starts_with("cached_cert_"));
    let given = kept.filter_map(|file| validity(&file.path()).ok());
    let newest = given.max_by_key(|validity| validity.until_ms);
    newest.map_or(Certificate::Asked, Certificate::Holds)
}

/// Of the first certificate of a file: the server's own, those that vouch for it follow.
fn validity(path: &Path) -> Result<Validity, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let bytes = fs::read(path).map_err(|error| failed(&error))?;
    let first = CertificateDer::from_pem_slice(&bytes).map_err(|error| failed(&error))?;
    let (_, certificate) = x509_parser::parse_x509_certificate(&first).map_err(|error| failed(&error))?;
    let of = certificate.validity();
    let (from_ms, until_ms) = (of.not_before.timestamp() * 1_000, of.not_after.timestamp() * 1_000);
    Ok(Validity {
        until_ms,
        lasts_ms: until_ms - from_ms,
    })
}
