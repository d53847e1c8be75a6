//! A rep's area: the union of districts and customers' discs, computed once here and told as a blob.

use std::collections::BTreeSet;

use onbeat_core::{
    place::{Point, Shape, join, union},
    policy::Policy,
    record::Hash,
    reference::{AreaBlob, District, Document, NoGoPlace},
};

use crate::{
    app::App,
    documents::Documents,
    error::{ApiError, ApiResult},
};

/// A rep's area, with the blob of the union.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// The document.
    pub area: AreaBlob,
    /// Hash and bytes of the union.
    pub blob: (Hash, Vec<u8>),
}

/// Builds a rep's area from the documents in force at an instant, by all that is known now.
///
/// # Errors
/// 404 where the rep is unknown, 409 `shape` where a district's shape is missing or damaged.
pub async fn build(app: &App, documents: &Documents, rep: &str, at_ms: i64) -> ApiResult<Built> {
    let parts = Parts::of(documents, rep, at_ms).ok_or_else(|| ApiError::not_found(format!("no rep {rep}")))?;
    let mut shapes = Vec::new();
    for district in &parts.districts {
        shapes.push(shape(app, district).await?);
    }
    let built = tokio::task::spawn_blocking(move || parts.join(&shapes)).await;
    built.map_err(|e| {
        ApiError::new(
            axum::http::StatusCode::CONFLICT,
            "shape",
            format!("no union could be made: {e}"),
        )
    })
}

/// When a rep's area is to be drawn anew, from an instant up to now, since it is made of other things than before;
/// once it is, also whenever a part of it changes.
pub fn redrawn(before: &Documents, after: &Documents, rep: &str, from_ms: i64, now_ms: i64) -> Vec<i64> {
    let (mut redrawn, mut drawn) = (Vec::new(), None);
    for at_ms in changes(after, rep, from_ms, now_ms) {
        let Some(parts) = Parts::of(after, rep, at_ms) else {
            continue;
        };
        let is_new = match &drawn {
            None => Parts::of(before, rep, at_ms).as_ref() != Some(&parts),
            Some(drawn) => *drawn != parts,
        };
        if is_new {
            redrawn.push(at_ms);
            drawn = Some(parts);
        }
    }
    redrawn
}

/// An instant, and when later something changes that a rep's area may be made of.
fn changes(documents: &Documents, rep: &str, from_ms: i64, now_ms: i64) -> BTreeSet<i64> {
    let reps = documents.said("rep", rep).filter_map(|document| match document {
        Document::Rep(rep) => Some(rep),
        _ => None,
    });
    let named = reps.flat_map(|rep| {
        let districts = rep.districts.iter().map(|key| ("district", key.as_str()));
        districts.chain(rep.customers.iter().map(|key| ("customer", key.as_str())))
    });
    let named: BTreeSet<(&str, &str)> = named.collect();
    let no_go = documents.keys("no_go").map(|key| ("no_go", key.as_str()));
    let parts = named
        .into_iter()
        .chain(no_go)
        .chain([("rep", rep), ("policy", "policy")]);
    let begun = parts.flat_map(|(kind, key)| documents.begun(kind, key, from_ms, now_ms));
    begun.chain([from_ms]).collect()
}

async fn shape(app: &App, district: &District) -> ApiResult<Shape> {
    let damaged = |why: String| {
        let why = format!("the shape of district {} {why}: import it again", district.name);
        ApiError::new(axum::http::StatusCode::CONFLICT, "shape", why)
    };
    let bytes = app.store.blob(&district.shape).await?;
    let bytes = bytes.ok_or_else(|| damaged("is missing".into()))?;
    Shape::from_bytes(&bytes).map_err(|error| damaged(error.to_string()))
}

/// What an area is made of.
#[derive(PartialEq)]
struct Parts {
    districts: Vec<District>,
    /// The customers' places.
    centres: Vec<(i64, i64)>,
    no_go: Vec<NoGoPlace>,
    disc_m: f64,
    edge_tolerance_m: f64,
}

impl Parts {
    fn of(documents: &Documents, rep: &str, at_ms: i64) -> Option<Self> {
        let rep = documents.rep(rep, at_ms)?;
        let district = |key: &String| match &**documents.corrected("district", key, at_ms)? {
            Document::District(district) => Some(district.clone()),
            _ => None,
        };
        let centre = |key: &String| match &**documents.corrected("customer", key, at_ms)? {
            Document::Customer(customer) => Some((customer.lat_e9, customer.lon_e9)),
            _ => None,
        };
        let policy = match documents
            .corrected("policy", "policy", at_ms)
            .map(|document| &**document)
        {
            Some(Document::Policy(policy)) => policy,
            _ => &Policy::default(),
        };
        let no_go = documents
            .all_in_force("no_go", at_ms)
            .filter_map(|(_, document)| match &**document {
                Document::NoGo(place) => Some(place.clone()),
                _ => None,
            });
        Some(Self {
            districts: rep.districts.iter().filter_map(district).collect(),
            centres: rep.customers.iter().filter_map(centre).collect(),
            no_go: no_go.collect(),
            disc_m: policy.transit.customer_disc_m,
            edge_tolerance_m: policy.fix.edge_tolerance_m,
        })
    }

    fn join(self, shapes: &[Shape]) -> Built {
        let mut shapes = vec![join(shapes).whole];
        let discs = self.centres.iter();
        shapes.extend(discs.map(|(lat_e9, lon_e9)| Shape::disc(Point::from_e9(*lat_e9, *lon_e9), self.disc_m)));
        let bytes = union(&shapes).to_bytes();
        let hash = Hash::of(&bytes);
        let shipped = self.edge_tolerance_m as u32;
        let tolerances = self
            .districts
            .iter()
            .map(|district| district.edge_tolerance_m.unwrap_or(shipped));
        Built {
            area: AreaBlob {
                area: hash,
                edge_tolerance_m: tolerances.max().unwrap_or(shipped),
                districts: self.districts,
                no_go: self.no_go,
            },
            blob: (hash, bytes),
        }
    }
}
