//! How the database is reached: its URL, TLS, and what is done where it does not answer.

use std::{error::Error, future::Future, str::FromStr, sync::Arc, time::Duration};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio::time::timeout;
use tokio_postgres::{
    Config,
    config::SslMode,
    error::{DbError, SqlState},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::store::{StoreError, StoreResult};

/// Longest wait for a connection, and for an answer; a test does not wait for real time.
pub(super) const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 2 } else { 10 });
/// The database takes no statement longer than a minute, keeps no commit only in memory, and does not wait for a
/// server that went away in the middle of a transaction. It compiles none either: of a long line it expects far more
/// records than a run has, and compiling for them takes longer than reading the run.
const SESSION: &str =
    "-c statement_timeout=60000 -c synchronous_commit=on -c idle_in_transaction_session_timeout=10000 -c jit=off";
/// After so long in silence the kernel asks whether the other side is still there.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// Where a database on this machine listens, for a URL without a host; so does Debian's libpq.
const SOCKETS: &str = "/var/run/postgresql";

/// What a connection is made with.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
}

impl Address {
    /// Reads a URL. TLS is used where `sslmode` is `require` or `verify-full`, and then always checked: the server's
    /// name, and who vouches for it (the roots of the web, or the PEM file that `sslrootcert` names).
    ///
    /// # Errors
    /// [`StoreError::Database`] for a URL that asks for what is not offered.
    pub(super) fn read(url: &str) -> StoreResult<Self> {
        let refused = |why: String| StoreError::Database(format!("--database: {why}"));
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        if !base.starts_with("postgres://") && !base.starts_with("postgresql://") {
            return Err(refused("write postgres://user@host/database".into()));
        }
        let (mut mode, mut roots, mut others) = ("disable", None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", value)) => mode = value,
                Some(("sslrootcert", file)) => roots = Some(file),
                _ => others.push(pair),
            }
        }
        let url = format!("{base}?{}", others.join("&"));
        let mut config = Config::from_str(&url).map_err(|error| refused(error.to_string()))?;
        config.ssl_mode(match mode {
            "disable" => SslMode::Disable,
            "require" | "verify-full" => SslMode::Require,
            _ => {
                let why = format!("sslmode={mode} is not offered: write sslmode=verify-full, or sslmode=disable");
                return Err(refused(why));
            }
        });
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            config.host_path(SOCKETS);
        }
        let options = config
            .get_options()
            .map_or_else(|| SESSION.to_owned(), |own| format!("{own} {SESSION}"));
        config
            .options(options)
            .application_name("onbeat")
            .connect_timeout(PATIENCE)
            .tcp_user_timeout(PATIENCE)
            .keepalives_idle(KEEPALIVE);
        let tls = tls(roots).map_err(|why| refused(format!("sslrootcert: {why}")))?;
        Ok(Self { config, tls })
    }
}

fn tls(roots: Option<&str>) -> Result<MakeRustlsConnect, String> {
    let mut trusted = RootCertStore::empty();
    match roots {
        None => trusted.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(file) => {
            let failed = |error: &dyn std::fmt::Display| format!("{file}: {error}");
            for certificate in CertificateDer::pem_file_iter(file).map_err(|error| failed(&error))? {
                let certificate = certificate.map_err(|error| failed(&error))?;
                trusted.add(certificate).map_err(|error| failed(&error))?;
            }
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(MakeRustlsConnect::new(
        config.with_root_certificates(trusted).with_no_client_auth(),
    ))
}

/// What the database answers, if it does in time.
///
/// # Errors
/// [`StoreError::Away`] where it does not; its own.
pub(super) async fn in_time<T>(answer: impl Future<Output = Result<T, tokio_postgres::Error>>) -> StoreResult<T> {
    match timeout(PATIENCE, answer).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(StoreError::Away(format!("no answer in {} s", PATIENCE.as_secs()))),
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let said = || {
            let cause = error.source().map_or(String::new(), |cause| format!(": {cause}"));
            let said = error.as_db_error().map(DbError::message);
            said.map_or_else(|| format!("{error}{cause}"), str::to_owned)
        };
        match error.code() {
            // The connection was not made, or cut.
            None => Self::Away(said()),
            // The server is stopping or starting, or has no connection left.
            Some(
                &(SqlState::ADMIN_SHUTDOWN
                | SqlState::CRASH_SHUTDOWN
                | SqlState::CANNOT_CONNECT_NOW
                | SqlState::TOO_MANY_CONNECTIONS
                | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT),
            ) => Self::Away(said()),
            Some(&SqlState::DISK_FULL) => Self::Full,
            // Others kept it waiting, or a statement on its way before it failed, which says why.
            Some(
                &(SqlState::QUERY_CANCELED | SqlState::T_R_DEADLOCK_DETECTED | SqlState::IN_FAILED_SQL_TRANSACTION),
            ) => Self::Busy,
            Some(_) => Self::Database(said()),
        }
    }
}

impl From<deadpool_postgres::PoolError> for StoreError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        match error {
            deadpool_postgres::PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => Self::Busy,
            deadpool_postgres::PoolError::Timeout(_) => Self::Away("no connection in time".into()),
            deadpool_postgres::PoolError::Backend(error) => error.into(),
            error => Self::Database(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use tokio_postgres::config::Host;

    use super::{Address, SOCKETS};

    #[test]
    fn a_url_without_a_host_is_of_this_machine() {
        let local = Host::Unix(Path::new(SOCKETS).to_owned());
        for (url, hosts) in [
            ("postgres://onbeat@/onbeat", vec![local]),
            (
                "postgres://onbeat@db.example.com/onbeat",
                vec![Host::Tcp("db.example.com".into())],
            ),
            (
                "postgres://onbeat@%2Ftmp%2Fsockets/onbeat",
                vec![Host::Unix(Path::new("/tmp/sockets").to_owned())],
            ),
            ("postgres:///onbeat?hostaddr=127.0.0.1", vec![]),
        ] {
            assert_eq!(Address::read(url).unwrap().config.get_hosts(), hosts, "{url}");
        }
    }
}
