use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::{
    phone::{PhoneError, store},
    record::{Grade, KeyFile, Kid, Pin},
};

const ENROLMENT: &str = "enrolment";

/// The server, as the phone was enrolled with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Enrolment {
    pub(crate) server: String,
    pub(crate) token: String,
    /// The key of the enrolment code: all trust in the server's signatures starts from it.
    pub(crate) root: Kid,
    pub(crate) keys: KeyFile,
    pub(crate) grade: Grade,
    /// The TLS keys that the server may show; none: any that the built-in roots vouch for.
    #[serde(default)]
    pub(crate) pins: Vec<Pin>,
    /// When the server said so, by its clock, in milliseconds since 1970 (UTC); 0 for those of the code. What it said
    /// earlier is not taken again.
    #[serde(default)]
    pub(crate) pins_issued_at: i64,
}

/// What was kept at enrolment.
pub(crate) fn enrolment(connection: &Connection) -> Result<Option<Enrolment>, PhoneError> {
    let text = store::meta(connection, ENROLMENT)?;
    text.map(|text| serde_json::from_str(&text).map_err(|error| PhoneError::Damaged(error.to_string())))
        .transpose()
}

/// Keeps it.
pub(crate) fn keep_enrolment(tx: &Connection, enrolment: &Enrolment) -> Result<(), PhoneError> {
    let text = serde_json::to_string(enrolment).expect("an enrolment has nothing that JSON cannot hold");
    store::set_meta(tx, ENROLMENT, &text)
}
