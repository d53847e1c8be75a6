//! The family for tuning: a Gauss-Markov drift, jumps of one to six fixes in any direction, coarse network
//! positions that stay where they first were for a while.

use super::{Errors, Sight, plus, sigma_m};
use crate::{
    random::Random,
    stratum::Sky,
    way::{Place, Stay},
};

pub(super) struct Drifting {
    random: Random,
    sky: Sky,
    open_m: f64,
    roof_m: f64,
    understated: f64,
    lasts_s: f64,
    jumps_per_s: f64,
    bias: Place,
    at_s: f64,
    /// In units of the deviation.
    drift: Place,
    jump: Option<(Place, u64)>,
    stay: Option<usize>,
    coarse: Option<(f64, f64, Place)>,
}

impl Drifting {
    pub(super) fn new(sky: Sky, bias: Place, mut random: Random) -> Self {
        Self {
            open_m: random.within(sky.claims_m),
            roof_m: random.between(15.0, 50.0),
            understated: random.within(sky.understated),
            lasts_s: random.between(60.0, 400.0),
            jumps_per_s: random.within(sky.jumps_per_h) / 3600.0,
            bias,
            at_s: f64::NEG_INFINITY,
            drift: (0.0, 0.0),
            jump: None,
            stay: None,
            coarse: None,
            sky,
            random,
        }
    }

    fn let_drift(&mut self, passed_s: f64) {
        let keep = (-passed_s / self.lasts_s).exp();
        let fresh = (1.0 - keep * keep).sqrt();
        self.drift.0 = keep * self.drift.0 + fresh * self.random.normal();
        self.drift.1 = keep * self.drift.1 + fresh * self.random.normal();
    }

    /// A new stay under a roof may begin with coarse positions, or have them later.
    fn enter(&mut self, number: usize, stay: Stay) {
        if self.stay == Some(number) {
            return;
        }
        self.stay = Some(number);
        self.coarse = None;
        if stay.roof && self.random.chance(self.sky.coarse) {
            let from_s = self.random.between(stay.from_s - 300.0, stay.to_s);
            let far_m = self.random.between(500.0, 3000.0);
            let lasts_s = self.random.between(30.0, 1800.0);
            self.coarse = Some((from_s, from_s + lasts_s, self.random.offset(far_m)));
        }
    }

    fn take_jump(&mut self, passed_s: f64) -> Option<Place> {
        if let Some((offset, left)) = self.jump {
            self.jump = (left > 1).then_some((offset, left - 1));
            return Some(offset);
        }
        let begins = self
            .random
            .chance(1.0 - (-passed_s.min(600.0) * self.jumps_per_s).exp());
        begins.then(|| {
            let far_m = self.random.between(100.0, 1400.0);
            let (offset, fixes) = (self.random.offset(far_m), self.random.whole(1, 6));
            self.jump = (fixes > 1).then_some((offset, fixes - 1));
            offset
        })
    }
}

impl Errors for Drifting {
    fn widest_m(&self, roof: bool) -> f64 {
        1.2 * if roof { self.roof_m } else { self.open_m }
    }

    fn sight(&mut self, second: f64, stay: Option<(usize, Stay)>) -> Sight {
        let passed_s = (second - self.at_s).min(1e6);
        self.at_s = second;
        self.let_drift(passed_s);
        if let Some((number, stay)) = stay {
            self.enter(number, stay);
        }
        if stay.is_none_or(|(_, stay)| !stay.roof) {
            let jump = self.take_jump(passed_s);
            let claims_m = match jump {
                Some(_) => self.random.between(5.0, 60.0),
                None => self.open_m * self.random.between(0.8, 1.2),
            };
            let sigma_m = sigma_m(self.open_m, self.understated);
            return Sight {
                off: plus(
                    jump.unwrap_or_default(),
                    (self.drift.0 * sigma_m, self.drift.1 * sigma_m),
                ),
                claims_m,
                satellites: (!self.sky.mute).then(|| self.random.whole(5, 18) as u32),
            };
        }
        let coarse = self
            .coarse
            .filter(|(from_s, to_s, _)| (*from_s..*to_s).contains(&second));
        let (off, claims_m) = match coarse {
            Some((_, _, offset)) => (offset, self.random.between(15.0, 25.0)),
            None => (self.bias, self.roof_m * self.random.between(0.8, 1.2)),
        };
        let sigma_m = sigma_m(claims_m, self.understated);
        Sight {
            off: plus(off, (self.drift.0 * sigma_m, self.drift.1 * sigma_m)),
            claims_m,
            satellites: None,
        }
    }
}
