use crate::{
    place::{Area, Districts},
    policy::Policy,
    record::Hash,
    reference::{Customer, Decision, Document, Exception, Rep},
    time::{Schedule, TimeError},
};

/// The documents in force for one rep and day, read and prepared.
#[derive(Debug, Clone)]
pub struct Basis {
    /// The rep's id.
    pub rep_id: String,
    /// The rep.
    pub rep: Rep,
    /// The policy.
    pub policy: Policy,
    /// Windows and calendar.
    pub schedule: Schedule,
    /// Where the rep may be.
    pub area: Area,
    /// Metres beyond the edge that are still edge.
    pub edge_tolerance_m: f64,
    /// Which district holds a point.
    pub districts: Districts,
    /// No-go places: name and area.
    pub no_go: Vec<(String, Area)>,
    /// The rep's customers.
    pub customers: Vec<Customer>,
    /// Approved exceptions of the rep.
    pub exceptions: Vec<Exception>,
    /// Decisions on the rep's findings.
    pub decisions: Vec<Decision>,
    /// Hash of the area blob: part of every ruling's basis.
    pub area_hash: Option<Hash>,
}

/// Why no basis can be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BasisError {
    /// The rep's own document is missing.
    #[error("no document says who rep {0} is")]
    NoRep(String),
    /// A blob is missing or no shape.
    #[error("the shape {0} is missing or damaged")]
    Shape(Hash),
    /// A window that can't be read.
    #[error(transparent)]
    Time(#[from] TimeError),
}

impl Basis {
    /// From the documents in force (other reps' documents are passed over) and their blobs.
    ///
    /// # Errors
    /// [`BasisError`].
    pub fn new(
        rep_id: &str,
        documents: &[(String, Document)],
        blob: impl Fn(&Hash) -> Option<Vec<u8>>,
    ) -> Result<Self, BasisError> {
        let _ = (rep_id, documents, blob(&Hash([0; 32])));
        unimplemented!()
    }
}
