//! How a phone's positions differ from the truth: families of models that share nothing but what they are
//! told of the sky. Rules are tuned on one and counted on the other.

mod building;
mod drifting;
mod wandering;

use serde::Serialize;

use crate::{
    random::Random,
    stratum::Sky,
    way::{Place, Stay},
};

/// Whose districts, ways, errors and seeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// For choosing rules and numbers: Gauss-Markov drift, jumps counted in fixes, coarse positions anywhere.
    Tuning = 1,
    /// For the figures: slow waves and heavy tails, jumps that last in time, access points mapped wrongly for good.
    Testing = 2,
    /// Looked at once, for neither: heavy tails, accuracies understated up to four times, Wi-Fi off by building.
    Other = 3,
}

/// What a phone makes of where it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sight {
    /// Metres north and east of the truth.
    pub(crate) off: Place,
    pub(crate) claims_m: f64,
    /// Satellites used; none: by network, without speed.
    pub(crate) satellites: Option<u32>,
}

/// A phone's sensor on one day; asked in order of time.
pub(crate) trait Errors {
    /// The widest radius it claims, under a roof or not.
    fn widest_m(&self, roof: bool) -> f64;
    /// What it sees at a second, during the `n`-th stay or on the way.
    fn sight(&mut self, second: f64, stay: Option<(usize, Stay)>) -> Sight;
}

/// `bias`: how far the Wi-Fi of the place is mapped off, for all phones alike.
pub(crate) fn of(family: Family, sky: Sky, bias: Place, random: Random) -> Box<dyn Errors> {
    match family {
        Family::Tuning => Box::new(drifting::Drifting::new(sky, bias, random)),
        Family::Other => Box::new(building::Building::new(sky, bias, random)),
        Family::Testing => Box::new(wandering::Wandering::new(sky, bias, random)),
    }
}

/// Deviation in each direction of an error whose 68 % radius is `times` the claimed one.
fn sigma_m(claims_m: f64, times: f64) -> f64 {
    claims_m * times / 1.515
}

fn plus(a: Place, b: Place) -> Place {
    (a.0 + b.0, a.1 + b.1)
}
