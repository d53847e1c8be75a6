use onbeat_core::reading::{Fix, Provider};

use super::{Path, Random, map::Point};

/// How a phone's positions differ from the truth.
#[derive(Debug, Clone, Copy)]
pub struct Noise {
    /// Standard deviation of the error in each direction.
    pub sigma_m: f64,
    /// How long an error lasts: the correlation time of a first-order Gauss-Markov process. Errors of GNSS
    /// are correlated over minutes.
    pub lasts_s: f64,
    /// Radius the phone claims, from and to.
    pub claims_m: (f64, f64),
    /// Satellites used, from and to; none: positions by network, without speed.
    pub satellites: Option<(u32, u32)>,
    /// Reflections that move fixes far away.
    pub jumps: Option<Jumps>,
}

/// Jumps of a street canyon: one to several fixes far off that claim to be good.
#[derive(Debug, Clone, Copy)]
pub struct Jumps {
    /// Pause between two of them, from and to.
    pub pause_s: (f64, f64),
    /// How far.
    pub length_m: (f64, f64),
    /// How many fixes at most.
    pub fixes_max: u32,
    /// Radius the phone claims meanwhile.
    pub claims_m: (f64, f64),
}

impl Noise {
    /// Open sky between houses.
    pub const STREET: Self = Self {
        sigma_m: 4.0,
        lasts_s: 240.0,
        claims_m: (4.0, 12.0),
        satellites: Some((9, 18)),
        jumps: None,
    };
    /// Between towers: wide errors, and jumps of 300 to 1,400 m for one to four fixes that claim 5 to 60 m.
    pub const CANYON: Self = Self {
        sigma_m: 15.0,
        lasts_s: 180.0,
        claims_m: (5.0, 25.0),
        satellites: Some((5, 10)),
        jumps: Some(Jumps {
            pause_s: (480.0, 1500.0),
            length_m: (300.0, 1400.0),
            fixes_max: 4,
            claims_m: (5.0, 60.0),
        }),
    };
    /// Under a market's roof: positions by network, and now and then a jump.
    pub const ROOF: Self = Self {
        sigma_m: 14.0,
        lasts_s: 300.0,
        claims_m: (12.0, 35.0),
        satellites: None,
        jumps: Some(Jumps {
            pause_s: (1500.0, 3600.0),
            length_m: (300.0, 900.0),
            fixes_max: 2,
            claims_m: (15.0, 40.0),
        }),
    };
}

/// One phone's sensor: draws fixes of a path in order of time.
#[derive(Debug, Clone)]
pub struct Sensor {
    noise: Noise,
    random: Random,
    drift_m: (f64, f64),
    at_ms: Option<i64>,
    jump: Option<Jump>,
    next_jump_ms: Option<i64>,
}

#[derive(Debug, Clone, Copy)]
struct Jump {
    offset_m: (f64, f64),
    claims_m: (f64, f64),
    fixes_left: u32,
}

impl Sensor {
    /// A sensor with its noise.
    pub fn new(noise: Noise, random: Random) -> Self {
        Self {
            noise,
            random,
            drift_m: (0.0, 0.0),
            at_ms: None,
            jump: None,
            next_jump_ms: None,
        }
    }

    /// The fix it gives at an instant.
    pub fn fix(&mut self, path: &Path, at_ms: i64) -> Fix {
        self.let_drift(at_ms);
        let jump = self.take_jump(at_ms);
        let (north, east) = jump.map_or((0.0, 0.0), |j| j.offset_m);
        let claims = jump.map_or(self.noise.claims_m, |j| j.claims_m);
        let place = path
            .position(at_ms)
            .moved(self.drift_m.0 + north, self.drift_m.1 + east);
        let satellites = self.noise.satellites;
        Fix {
            lat_e9: e9(place.lat),
            lon_e9: e9(place.lon),
            accuracy_mm: Some((self.random.between(claims.0, claims.1) * 1000.0) as i64),
            age_ms: self.random.between(50.0, 1500.0) as i64,
            provider: satellites.map_or(Provider::Network, |_| Provider::Gps),
            satellites: satellites.map(|(low, high)| self.random.between(low.into(), f64::from(high) + 1.0) as u32),
            speed_mm_s: satellites.map(|_| (path.speed_m_s(at_ms) * 1000.0) as i64),
            simulated: false,
            approximate: false,
            still: false,
        }
    }

    fn let_drift(&mut self, at_ms: i64) {
        let passed_s = self
            .at_ms
            .map_or(f64::INFINITY, |before| (at_ms - before) as f64 / 1000.0);
        let keep = (-passed_s / self.noise.lasts_s).exp();
        let fresh = (1.0 - keep * keep).sqrt() * self.noise.sigma_m;
        self.drift_m.0 = keep * self.drift_m.0 + fresh * self.random.normal();
        self.drift_m.1 = keep * self.drift_m.1 + fresh * self.random.normal();
        self.at_ms = Some(at_ms);
    }

    fn take_jump(&mut self, at_ms: i64) -> Option<Jump> {
        let jumps = self.noise.jumps?;
        if let Some(jump) = self.jump.as_mut().filter(|jump| jump.fixes_left > 0) {
            jump.fixes_left -= 1;
            if jump.fixes_left == 0 {
                self.next_jump_ms = Some(at_ms + self.pause_ms(jumps));
            }
            return self.jump;
        }
        let next_ms = match self.next_jump_ms {
            Some(next_ms) => next_ms,
            None => *self
                .next_jump_ms
                .insert(at_ms + (self.random.between(0.0, jumps.pause_s.1) * 1000.0) as i64),
        };
        if at_ms < next_ms {
            return None;
        }
        let length = self.random.between(jumps.length_m.0, jumps.length_m.1);
        let direction = self.random.between(0.0, std::f64::consts::TAU);
        let fixes = self.random.between(1.0, f64::from(jumps.fixes_max) + 1.0) as u32;
        self.next_jump_ms = Some(at_ms + self.pause_ms(jumps));
        self.jump = Some(Jump {
            offset_m: (length * direction.cos(), length * direction.sin()),
            claims_m: jumps.claims_m,
            fixes_left: fixes - 1,
        });
        self.jump
    }

    fn pause_ms(&mut self, jumps: Jumps) -> i64 {
        (self.random.between(jumps.pause_s.0, jumps.pause_s.1) * 1000.0) as i64
    }
}

/// A simulated fix, as a mock provider gives it: any place, a good claim, the platform's mark.
pub(super) fn simulated(place: Point) -> Fix {
    Fix {
        lat_e9: e9(place.lat),
        lon_e9: e9(place.lon),
        accuracy_mm: Some(5_000),
        age_ms: 100,
        provider: Provider::Gps,
        satellites: None,
        speed_mm_s: Some(0),
        simulated: true,
        approximate: false,
        still: false,
    }
}

fn e9(degrees: f64) -> i64 {
    (degrees * 1e9).round() as i64
}
