use super::map::Point;
use super::{DayStory, Random, map::Map};

/// A customer.
#[derive(Debug, Clone)]
pub struct Customer {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Where.
    pub place: Point,
    /// Landline, digits only.
    pub landline: String,
    /// Known from earlier visits.
    pub confirmed: bool,
    /// Rep who looks after him.
    pub rep: &'static str,
}

/// So many in all.
const COUNT: usize = 300;

/// The customers whom the reps visit, and others somewhere in the boroughs. None of the others is given to a
/// rep whose day depends on the exact edge of his district: 200 m around a customer are part of his area.
pub fn customers(map: &Map, days: &[DayStory], seed: u64) -> Vec<Customer> {
    let mut all: Vec<Customer> = days.iter().flat_map(visited).collect();
    let mut random = Random::new(seed, "customers");
    let takers: Vec<&DayStory> = days.iter().filter(|day| !day.edge_matters).collect();
    for day in takers.iter().cycle() {
        if all.len() >= COUNT {
            break;
        }
        let number = all.len() + 1;
        all.push(Customer {
            id: format!("c{number:03}"),
            name: format!("Shop {number}"),
            place: somewhere_in(map, day.district, &mut random),
            landline: landline(number),
            confirmed: false,
            rep: day.rep,
        });
    }
    all
}

fn visited(day: &DayStory) -> impl Iterator<Item = Customer> {
    day.sites.iter().enumerate().map(|(index, site)| Customer {
        id: day.customer_id(index),
        name: site.name.to_owned(),
        place: site.place,
        landline: landline(usize::from(day.rep.as_bytes()[0]) * 10 + index),
        confirmed: true,
        rep: day.rep,
    })
}

fn landline(number: usize) -> String {
    format!("1718555{number:04}")
}

fn somewhere_in(map: &Map, district: &str, random: &mut Random) -> Point {
    let region = map.region(district);
    let (low, high) = region.bounds();
    loop {
        let point = Point::new(random.between(low.lat, high.lat), random.between(low.lon, high.lon));
        if region.contains(point) {
            return point;
        }
    }
}
