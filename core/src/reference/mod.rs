//! What the desk says: documents, made from desk records on the server and carried to the phones by the feed.
//!
//! A reading is judged by the documents in force at its time, on both sides. Documents are plain data;
//! polygons stand in blobs named by SHA-256 ([`crate::place::Shape::to_bytes`]).

use serde::{Deserialize, Serialize};

use crate::{
    policy::Policy,
    record::{Hash, Payload},
    time::Calendar,
};

/// One document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "a company has one policy: boxing it would save nothing"
)]
pub enum Document {
    /// The company's policy; its key is `policy`.
    #[serde(with = "policy_text")]
    Policy(Policy),
    /// Days that differ; its key is `calendar`.
    Calendar(Calendar),
    /// A team, by its id.
    Team(Team),
    /// A district, by its id.
    District(District),
    /// A no-go place, by its id.
    NoGo(NoGoPlace),
    /// A customer, by its id.
    Customer(Customer),
    /// A rep with what is assigned to him, by the rep's id.
    Rep(Rep),
    /// Where a rep may be, by the rep's id; made by the server from the documents above.
    Area(AreaBlob),
    /// Leave, help elsewhere, changed hours, or an approved reason, by its id.
    Exception(Exception),
    /// What a person decided on a finding or a question, by the finding's id.
    Decision(Decision),
    /// Somebody opened a rep's trail, by its id.
    Look(Look),
    /// The company's page on location, which reps read before they agree; its key is `notice`.
    Notice(Notice),
}

/// A policy has fractions, and a record has none: so it travels as the text of its JSON, `{"json":"…"}`.
mod policy_text {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};

    use crate::policy::Policy;

    #[derive(Serialize, Deserialize)]
    struct Text {
        json: String,
    }

    pub(super) fn serialize<S: Serializer>(policy: &Policy, serializer: S) -> Result<S::Ok, S::Error> {
        let json = serde_json::to_string(policy).map_err(S::Error::custom)?;
        Text { json }.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Policy, D::Error> {
        let Text { json } = Text::deserialize(deserializer)?;
        serde_json::from_str(&json).map_err(D::Error::custom)
    }
}

/// The company's page on location: what is recorded, what for, how long it is kept, and whom to ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
pub struct Notice {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Notice {
    /// Bytes of both languages together at most: one record of the desk's holds them.
    pub const MAX_BYTES: usize = 12_000;

    /// Names the page as it reads: a consent says to which one it was given.
    pub fn version(&self) -> Hash {
        Hash::of(serde_json::to_vec(self).expect("a page is plain data"))
    }
}

/// A team of reps under supervisors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Its name.
    pub name: String,
}

/// A district.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct District {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Hash,
    /// Overrides the policy's tolerance, 0-500 m.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edge_tolerance_m: Option<u32>,
}

/// A place where a rep may not be inside the window, such as the service hall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoGoPlace {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Hash,
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
pub struct Customer {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Latitude in 1e-9 degrees.
    pub lat_e9: i64,
    /// Longitude in 1e-9 degrees.
    pub lon_e9: i64,
    /// Confirmed by three visits or an approved photo: only then a far visit is a finding.
    #[serde(default)]
    pub place_confirmed: bool,
    /// Landline, digits only: evidence of the place at a phone sign-in (R4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landline: Option<String>,
}

/// A rep and what is assigned to him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rep {
    /// Name as people say it.
    pub name: String,
    /// Team id.
    pub team: String,
    /// Role in the policy's windows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// District ids.
    pub districts: Vec<String>,
    /// Customer ids.
    pub customers: Vec<String>,
}

/// Where a rep may be: the union of districts and customers' discs, and what it is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaBlob {
    /// The union.
    pub area: Hash,
    /// The districts, with names and shapes: which of them holds a point.
    pub districts: Vec<District>,
    /// The no-go places.
    pub no_go: Vec<NoGoPlace>,
    /// Metres beyond the edge that are still edge: the largest of the districts'.
    pub edge_tolerance_m: u32,
}

