//! What districts that are drawn anew would mean for customers and reps, told before anybody applies them.

use std::collections::{BTreeMap, BTreeSet};

use onbeat_core::{
    place::{Area, NamedShape, Point, Shape},
    reference::Rep,
};

use super::{
    Books, Desk, DeskError, DeskResult,
    import::{self, File},
};
use crate::files::import::key_of;

/// What would change.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effects {
    /// The districts of the file.
    pub districts: Vec<Resized>,
    /// Customers that come into one of them or fall out of it.
    pub customers: Vec<Moved>,
    /// Reps who would have customers outside of all their districts that are inside now.
    pub reps: Vec<Bereft>,
}

/// A district's size.
#[derive(Debug, Clone, PartialEq)]
pub struct Resized {
    /// Its name.
    pub name: String,
    /// Square metres so far; none for a new one.
    pub before_m2: Option<f64>,
    /// Square metres then.
    pub after_m2: f64,
}

/// A customer who changes sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The customer's id.
    pub id: String,
    /// The customer's name.
    pub customer: String,
    /// The district's.
    pub district: String,
    /// Inside then, and outside so far; else the other way round.
    pub comes_in: bool,
}

/// A rep whose districts leave customers out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bereft {
    /// The rep's name.
    pub rep: String,
    /// Customers that fall out of all his districts.
    pub lost: usize,
    /// Customers that would still be in one.
    pub left: usize,
}

/// A district's shape, ready to be asked.
struct Drawn {
    area: Area,
    size_m2: f64,
}

impl Drawn {
    fn new(shape: &Shape) -> Self {
        Self {
            area: Area::prepare(shape),
            size_m2: shape.area_m2(),
        }
    }
}

/// What a file of districts would mean; `None` of any other.
///
/// # Errors
/// `bad_geojson`; the store's.
pub async fn of(desk: &Desk, file: &File) -> DeskResult<Option<Effects>> {
    let File::Districts {
        text,
        name_property,
        datum,
        no_go: false,
        ..
    } = file
    else {
        return Ok(None);
    };
    let new = import::shapes(text.clone(), name_property.clone(), *datum).await?;
    let books = Books::now(desk);
    let keys: BTreeSet<String> = new.iter().map(|named| key_of(&named.name)).collect();
    let asked: BTreeSet<&String> = concerned(&books, &keys)
        .flat_map(|rep| &rep.districts)
        .chain(&keys)
        .collect();
    let mut old = BTreeMap::new();
    for id in asked {
        if let Some(district) = books.districts.get(id) {
            old.insert(
                id.clone(),
                desk.app.store.blob(&district.shape).await?.unwrap_or_default(),
            );
        }
    }
    let effects = tokio::task::spawn_blocking(move || {
        // A damaged shape is told of by the health page.
        let shapes = old
            .into_iter()
            .filter_map(|(id, bytes)| Some((id, Shape::from_bytes(&bytes).ok()?)));
        let before = shapes.map(|(id, shape)| (id, Drawn::new(&shape))).collect();
        Effects::new(&books, &before, &new)
    });
    let effects = effects.await;
    effects
        .map(Some)
        .map_err(|error| DeskError::environment("failed", error.to_string()))
}

fn concerned<'a>(books: &'a Books, keys: &'a BTreeSet<String>) -> impl Iterator<Item = &'a Rep> {
    let reps = books.reps.values();
    reps.filter(|rep| rep.districts.iter().any(|district| keys.contains(district)))
}

impl Effects {
    fn new(books: &Books, before: &BTreeMap<String, Drawn>, new: &[NamedShape]) -> Self {
        let after: BTreeMap<String, Drawn> = new
            .iter()
            .map(|named| (key_of(&named.name), Drawn::new(&named.shape)))
            .collect();
        let mut effects = Self::default();
        for (key, named) in new.iter().map(|named| (key_of(&named.name), named)) {
            let (was, is) = (before.get(&key), &after[&key]);
            effects.districts.push(Resized {
                name: named.name.clone(),
                before_m2: was.map(|was| was.size_m2),
                after_m2: is.size_m2,
            });
            let Some(was) = was else { continue };
            for customer in books.customers.values() {
                let place = Point::from_e9(customer.lat_e9, customer.lon_e9);
                let comes_in = is.area.contains(place);
                if comes_in != was.area.contains(place) {
                    effects.customers.push(Moved {
                        id: customer.id.clone(),
                        customer: customer.name.clone(),
                        district: named.name.clone(),
                        comes_in,
                    });
                }
            }
        }
        let keys = after.keys().cloned().collect();
        effects.reps = concerned(books, &keys)
            .filter_map(|rep| bereft(books, before, &after, rep))
            .collect();
        effects
    }
}

