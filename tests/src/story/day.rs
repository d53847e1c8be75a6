use onbeat_core::{reading::Fix, reference::ExceptionKind, rules::presence::Cause};

use super::{Expect, Noise, Path, Random, Sensor, Visit, at, map::Point, noise};

/// A place of business.
#[derive(Debug, Clone, Copy)]
pub struct Site {
    /// Its name.
    pub name: &'static str,
    /// Where.
    pub place: Point,
}

/// One rep's day: what is true, and what must follow.
#[derive(Debug, Clone)]
pub struct DayStory {
    /// His id: a first name.
    pub rep: &'static str,
    /// First and last name.
    pub name: &'static str,
    /// What is true of the day, in a sentence.
    pub truth: &'static str,
    /// Name of his district.
    pub district: &'static str,
    /// Customers whom he visits, by hand.
    pub sites: Vec<Site>,
    /// His day depends on the exact edge: no other customers are given to him.
    pub edge_matters: bool,
    /// Where he is.
    pub path: Path,
    /// How his phone sees it.
    pub noise: Noise,
    /// What he and others do, in order of time.
    pub happenings: Vec<(i64, What)>,
    /// What must follow.
    pub expect: Expect,
    seed: u64,
}

/// What somebody does.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The phone takes a fix.
    Fix,
    /// Signs in on entering the market.
    SignIn,
    /// Checks in at a customer of his, by index.
    CheckIn(usize),
    /// Checks out.
    CheckOut,
    /// Writes the report of the last visit.
    Report,
    /// Takes a photo at the last visit.
    Photo,
    /// Starts his break.
    BreakStart,
    /// Ends it.
    BreakEnd,
    /// The platform tells the app why positions are missing, or that they are back.
    Cause(Cause),
    /// Gives a reason for an interval by one tap.
    Reason(i64, i64, ExceptionKind),
    /// His supervisor approves it.
    Approve(i64, i64, ExceptionKind),
    /// Somebody kills the app's process (-9).
    Kill,
    /// The app starts again.
    Start,
    /// The rep copies the phone's folder.
    CopyFolder,
    /// The rep puts the copy back in place of the folder.
    RestoreFolder,
    /// The rep changes a record that was not sent yet in the phone's database.
    EditLog,
    /// The rep moves the wall clock by so many milliseconds.
    MoveClock(i64),
    /// Location is switched off.
    LocationOff,
    /// Location is switched on.
    LocationOn,
    /// A mock provider shows this place from now on.
    MockOn(Point),
    /// It is switched off.
    MockOff,
    /// No network from now on.
    AirplaneOn,
    /// There is again.
    AirplaneOff,
}

/// One thing that happens, with all that the phone's sensors say then.
#[derive(Debug, Clone)]
pub struct Happening {
    /// True time, milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// What the wall clock shows.
    pub wall_ms: i64,
    /// Where the phone thinks it is.
    pub fix: Option<Fix>,
    /// What.
    pub what: What,
}

/// A fix is taken so often.
const SAMPLE_MS: i64 = 60_000;

impl DayStory {
    /// A day that begins at a place before the window.
    pub(super) fn new(rep: &'static str, name: &'static str, district: &'static str, place: Point, seed: u64) -> Self {
        Self {
            rep,
            name,
            truth: "",
            district,
            sites: Vec::new(),
            edge_matters: false,
            path: Path::begin("07:00", place),
            noise: Noise::STREET,
            happenings: Vec::new(),
            expect: Expect::nothing_found(),
            seed,
        }
    }

    /// What is true of it.
    pub(super) fn truth(mut self, truth: &'static str) -> Self {
        self.truth = truth;
        self
    }

