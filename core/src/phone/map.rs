//! The map: where the rep may be, his customers and where he was last seen, flat and thinned, ready to be scaled.

use serde::Serialize;

use super::{
    CustomerNear, Here, Phone, PhoneError,
    store::{Store, reference},
    views::nearest,
};
use crate::{
    place::{Plan, Point, Shape},
    reading::Stamp,
    reference::Customer,
    rules::area_of,
};

/// Thinned edges stray no farther than this share of the map's longer side: half a pixel of a good screen.
const STRAY: f64 = 1.0 / 4_000.0;

/// What the map shows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, uniffi::Record)]
pub struct MapView {
    /// Width of the ground shown, millimetres; 0 where there is nothing to show.
    pub width_mm: i64,
    /// Its height.
    pub height_mm: i64,
    /// Where the rep may be, and where not.
    pub areas: Vec<MapArea>,
    /// His customers, nearest first.
    pub customers: Vec<MapCustomer>,
    /// Where he was last seen, while the window is open.
    pub here: Option<MapHere>,
    /// IANA zone in which its times are said.
    pub zone: String,
}

/// A point of the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct MapPoint {
    /// Millimetres east of the ground's north-west corner.
    pub x_mm: i64,
    /// Millimetres south of it.
    pub y_mm: i64,
}

/// An area of the map.
#[derive(Debug, Clone, PartialEq, Serialize, uniffi::Record)]
pub struct MapArea {
    /// What it is.
    pub kind: MapKind,
    /// Its name; empty for where the rep may be, which is one whole.
    pub name: String,
    /// Its closed rings: a point is inside where an odd number of them hold it.
    pub rings: Vec<Vec<MapPoint>>,
}

/// What an area is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum MapKind {
    /// The rep may be there: his districts, and the discs around customers beyond them.
    District,
    /// He may not, inside the window.
    NoGo,
}

/// A customer on the map.
#[derive(Debug, Clone, PartialEq, Serialize, uniffi::Record)]
pub struct MapCustomer {
    /// Where.
    pub at: MapPoint,
    /// Who, and how far away.
    pub near: CustomerNear,
    /// Visited today.
    pub visited: bool,
}

/// Where the rep was last seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct MapHere {
    /// Where.
    pub at: MapPoint,
    /// As the day's screen says it.
    pub seen: Here,
}

/// An area with its shape.
struct Ground {
    kind: MapKind,
    name: String,
    shape: Shape,
}

impl Phone {
    /// What the map shows at a moment. Records nothing, and asks for no place.
    ///
    /// # Errors
    /// [`PhoneError::NotEnrolled`], [`PhoneError::NoReference`] before the first sync, or the disk's.
    pub fn map(&self, at: &Stamp) -> Result<MapView, PhoneError> {
        let basis = self.basis()?;
        let today = self.today(at)?;
        let grounds = self.with(|store| grounds(store, &basis.rep_id))?;
        let here = today.here.as_ref().map(|here| Point::from_e9(here.lat_e9, here.lon_e9));
        let may_be = grounds.iter().filter(|ground| ground.kind == MapKind::District);
        let edges = may_be.flat_map(|ground| ground.shape.parts().into_iter().flatten().flatten());
        let plan = Plan::holding(edges.chain(basis.customers.iter().map(place_of)).chain(here));
        let Some(plan) = plan else {
            return Ok(MapView {
                zone: today.zone,
                ..MapView::default()
            });
        };
        let (width_m, height_m) = plan.size_m();
        let stray_m = width_m.max(height_m) * STRAY;
        let visits = &today.day.visits;
        let customers = nearest(&basis, here, |_| true).into_iter().map(|near| MapCustomer {
            at: MapPoint::on(&plan, place_of(&near.customer)),
            visited: visits.iter().any(|visit| visit.customer == near.customer.id),
            near,
        });
        Ok(MapView {
            width_mm: mm(width_m),
            height_mm: mm(height_m),
            areas: grounds.into_iter().map(|ground| ground.drawn(&plan, stray_m)).collect(),
            customers: customers.collect(),
            zone: today.zone,
            here: today.here.zip(here).map(|(seen, here)| MapHere {
                at: MapPoint::on(&plan, here),
                seen,
            }),
        })
    }
}

impl MapPoint {
    pub(super) fn on(plan: &Plan, point: Point) -> Self {
        let (east_m, south_m) = plan.at_m(point);
        Self {
            x_mm: mm(east_m),
            y_mm: mm(south_m),
        }
    }
}

impl Ground {
    fn drawn(self, plan: &Plan, stray_m: f64) -> MapArea {
        let rings = self.shape.outline(stray_m).into_iter().flatten();
        let on_plan = |ring: Vec<Point>| ring.into_iter().map(|point| MapPoint::on(plan, point)).collect();
        MapArea {
            kind: self.kind,
            name: self.name,
            rings: rings.map(on_plan).collect(),
        }
    }
}

/// The shapes that are here; one that is missing or damaged is what [`Phone::diagnosis`] tells of.
fn grounds(store: &Store, rep: &str) -> Result<Vec<Ground>, PhoneError> {
    let connection = store.connection();
    let documents = reference::documents(connection)?;
    let Some(area) = area_of(rep, &documents) else {
        return Ok(Vec::new());
    };
    let no_go = area
        .no_go
        .iter()
        .map(|place| (MapKind::NoGo, &place.name, &place.shape));
    let unnamed = String::new();
    let mut grounds = Vec::new();
    for (kind, name, hash) in [(MapKind::District, &unnamed, &area.area)].into_iter().chain(no_go) {
        let bytes = reference::blob(connection, hash)?;
        if let Some(shape) = bytes.and_then(|bytes| Shape::from_bytes(&bytes).ok()) {
            let name = name.clone();
            grounds.push(Ground { kind, name, shape });
        }
    }
    Ok(grounds)
}

fn place_of(customer: &Customer) -> Point {
    Point::from_e9(customer.lat_e9, customer.lon_e9)
}

pub(super) fn mm(metres: f64) -> i64 {
    (metres * 1000.0).round() as i64
}
