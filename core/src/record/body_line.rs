use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use super::{
    Body, Payload, RecordError,
    body::{carried_from, check_salt},
    json,
};
use crate::reading::Stamp;

/// A body as it is kept, in its line: what all bodies have is read at once, the rest when a rule asks for it. A day
/// has hundreds, of which each rule reads its own.
#[derive(Debug, Clone, PartialEq)]
pub struct BodyLine {
    /// When, as the device saw it.
    pub at: Stamp,
    /// What kind of thing, see [`Payload::TYPE`].
    pub kind: String,
    /// As [`Body::carried_from`].
    pub carried_from: Option<(u64, u64)>,
    line: String,
}

/// What all bodies have, and what a body has that was written anew.
#[derive(Deserialize)]
struct Common<'a> {
    #[serde(borrow)]
    salt: Cow<'a, str>,
    at: Stamp,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    carried_from: Option<Value>,
}

impl BodyLine {
    /// Takes a line that [`Body::parse`] takes, and no other.
    ///
    /// # Errors
    /// [`RecordError::NotJson`] or [`RecordError::NotA`]; such a body is kept as evidence, unread.
    pub fn parse(line: String) -> Result<Self, RecordError> {
        let refuse = |why: String| RecordError::NotA { what: "body", why };
        json::check(&line)?;
        if !line.starts_with('{') {
            return Err(refuse("not an object".into()));
        }
        let common: Common<'_> = serde_json::from_str(&line).map_err(|e| refuse(e.to_string()))?;
        check_salt(&common.salt)?;
        Ok(Self {
            at: common.at,
            kind: common.kind,
            carried_from: common.carried_from.as_ref().and_then(carried_from),
            line,
        })
    }

    /// The payload, if it is of this kind.
    ///
    /// # Errors
    /// `Some(Err)` where the type is `P`'s but the fields are not.
    pub fn read<P: Payload>(&self) -> Option<Result<P, RecordError>> {
        (self.kind == P::TYPE).then(|| {
            serde_json::from_str(&self.line).map_err(|e| RecordError::NotA {
                what: P::TYPE,
                why: e.to_string(),
            })
        })
    }
}

impl From<Body> for BodyLine {
    fn from(body: Body) -> Self {
        Self {
            line: body.to_line(),
            carried_from: body.carried_from(),
            at: body.at,
            kind: body.kind,
        }
    }
}