/// `None` where no customer falls out.
fn bereft(
    books: &Books,
    before: &BTreeMap<String, Drawn>,
    after: &BTreeMap<String, Drawn>,
    rep: &Rep,
) -> Option<Bereft> {
    let customers = rep.customers.iter().filter_map(|id| books.customers.get(id));
    let (mut lost, mut left) = (0, 0);
    for customer in customers {
        let place = Point::from_e9(customer.lat_e9, customer.lon_e9);
        let holds = |drawn: Option<&Drawn>| drawn.is_some_and(|drawn| drawn.area.contains(place));
        let was = rep.districts.iter().any(|id| holds(before.get(id)));
        let is = rep.districts.iter().any(|id| holds(after.get(id).or(before.get(id))));
        lost += usize::from(was && !is);
        left += usize::from(is);
    }
    (lost > 0).then(|| Bereft {
        rep: rep.name.clone(),
        lost,
        left,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use onbeat_core::reference::{Customer, District};

    use super::*;

    /// A square of a tenth of a degree, from its south-western corner.
    fn square(name: &str, lon: f64) -> NamedShape {
        let corner = |east: f64, north: f64| Point {
            lon: lon + east,
            lat: 31.0 + north,
        };
        let ring = vec![corner(0.0, 0.0), corner(0.1, 0.0), corner(0.1, 0.1), corner(0.0, 0.1)];
        NamedShape {
            name: name.into(),
            shape: Shape::new(vec![vec![ring]]).unwrap(),
        }
    }

    fn books(lons: &[(&str, f64)]) -> Books {
        let mut books = Books::default();
        for (id, lon) in lons {
            let customer = Customer {
                id: (*id).into(),
                name: (*id).into(),
                lat_e9: 31_050_000_000,
                lon_e9: (lon * 1e9).round() as i64,
                landline: None,
                place_confirmed: true,
            };
            books.customers.insert((*id).into(), customer);
        }
        let rep = Rep {
            name: "Wang".into(),
            team: "t1".into(),
            role: None,
            districts: vec!["west".into()],
            customers: lons.iter().map(|(id, _)| (*id).to_owned()).collect(),
        };
        books.reps.insert("wang".into(), rep);
        let shape = onbeat_core::record::Hash::of("x");
        let west = District {
            name: "west".into(),
            shape,
            edge_tolerance_m: None,
        };
        books.districts.insert("west".into(), west);
        books
    }

    #[test]
    fn who_changes_sides_and_who_is_left_without_is_told() {
        let books = books(&[("a", 121.02), ("b", 121.08), ("c", 121.13)]);
        let before = [("west".to_owned(), Drawn::new(&square("west", 121.0).shape))].into();
        let moved = |customer: &str, comes_in| Moved {
            id: customer.into(),
            customer: customer.into(),
            district: "west".into(),
            comes_in,
        };
        let lost = |lost, left| {
            vec![Bereft {
                rep: "Wang".into(),
                lost,
                left,
            }]
        };
        for (name, lon, customers, reps) in [
            ("west", 121.0, vec![], vec![]),
            ("west", 121.05, vec![moved("a", false), moved("c", true)], lost(1, 2)),
            ("west", 122.0, vec![moved("a", false), moved("b", false)], lost(2, 0)),
            ("east", 121.0, vec![], vec![]),
        ] {
            let effects = Effects::new(&books, &before, &[square(name, lon)]);
            assert_eq!((effects.customers, effects.reps), (customers, reps), "{name} {lon}");
            assert_eq!(effects.districts[0].before_m2.is_some(), name == "west");
        }
    }
}
