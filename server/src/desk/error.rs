use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::{
    app::OpenError,
    error::{ApiError, answer},
    files::RowError,
    fold::FoldError,
    store::StoreError,
};

/// Whose fault it is: decides the status over HTTP and the exit code of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// What was given can't be used.
    Input,
    /// Nobody is logged in.
    Unknown,
    /// This person may not.
    Forbidden,
    /// There is no such thing (or not for this person).
    Missing,
    /// It does not fit the state things are in.
    Conflict,
    /// Too often.
    TooOften,
    /// Try again soon.
    Busy,
    /// What is stored is not what was stored.
    Altered,
    /// The machine or the folder.
    Environment,
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct DeskError {
    /// Whose fault.
    pub fault: Fault,
    /// For programs.
    pub code: String,
    /// For people: what happened, where, how to mend it.
    pub message: String,
    /// Row by row, for files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RowError>,
    /// When it is worth trying again, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<String>,
    /// Seconds after which it is worth trying again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
}

/// Short for results at the desk.
pub type DeskResult<T> = Result<T, DeskError>;

impl DeskError {
    fn new(fault: Fault, code: &str, message: impl Into<String>) -> Self {
        Self {
            fault,
            code: code.into(),
            message: message.into(),
            rows: Vec::new(),
            retry_at: None,
            retry_after_s: None,
        }
    }

    /// What was given can't be used.
    pub fn input(code: &str, message: impl Into<String>) -> Self {
        Self::new(Fault::Input, code, message)
    }

    /// A file with rows that can't be used: nothing of it was taken.
    pub fn rows(rows: Vec<RowError>) -> Self {
        let message = match rows.as_slice() {
            [only] if only.row == 0 => only.message.clone(),
            [_] => "1 row can't be used; nothing was imported".into(),
            _ => format!("{} rows can't be used; nothing was imported", rows.len()),
        };
        Self {
            rows,
            ..Self::new(Fault::Input, "bad_rows", message)
        }
    }

    /// Nobody is logged in.
    pub fn unknown() -> Self {
        Self::new(
            Fault::Unknown,
            "not_logged_in",
            "log in first, or bring a token that is still good",
        )
    }

    /// This person may not.
    pub fn forbidden(code: &str, message: impl Into<String>) -> Self {
        Self::new(Fault::Forbidden, code, message)
    }

    /// There is no such thing, or it is of a team this person does not see.
    pub fn missing(what: &str, name: &str) -> Self {
        Self::new(Fault::Missing, "not_found", format!("there is no {what} {name:?}"))
    }

    /// It does not fit the state things are in.
    pub fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::new(Fault::Conflict, code, message)
    }

    /// Too often: worth trying again after `wait`.
    pub fn too_often(message: impl Into<String>, wait: std::time::Duration) -> Self {
        Self {
            retry_after_s: Some(wait.as_secs() + 1),
            ..Self::new(Fault::TooOften, "too_often", message)
        }
    }

    /// Worth trying again from an instant on (milliseconds since 1970, UTC).
    pub fn until(self, at_ms: i64) -> Self {
        let retry_at = DateTime::from_timestamp_millis(at_ms).map(|at| at.to_rfc3339());
        Self { retry_at, ..self }
    }

    /// The machine or the folder.
    pub fn environment(code: &str, message: impl Into<String>) -> Self {
        Self::new(Fault::Environment, code, message)
    }
}

impl From<StoreError> for DeskError {
    fn from(error: StoreError) -> Self {
        let (fault, code) = match error {
            StoreError::Full => (Fault::Busy, "disk_full"),
            StoreError::Busy | StoreError::Away(_) => (Fault::Busy, "busy"),
            StoreError::Altered(_) => (Fault::Altered, "altered"),
            StoreError::Locked(_) => (Fault::Environment, "locked"),
            StoreError::Newer { .. } => (Fault::Environment, "newer"),
            StoreError::Database(_) => (Fault::Environment, "database"),
        };
        Self {
            retry_after_s: (fault == Fault::Busy).then_some(1),
            ..Self::new(fault, code, error.to_string())
        }
    }
}

impl From<crate::auth::PasswordError> for DeskError {
    fn from(error: crate::auth::PasswordError) -> Self {
        if error == crate::auth::PasswordError::Busy {
            return Self {
                retry_after_s: Some(1),
                ..Self::new(Fault::Busy, "busy", error.to_string())
            };
        }
        Self::input("bad_password", error.to_string())
    }
}

impl Fault {
    /// How it answers over HTTP.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Input => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unknown => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Missing => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooOften => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Altered | Self::Environment => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for DeskError {
    fn into_response(mut self) -> Response {
        if self.fault == Fault::Environment {
            // What the machine said is for who runs it, not for who asks.
            tracing::error!(code = self.code, error = self.message, "a request failed");
            self.message = "the server failed: see its log".into();
        }
        let mut error = Map::new();
        error.insert("code".into(), self.code.into());
        error.insert("message".into(), self.message.into());
        if !self.rows.is_empty() {
            error.insert("rows".into(), serde_json::json!(self.rows));
        }
        if let Some(retry_at) = self.retry_at {
            error.insert("retry_at".into(), retry_at.into());
        }
        answer(self.fault.status(), error, self.retry_after_s)
    }
}

impl From<ApiError> for DeskError {
    fn from(error: ApiError) -> Self {
        let fault = match error.status {
            StatusCode::NOT_FOUND => Fault::Missing,
            StatusCode::CONFLICT => Fault::Conflict,
            StatusCode::SERVICE_UNAVAILABLE => Fault::Busy,
            status if status.is_client_error() => Fault::Input,
            _ => Fault::Environment,
        };
        Self::new(fault, error.code, error.message)
    }
}

impl From<FoldError> for DeskError {
    fn from(error: FoldError) -> Self {
        ApiError::from(error).into()
    }
}

impl From<OpenError> for DeskError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Store(error) => error.into(),
            OpenError::Desk(error) => error.into(),
            OpenError::Signer(error) => Self::environment("keys", error.to_string()),
        }
    }
}
