use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{RecordError, hash::decode_hex, json};
use crate::reading::Stamp;

/// 16 random bytes: they make the hash of an erased body unguessable.
pub type Salt = [u8; 16];

/// One kind of thing that happened. Each rule's module declares its own; the log knows none of them.
///
/// A type's meaning never changes: a new meaning is a new type.
pub trait Payload: Serialize + DeserializeOwned {
    /// The `type` in the body, `noun.past_participle`.
    const TYPE: &'static str;
}

/// Second line of a record: what happened, and when the device saw it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// 32 hex digits.
    pub salt: String,
    /// When, as the device saw it.
    pub at: Stamp,
    /// What kind of thing, see [`Payload::TYPE`].
    #[serde(rename = "type")]
    pub kind: String,
    /// Everything else, unknown fields included.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

impl Body {
    /// A body that says `payload` happened at `at`.
    pub fn new<P: Payload>(salt: Salt, at: Stamp, payload: &P) -> Self {
        let fields = match serde_json::to_value(payload) {
            Ok(Value::Object(fields)) => fields,
            Ok(Value::Null) => Map::new(),
            other => unreachable!("a payload is an object, not {other:?}"),
        };
        Self {
            salt: salt.iter().map(|byte| format!("{byte:02x}")).collect(),
            at,
            kind: P::TYPE.into(),
            fields,
        }
    }

    /// The line as this version writes it.
    pub fn to_line(&self) -> String {
        serde_json::to_string(self).expect("a body has nothing that JSON cannot hold")
    }

    /// Reads a body line.
    ///
    /// # Errors
    /// [`RecordError::NotJson`] or [`RecordError::NotA`]; such a body is kept as evidence, unread.
    pub fn parse(line: &str) -> Result<Self, RecordError> {
        let refuse = |why: String| RecordError::NotA { what: "body", why };
        let body: Self = serde_json::from_value(json::parse(line)?).map_err(|e| refuse(e.to_string()))?;
        if decode_hex::<16>(&body.salt).is_none() {
            return Err(refuse("the salt is not 32 lower-case hex digits".into()));
        }
        Ok(body)
    }

    /// The payload, if it is of this kind.
    ///
    /// # Errors
    /// `Some(Err)` where the type is `P`'s but the fields are not.
    pub fn read<P: Payload>(&self) -> Option<Result<P, RecordError>> {
        (self.kind == P::TYPE).then(|| {
            serde_json::from_value(Value::Object(self.fields.clone())).map_err(|e| RecordError::NotA {
                what: P::TYPE,
                why: e.to_string(),
            })
        })
    }
}
