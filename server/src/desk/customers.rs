//! Customers' landlines, which the clerk keeps: they are evidence of the place at a phone sign-in.

use std::collections::BTreeSet;

use onbeat_core::reference::Customer;

use super::{
    Books, Deed, Desk, DeskError, DeskResult,
    turn::{self, Start, turn},
};
use crate::{auth::Actor, files::import::phone_digits};

/// Sets or takes away a customer's landline.
///
/// # Errors
/// No such customer; `bad_number`.
pub async fn set_landline(desk: &Desk, actor: &Actor, id: &str, number: Option<&str>) -> DeskResult<Customer> {
    let before = Books::now(desk);
    let mut after = before.clone();
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
