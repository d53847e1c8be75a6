//! The market-entry sign-in and the desk's register (R4).

mod fold;
mod grounds;

use serde::{Deserialize, Serialize};

use super::Name;
use crate::record::Payload;
pub(super) use fold::fold;
pub(super) use grounds::grounds;

/// Phone record: the rep signs in on entering the market.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// Seq (same epoch) of the fix it happened at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_seq: Option<u64>,
    /// Epoch of that fix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_epoch: Option<u32>,
    /// In the rep's words, may be empty.
    pub note: String,
}
impl Payload for SignedIn {
    const TYPE: &'static str = "market.signed_in";
}

/// Desk record: the clerk enters a phone sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInEntered {
    /// Whose.
    pub rep: String,
    /// When the call came, milliseconds since 1970 (UTC).
    pub called_at_ms: i64,
    /// Caller's number, digits only.
    pub number: String,
    /// The customer whose landline it is, if any: evidence of the place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// That customer is where the rep may be: the desk knows customers that are not his.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_area: bool,
    /// Words.
    pub note: String,
    /// The clerk.
    pub by: String,
}
impl Payload for SignInEntered {
    const TYPE: &'static str = "sign_in.entered";
}

/// How a sign-in came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SignInWay {
    /// By the app.
    App,
    /// By phone from a customer's landline.
    Landline,
    /// By phone from another number: no evidence of the place.
    OtherNumber,
}

/// The day's sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInView {
    /// When it is (or was) due: 30 min after the first inside fix.
    pub due_ms: Option<i64>,
    /// When the rep signed in.
    pub at_ms: Option<i64>,
    /// How.
    pub way: Option<SignInWay>,
    /// The record.
    pub record: Option<Name>,
    /// The fix it happened at: where it can be looked up while the fix is kept.
    pub fix: Option<Name>,
    /// District that held it.
    pub district: Option<String>,
    /// Signed distance to the edge there.
    pub edge_mm: Option<i64>,
}
