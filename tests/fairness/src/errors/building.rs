//! A third family, looked at once: a heavy-tailed noise with a memory of its own, accuracies understated two to four
//! times, jumps that last from seconds to minutes, and a Wi-Fi that is off by as much as the building it is in.

use super::{Errors, Sight, plus, sigma_m};
use crate::{
    random::Random,
    stratum::Sky,
    way::{Place, Stay},
};

pub(super) struct Building {
    random: Random,
    sky: Sky,
    claims_m: f64,
    understated: f64,
    lasts_s: f64,
    jumps_per_s: f64,
    at_s: f64,
    /// In units of the deviation.
    drift: Place,
    /// Until when, and by how much.
    jump: (f64, Place),
    stay: Option<usize>,
    /// How far the Wi-Fi of the building is off, and of it a while that is coarse.
    bias: Place,
    coarse: Option<(f64, f64, Place)>,
    district_bias: Place,
}

impl Building {
    pub(super) fn new(sky: Sky, district_bias: Place, mut random: Random) -> Self {
        Self {
            claims_m: random.log_within(sky.claims_m),
            // Of a sky that is said to be clean the phone knows.
            understated: if sky.coarse > 0.0 {
                random.between(2.0, 4.0)
            } else {
                random.within(sky.understated)
            },
            lasts_s: random.log_within((20.0, 900.0)),
            jumps_per_s: random.within(sky.jumps_per_h) / 3600.0,
            at_s: f64::NEG_INFINITY,
            drift: (0.0, 0.0),
            jump: (f64::NEG_INFINITY, (0.0, 0.0)),
            stay: None,
            bias: (0.0, 0.0),
            coarse: None,
            district_bias,
            sky,
            random,
        }
    }

    /// Student's t with four degrees of freedom, scaled to deviation 1.
    fn heavy(&mut self) -> f64 {
        let square: f64 = (0..4).map(|_| self.random.normal().powi(2)).sum();
        self.random.normal() / (square / 4.0).sqrt() / 2.0_f64.sqrt()
    }

    fn error(&mut self, passed_s: f64, sigma_m: f64) -> Place {
        let keep = (-passed_s / self.lasts_s).exp();
        let fresh = (1.0 - keep * keep).sqrt();
        self.drift.0 = keep * self.drift.0 + fresh * self.heavy();
        self.drift.1 = keep * self.drift.1 + fresh * self.heavy();
        (self.drift.0 * sigma_m, self.drift.1 * sigma_m)
    }

    fn enter(&mut self, number: usize, stay: Stay) {
        if self.stay == Some(number) {
            return;
        }
        self.stay = Some(number);
        let off_m = self.random.wait(30.0).min(120.0);
        self.bias = plus(self.district_bias, self.random.offset(off_m));
        self.coarse = self.random.chance(self.sky.coarse).then(|| {
            let from_s = self.random.between(stay.from_s, stay.to_s);
            let far_m = self.random.log_within((500.0, 3000.0));
            (
                from_s,
                from_s + self.random.log_within((20.0, 1500.0)),
                self.random.offset(far_m),
            )
        });
    }
}

impl Errors for Building {
    fn widest_m(&self, roof: bool) -> f64 {
        if roof { 30.0 } else { 1.5 * self.claims_m }
    }

    fn sight(&mut self, second: f64, stay: Option<(usize, Stay)>) -> Sight {
        let passed_s = (second - self.at_s).min(1e6);
        self.at_s = second;
        if let Some((number, stay)) = stay.filter(|(_, stay)| stay.roof) {
            self.enter(number, stay);
            let claims_m = self.random.between(15.0, 30.0);
            let error = self.error(passed_s, sigma_m(claims_m, 1.2));
            let coarse = self
                .coarse
                .filter(|(from_s, to_s, _)| (*from_s..*to_s).contains(&second));
            return Sight {
                off: plus(coarse.map_or(self.bias, |(_, _, off)| off), error),
                claims_m,
                satellites: None,
            };
        }
        if second >= self.jump.0
            && self
                .random
                .chance(1.0 - (-passed_s.min(600.0) * self.jumps_per_s).exp())
        {
            let far_m = self.random.log_within((100.0, 1400.0));
            self.jump = (
                second + self.random.log_within((10.0, 360.0)),
                self.random.offset(far_m),
            );
        }
        let jumped = second < self.jump.0;
        let error = self.error(passed_s, sigma_m(self.claims_m, self.understated));
        Sight {
            off: plus(if jumped { self.jump.1 } else { (0.0, 0.0) }, error),
            claims_m: self.claims_m * self.random.between(0.7, 1.5),
            satellites: (!self.sky.mute).then(|| self.random.whole(5, 14) as u32),
        }
    }
}
