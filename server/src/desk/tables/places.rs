use onbeat_core::{place::Point, record::Hash, reference::Customer};
use serde_json::{Value, json};

use super::{Asked, What};
use crate::{
    auth::Actor,
    desk::{Books, Desk, DeskError, DeskResult, books, customers},
    files::{
        export::VisitRow,
        places::{Place, Region, geojson, regions},
    },
};

impl Asked {
    /// What has places, as GeoJSON: districts with all their vertices.
    ///
    /// # Errors
    /// As [`Asked::places`]; a shape that is damaged.
    pub async fn geojson(&self, desk: &Desk, actor: &Actor) -> DeskResult<String> {
        match self.what {
            What::Districts => districts(desk).await,
            _ => Ok(geojson(&self.places(desk, actor).await?)),
        }
    }

    /// The places of visits or customers.
    ///
    /// # Errors
    /// `no_places` of any other table; as [`Asked::table`].
    pub async fn places(&self, desk: &Desk, actor: &Actor) -> DeskResult<Vec<Place>> {
        let books = Books::now(desk);
        match self.what {
            What::Visits => {
                let rows = self.visit_rows(desk, actor).await?;
                let place = |row: VisitRow| Some(visited(books.customers.get(&row.visit.customer)?, &row));
                Ok(rows.into_iter().filter_map(place).collect())
            }
            What::Customers => {
                let seen = customers::seen(&books, actor).into_values();
                Ok(seen.map(of_customer).collect())
            }
            _ => Err(DeskError::input(
                "no_places",
                "this has no points on a map: take another kind of file",
            )),
        }
    }
}

/// Districts and no-go places.
async fn districts(desk: &Desk) -> DeskResult<String> {
    let books = Books::now(desk);
    let mut all = Vec::new();
    for (id, district) in &books.districts {
        let said = json!({
            "kind": "district", "district": id, "name": district.name, "edge_tolerance_m": district.edge_tolerance_m,
        });
        all.push(region(desk, &district.shape, said).await?);
    }
    for (id, place) in &books.no_go {
        let said = json!({"kind": "no_go", "no_go": id, "name": place.name});
        all.push(region(desk, &place.shape, said).await?);
    }
    let written = tokio::task::spawn_blocking(move || regions(&all)).await;
    written.map_err(|error| DeskError::environment("failed", error.to_string()))
}

async fn region(desk: &Desk, shape: &Hash, properties: Value) -> DeskResult<Region> {
    let shape = books::shape(desk, shape).await?;
    Ok(Region { shape, properties })
}

fn of_customer(customer: &Customer) -> Place {
    let id = [("customer".to_owned(), customer.id.as_str().into())];
    Place {
        at: Point::from_e9(customer.lat_e9, customer.lon_e9),
        at_ms: None,
        name: customer.name.clone(),
        properties: id.into_iter().collect(),
    }
}

/// A visit, at its customer's place: where the rep stood is of the trail.
fn visited(customer: &Customer, row: &VisitRow) -> Place {
    let distance_m = row.visit.distance_mm.map(|mm| mm / 1000);
    let said = [
        ("customer", customer.id.as_str().into()),
        ("visit", row.visit.visit.as_str().into()),
        ("rep", row.rep.as_str().into()),
        ("day", row.day.as_str().into()),
        ("distance_m", distance_m.into()),
    ];
    Place {
        at_ms: Some(row.visit.from_ms),
        properties: said.map(|(name, value)| (name.to_owned(), value)).into_iter().collect(),
        ..of_customer(customer)
    }
}
