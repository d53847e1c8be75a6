use crate::{record::RecordError, rules::BasisError};

/// Why a call of the phone did not do what was asked. Whatever it says, what was recorded before stands.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum PhoneError {
    /// Another process has the folder open.
    #[error("the folder is open already: one phone has one process")]
    AlreadyOpen,
    /// The database does not open with this key. Nothing was touched.
    #[error(
        "the database does not open with this key: hand in the key it was made with, or recover it from the server; nothing was touched"
    )]
    WrongKey,
    /// The database was written by a newer app.
    #[error("the database is of version {found}, this app reads up to {known}: update the app")]
    NewerVersion {
        /// Version of the file.
        found: i64,
        /// Newest version this app knows.
        known: i64,
    },
    /// No room on the phone. Nothing recorded is lost, this call recorded nothing.
    #[error("the phone's storage is full: free some space; everything recorded before is safe")]
    StorageFull,
    /// The database is damaged; at the next start it is set aside and a new one begun.
    #[error("the database is damaged ({0}): start the app again, it is set aside then and kept")]
    Damaged(String),
    /// Another fault of the file system or the database.
    #[error("the phone's storage: {0}")]
    Storage(String),
    /// The phone was wiped on the server's word.
    #[error("this phone was revoked, and its data deleted: ask the desk for a new enrolment")]
    Wiped,
    /// Another phone of this rep took its place.
    #[error("another phone took the place of this one: what it holds is still sent, nothing new is recorded")]
    Replaced,
    /// What a replaced phone holds has not arrived yet.
    #[error("{records} records and {photos} photos wait to be sent: sync first, then they are safe to delete here")]
    StillWaiting {
        /// Records without a receipt.
        records: u64,
        /// Photos that the server has not whole.
        photos: u32,
    },
    /// The rep did not agree that his place is recorded.
    #[error("the rep did not agree that his place is recorded: nothing of it is kept")]
    LocationRefused,
    /// No enrolment yet.
    #[error("the phone is not enrolled: scan the code that the desk shows")]
    NotEnrolled,
    /// Enrolled already.
    #[error("the phone is enrolled already, as rep {rep}")]
    AlreadyEnrolled {
        /// The rep it is enrolled for.
        rep: String,
    },
    /// An enrolment link that can't be read.
    #[error("not an enrolment link: {0}")]
    BadLink(String),
    /// No answer from the server.
    #[error("the server can't be reached: {0}")]
    Network(String),
    /// The server said no.
    #[error("the server refused: {code}: {why}")]
    Refused {
        /// Its code.
        code: String,
        /// Its words.
        why: String,
    },
    /// The server's answer is not signed as it must be, or is none.
    #[error("the server's answer can't be trusted: {0}")]
    Untrusted(String),
    /// The platform can't sign.
    #[error(transparent)]
    Sign(#[from] super::SignError),
    /// Something asked for is not there.
    #[error("there is no {what} {id}")]
    NotFound {
        /// `visit`, `finding`, …
        what: String,
        /// What was asked for.
        id: String,
    },
    /// The reference data does not suffice.
    #[error("the phone has no usable reference data ({0}): sync first")]
    NoReference(String),
    /// Not a photo this version takes.
    #[error("not a photo that can be taken on: {0}")]
    BadPhoto(String),
    /// An argument out of its range.
    #[error("{0}")]
    BadInput(String),
    /// A sync is running.
    #[error("a sync is running already")]
    SyncRunning,
    /// More text than a record holds, or a line that can't be read.
    #[error("{0}")]
    Record(String),
}

#[uniffi::export]
impl PhoneError {
    /// Stable code of the error, for programs: the server's own where it refused.
    pub fn code(&self) -> String {
        let code = match self {
            Self::Refused { code, .. } => code,
            Self::AlreadyOpen => "already_open",
            Self::WrongKey => "wrong_key",
            Self::NewerVersion { .. } => "newer_version",
            Self::StorageFull => "storage_full",
            Self::Damaged(_) => "damaged",
            Self::Storage(_) => "storage",
            Self::Wiped => "wiped",
            Self::Replaced => "replaced",
            Self::StillWaiting { .. } => "still_waiting",
            Self::LocationRefused => "location_refused",
            Self::NotEnrolled => "not_enrolled",
            Self::AlreadyEnrolled { .. } => "already_enrolled",
            Self::BadLink(_) => "bad_link",
            Self::Network(_) => "network",
            Self::Untrusted(_) => "untrusted",
            Self::Sign(error) => error.code(),
            Self::NotFound { .. } => "not_found",
            Self::NoReference(_) => "no_reference",
            Self::BadPhoto(_) => "bad_photo",
            Self::BadInput(_) => "bad_input",
            Self::SyncRunning => "sync_running",
            Self::Record(_) => "record",
        };
        code.into()
    }

    /// What happened and what mends it, for who helps.
    pub fn words(&self) -> String {
        self.to_string()
    }
}

impl From<BasisError> for PhoneError {
    fn from(error: BasisError) -> Self {
        Self::NoReference(error.to_string())
    }
}

impl From<RecordError> for PhoneError {
    fn from(error: RecordError) -> Self {
        Self::Record(error.to_string())
    }
}

impl From<rusqlite::Error> for PhoneError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{ErrorCode as C, ffi::SQLITE_IOERR_SHMSIZE};
        // Opening a file on a full disk fails where the index of its log is given room.
        if error
            .sqlite_error()
            .is_some_and(|error| error.extended_code == SQLITE_IOERR_SHMSIZE)
        {
            return Self::StorageFull;
        }
        match error.sqlite_error_code() {
            Some(C::DiskFull) => Self::StorageFull,
            Some(C::DatabaseCorrupt | C::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Storage(error.to_string()),
        }
    }
}

impl From<std::io::Error> for PhoneError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::StorageFull,
            _ => Self::Storage(error.to_string()),
        }
    }
}
