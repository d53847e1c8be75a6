//! Desk records that are about the desk itself. Passwords, sessions and tokens are in none of them.

use chrono::NaiveDate;
use clap::ValueEnum;
use onbeat_core::record::{Hash, Payload, StreamId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Role;

/// A user was made or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserChanged {
    /// Log-in name.
    pub user: String,
    /// Name as people say it.
    pub name: String,
    /// What the user may do now.
    pub role: Role,
    /// Own teams now.
    pub teams: Vec<String>,
    /// May not log in any more.
    pub disabled: bool,
    /// Who changed it.
    pub by: String,
}
impl Payload for UserChanged {
    const TYPE: &'static str = "user.changed";
}

/// A token was made by which a program acts as a user (the token itself is told to one person and kept as a hash).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenIssued {
    /// As whom.
    pub user: String,
    /// Until when it opens, milliseconds since 1970 (UTC).
    pub expires_ms: i64,
    /// Who made it.
    pub by: String,
}
impl Payload for TokenIssued {
    const TYPE: &'static str = "token.issued";
}

/// Somebody logged in by a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedIn {
    /// Who.
    pub by: String,
}
impl Payload for LoggedIn {
    const TYPE: &'static str = "user.logged_in";
}

/// Somebody logged out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedOut {
    /// Who.
    pub by: String,
}
impl Payload for LoggedOut {
    const TYPE: &'static str = "user.logged_out";
}

/// A session ended since it was not used for long, or lasted as long as one may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionEnded {
    /// Whose.
    pub by: String,
}
impl Payload for SessionEnded {
    const TYPE: &'static str = "session.ended";
}

/// Log-ins failed, those that were refused for their number among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogInFailed {
    /// Of which user; none where the name is nobody's or of somebody who may not log in: what was typed is not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// How many since this was told last.
    pub count: u32,
}
impl Payload for LogInFailed {
    const TYPE: &'static str = "log_in.failed";
}

/// Somebody opened a customer's page: landline, place and visits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerOpened {
    /// Which.
    pub customer: String,
    /// Who.
    pub by: String,
}
impl Payload for CustomerOpened {
    const TYPE: &'static str = "customer.opened";
}

/// Somebody was shown customers: in a list, by a landline, or by what was reported of visits to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomersSeen {
    /// Which, but for those of whom the same was told within ten minutes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub customers: Vec<String>,
    /// All whom `by` may see: so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all: Option<u64>,
    /// With their landlines.
    pub landlines: bool,
    /// Who.
    pub by: String,
}
impl Payload for CustomersSeen {
    const TYPE: &'static str = "customers.seen";
}

/// Somebody took a table or a log out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataExported {
    /// Which.
    pub what: String,
    /// As which kind of file.
    pub format: String,
    /// Only of this rep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rep: Option<String>,
    /// Only of this phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<StreamId>,
    /// First day, where it is of days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    /// Who.
    pub by: String,
}
impl Payload for DataExported {
    const TYPE: &'static str = "data.exported";
}

/// A month's sheet was frozen: what comes later changes it no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthFrozen {
    /// `YYYY-MM`.
    pub month: String,
    /// Blob of the sheet: JSON.
    pub sheet: Hash,
    /// Who.
    pub by: String,
}
impl Payload for MonthFrozen {
    const TYPE: &'static str = "month.frozen";
}

/// One duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum, ToSchema)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Duty {
    /// The legal basis: what the positions are needed for.
    Basis,
    /// Those concerned, or who stands for them, were heard.
    Consultation,
    /// The impact assessment was made.
    ImpactAssessment,
    /// Those concerned were told what is recorded, when, and who sees it.
    Notice,
    /// How long things are kept was decided.
    Retention,
}

impl Duty {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Basis,
        Self::Consultation,
        Self::ImpactAssessment,
        Self::Notice,
        Self::Retention,
    ];

    /// Its code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Basis => "basis",
            Self::Consultation => "consultation",
            Self::ImpactAssessment => "impact_assessment",
            Self::Notice => "notice",
            Self::Retention => "retention",
        }
    }
}

/// A duty of the employer was recorded as done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyRecorded {
    /// Which.
    pub duty: Duty,
    /// When it was done.
    pub date: NaiveDate,
    /// Where it is laid down.
    pub note: String,
    /// Who says so.
    pub by: String,
    /// The demo's: nobody did it.
    pub demo: bool,
}
impl Payload for DutyRecorded {
    const TYPE: &'static str = "duty.recorded";
}

/// A one-time code was made (the code itself is told to one person and kept as a hash).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeIssued {
    /// For whom.
    pub rep: String,
    /// The stream whose database key it recovers; none for a new phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recover: Option<StreamId>,
    /// The active phones that a new one would take the place of.
    #[serde(default)]
    pub retires: Vec<StreamId>,
    /// Until when it opens, milliseconds since 1970 (UTC).
    pub expires_ms: i64,
    /// Who made it.
    pub by: String,
}
impl Payload for CodeIssued {
    const TYPE: &'static str = "code.issued";
}

/// A phone is lost or handed in: it is told to wipe itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneRevoked {
    /// Which.
    pub stream: StreamId,
    /// Whose.
    pub rep: String,
    /// Who revoked it.
    pub by: String,
}
impl Payload for PhoneRevoked {
    const TYPE: &'static str = "phone.revoked";
}

/// Which places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// Only of this rep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rep: Option<String>,
    /// Of days before this one.
    pub before: NaiveDate,
}

/// Bodies were erased for good; their hashes stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodiesErased {
    /// What was asked for.
    #[serde(flatten)]
    pub what: Erasure,
    /// Bodies erased.
    pub erased: u64,
    /// Who had it done.
    pub by: String,
}
impl Payload for BodiesErased {
    const TYPE: &'static str = "bodies.erased";
}

/// What was past its time was erased; hashes stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionApplied {
    /// Of days before this one.
    pub before: NaiveDate,
    /// Places erased.
    pub fixes: u64,
    /// Days of reps whose account was frozen.
    pub days: u64,
    /// Days of reps whose places are kept until a dispute is decided.
    pub disputed_days: u64,
    /// Quarantined batches erased.
    pub quarantined: u64,
    /// Of days before this one, a summary is left.
    #[serde(default)]
    pub summarised_before: NaiveDate,
    /// Days of reps of which only a summary was left.
    #[serde(default)]
    pub summarised_days: u64,
    /// Who had it done; `server`: it did by itself.
    pub by: String,
}
impl Payload for RetentionApplied {
    const TYPE: &'static str = "retention.applied";
}

/// What was ruled of a day, kept before the places it stood on are erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayFrozen {
    /// Whose day.
    pub rep: String,
    /// Which.
    pub day: NaiveDate,
    /// Blob of the day's view with its basis: JSON.
    pub view: Hash,
}
impl Payload for DayFrozen {
    const TYPE: &'static str = "day.frozen";
}

/// The server's data were taken from a backup: what was done at the desk between its making and this record is gone,
/// and phones may have seen it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataRestored {
    /// Of which moment the backup is, milliseconds since 1970 (UTC).
    pub made_at_ms: i64,
    /// The backup's sum.
    pub backup: Hash,
    /// Faults that its logs had.
    pub faults: u64,
    /// Who restored it.
    pub by: String,
}
impl Payload for DataRestored {
    const TYPE: &'static str = "data.restored";
}
