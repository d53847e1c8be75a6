use serde::{Deserialize, Serialize};

use crate::{
    judge::FixVerdict,
    reading::Fix,
    record::{Hash, Payload},
    reference::ExceptionKind,
    rules::Name,
    time::{Interval, When},
};

/// Phone record: a fix, the only record that holds a place, so that it can be erased alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FixTaken {
    /// The fix as the platform gave it.
    pub fix: Fix,
    /// What the phone made of it: a help to the rep, never taken at its word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
}
impl Payload for FixTaken {
    const TYPE: &'static str = "fix";
}

/// The phone's own view of a fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Seen {
    /// Its verdict.
    #[serde(flatten)]
    pub verdict: FixVerdict,
    /// Where its time lay.
    pub when: When,
    /// The area it judged by.
    pub area: Option<Hash>,
}

/// Phone record: the motion sensor says that the phone stood still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stood {
    /// From when to when, time since boot of the record's boot.
    pub from_elapsed_ms: i64,
    /// End of that.
    pub to_elapsed_ms: i64,
    /// Which sensor says so.
    pub source: String,
}
impl Payload for Stood {
    const TYPE: &'static str = "still.ended";
}

/// Why fixes may be missing: a fact, never an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The app's process started.
    ProcessStarted,
    /// The process was ended (found at the next start).
    ProcessEnded,
    /// No position could be had.
    NoSignal,
    /// Location is switched off in the phone's settings.
    LocationOff,
    /// Location is on again.
    LocationOn,
    /// The app may not see the location.
    PermissionOff,
    /// It may again.
    PermissionOn,
    /// Only the approximate location.
    PermissionApproximate,
    /// Battery saver.
    BatterySaver,
    /// Battery nearly empty.
    BatteryLow,
    /// Storage full.
    StorageFull,
    /// The phone was switched off or restarted.
    Rebooted,
    /// The rep did not agree that his place is recorded, or no longer.
    LocationRefused,
    /// The rep agreed to it.
    LocationAgreed,
}

/// Phone record: a cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CauseNoted {
    /// What.
    pub cause: Cause,
}
impl Payload for CauseNoted {
    const TYPE: &'static str = "cause.noted";
}

/// Phone record: the rep's answer to whether his place may be recorded. The newest holds: to refuse after an
/// agreement withdraws it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocationAnswered {
    /// Whether he agrees.
    pub agrees: bool,
    /// The company's page as he read it; `None`: the company has none, and he read the app's own words.
    pub page: Option<Hash>,
}
impl Payload for LocationAnswered {
    const TYPE: &'static str = "location.answered";
}

macro_rules! bare_record {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {}
        impl Payload for $name {
            const TYPE: &'static str = $kind;
        }
    };
}
bare_record!(
    /// Phone record: the rep's break begins.
    BreakStarted,
    "break.started"
);
bare_record!(
    /// Phone record: the rep's break ends.
    BreakEnded,
    "break.ended"
);
bare_record!(
    /// Phone record: private time begins.
    PrivateStarted,
    "private.started"
);
bare_record!(
    /// Phone record: private time ends.
    PrivateEnded,
    "private.ended"
);

/// Phone record: a reason by one tap; it excuses its interval once a person approves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReasonGiven {
    /// From when to when.
    #[serde(flatten)]
    pub interval: Interval,
    /// Why.
    pub reason: ExceptionKind,
    /// In the rep's words, may be empty.
    pub note: String,
}
impl Payload for ReasonGiven {
    const TYPE: &'static str = "reason.given";
}

/// Desk record: a person did not take a reason for an excuse. It says nothing else: an approved exception for the same
/// time counts, whenever it comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonDeclined {
    /// Whose.
    pub rep: String,
    /// The record of the reason.
    pub record: Name,
    /// The time it was for.
    #[serde(flatten)]
    pub interval: Interval,
    /// Why; the rep reads it.
    pub words: String,
    /// Who.
    pub by: String,
}
impl Payload for ReasonDeclined {
    const TYPE: &'static str = "reason.declined";
}
