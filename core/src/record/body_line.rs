use std::borrow::Cow;

use serde::Deserialize;

use super::{Body, Payload, RecordError, hash::decode_hex, json};
use crate::reading::Stamp;

/// A body as it is kept, in its line: what all bodies have is read at once, the rest when a rule asks for it. A day
/// has hundreds, of which each rule reads its own.
#[derive(Debug, Clone, PartialEq)]
pub struct BodyLine {
    /// When, as the device saw it.
    pub at: Stamp,
    /// What kind of thing, see [`Payload::TYPE`].
    pub kind: String,
    line: String,
}

/// What all bodies have.
#[derive(Deserialize)]
struct Common<'a> {
    #[serde(borrow)]
    salt: Cow<'a, str>,
    at: Stamp,
    #[serde(rename = "type")]
    kind: String,
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
        let Common { salt, at, kind } = serde_json::from_str(&line).map_err(|e| refuse(e.to_string()))?;
        if decode_hex::<16>(&salt).is_none() {
            return Err(refuse("the salt is not 32 lower-case hex digits".into()));
        }
        Ok(Self { at, kind, line })
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
            at: body.at,
            kind: body.kind,
        }
    }
}
