//! What the API answers when it does not do what was asked.

use axum::{
    Json,
    extract::{FromRequest, Request},
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::store::StoreError;

/// Short for what handlers answer.
pub type ApiResult<T> = Result<T, ApiError>;

/// `{"error":{"code":…,"message":…, further fields}}` with a status.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    /// The HTTP status.
    pub status: StatusCode,
    /// For machines; a closed list in the API's document.
    pub code: &'static str,
    /// For people: what happened, and how to mend it.
    pub message: String,
    /// Further fields, such as `expected_seq`.
    pub fields: Map<String, Value>,
    /// Seconds after which it is worth asking again.
    pub retry_after_s: Option<u32>,
}

impl ApiError {
    /// An error with nothing but code and message.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            fields: Map::new(),
            retry_after_s: None,
        }
    }

    /// With a further field.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.into(), value.into());
        self
    }

    /// Worth asking again after so many seconds.
    #[must_use]
    pub fn retry_after_s(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// 400: what was sent can't be read.
    pub fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 404.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// 503: others keep changing the same thing, or the queue is full.
    pub fn busy() -> Self {
        Self::from(StoreError::Busy)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let (status, code) = match &error {
            StoreError::Full => (StatusCode::SERVICE_UNAVAILABLE, "disk_full"),
            StoreError::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            StoreError::Away(_) => {
                tracing::warn!(%error, "a request failed");
                return Self::busy();
            }
            StoreError::Altered(_) => {
                tracing::error!(%error, "a blob was altered");
                return Self::new(StatusCode::INTERNAL_SERVER_ERROR, "altered", error.to_string());
            }
            StoreError::Locked(_) | StoreError::Newer { .. } | StoreError::Database(_) => {
                tracing::error!(%error, "the store failed");
                return Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "store",
                    "the store failed: see the server's log",
                );
            }
        };
        let retry_after_s = if matches!(error, StoreError::Full) { 60 } else { 1 };
        Self::new(status, code, error.to_string()).retry_after_s(retry_after_s)
    }
}

/// A request's JSON, with an error of the API's own shape where it can't be read.
pub struct Input<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Input<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> ApiResult<Self> {
        match Json::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(ApiError::new(rejection.status(), "bad_json", rejection.body_text())),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut error = self.fields;
        error.insert("code".into(), self.code.into());
        error.insert("message".into(), self.message.into());
        answer(self.status, error, self.retry_after_s.map(u64::from))
    }
}

/// The error that an answer holds, beside it: the router finishes it with the request's id.
#[derive(Clone)]
pub struct Refusal(pub Map<String, Value>);

impl Refusal {
    /// The error's code.
    pub fn code(&self) -> &str {
        self.text("code")
    }

    /// A text field of the error; empty where there is none.
    pub fn text(&self, field: &str) -> &str {
        self.0.get(field).and_then(Value::as_str).unwrap_or_default()
    }
}

/// An error as it is answered.
pub fn answer(status: StatusCode, error: Map<String, Value>, retry_after_s: Option<u64>) -> Response {
    let mut response = (status, Json(json!({ "error": error }))).into_response();
    response.extensions_mut().insert(Refusal(error));
    if let Some(seconds) = retry_after_s {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
