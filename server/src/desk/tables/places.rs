use onbeat_core::{place::Point, reference::Customer};

use super::{Asked, What};
use crate::{
    auth::Actor,
    desk::{Books, Desk, DeskError, DeskResult, customers},
    files::{export::VisitRow, places::Place},
};

impl Asked {
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
                "only visits and customers have places: take CSV or XLSX",
            )),
        }
    }
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
