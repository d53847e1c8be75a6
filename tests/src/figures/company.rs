//! A company of a thousand reps in forty districts, as they stood and as they should have.

use std::{f64::consts::TAU, fmt::Write};

use chrono::NaiveDate;
use onbeat_core::{
    reading::{Fix, Provider},
    rules::presence::FixTaken,
};
use serde_json::{Value, json};

use crate::{
    load::{Happened, local_ms, rep_name},
    story::{ZONE, map::Point},
};

pub(super) const REPS: usize = 1_000;
/// Fixes of a day: one each three minutes of the window.
pub(super) const DAY_FIXES: usize = 167;
pub(super) const DISTRICTS: usize = 40;
const VERTICES: usize = 600;
/// Customers of a rep.
const CUSTOMERS: usize = 10;
/// As the districts stood, and as they should have: metres of radius, metres north of the middle.
pub(super) const WRONG: (f64, f64) = (1_125.0, 0.0);
pub(super) const RIGHT: (f64, f64) = (1_300.0, 400.0);
/// Of so many days of reps one has an hour in the north, which only the right districts hold; of so many one has it in
/// the south, which only the wrong ones do.
const ONE_NORTH_IN: usize = 20;
const ONE_SOUTH_IN: usize = 50;
const NORTH_M: f64 = 1_320.0;
const SOUTH_M: f64 = -1_090.0;

/// A day of stops within 700 m of the district's middle, and now and then an hour elsewhere.
pub(super) fn fixes_of(rep: usize, n: usize, day: NaiveDate) -> impl Iterator<Item = (i64, FixTaken)> {
    let (begun_ms, middle) = (local_ms(day, 8), middle_of(rep % DISTRICTS));
    let trip_m = match rep + n {
        sum if sum % ONE_NORTH_IN == 0 => Some(NORTH_M),
        sum if sum % ONE_SOUTH_IN == 7 => Some(SOUTH_M),
        _ => None,
    };
    (0..DAY_FIXES).map(move |i| {
        let stop = (rep * 31 + n * 17 + i / 14) as f64;
        let wobble_m = (i as f64 * 2.4).sin() * 8.0;
        let (north_m, east_m) = match trip_m {
            Some(north_m) if (80..100).contains(&i) => (north_m, 0.0),
            _ => (700.0 * (stop * 1.7).sin(), 700.0 * (stop * 2.3).cos()),
        };
        let place = middle.moved(north_m + wobble_m, east_m + wobble_m);
        (begun_ms + 180_000 * i as i64 + 1_000, fix(place, i as i64))
    })
}

/// Stretches of a day, each with a visit in it, and where in them it begins and ends, in fixes.
const STRETCH: usize = 24;
const VISIT: std::ops::RangeInclusive<usize> = 6..=14;

/// The same day by every second fix, with a sign-in and a visit to a customer in each stretch but that of the trip.
pub(super) fn day_with_visits(rep: usize, n: usize, day: NaiveDate) -> Vec<(i64, Happened)> {
    let mut happened = Vec::new();
    for (i, (at_ms, taken)) in fixes_of(rep, n, day).enumerate().step_by(2) {
        let (stretch, within) = (i / STRETCH, i % STRETCH);
        let is_visit = VISIT.contains(&within) && stretch != 3;
        let taken = if is_visit {
            fix(customer_place(rep, stretch), i as i64)
        } else {
            taken
        };
        happened.push((at_ms, Happened::Fix(taken)));
        if i == 4 {
            happened.push((at_ms, Happened::SignedIn));
        }
        let visit = format!("{rep:012x}{n:010x}{stretch:010x}");
        if is_visit && within == *VISIT.start() {
            let customer = customer_name(rep, stretch);
            happened.push((at_ms, Happened::CheckedIn { visit, customer }));
        } else if is_visit && within == *VISIT.end() {
            happened.push((at_ms, Happened::CheckedOut { visit }));
        }
    }
    happened
}

fn fix(place: Point, n: i64) -> FixTaken {
    let fix = Fix {
        lat_e9: (place.lat * 1e9) as i64,
        lon_e9: (place.lon * 1e9) as i64,
        accuracy_mm: Some(8_000 + n * 977 % 9_000),
        age_ms: 300,
        provider: Provider::Gps,
        satellites: Some(9),
        speed_mm_s: Some(n * 131 % 1_500),
        simulated: false,
        approximate: false,
        still: false,
    };
    FixTaken { fix, seen: None }
}

/// Districts lie in a grid, 5 km apart.
fn middle_of(district: usize) -> Point {
    Point::new(40.6, -74.4).moved((district / 8) as f64 * 5_000.0, (district % 8) as f64 * 5_000.0)
}

pub(super) fn policy() -> String {
    format!("[window]\nzone = \"{ZONE}\"\n")
}

/// All districts as GeoJSON: not quite round.
pub(super) fn districts((radius_m, north_m): (f64, f64)) -> String {
    let ring = |district: usize| -> Vec<[f64; 2]> {
        let vertex = |n: usize| {
            let turn = TAU * n as f64 / VERTICES as f64;
            let radius_m = radius_m + 10.0 * (12.0 * turn).sin();
            let place = middle_of(district).moved(north_m + radius_m * turn.sin(), radius_m * turn.cos());
            [place.lon, place.lat]
        };
        (0..VERTICES).chain([0]).map(vertex).collect()
    };
    let feature = |district: usize| {
        let geometry = json!({"type": "Polygon", "coordinates": [ring(district)]});
        json!({"type": "Feature", "properties": {"name": district_name(district)}, "geometry": geometry})
    };
    let features: Vec<Value> = (0..DISTRICTS).map(feature).collect();
    json!({"type": "FeatureCollection", "features": features}).to_string()
}

pub(super) fn customers() -> String {
    let mut csv = "id,name,lat,lon\n".to_owned();
    for (rep, n) in (0..REPS).flat_map(|rep| (0..CUSTOMERS).map(move |n| (rep, n))) {
        let Point { lat, lon } = customer_place(rep, n);
        let _ = writeln!(csv, "{0},Shop {0},{lat:.7},{lon:.7}", customer_name(rep, n)); // a string takes everything
    }
    csv
}

pub(super) fn users() -> String {
    let mut csv = "user,name,role,team,districts,customers,password\n".to_owned();
    for rep in 0..REPS {
        let (name, district) = (rep_name(rep), rep % DISTRICTS);
        let customers: Vec<String> = (0..CUSTOMERS).map(|n| customer_name(rep, n)).collect();
        let (of_district, customers) = (district_name(district), customers.join(";"));
        let _ = writeln!(csv, "{name},{name},rep,team{district},{of_district},{customers},"); // as above
    }
    csv
}

fn customer_place(rep: usize, n: usize) -> Point {
    let angle = (rep * 7 + n) as f64;
    middle_of(rep % DISTRICTS).moved(600.0 * angle.sin(), 600.0 * angle.cos())
}

fn district_name(district: usize) -> String {
    format!("d{district:02}")
}

pub(super) fn customer_name(rep: usize, n: usize) -> String {
    format!("c{rep:04}-{n}")
}
