use std::sync::Arc;

use serde::Serialize;

use super::{DayView, Noted};
use crate::{
    place::{Area, Districts, Edges, Shape, union},
    policy::{Policy, WindowRule},
    record::Hash,
    reference::{AreaBlob, Customer, Decision, Document, Exception, Rep},
    time::{Calendar, Schedule, TimeError},
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
    /// Hours in which a break counts.
    pub break_hours: Schedule,
    /// Where the rep may be.
    pub area: Arc<Area>,
    /// Metres beyond the edge that are still edge.
    pub edge_tolerance_m: f64,
    /// Which district holds a point.
    pub districts: Arc<Districts>,
    /// No-go places: name and area.
    pub no_go: Arc<Vec<(String, Area)>>,
    /// The rep's customers.
    pub customers: Vec<Customer>,
    /// Approved exceptions of the rep.
    pub exceptions: Vec<Exception>,
    /// Decisions on the rep's findings.
    pub decisions: Vec<Decision>,
    /// Hash of the area blob: part of every ruling's basis.
    pub area_hash: Option<Hash>,
    /// Which versions of policy, calendar and the rep's own documents (with his customers') these are: a name and
    /// the hash of what they say.
    pub versions: Vec<(&'static str, Hash)>,
    /// What a phone was told of its rep's days: the server has it from its own log. [`Basis::new`] says nothing;
    /// a phone sets it.
    pub noted: Vec<Noted>,
    /// Private time used up this month before the day, in milliseconds. [`Basis::new`] says 0; whoever knows
    /// the earlier days sets it.
    pub private_used_ms: i64,
    /// Before the day began the rep had not agreed, or no longer, that his place is recorded. [`Basis::new`] says no;
    /// whoever knows the earlier days sets it.
    pub location_refused: bool,
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

/// The shapes of an area, prepared. That takes longer than judging a fix, and reps of one district may have the same.
#[derive(Debug, Clone)]
pub struct Places {
    area: Arc<Area>,
    districts: Arc<Districts>,
    no_go: Arc<Vec<(String, Area)>>,
}

impl Places {
    /// From an area and the blobs that it names; nowhere without one.
    ///
    /// # Errors
    /// [`BasisError::Shape`].
    pub fn prepare(area: Option<&AreaBlob>, blob: impl Fn(&Hash) -> Option<Vec<u8>>) -> Result<Self, BasisError> {
        let shape = |hash: &Hash| {
            blob(hash)
                .and_then(|bytes| Shape::from_bytes(&bytes).ok())
                .ok_or(BasisError::Shape(*hash))
        };
        let whole = area.map_or_else(|| Ok(union(&[])), |area| shape(&area.area))?;
        let districts = area.map_or(&[][..], |area| &area.districts);
        let districts = named(districts.iter().map(|d| (&d.name, &d.shape)), &shape)?;
        let no_go = area.map_or(&[][..], |area| &area.no_go);
        let no_go = named(no_go.iter().map(|place| (&place.name, &place.shape)), &shape)?;
        let no_go = no_go.into_iter().map(|(name, shape)| (name, Area::prepare(&shape)));
        Ok(Self {
            area: Arc::new(Area::prepare(&whole)),
            districts: Arc::new(Districts::prepare(&districts)),
            no_go: Arc::new(no_go.collect()),
        })
    }

    /// Remembers among `edges` how far each fix is from the area's: whoever judges a day again has most of its fixes
    /// judged.
    #[must_use]
    pub fn remembering(self, edges: &Arc<Edges>) -> Self {
        let area = Arc::unwrap_or_clone(self.area).remembering(edges);
        Self {
            area: Arc::new(area),
            ..self
        }
    }
}

/// Where a rep may be, as the documents in force say.
pub fn area_of<'a>(rep_id: &str, documents: &'a [(String, Document)]) -> Option<&'a AreaBlob> {
    documents.iter().rev().find_map(|(key, document)| match document {
        Document::Area(area) if key == rep_id => Some(area),
        _ => None,
    })
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
        let places = || Places::prepare(area_of(rep_id, documents), blob);
        Self::over(rep_id, documents, places)
    }

    /// As [`Basis::new`], over the places of [`area_of`] the same documents.
    ///
    /// # Errors
    /// [`BasisError`], those of `places` too.
    pub fn over(
        rep_id: &str,
        documents: &[(String, Document)],
        places: impl FnOnce() -> Result<Places, BasisError>,
    ) -> Result<Self, BasisError> {
        let in_force = InForce::read(rep_id, documents);
        let rep = in_force.rep.ok_or_else(|| BasisError::NoRep(rep_id.to_owned()))?;
        let policy = in_force.policy.unwrap_or_default();
        let calendar = in_force.calendar.unwrap_or_default();
        let schedule = Schedule::new(policy.window_of(rep.role.as_deref()), &calendar)?;
        let break_hours = break_hours(&policy, &schedule)?;
        let blob = area_of(rep_id, documents);
        let Places { area, districts, no_go } = places()?;
        let mut customers = in_force.customers;
        customers.retain(|customer| rep.customers.contains(&customer.id));
        customers.sort_by(|a, b| a.id.cmp(&b.id));
        let versions = vec![
            ("policy", version(&policy)),
            ("calendar", version(&calendar)),
            ("rep", version(&rep)),
            ("customers", version(&customers)),
        ];
        Ok(Self {
            rep_id: rep_id.to_owned(),
            rep,
            schedule,
            break_hours,
            area,
            edge_tolerance_m: blob.map_or(policy.fix.edge_tolerance_m, |blob| f64::from(blob.edge_tolerance_m)),
            districts,
            no_go,
            customers,
            exceptions: in_force.exceptions,
            decisions: in_force.decisions,
            area_hash: blob.map(|blob| blob.area),
            versions,
            noted: Vec::new(),
            private_used_ms: 0,
            location_refused: false,
            policy,
        })
    }

    /// Whether an account stands on these documents, as it names them itself; exceptions aside.
    pub fn made(&self, view: &DayView) -> bool {
        let area = self.area_hash.map(|hash| ("area", hash));
        let named = |(name, hash): (&str, Hash)| view.basis.contains(&format!("{name} {hash}"));
        self.versions.iter().copied().chain(area).all(named)
    }
}

