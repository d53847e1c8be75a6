//! One working day of sixteen reps in New York: what is true of each, and what must follow.
//!
//! All of it is written down before anything is judged. Truth is a path over time, exact at every instant;
//! the phone's sensor sees it through seeded noise; what must follow is stated by hand, in the terms of
//! `docs/verdicts.md`, from the truth alone. Nothing here calls the engine's geometry: sides and distances
//! come from [`map`], which is written independently of it.

mod clock;
mod customers;
mod day;
mod expect;
pub mod map;
mod noise;
mod path;
mod random;
mod reps;

#[cfg(test)]
mod tests;

pub use clock::{DATE, ZONE, at, time_of};
pub use customers::{Customer, customers};
pub use day::{DayStory, Happening, Site, What};
pub use expect::{Adverse, Expect, Minutes, Visit, got_json};
pub use noise::{Jumps, Noise, Sensor};
pub use path::Path;
pub use random::Random;

use map::{Map, Point, Region};

/// District of the rep who works beside a closed yard: Staten Island with a hole of 900 m.
pub const YARD_DISTRICT: &str = "Staten Island around the yard";
/// District of the rep in the market: a square of 60 m.
pub const MARKET_DISTRICT: &str = "Flushing market";
/// Centre of the market.
pub const MARKET: Point = Point::new(40.7590, -73.8300);
/// Centre of the hole.
pub const YARD: Point = Point::new(40.6050, -74.1400);

/// The whole story: where, who, and each one's day.
pub struct Story {
    /// The districts.
    pub map: Map,
    /// 300 customers, each somebody's.
    pub customers: Vec<Customer>,
    /// The reps' days, in the order of the table.
    pub days: Vec<DayStory>,
}

impl Story {
    /// The story, the same for the same seed: the seed draws the noise and the customers nobody visits.
    ///
    /// # Panics
    /// On a map that lacks a borough.
    pub fn new(boroughs: &str, seed: u64) -> Self {
        let mut map = Map::read(boroughs);
        let yard = map.region("Staten Island").with_hole(Region::square(YARD, 900.0));
        map.add(YARD_DISTRICT, yard);
        map.add(MARKET_DISTRICT, Region::square(MARKET, 60.0));
        let days = reps::all(seed);
        let customers = customers(&map, &days, seed);
        Self { map, customers, days }
    }

    /// Signed distance to the edge of where a rep may be: his district and 200 m around his customers.
    /// Exact for the sign; for the size a bound from above where both overlap.
    pub fn edge_m(&self, day: &DayStory, point: Point) -> f64 {
        let discs = self
            .customers
            .iter()
            .filter(|c| c.rep == day.rep)
            .map(|c| 200.0 - point.metres_to(c.place));
        discs.fold(self.map.region(day.district).edge_m(point), f64::max)
    }
}