    /// His customers.
    pub(super) fn customers(mut self, sites: &[(&'static str, Point)]) -> Self {
        self.sites = sites.iter().map(|&(name, place)| Site { name, place }).collect();
        self
    }

    /// Changes the path.
    pub(super) fn path(mut self, walk: impl FnOnce(Path) -> Path) -> Self {
        self.path = walk(self.path);
        self
    }

    /// Something happens.
    pub(super) fn then(mut self, time: &str, what: What) -> Self {
        self.happenings.push((at(time), what));
        self.happenings.sort_by_key(|(at_ms, _)| *at_ms);
        self
    }

    /// He signs in: that must come out.
    pub(super) fn signs_in(mut self, time: &str) -> Self {
        self.expect.sign_in_ms = Some(at(time));
        self.then(time, What::SignIn)
    }

    /// He checks in and out at a customer, and reports three minutes later: that must come out.
    pub(super) fn visits(mut self, site: usize, from: &str, to: &str) -> Self {
        let customer = self.customer_id(site);
        let (from_ms, to_ms) = (at(from), at(to));
        self.expect.visits.push(Visit {
            customer,
            during_ms: (from_ms, to_ms),
        });
        self.happenings.push((to_ms + 180_000, What::Report));
        self.then(from, What::CheckIn(site)).then(to, What::CheckOut)
    }

    /// What must follow besides sign-in and visits.
    pub(super) fn must(mut self, follow: impl FnOnce(&mut Expect)) -> Self {
        follow(&mut self.expect);
        self
    }

    /// Id of a customer whom he visits.
    pub fn customer_id(&self, site: usize) -> String {
        format!("{}-{}", self.rep, site + 1)
    }

    /// All that happens from 07:50 to 16:40, a fix each minute included, in order of time.
    pub fn timeline(&self) -> Vec<Happening> {
        let mut random = Random::new(self.seed, self.rep);
        let offset_ms = random.between(0.0, 50_000.0) as i64;
        let samples = (at("07:50")..at("16:40")).step_by(SAMPLE_MS as usize);
        let mut moments: Vec<(i64, What)> = samples.map(|t| (t + offset_ms, What::Fix)).collect();
        moments.extend(self.happenings.iter().cloned());
        moments.sort_by_key(|(at_ms, _)| *at_ms);
        let mut phone = PhoneState::new(Sensor::new(self.noise, random));
        let seen = moments
            .into_iter()
            .filter_map(|(at_ms, what)| phone.live(&self.path, at_ms, what));
        seen.collect()
    }
}

/// What the world does to a phone, as time goes on.
struct PhoneState {
    sensor: Sensor,
    running: bool,
    located: bool,
    mock: Option<Point>,
    clock_off_ms: i64,
}

impl PhoneState {
    fn new(sensor: Sensor) -> Self {
        Self {
            sensor,
            running: true,
            located: true,
            mock: None,
            clock_off_ms: 0,
        }
    }

    fn live(&mut self, path: &Path, at_ms: i64, what: What) -> Option<Happening> {
        match what {
            What::Kill => self.running = false,
            What::Start => self.running = true,
            What::LocationOff => self.located = false,
            What::LocationOn => self.located = true,
            What::MockOn(place) => self.mock = Some(place),
            What::MockOff => self.mock = None,
            What::MoveClock(by_ms) => self.clock_off_ms += by_ms,
            _ => {}
        }
        let fix = (self.located && self.running).then(|| self.fix(path, at_ms));
        let idle = what == What::Fix && fix.is_none();
        (!idle).then_some(Happening {
            at_ms,
            wall_ms: at_ms + self.clock_off_ms,
            fix,
            what,
        })
    }

    fn fix(&mut self, path: &Path, at_ms: i64) -> Fix {
        let real = self.sensor.fix(path, at_ms);
        match self.mock {
            // A mock app walks around its place, so that no two fixes are the same.
            Some(place) => {
                let turn = at_ms as f64 / 600_000.0 * std::f64::consts::TAU;
                noise::simulated(place.moved(120.0 * turn.cos(), 120.0 * turn.sin()))
            }
            None => real,
        }
    }
}
