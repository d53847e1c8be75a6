//! The family for testing: errors are sums of slow waves with a heavy-tailed rest; jumps last for a time and lie
//! along the street; some access points of the day are mapped wrongly for good, and the phone hops between them.

use std::f64::consts::TAU;

use super::{Errors, Sight, plus, sigma_m};
use crate::{
    random::Random,
    stratum::Sky,
    way::{Place, Stay},
};

/// One slow wave of an error: reflections come and go as satellites move.
struct Wave {
    period_s: f64,
    phase: (f64, f64),
}

pub(super) struct Wandering {
    random: Random,
    sky: Sky,
    open_m: f64,
    roof_m: f64,
    /// Changes from hour to hour.
    understated: [f64; 9],
    waves: [Wave; 4],
    bias: Place,
    /// Direction of the street: jumps lie along it.
    street: Place,
    jumps: Vec<(f64, f64, Place)>,
    access_points: Vec<Place>,
    stay: Option<usize>,
    coarse: Option<(f64, f64, Place)>,
}

impl Wandering {
    pub(super) fn new(sky: Sky, bias: Place, mut random: Random) -> Self {
        let street = random.offset(1.0);
        let wave = |random: &mut Random| Wave {
            period_s: random.log_within((200.0, 1500.0)),
            phase: (random.between(0.0, TAU), random.between(0.0, TAU)),
        };
        let access_points = (0..random.whole(1, 3)).map(|_| {
            let far_m = random.log_within((500.0, 3000.0));
            random.offset(far_m)
        });
        Self {
            access_points: access_points.collect(),
            open_m: random.log_within(sky.claims_m),
            roof_m: random.log_within((12.0, 60.0)),
            understated: std::array::from_fn(|_| random.within(sky.understated)),
            waves: std::array::from_fn(|_| wave(&mut random)),
            bias,
            jumps: jumps(sky, street, &mut random),
            street,
            stay: None,
            coarse: None,
            sky,
            random,
        }
    }

    /// An error of deviation 1 in each direction, of which most lasts for minutes.
    fn unit_error(&mut self, second: f64) -> Place {
        let mut error = (0.0, 0.0);
        for wave in &self.waves {
            let angle = TAU * second / wave.period_s;
            error.0 += (angle + wave.phase.0).sin();
            error.1 += (angle + wave.phase.1).sin();
        }
        // Four sines of variance 1/2 each: scaled to 0.8, and a Laplace rest of 0.2.
        let slow = (0.8_f64 / 2.0).sqrt();
        let rest = |random: &mut Random| random.wait(0.1_f64.sqrt()) * if random.chance(0.5) { 1.0 } else { -1.0 };
        (
            error.0 * slow + rest(&mut self.random),
            error.1 * slow + rest(&mut self.random),
        )
    }

    fn enter(&mut self, number: usize, stay: Stay) {
        if self.stay == Some(number) {
            return;
        }
        self.stay = Some(number);
        self.coarse = None;
        if stay.roof && self.random.chance(self.sky.coarse) {
            let from_s = stay.from_s + self.random.wait(600.0) - 120.0;
            let lasts_s = self.random.wait(400.0).min(2400.0);
            self.coarse = Some((from_s, from_s + lasts_s, *self.random.one_of(&self.access_points)));
        }
    }

    fn under_a_roof(&mut self, second: f64) -> Sight {
        let coarse = self
            .coarse
            .filter(|(from_s, to_s, _)| (*from_s..*to_s).contains(&second));
        if let Some((_, to_s, _)) = coarse {
            // Now and then another wrong access point answers, or a right one does.
            if self.random.chance(0.1) {
                self.coarse = Some((second, to_s, *self.random.one_of(&self.access_points)));
            }
            if !self.random.chance(0.1) {
                let scatter = self.random.offset(4.0);
                return Sight {
                    off: plus(self.coarse.map_or(scatter, |(_, _, place)| place), scatter),
                    claims_m: self.random.between(15.0, 25.0),
                    satellites: None,
                };
            }
        }
        let claims_m = self.roof_m * self.random.between(0.6, 1.3);
        let (north, east) = self.unit_error(second);
        let sigma_m = sigma_m(self.roof_m, self.understated_at(second));
        Sight {
            off: plus(self.bias, (north * sigma_m, east * sigma_m)),
            claims_m,
            satellites: None,
        }
    }

    fn understated_at(&self, second: f64) -> f64 {
        self.understated[(second / 3600.0).clamp(0.0, 8.0) as usize]
    }
}

/// Jumps of the day: they begin at any moment, and last for 20 s to 6 min.
fn jumps(sky: Sky, street: Place, random: &mut Random) -> Vec<(f64, f64, Place)> {
    let per_h = random.within(sky.jumps_per_h);
    let mut jumps = Vec::new();
    let mut second = random.wait(3600.0 / per_h.max(1e-3));
    while second < 31_000.0 {
        let lasts_s = random.between(20.0, 60.0) + random.wait(70.0).min(300.0);
        let far_m = random.log_within((100.0, 1400.0)) * if random.chance(0.5) { 1.0 } else { -1.0 };
        let aside_m = far_m * 0.3 * random.between(-1.0, 1.0);
        let off = (
            street.0 * far_m - street.1 * aside_m,
            street.1 * far_m + street.0 * aside_m,
        );
        jumps.push((second, second + lasts_s, off));
        second += lasts_s + random.wait(3600.0 / per_h.max(1e-3));
    }
    jumps
}

impl Errors for Wandering {
    fn widest_m(&self, roof: bool) -> f64 {
        1.3 * if roof { self.roof_m } else { self.open_m }
    }

    fn sight(&mut self, second: f64, stay: Option<(usize, Stay)>) -> Sight {
        if let Some((number, stay)) = stay {
            self.enter(number, stay);
            if stay.roof {
                return self.under_a_roof(second);
            }
        }
        let next = self.jumps.partition_point(|(_, to_s, _)| *to_s <= second);
        let jump = self.jumps.get(next).filter(|(from_s, _, _)| *from_s <= second).copied();
        let sigma_m = sigma_m(self.open_m, self.understated_at(second));
        let (north, east) = self.unit_error(second);
        let error = (north * sigma_m, east * sigma_m);
        match jump {
            Some((_, _, (north, east))) => {
                // The reflected position moves along the wall.
                let along_m = self.random.between(-40.0, 40.0);
                Sight {
                    off: (
                        north + self.street.0 * along_m + error.0,
                        east + self.street.1 * along_m + error.1,
                    ),
                    claims_m: self.random.between(5.0, 60.0),
                    satellites: (!self.sky.mute).then(|| self.random.whole(5, 9) as u32),
                }
            }
            None => Sight {
                off: error,
                claims_m: self.open_m * self.random.between(0.6, 1.3),
                satellites: (!self.sky.mute).then(|| self.random.whole(6, 20) as u32),
            },
        }
    }
}