/// The documents that concern one rep.
#[derive(Default)]
struct InForce {
    rep: Option<Rep>,
    policy: Option<Policy>,
    calendar: Option<Calendar>,
    customers: Vec<Customer>,
    exceptions: Vec<Exception>,
    decisions: Vec<Decision>,
}

impl InForce {
    fn read(rep_id: &str, documents: &[(String, Document)]) -> Self {
        let mut found = Self::default();
        for (key, document) in documents {
            match document.clone() {
                Document::Rep(rep) if key == rep_id => found.rep = Some(rep),
                Document::Policy(policy) => found.policy = Some(policy),
                Document::Calendar(calendar) => found.calendar = Some(calendar),
                Document::Customer(customer) => found.customers.push(customer),
                Document::Exception(exception) if exception.rep == rep_id => found.exceptions.push(exception),
                Document::Decision(decision) if decision.rep == rep_id => found.decisions.push(decision),
                _ => {}
            }
        }
        found
    }
}

/// Names what documents say: the same on phone and server, however they came.
pub(super) fn version(documents: &impl Serialize) -> Hash {
    Hash::of(serde_json::to_vec(documents).expect("documents are plain data"))
}

fn named<'a>(
    places: impl Iterator<Item = (&'a String, &'a Hash)>,
    shape: &impl Fn(&Hash) -> Result<Shape, BasisError>,
) -> Result<Vec<(String, Shape)>, BasisError> {
    places.map(|(name, hash)| Ok((name.clone(), shape(hash)?))).collect()
}

/// The hours in which a break counts, every day of the week.
fn break_hours(policy: &Policy, schedule: &Schedule) -> Result<Schedule, TimeError> {
    let hours = WindowRule {
        zone: schedule.zone().to_owned(),
        from: policy.break_time.from.clone(),
        to: policy.break_time.to.clone(),
        workdays: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
            .map(String::from)
            .to_vec(),
    };
    Schedule::new(&hours, &Calendar::default())
}
