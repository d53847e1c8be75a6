use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{RecordError, hash::decode_hex, json};
use crate::reading::Stamp;

/// The field of a record that was written anew: which one it was.
const CARRIED_FROM: &str = "carried_from";

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
        let Value::Object(mut fields) = json::parse(line)? else {
            return Err(refuse("not an object".into()));
        };
        let mut take = |name: &str| fields.remove(name).ok_or_else(|| refuse(format!("it has no {name:?}")));
        let (salt, at, kind) = (take("salt")?, take("at")?, take("type")?);
        let (Value::String(salt), Value::String(kind)) = (salt, kind) else {
            return Err(refuse("salt or type is no text".into()));
        };
        check_salt(&salt)?;
        let at = serde_json::from_value(at).map_err(|e| refuse(format!("its stamp: {e}")))?;
        Ok(Self { salt, at, kind, fields })
    }

    /// Epoch and seq of the record that this one was before it was written anew in a later epoch.
    pub fn carried_from(&self) -> Option<(u64, u64)> {
        self.fields.get(CARRIED_FROM).and_then(carried_from)
    }

    /// The payload, if it is of this kind.
    ///
    /// # Errors
    /// `Some(Err)` where the type is `P`'s but the fields are not.
    pub fn read<P: Payload>(&self) -> Option<Result<P, RecordError>> {
        (self.kind == P::TYPE).then(|| {
            P::deserialize(&self.fields).map_err(|e| RecordError::NotA {
                what: P::TYPE,
                why: e.to_string(),
            })
        })
    }
}

pub(super) fn check_salt(salt: &str) -> Result<(), RecordError> {
    let refused = || RecordError::NotA {
        what: "body",
        why: "the salt is not 32 lower-case hex digits".into(),
    };
    decode_hex::<16>(salt).map(drop).ok_or_else(refused)
}

/// Epoch and seq that such a field names.
pub(super) fn carried_from(field: &Value) -> Option<(u64, u64)> {
    Some((field.get("epoch")?.as_u64()?, field.get("seq")?.as_u64()?))
}