impl AreaBlob {
    /// All shapes that it names.
    pub fn shapes(&self) -> impl Iterator<Item = &Hash> {
        let districts = self.districts.iter().map(|district| &district.shape);
        let no_go = self.no_go.iter().map(|place| &place.shape);
        [&self.area].into_iter().chain(districts).chain(no_go)
    }
}

/// Why time is excused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExceptionKind {
    /// Away from work.
    Leave,
    /// Helps in another district.
    Help,
    /// Other hours.
    Hours,
    /// A customer called him there.
    CustomerCalled,
    /// Fetching or bringing goods.
    Goods,
    /// Hospital.
    Hospital,
    /// Road closed.
    Detour,
    /// Business trip.
    Trip,
}

/// An approved exception: it excuses its interval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Exception {
    /// Its id, what spans name in `excused_by` (leave says `leave`).
    pub id: String,
    /// Whose.
    pub rep: String,
    /// Why.
    pub reason: ExceptionKind,
    /// First instant excused, milliseconds since 1970 (UTC).
    pub from_ms: i64,
    /// First instant no longer excused.
    pub to_ms: i64,
    /// User who approved.
    pub approved_by: String,
}

/// Where a finding or question stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// Nobody has said anything.
    #[default]
    Open,
    /// The rep has.
    Answered,
    /// A person says there was a good reason.
    Excused,
    /// A person says it stands.
    Confirmed,
    /// A person says it was wrong.
    Withdrawn,
}

/// What a person decided. It follows the finding of its kind that overlaps most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Decision {
    /// The finding's id at that time.
    pub finding: Hash,
    /// Whose.
    pub rep: String,
    /// Kind of the finding (its code).
    pub finding_kind: String,
    /// Its interval at that time.
    pub from_ms: i64,
    /// End of that.
    pub to_ms: i64,
    /// What was decided: excused, confirmed or withdrawn.
    pub state: FindingState,
    /// Why.
    pub reason: String,
    /// User who decided.
    pub by: String,
    /// When, milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// Decides an appeal: another person than the first.
    #[serde(default)]
    pub on_appeal: bool,
}

/// Somebody looked at a rep's trail; the rep sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
pub struct Look {
    /// Whose trail.
    pub rep: String,
    /// Who looked.
    pub by: String,
    /// When, milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// Which day's trail, `YYYY-MM-DD`; [`Look::ALL_DAYS`]: the whole log.
    pub day: String,
    /// Why: a finding's id, a visit's, `emergency`, or words.
    pub why: String,
}

impl Look {
    /// The day of a look at a whole log.
    pub const ALL_DAYS: &str = "all";
}

/// Desk record: a document is put.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentPut {
    /// The document's key within its kind.
    pub key: String,
    /// In force from, milliseconds since 1970 (UTC).
    pub valid_from_ms: i64,
    /// The user who put it; `onbeat` for what the server makes.
    pub by: String,
    /// The document.
    pub document: Document,
}
impl Payload for DocumentPut {
    const TYPE: &'static str = "document.put";
}

/// Desk record: a document is no longer in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentDropped {
    /// `customer`, `district`, …
    pub kind: String,
    /// Its key.
    pub key: String,
    /// Out of force from, milliseconds since 1970 (UTC).
    pub valid_from_ms: i64,
    /// The user who dropped it.
    pub by: String,
}
impl Payload for DocumentDropped {
    const TYPE: &'static str = "document.dropped";
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{Document, DocumentPut};
    use crate::{policy::Policy, reading::Stamp, record::Body};

    /// A policy that a third party's verifier can read: no fraction stands in the record.
    #[test]
    fn a_policy_stands_in_a_record_and_comes_back_from_it() {
        let document = Document::Policy(Policy::default());
        let put = DocumentPut {
            key: "policy".into(),
            valid_from_ms: 0,
            by: "ada".into(),
            document,
        };
        let stamp = Stamp {
            at_ms: 0,
            elapsed_ms: 0,
            boot: "0000000000000000".into(),
        };
        let line = Body::new([0; 16], stamp, &put).to_line();
        assert_eq!(Body::parse(&line).unwrap().read::<DocumentPut>(), Some(Ok(put)));
    }
}
