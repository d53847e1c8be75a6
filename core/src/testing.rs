//! Days made for tests: what is true of a rep's way, and how a phone sees it.

#![allow(clippy::unwrap_used)]

use crate::{
    judge::{JudgedFix, judge_fix},
    place::{Area, Point, Shape},
    policy::Policy,
    reading::{Fix, Provider},
    time::Interval,
};

/// 08:00 in Shanghai on Monday, 23 November 2026.
pub(crate) const OPEN_MS: i64 = 1_795_392_000_000;
/// The window of that day: 08:00 to 16:30.
pub(crate) const WINDOW: Interval = Interval {
    from_ms: OPEN_MS,
    to_ms: OPEN_MS + 510 * MINUTE_MS,
};
pub(crate) const MINUTE_MS: i64 = 60_000;

/// Metres of a degree at the tests' latitude of 30 degrees (WGS-84).
const NORTH_M: f64 = 110_852.0;
const EAST_M: f64 = 96_486.0;

/// Metres north and east of the middle of the district.
pub(crate) type Place = (f64, f64);

pub(crate) fn point((north_m, east_m): Place) -> Point {
    Point {
        lat: 30.0 + north_m / NORTH_M,
        lon: 120.0 + east_m / EAST_M,
    }
}

fn ring((north_m, east_m): Place, half_m: f64) -> Vec<Point> {
    [(-1.0, -1.0), (-1.0, 1.0), (1.0, 1.0), (1.0, -1.0)]
        .map(|(n, e)| point((north_m + n * half_m, east_m + e * half_m)))
        .to_vec()
}

/// A square district of so many metres.
pub(crate) fn square(side_m: f64) -> Shape {
    square_at((0.0, 0.0), side_m)
}

pub(crate) fn square_at(middle: Place, side_m: f64) -> Shape {
    Shape::new(vec![vec![ring(middle, side_m / 2.0)]]).unwrap()
}

/// A district of 6 km with a hole of 900 m in its middle.
pub(crate) fn with_hole() -> Shape {
    Shape::new(vec![vec![ring((0.0, 0.0), 3000.0), ring((0.0, 0.0), 450.0)]]).unwrap()
}

/// splitmix64 (Steele, Lea, Flood 2014): small, good enough, the same everywhere.
#[derive(Debug, Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    /// True once in so many times.
    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.bits().is_multiple_of(times)
    }
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }
    /// Sum of twelve uniforms: close enough to a normal of deviation 1.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.between(0.0, 1.0)).sum::<f64>() - 6.0
    }
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.bits() as usize % (i + 1));
        }
    }
}

/// A way: places at minutes of the window, straight and even between them.
#[derive(Debug, Clone)]
pub(crate) struct Way(pub(crate) Vec<(f64, Place)>);

impl Way {
    pub(crate) fn at(&self, minute: f64) -> Place {
        let after = self.0.partition_point(|(at, _)| *at <= minute);
        match (after.checked_sub(1).map(|i| self.0[i]), self.0.get(after)) {
            (Some((from, a)), Some((to, b))) => {
                let part = (minute - from) / (to - from);
                (a.0 + (b.0 - a.0) * part, a.1 + (b.1 - a.1) * part)
            }
            (Some((_, place)), None) => place,
            (None, first) => first.unwrap().1,
        }
    }
}

/// How a phone errs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Noise {
    /// Deviation of an error that lasts for minutes.
    pub(crate) sigma_m: f64,
    /// Chance that a jump of 300 to 1,400 m begins at a fix; at least as many good fixes come before it as
    /// the longest jump has.
    pub(crate) jump: f64,
    /// A jump lasts for so many fixes at most.
    pub(crate) jump_fixes: u64,
    /// Satellites used; none: positions by network.
    pub(crate) satellites: Option<u32>,
    /// Constant error north, as a wrongly mapped Wi-Fi gives it.
    pub(crate) bias_m: f64,
}

pub(crate) const STREET: Noise = Noise {
    sigma_m: 6.0,
    jump: 0.0,
    jump_fixes: 0,
    satellites: Some(12),
    bias_m: 0.0,
};
pub(crate) const CANYON: Noise = Noise {
    sigma_m: 20.0,
    jump: 0.05,
    jump_fixes: 4,
    satellites: Some(7),
    bias_m: 0.0,
};

/// The fixes of a way, one about each `every_s`, but none in the silent minutes.
pub(crate) fn fixes(way: &Way, noise: Noise, every_s: f64, silent: &[(f64, f64)], seed: u64) -> Vec<(i64, Fix)> {
    let mut random = Random(seed);
    let mut drift = (0.0, 0.0);
    let mut jump = ((0.0, 0.0), 0);
    let mut seconds = random.between(0.0, every_s);
    let mut fixes = Vec::new();
    while seconds < 510.0 * 60.0 {
        let keep = 1.0 - (every_s / 240.0).min(1.0);
        let fresh = noise.sigma_m * (1.0 - keep * keep).sqrt();
        drift = (
            keep * drift.0 + fresh * random.normal(),
            keep * drift.1 + fresh * random.normal(),
        );
        jump = next_jump(jump, noise, &mut random);
        let minute = seconds / 60.0;
        if !silent.iter().any(|(from, to)| (*from..*to).contains(&minute)) {
            let (north, east) = way.at(minute);
            let seen = (north + drift.0 + jump.0.0 + noise.bias_m, east + drift.1 + jump.0.1);
            let claims_mm = random.between(5.0, if jump.1 > 0 { 60.0 } else { 25.0 }) * 1000.0;
            fixes.push((
                OPEN_MS + (seconds * 1000.0) as i64,
                fix(seen, claims_mm as i64, noise.satellites),
            ));
        }
        seconds += random.between(0.9, 1.1) * every_s;
    }
    fixes
}

/// A jump: how far, and how many fixes of it are left; below zero so many good ones must come.
type Jump = (Place, i64);

fn next_jump((offset, left): Jump, noise: Noise, random: &mut Random) -> Jump {
    if left > 1 {
        return (offset, left - 1);
    }
    if left == 1 {
        return ((0.0, 0.0), 1 - noise.jump_fixes as i64);
    }
    if left < 0 || random.between(0.0, 1.0) >= noise.jump {
        return ((0.0, 0.0), (left + 1).min(0));
    }
    let length = random.between(300.0, 1400.0);
    let along = random.between(-1.0, 1.0);
    let across = (1.0 - along * along).sqrt() * if random.one_in(2) { 1.0 } else { -1.0 };
    let fixes = 1 + random.bits() % noise.jump_fixes;
    ((length * along, length * across), fixes as i64)
}

pub(crate) fn fix(place: Place, accuracy_mm: i64, satellites: Option<u32>) -> Fix {
    let Point { lon, lat } = point(place);
    Fix {
        lat_e9: libm::round(lat * 1e9) as i64,
        lon_e9: libm::round(lon * 1e9) as i64,
        accuracy_mm: Some(accuracy_mm),
        age_ms: 500,
        provider: if satellites.is_some() {
            Provider::Gps
        } else {
            Provider::Network
        },
        satellites,
        speed_mm_s: None,
        simulated: false,
        approximate: false,
        still: false,
    }
}

/// Fixes with their verdicts.
pub(crate) fn judged(fixes: &[(i64, Fix)], area: &Area, policy: &Policy) -> Vec<JudgedFix> {
    let judge = |(at_ms, fix): &(i64, Fix)| JudgedFix {
        at_ms: *at_ms,
        fix: fix.clone(),
        verdict: judge_fix(fix, area, &policy.fix, policy.fix.edge_tolerance_m),
    };
    fixes.iter().map(judge).collect()
}
