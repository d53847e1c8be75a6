//! Customers: found by name, with landline and visits as far as the role needs them. Who saw whom is recorded.

mod one;

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use onbeat_core::reference::Customer;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::{
    Frame,
    filter::{self, Choice, given},
    frame::{self, may_open},
    map::{collection, point},
    visits::Line,
};
use crate::{
    auth::Actor,
    desk::{Books, Desk, DeskResult, customers, seen, visits::newest},
};
pub(super) use one::{__path_one, __path_place, __path_set_landline, one, place, set_landline};

/// Rows of a page.
const ROWS: usize = 50;

/// Which customers.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only those whose name, id or landline holds this.
    q: Option<String>,
    /// Only this rep's.
    rep: Option<String>,
    /// Which page, from 1 on.
    page: Option<usize>,
}

impl Wanted {
    fn link(&self, path: &str, page: usize) -> String {
        let page = page.to_string();
        let same = [
            ("q", self.q.as_ref()),
            ("rep", self.rep.as_ref()),
            ("page", Some(&page)),
        ];
        filter::link(path, &same)
    }
}

/// A page of customers.
struct Found {
    customers: Vec<Customer>,
    /// How many there are in all.
    all: usize,
    page: usize,
    pages: usize,
}

impl Found {
    fn ids(&self) -> impl Iterator<Item = &String> {
        self.customers.iter().map(|customer| &customer.id)
    }
}

/// The customers that this person sees and asked for, by name.
fn found(books: &Books, actor: &Actor, wanted: &Wanted) -> Found {
    let words = given(wanted.q.as_ref()).unwrap_or_default().to_lowercase();
    let of_rep = given(wanted.rep.as_ref());
    let own = |id: &String| {
        let rep = of_rep.as_ref().map(|rep| books.reps.get(rep));
        rep.is_none_or(|rep| rep.is_some_and(|rep| rep.customers.contains(id)))
    };
    let named = |customer: &Customer| {
        let line = customer.landline.as_ref().filter(|_| customers::sees_landlines(actor));
        let said = [Some(&customer.name), Some(&customer.id), line];
        said.into_iter()
            .flatten()
            .any(|text| text.to_lowercase().contains(&words))
    };
    let seen = customers::seen(books, actor).into_values();
    let mut fit: Vec<&Customer> = seen.filter(|customer| named(customer) && own(&customer.id)).collect();
    fit.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    let pages = fit.len().div_ceil(ROWS).max(1);
    let page = wanted.page.unwrap_or(1).clamp(1, pages);
    Found {
        all: fit.len(),
        customers: fit.into_iter().skip((page - 1) * ROWS).take(ROWS).cloned().collect(),
        page,
        pages,
    }
}

/// Names of the reps that this person sees, by the customers assigned to them.
fn reps_of(books: &Books, actor: &Actor) -> BTreeMap<String, Vec<String>> {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for rep in books.reps.values().filter(|rep| actor.covers(&rep.team)) {
        for customer in &rep.customers {
            names.entry(customer.clone()).or_default().push(rep.name.clone());
        }
    }
    names
}

/// The newest visit to a customer, where this person may read visits.
async fn last_visit(desk: &Desk, actor: &Actor, frame: &Frame, books: &Books, id: &str) -> DeskResult<Option<Line>> {
    if !may_open(actor, "/visits") {
        return Ok(None);
    }
    let newest = newest(desk, actor, id).await?;
    Ok(newest.map(|row| Line::new(frame, books, &row)))
}

struct CustomerLine {
    id: String,
    name: String,
    reps: String,
    landline: String,
    last: Option<Line>,
}

#[derive(Template)]
#[template(path = "customers.html")]
struct CustomersPage {
    frame: Frame,
    lines: Vec<CustomerLine>,
    all: usize,
    reps: Vec<Choice>,
    q: String,
    earlier: Option<String>,
    later: Option<String>,
    map: Option<String>,
    landlines: bool,
}

/// The list.
#[utoipa::path(get, path = "/customers", tag = "pages", params(Wanted),
    responses((status = 200, description = "Customers by name", body = String, content_type = "text/html")))]
pub(super) async fn list(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Query(wanted): Query<Wanted>,
) -> DeskResult<Response> {
    let books = Books::now(&desk);
    let (found, landlines) = (found(&books, &actor, &wanted), customers::sees_landlines(&actor));
    seen::note(&desk, &actor, found.ids(), landlines).await?;
    let (reps, mut lines) = (reps_of(&books, &actor), Vec::new());
    for customer in found.customers {
        let names = reps.get(&customer.id).cloned().unwrap_or_default();
        lines.push(CustomerLine {
            last: last_visit(&desk, &actor, &frame, &books, &customer.id).await?,
            reps: names.join(frame.t("unit.join")),
            landline: customer.landline.unwrap_or_default(),
            id: customer.id,
            name: customer.name,
        });
    }
    let shown = CustomersPage {
        lines,
        all: found.all,
        reps: filter::reps(&books, &actor, wanted.rep.as_ref()),
        earlier: (found.page > 1).then(|| wanted.link("/customers", found.page - 1)),
        later: (found.page < found.pages).then(|| wanted.link("/customers", found.page + 1)),
        map: may_open(&actor, "/map/customers").then(|| wanted.link("/map/customers", found.page)),
        landlines,
        q: wanted.q.unwrap_or_default(),
        frame,
    };
    frame::page(StatusCode::OK, &shown)
}

/// The places of the customers on a page of the list, each with its newest visit.
#[utoipa::path(get, path = "/map/customers", tag = "pages", params(Wanted),
    responses((status = 200, description = "A FeatureCollection", body = String, content_type = "application/geo+json")))]
pub(super) async fn map(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Query(wanted): Query<Wanted>,
) -> DeskResult<Response> {
    let books = Books::now(&desk);
    let found = found(&books, &actor, &wanted);
    seen::note(&desk, &actor, found.ids(), false).await?;
    let mut features = Vec::new();
    for customer in found.customers {
        let last = last_visit(&desk, &actor, &frame, &books, &customer.id).await?;
        let time = last.map_or_else(String::new, |line| format!("{} {}", line.when, line.rep));
        let name = format!("{} {time}", customer.name);
        let link = format!("/customers/{}", customer.id);
        features.push(point(
            &customer,
            json!({"kind": "customer", "name": name.trim(), "time": time, "link": link}),
        ));
    }
    Ok(collection(features))
}
