//! Plays the days of a stratum on all cores and adds up what the rules say of them.

mod pace;

pub use pace::{Chosen, Cost, Costs};

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use onbeat_core::{
    judge::{Span, SpanStatus},
    policy::Policy,
    rules::{
        Class,
        presence::{Presence, Track, fold},
    },
};

use crate::{
    Family, Stratum,
    day::{Day, Evasion, Truth, WINDOW, evader, honest, leaver},
    errors::{self, Errors},
    ground::{Ground, recorded_shapes},
    random::Random,
    rules::{
        Stretch,
        estimators::ESTIMATORS,
        rivals::{RIVALS, TRIED_MIN},
    },
    score::Tally,
    show, surfaced,
    way::Outside,
};

/// What is played.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Days of honest work a stratum; a tenth as many with an excursion and a tenth with an evader are added.
    pub days: u64,
    /// Draws other days.
    pub seed: u64,
    /// Whose errors and districts.
    pub family: Family,
    /// Whether other rules judge the days too.
    pub rivals: bool,
    /// Whether the estimators that were compared with ours do.
    pub estimators: bool,
    /// Whether days judged falsely or missed are shown, on the error output.
    pub show: bool,
}

/// Sums over a stratum's days.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums {
    pub(crate) ours: Tally,
    pub(crate) raw: [Tally; RIVALS.len()],
    pub(crate) lasting: [[Tally; TRIED_MIN.len()]; RIVALS.len()],
    pub(crate) estimators: [Tally; ESTIMATORS.len()],
    /// Of honest days, seconds that nothing excuses.
    pub(crate) window_s: f64,
    pub(crate) unknown_s: f64,
    pub(crate) edge_s: f64,
    /// Evaders, and those whose day raised something; by kind.
    pub(crate) evaders: [(u64, u64); Evasion::ALL.len()],
    pub(crate) fixes: u64,
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.ours.add(&other.ours);
        let tallies = |sums: &Self| -> Vec<Tally> {
            let lasting = sums.lasting.iter().flatten();
            sums.raw
                .iter()
                .chain(lasting)
                .chain(&sums.estimators)
                .copied()
                .collect()
        };
        let others = tallies(other);
        let mine = self
            .raw
            .iter_mut()
            .chain(self.lasting.iter_mut().flatten())
            .chain(&mut self.estimators);
        mine.zip(&others).for_each(|(mine, other)| mine.add(other));
        self.window_s += other.window_s;
        self.unknown_s += other.unknown_s;
        self.edge_s += other.edge_s;
        self.fixes += other.fixes;
        for (mine, other) in self.evaders.iter_mut().zip(&other.evaders) {
            *mine = (mine.0 + other.0, mine.1 + other.1);
        }
    }
}

/// Days that a thread takes at once.
const BATCH: u64 = 64;

/// Kinds of days, part of what draws them.
#[derive(Clone, Copy)]
enum Kind {
    Honest,
    Leaver,
    Evader,
}

/// One stratum's days.
pub(crate) fn play(plan: Plan, stratum: Stratum) -> Sums {
    let stage = Stage::new(plan, stratum);
    let next = AtomicU64::new(0);
    let work = || {
        let mut sums = Sums::default();
        loop {
            let from = next.fetch_add(BATCH, Ordering::Relaxed);
            if from >= plan.days {
                return sums;
            }
            for number in from..(from + BATCH).min(plan.days) {
                stage.day(number, &mut sums);
            }
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut sums = Sums::default();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            sums.add(&thread.join().expect("a day that panics is a bug"));
        }
    });
    sums
}

struct Stage {
    plan: Plan,
    stratum: Stratum,
    grounds: Vec<Ground>,
    shapes: Vec<Vec<crate::way::Place>>,
    policy: Policy,
}

impl Stage {
    fn new(plan: Plan, stratum: Stratum) -> Self {
        Self {
            plan,
            stratum,
            grounds: Ground::all(stratum, plan.family),
            shapes: recorded_shapes(plan.family),
            policy: Policy::default(),
        }
    }

    fn random(&self, kind: Kind, number: u64, part: u64) -> Random {
        let family = self.plan.family as u64;
        Random::new(
            self.plan.seed,
            &[family, self.stratum.number(), kind as u64, number, part],
        )
    }

    fn errors(&self, kind: Kind, number: u64, part: u64) -> Box<dyn Errors> {
        let sky = self.stratum.sky();
        let mut place = self.random(kind, number, 9);
        let bias_m = sky.bias_m.map_or(0.0, |range| place.within(range));
        errors::of(
            self.plan.family,
            sky,
            place.offset(bias_m),
            self.random(kind, number, part),
        )
    }

    fn day(&self, number: u64, sums: &mut Sums) {
        let day = self.seen(Kind::Honest, number);
        self.count(&day, number, true, sums);
        if number.is_multiple_of(10) {
            self.count(&self.seen(Kind::Leaver, number), number, false, sums);
            self.evader(number, sums);
        }
    }

