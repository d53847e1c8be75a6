//! Customers: who sees whose, that a look at one is recorded, and the landlines that the clerk keeps, which are
//! evidence of the place at a phone sign-in.

use std::collections::{BTreeMap, BTreeSet};

use onbeat_core::{
    place::{Area, Point, Shape},
    reference::Customer,
};

use super::{
    Books, Deed, Desk, DeskError, DeskResult,
    records::CustomerOpened,
    seen,
    turn::{self, Start, turn},
};
use crate::{
    auth::{Actor, Role},
    files::import::phone_digits,
};

/// The customers that this person sees, by id: a supervisor those of the own teams' reps.
pub fn seen<'a>(books: &'a Books, actor: &Actor) -> BTreeMap<&'a String, &'a Customer> {
    if actor.own_teams().is_none() {
        return books.customers.iter().collect();
    }
    let own = books.reps.values().filter(|rep| actor.covers(&rep.team));
    let assigned = own.flat_map(|rep| &rep.customers);
    assigned.filter_map(|id| books.customers.get_key_value(id)).collect()
}

/// Whoever takes calls needs the numbers.
pub fn sees_landlines(actor: &Actor) -> bool {
    actor.role != Role::Auditor
}

/// As this person is shown a customer whom he sees.
pub fn shown(customer: &Customer, actor: &Actor) -> Customer {
    let landline = customer.landline.clone().filter(|_| sees_landlines(actor));
    Customer {
        landline,
        ..customer.clone()
    }
}

/// Whether this person sees a customer.
pub fn sees(desk: &Desk, actor: &Actor, id: &str) -> bool {
    let of_own = || {
        let books = Books::now(desk);
        books
            .reps
            .values()
            .any(|rep| actor.covers(&rep.team) && rep.customers.iter().any(|customer| customer == id))
    };
    actor.own_teams().is_none() || of_own()
}

/// Opens a customer's page. That somebody did is recorded first: if that fails nothing is shown.
///
/// # Errors
/// No such customer; the store's.
pub async fn open(desk: &Desk, actor: &Actor, id: &str) -> DeskResult<Customer> {
    let customer = Books::now(desk).customers.get(id).cloned();
    let customer = customer.ok_or_else(|| DeskError::missing("customer", id))?;
    let mut deed = Deed::new(actor);
    seen::mark(&mut deed, desk, actor, [id.to_owned()].into(), sees_landlines(actor)).await?;
    deed.record(&CustomerOpened {
        customer: id.into(),
        by: actor.user.clone(),
    });
    deed.commit(desk).await?;
    Ok(customer)
}

/// The district that holds a customer's place, if one does: its id.
///
/// # Errors
/// The store's.
pub async fn district(desk: &Desk, books: &Books, customer: &Customer) -> DeskResult<Option<String>> {
    let place = Point::from_e9(customer.lat_e9, customer.lon_e9);
    // A district is big to read: those of the customer's reps come first.
    let reps = books.reps.values().filter(|rep| rep.customers.contains(&customer.id));
    let likely: BTreeSet<&String> = reps.flat_map(|rep| &rep.districts).collect();
    let mut districts: Vec<_> = books.districts.iter().collect();
    districts.sort_by_key(|(id, _)| !likely.contains(id));
    for (id, district) in districts {
        let bytes = desk.app.store.blob(&district.shape).await?.unwrap_or_default();
        let holds = move || Shape::from_bytes(&bytes).is_ok_and(|shape| Area::prepare(&shape).contains(place));
        let held = tokio::task::spawn_blocking(holds).await;
        if held.map_err(|error| DeskError::environment("failed", error.to_string()))? {
            return Ok(Some(id.clone()));
        }
    }
    Ok(None)
}

/// Sets or takes away a customer's landline.
///
/// # Errors
/// No such customer; `bad_number`.
pub async fn set_landline(desk: &Desk, actor: &Actor, id: &str, number: Option<&str>) -> DeskResult<Customer> {
    let before = Books::now(desk);
    let mut after = Books::clone(&before);
    let customer = after
        .customers
        .get_mut(id)
        .ok_or_else(|| DeskError::missing("customer", id))?;
    let bad = |number| DeskError::input("bad_number", format!("{number:?} is no phone number"));
    customer.landline = number
        .map(|number| phone_digits(number).ok_or_else(|| bad(number)))
        .transpose()?;
    let customer = customer.clone();
    let mut deed = Deed::new(actor);
    let start = Start::read(desk, &before, None)?;
    turn(&mut deed, desk, start, (&before, &after), &BTreeSet::new())?;
    turn::commit(deed, desk, start).await?;
    Ok(customer)
}
