//! One rep-day: what is true, and what his phone hands to the judge.

mod evade;
mod leave;
mod work;

use onbeat_core::{
    judge::{Excuse, FixVerdict, JudgedFix, PlaceVerdict, judge_fix, next_due_s, no_go_edges_mm},
    policy::Policy,
    reading::{Fix, Provider},
    time::Interval,
};

pub use evade::Evasion;
pub(crate) use evade::evader;
pub(crate) use leave::leaver;
pub(crate) use work::honest;

use crate::{
    errors::{Errors, Sight},
    ground::Ground,
    random::Random,
    way::{Outside, Place, WINDOW_S, Way},
};

/// 08:00 in Shanghai on Monday, 23 November 2026, in milliseconds since 1970.
const OPEN_MS: i64 = 1_795_392_000_000;

/// The window of all days.
pub(crate) const WINDOW: Interval = Interval {
    from_ms: OPEN_MS,
    to_ms: OPEN_MS + WINDOW_S as i64 * 1000,
};

/// Instant of a second of the window.
pub(crate) fn at_ms(second: f64) -> i64 {
    OPEN_MS + (second * 1000.0) as i64
}

/// Second of the window.
pub(crate) fn second(at_ms: i64) -> f64 {
    (at_ms - OPEN_MS) as f64 / 1000.0
}

/// A day in truth, before a phone sees it.
#[derive(Debug, Clone)]
pub(crate) struct Truth<'g> {
    pub(crate) ground: &'g Ground,
    pub(crate) way: Way,
    /// His break: no place is kept.
    pub(crate) pause: Option<(f64, f64)>,
    /// The phone is off, out of signal, or its app was killed.
    pub(crate) silent: Vec<(f64, f64)>,
    /// A mock app shows this place instead.
    pub(crate) mock: Option<(f64, f64, Place)>,
    /// The app may see approximate positions only.
    pub(crate) approximate: Option<(f64, f64)>,
    /// Metres beyond the edge from which on a time away is an excursion that has to be found.
    pub(crate) excursion_m: f64,
}

/// A day as it is judged.
#[derive(Debug)]
pub(crate) struct Day<'g> {
    pub(crate) truth: Truth<'g>,
    /// In order of time.
    pub(crate) fixes: Vec<JudgedFix>,
    pub(crate) excuses: Vec<Excuse>,
}

impl Day<'_> {
    /// True times outside, to five seconds.
    pub(crate) fn outside(&self) -> Vec<Outside> {
        self.truth.outside(5.0)
    }
}

/// When the next fix is taken.
#[derive(Debug, Clone, Copy)]
enum Sampling {
    /// As the product does.
    Due,
    /// Every so many seconds, whatever happens.
    Every(f64),
}

impl<'g> Truth<'g> {
    fn new(ground: &'g Ground, way: Way) -> Self {
        Self {
            ground,
            way,
            pause: None,
            silent: Vec::new(),
            mock: None,
            approximate: None,
            excursion_m: f64::INFINITY,
        }
    }

    /// The day as a phone records it.
    pub(crate) fn seen(self, errors: &mut dyn Errors, policy: &Policy, random: &mut Random) -> Day<'g> {
        let sampling = if random.chance(0.7) {
            Sampling::Due
        } else {
            Sampling::Every(*random.one_of(&[20.0, 30.0, 60.0, 60.0]))
        };
        let mut fixes = Vec::with_capacity(512);
        let (mut second, mut hint, mut stay) = (random.between(0.0, 60.0), 0, 0);
        while second < WINDOW_S {
            if let Some(back_s) = self.back_from_silence(second) {
                second = back_s + random.between(0.0, 60.0);
                continue;
            }
            let place = self.way.at(second, &mut hint);
            while self.way.stays.get(stay).is_some_and(|s| s.to_s < second) {
                stay += 1;
            }
            let staying = self.way.stays.get(stay).filter(|s| s.from_s <= second);
            let sight = errors.sight(second, staying.map(|s| (stay, *s)));
            let moving = staying.is_none();
            let fix = self.fix(second, place, sight, moving, random);
            let verdict = judge_fix(&fix, &self.ground.area, &policy.fix, policy.fix.edge_tolerance_m);
            let due_s = match sampling {
                Sampling::Every(seconds) => seconds,
                Sampling::Due => self.due_s(&fix, &verdict, policy),
            };
            fixes.push(JudgedFix {
                at_ms: at_ms(second),
                fix,
                verdict,
            });
            second += due_s + random.between(0.0, 4.0);
        }
        let excuses = self.pause.iter().map(|(from_s, to_s)| Excuse {
            interval: Interval {
                from_ms: at_ms(*from_s),
                to_ms: at_ms(*to_s),
            },
            by: "break".into(),
        });
        Day {
            fixes,
            excuses: excuses.collect(),
            truth: self,
        }
    }

    fn back_from_silence(&self, second: f64) -> Option<f64> {
        let silences = self.silent.iter().chain(&self.pause);
        silences
            .filter(|(from_s, to_s)| (*from_s..*to_s).contains(&second))
            .map(|(_, to_s)| *to_s)
            .reduce(f64::max)
    }

    fn due_s(&self, fix: &Fix, verdict: &FixVerdict, policy: &Policy) -> f64 {
        let edge_mm = verdict.edge_mm.filter(|_| verdict.place != PlaceVerdict::Unusable);
        let radius_mm = verdict.radius_mm.unwrap_or(0);
        next_due_s(edge_mm, radius_mm, &self.no_go_edges_mm(fix), policy) as f64
    }

    pub(crate) fn no_go_edges_mm(&self, fix: &Fix) -> Vec<i64> {
        no_go_edges_mm(&self.ground.no_go, fix.into())
    }

    /// True times outside, to so many seconds.
    pub(crate) fn outside(&self, step_s: f64) -> Vec<Outside> {
        self.way.outside(self.ground, step_s)
    }

    pub(crate) fn fix(&self, second: f64, place: Place, sight: Sight, moving: bool, random: &mut Random) -> Fix {
        let within = |(from_s, to_s): (f64, f64)| (from_s..to_s).contains(&second);
        let mocked = self.mock.filter(|(from_s, to_s, _)| within((*from_s, *to_s)));
        let approximate = self.approximate.is_some_and(within);
        let (place, off) = match mocked {
            Some((_, _, shown)) => (shown, random.offset(3.0)),
            None if approximate => (place, random.offset(1800.0)),
            None => (place, sight.off),
        };
        let point = self.ground.point((place.0 + off.0, place.1 + off.1));
        let claims_m = if approximate { 2000.0 } else { sight.claims_m };
        Fix {
            lat_e9: (point.lat * 1e9).round() as i64,
            lon_e9: (point.lon * 1e9).round() as i64,
            accuracy_mm: Some((claims_m * 1000.0) as i64),
            age_ms: random.whole(50, 1500) as i64,
            provider: sight.satellites.map_or(Provider::Network, |_| Provider::Gps),
            satellites: sight.satellites,
            speed_mm_s: sight
                .satellites
                .map(|_| if moving { random.whole(500, 6000) as i64 } else { 0 }),
            simulated: mocked.is_some(),
            approximate,
            still: false,
        }
    }
}