    /// A day as a phone records it.
    fn seen(&self, kind: Kind, number: u64) -> Day<'_> {
        let random = &mut self.random(kind, number, 0);
        let mut errors = self.errors(kind, number, 1);
        let truth = self.truth(kind, &*errors, random);
        truth.seen(&mut *errors, &self.policy, random)
    }

    /// A day of honest work, with an excursion in it if he is a leaver.
    fn truth(&self, kind: Kind, errors: &dyn Errors, random: &mut Random) -> Truth<'_> {
        let (ground, sky) = (random.one_of(&self.grounds), self.stratum.sky());
        match kind {
            Kind::Leaver => leaver(ground, self.stratum, sky, errors, &self.shapes, random),
            _ => honest(ground, self.stratum, sky, &self.shapes, random),
        }
    }

    fn evader(&self, number: u64, sums: &mut Sums) {
        let which = (number / 10) as usize % Evasion::ALL.len();
        let evasion = Evasion::ALL[which];
        let random = &mut self.random(Kind::Evader, number, 0);
        let mut errors = self.errors(Kind::Evader, number, 1);
        let (ground, sky) = (random.one_of(&self.grounds), self.stratum.sky());
        let truth = evader(evasion, ground, self.stratum, sky, &*errors, &self.shapes, random);
        let other: Option<Truth<'_>> = (evasion == Evasion::Colleague).then(|| truth.clone());
        let day = truth.seen(&mut *errors, &self.policy, random);
        let surfaced = match other {
            Some(truth) => {
                let colleague = truth.seen(&mut *self.errors(Kind::Evader, number, 2), &self.policy, random);
                surfaced::by_company(&day, &colleague, &self.policy)
            }
            None => {
                let moved_at_ms = WINDOW.from_ms + random.whole(600, 14_000) as i64 * 1000;
                let by_ms = random.whole(3600, 30_000) as i64 * 1000;
                let clock = (evasion == Evasion::Clock).then_some((moved_at_ms, by_ms));
                surfaced::by_records(&day, clock, &self.policy)
            }
        };
        let (days, seen) = &mut sums.evaders[which];
        *days += 1;
        *seen += u64::from(surfaced);
    }

    fn count(&self, day: &Day<'_>, number: u64, honest: bool, sums: &mut Sums) {
        let presence = self.ruled(day);
        let said = accusations(&presence);
        if honest {
            let plain = |span: &&Span| span.excused_by.is_none();
            let of = |status| -> f64 {
                let spans = presence.spans.iter().filter(plain).filter(|span| span.status == status);
                spans.map(|span| (span.to_ms - span.from_ms) as f64 / 1000.0).sum()
            };
            let (unknown_s, edge_s) = (of(SpanStatus::Unknown), of(SpanStatus::Edge));
            sums.unknown_s += unknown_s;
            sums.edge_s += edge_s;
            sums.window_s += unknown_s + edge_s + of(SpanStatus::Inside) + of(SpanStatus::Outside);
        }
        sums.fixes += day.fixes.len() as u64;
        if self.plan.show && !(honest && said.is_empty()) {
            eprint!("{}", show::wrong(day, number, &said, &day.outside()));
        }
        // The truth is asked for only where it matters: of most honest days nothing is said.
        let mut truth: Option<Vec<Outside>> = None;
        let mut count = |tally: &mut Tally, said: &[Stretch], lenient: bool| {
            if honest && said.is_empty() {
                tally.days += 1;
            } else {
                let outside = truth.get_or_insert_with(|| day.outside());
                tally.count(said, outside, day.truth.excursion_m, lenient);
            }
        };
        count(&mut sums.ours, &said, false);
        if self.plan.rivals {
            for (i, rival) in RIVALS.iter().enumerate() {
                let said = rival.judge(day, &self.policy);
                count(&mut sums.raw[i], &said.raw, true);
                for (tally, lasting) in sums.lasting[i].iter_mut().zip(&said.lasting) {
                    count(tally, lasting, true);
                }
            }
        }
        if self.plan.estimators {
            for (tally, estimator) in sums.estimators.iter_mut().zip(ESTIMATORS) {
                count(tally, &estimator.judge(day, &self.policy), false);
            }
        }
    }

    fn ruled(&self, day: &Day<'_>) -> Presence {
        fold(&Track {
            day: surfaced::monday(),
            window: WINDOW,
            until_ms: WINDOW.to_ms,
            fixes: &day.fixes,
            sources: &[],
            still: &[],
            excuses: &day.excuses,
            area: &day.truth.ground.area,
            edge_tolerance_m: self.policy.fix.edge_tolerance_m,
            no_go: &day.truth.ground.no_go,
            customers: None,
            policy: &self.policy,
        })
    }
}

/// Every adverse finding, before any person looked at it.
fn accusations(presence: &Presence) -> Vec<Stretch> {
    let findings = presence
        .findings
        .iter()
        .filter(|finding| finding.class == Class::Finding);
    findings
        .map(|finding| Stretch {
            from_ms: finding.from_ms,
            to_ms: finding.to_ms,
        })
        .collect()
}
