use std::time::Duration;

use reqwest::{
    Client, Method,
    header::{COOKIE, HeaderMap, ORIGIN, SET_COOKIE},
};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use super::{WorldError, WorldResult, error::Doing};

/// Longest wait for an answer.
const ANSWER_WAIT: Duration = Duration::from_secs(30);

/// Somebody at the desk, through the JSON API, with the session of a page.
pub struct Api {
    address: String,
    cookie: String,
    client: Client,
    runtime: Runtime,
}

impl Api {
    /// Logs in.
    ///
    /// # Errors
    /// [`WorldError::Api`].
    pub fn log_in(address: &str, user: &str, password: &str) -> WorldResult<Self> {
        let runtime = Builder::new_current_thread().enable_all().build();
        // Only plain HTTP to this machine, but the client wants to know who would do its cryptography;
        // a second call changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().timeout(ANSWER_WAIT).no_proxy().build();
        let mut api = Self {
            address: address.to_owned(),
            cookie: String::new(),
            client: client.map_err(|error| api_error("making a client", error.to_string()))?,
            runtime: runtime.doing(|| "starting a client".into())?,
        };
        let who = json!({"user": user, "password": password});
        let (headers, _) = api.send(Method::POST, "/api/v1/login", Some(&who))?;
        let cookie = headers.get(SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next());
        api.cookie = cookie
            .ok_or_else(|| api_error("log-in", "no cookie came".into()))?
            .to_owned();
        Ok(api)
    }

    /// Reads.
    ///
    /// # Errors
    /// [`WorldError::Api`].
    pub fn get(&self, path: &str) -> WorldResult<Value> {
        self.send(Method::GET, path, None).map(|(_, answer)| answer)
    }

    /// Acts.
    ///
    /// # Errors
    /// [`WorldError::Api`].
    pub fn post(&self, path: &str, body: &Value) -> WorldResult<Value> {
        self.send(Method::POST, path, Some(body)).map(|(_, answer)| answer)
    }

    /// The session's cookie, for who asks in another way.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    fn send(&self, method: Method, path: &str, body: Option<&Value>) -> WorldResult<(HeaderMap, Value)> {
        let asked = format!("{method} {path}");
        let mut request = self.client.request(method, format!("{}{path}", self.address));
        // What rides on a cookie has to say which page it comes from.
        request = request.header(ORIGIN, &self.address);
        if !self.cookie.is_empty() {
            request = request.header(COOKIE, &self.cookie);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answered = self.runtime.block_on(async {
            let response = request.send().await?;
            let (status, headers) = (response.status(), response.headers().clone());
            Ok((status, headers, response.text().await?))
        });
        let (status, headers, text) =
            answered.map_err(|error: reqwest::Error| api_error(&asked, format!("{error:?}")))?;
        if !status.is_success() {
            return Err(api_error(&asked, format!("{status} {text}")));
        }
        Ok((headers, serde_json::from_str(&text).unwrap_or_default()))
    }
}

fn api_error(request: &str, message: String) -> WorldError {
    WorldError::Api {
        request: request.to_owned(),
        message,
    }
}
