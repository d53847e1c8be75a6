//! Requests to the server: bounded in time and size, errors as values.

use std::{sync::Arc, time::Duration};

use reqwest::{Client, Method, redirect::Policy};
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    PhoneError,
    trust::{Met, Trust},
};
use crate::{base64url, record::Pin};

/// The largest answer that is read: a shape of a million vertices has 16 MB.
const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Without a byte of the answer; it counts from the request's first byte on, and on 2G a push takes a minute to send.
const READ_TIMEOUT: Duration = Duration::from_secs(90);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(120);

/// A server as one phone speaks to it.
pub(super) struct Http {
    client: Client,
    trust: Arc<Trust>,
    server: String,
    token: Option<String>,
}

/// An answer, read whole.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) retry_after_s: Option<u64>,
    pub(super) bytes: Vec<u8>,
}

/// The `error` of an answer, with the fields that some codes carry.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ErrorBody {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) seq: Option<u64>,
    pub(super) expected_seq: Option<u64>,
    pub(super) offset: Option<u64>,
    pub(super) wipe: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorAnswer {
    error: ErrorBody,
    wipe: bool,
}

impl Http {
    /// For a server's address, `https://…` (or `http://…`, as a demo's link says), that shows one of the pinned keys;
    /// without any, one that the built-in roots vouch for.
    ///
    /// # Errors
    /// [`PhoneError::Network`] where no client can be made.
    pub(super) fn new(server: &str, token: Option<String>, pins: &[Pin]) -> Result<Self, PhoneError> {
        Self::with(server, token, Some(pins.to_vec()))
    }

    /// For whoever answers at the address: nothing that is secret may be sent to it, and nothing believed that is not
    /// signed by itself.
    ///
    /// # Errors
    /// As [`Http::new`].
    pub(super) fn to_anybody(server: &str) -> Result<Self, PhoneError> {
        Self::with(server, None, None)
    }

    fn with(server: &str, token: Option<String>, pins: Option<Vec<Pin>>) -> Result<Self, PhoneError> {
        let (client, trust) = client(pins).map_err(|error| PhoneError::Network(error.to_string()))?;
        Ok(Self {
            client,
            trust,
            server: server.trim_end_matches('/').to_owned(),
            token,
        })
    }

    /// Whom the newest handshake met; none without TLS.
    pub(super) fn met(&self) -> Option<Met> {
        self.trust.met()
    }

    pub(super) async fn get(&self, path: &str) -> Result<Reply, PhoneError> {
        self.send(Method::GET, path, "application/json", Vec::new()).await
    }

    pub(super) async fn post_json(&self, path: &str, body: &impl serde::Serialize) -> Result<Reply, PhoneError> {
        let body = serde_json::to_vec(body).expect("a request has nothing that JSON cannot hold");
        self.send(Method::POST, path, "application/json", body).await
    }

    /// Sends bytes; those of an NDJSON push are gzipped already.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        media_type: &str,
        body: Vec<u8>,
    ) -> Result<Reply, PhoneError> {
        let mut request = self.client.request(method, format!("{}{path}", self.server));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if !body.is_empty() {
            request = request.header("content-type", media_type).body(body);
        }
        if media_type == "application/x-ndjson" {
            request = request.header("content-encoding", "gzip");
        }
        let unreachable = |error: reqwest::Error| PhoneError::Network(chain(&error));
        let mut response = request.send().await.map_err(|error| match self.trust.take_refusal() {
            true => stranger(&error),
            false => unreachable(error),
        })?;
        let header = response.headers().get("retry-after");
        let retry_after_s = header.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if bytes.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(PhoneError::Untrusted(format!(
                    "its answer has more than {MAX_ANSWER_BYTES} bytes"
                )));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Reply {
            status: response.status().as_u16(),
            retry_after_s,
            bytes,
        })
    }
}

impl Reply {
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The answer's JSON.
    ///
    /// # Errors
    /// [`PhoneError::Untrusted`] where it is none.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, PhoneError> {
        serde_json::from_slice(&self.bytes)
            .map_err(|error| PhoneError::Untrusted(format!("its answer can't be read: {error}")))
    }

    /// What went wrong; an answer without our form is told by its status.
    pub(super) fn error(&self) -> ErrorBody {
        let answer: ErrorAnswer = serde_json::from_slice(&self.bytes).unwrap_or_default();
        let mut error = answer.error;
        error.wipe |= answer.wipe;
        if error.code.is_empty() {
            error.code = format!("http_{}", self.status);
        }
        error
    }

    /// The JSON of a success.
    ///
    /// # Errors
    /// [`PhoneError::Refused`] with the server's words, or [`PhoneError::Untrusted`].
    pub(super) fn success<T: DeserializeOwned>(&self) -> Result<T, PhoneError> {
        if self.is_success() {
            return self.json();
        }
        let ErrorBody { code, message: why, .. } = self.error();
        Err(PhoneError::Refused { code, why })
    }
}

/// Bytes that the server sent as base64url.
///
/// # Errors
/// [`PhoneError::Untrusted`].
pub(super) fn from_base64url(what: &str, text: &str) -> Result<Vec<u8>, PhoneError> {
    base64url::decode(text).map_err(|error| PhoneError::Untrusted(format!("{what} is not base64url: {error}")))
}

/// Somebody else answers at the server's address, such as the log-in page of a network.
fn stranger(error: &reqwest::Error) -> PhoneError {
    let why = chain(error);
    PhoneError::Untrusted(format!(
        "this is not the company's server, by its TLS key; nothing was sent ({why})"
    ))
}

/// The roots are handed in: the platform's own verifier panics on Android unless the JVM initialised it.
fn client(pins: Option<Vec<Pin>>) -> Result<(Client, Arc<Trust>), Box<dyn std::error::Error>> {
    let mut roots = rustls::RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let trust = Trust::new(pins, roots, Arc::clone(&provider))?;
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::<Trust>::clone(&trust))
        .with_no_client_auth();
    let client = Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        .build()?;
    Ok((client, trust))
}

/// reqwest's own words say little without their causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
