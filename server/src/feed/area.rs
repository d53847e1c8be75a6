//! A rep's area: the union of districts and customers' discs, computed once here and told as a blob.

use onbeat_core::{
    place::{Point, Shape, join, union},
    policy::Policy,
    record::Hash,
    reference::{AreaBlob, Customer, District, Document, NoGoPlace},
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

/// Builds a rep's area from the documents in force at an instant.
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
struct Parts {
    districts: Vec<District>,
    customers: Vec<Customer>,
    no_go: Vec<NoGoPlace>,
    policy: Policy,
}

impl Parts {
    fn of(documents: &Documents, rep: &str, at_ms: i64) -> Option<Self> {
        let rep = documents.rep(rep, at_ms)?;
        let find =
            |kind: &'static str, key: &String| documents.in_force(kind, key, at_ms).map(|found| (**found).clone());
        let district = |key: &String| match find("district", key)? {
            Document::District(district) => Some(district),
            _ => None,
        };
        let customer = |key: &String| match find("customer", key)? {
            Document::Customer(customer) => Some(customer),
            _ => None,
        };
        let no_go = documents
            .all_in_force("no_go", at_ms)
            .filter_map(|(_, document)| match &**document {
                Document::NoGo(place) => Some(place.clone()),
                _ => None,
            });
        Some(Self {
            districts: rep.districts.iter().filter_map(district).collect(),
            customers: rep.customers.iter().filter_map(customer).collect(),
            no_go: no_go.collect(),
            policy: documents.policy(at_ms),
        })
    }

    fn join(self, shapes: &[Shape]) -> Built {
        let mut shapes = vec![join(shapes).whole];
        let radius_m = self.policy.transit.customer_disc_m;
        let centres = self
            .customers
            .iter()
            .map(|customer| Point::from_e9(customer.lat_e9, customer.lon_e9));
        shapes.extend(centres.map(|centre| Shape::disc(centre, radius_m)));
        let bytes = union(&shapes).to_bytes();
        let hash = Hash::of(&bytes);
        let shipped = self.policy.fix.edge_tolerance_m as u32;
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
