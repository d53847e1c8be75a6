//! What a phone's pace costs, and how late it sees that a rep left: the same true ways with a fix at a fixed interval,
//! by the distance to the edge alone, and with the motion sensor too. A fix that is further off than it says misleads
//! whoever reckons by it: those leaves are counted apart.

use std::fmt;

use onbeat_core::{
    judge::{Pace, PlaceVerdict, judge_fix, next_due_s},
    place::{Point, distance_m},
};
use serde::Serialize;

use super::{Kind, Plan, Stage};
use crate::{Stratum, day::Truth, ground::Ground, way::WINDOW_S};

/// The fixed interval, seconds: as short as the product's while something may be opening.
const FIXED_S: f64 = 60.0;
/// How long the sensor takes to notice that the phone moves.
const NOTICED_S: f64 = 5.0;

/// How the next fix is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Chosen {
    /// Every minute.
    Fixed,
    /// When the nearest edge could be reached.
    Distance,
    /// As the product does: and not while the phone stands still.
    Motion,
}

/// What one way of choosing came to.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Cost {
    /// Which.
    pub chosen: Chosen,
    /// Fixes of all days.
    pub fixes: u64,
    /// Times that the area was left and a fix was still to come.
    pub leaves: u64,
    /// Longest time from leaving the area to the next fix, seconds, where the disc of the last one held the phone.
    pub latest_s: f64,
    /// The same where that fix was further off than it said.
    pub misled_s: f64,
}

/// A fix of a replayed day.
struct Taken {
    at_s: f64,
    /// Its disc holds the phone.
    holds: bool,
}

impl Cost {
    /// The area was left.
    fn left(&mut self, left_s: f64, taken: &[Taken]) {
        let before = taken.partition_point(|fix| fix.at_s < left_s);
        let Some(next) = taken.get(before) else { return };
        self.leaves += 1;
        let held = before == 0 || taken[before - 1].holds;
        let latest_s = if held { &mut self.latest_s } else { &mut self.misled_s };
        *latest_s = latest_s.max(next.at_s - left_s);
    }
}

/// What each way of choosing came to on the days of a stratum.
#[derive(Debug, Clone, Serialize)]
pub struct Costs {
    /// Which days.
    pub stratum: Stratum,
    /// How many, one in ten with an excursion.
    pub days: u64,
    /// Fixed, by distance, with motion.
    pub costs: [Cost; 3],
}

impl Costs {
    /// Replays days of a stratum in boroughs; one in ten with an excursion.
    pub fn replay(plan: Plan, stratum: Stratum) -> Self {
        let stage = Stage {
            grounds: Ground::boroughs(stratum, plan.family),
            ..Stage::new(plan, stratum)
        };
        let mut costs = [Chosen::Fixed, Chosen::Distance, Chosen::Motion].map(|chosen| Cost {
            chosen,
            fixes: 0,
            leaves: 0,
            latest_s: 0.0,
            misled_s: 0.0,
        });
        for number in 0..plan.days {
            let kind = if number % 10 == 9 { Kind::Leaver } else { Kind::Honest };
            let errors = stage.errors(kind, number, 1);
            let truth = stage.truth(kind, &*errors, &mut stage.random(kind, number, 0));
            let left_s: Vec<f64> = truth
                .outside(1.0)
                .iter()
                .map(|out| out.from_s)
                .filter(|s| *s > 0.0)
                .collect();
            for cost in &mut costs {
                let taken = stage.taken(&truth, kind, number, cost.chosen);
                cost.fixes += taken.len() as u64;
                left_s.iter().for_each(|left_s| cost.left(*left_s, &taken));
            }
        }
        Self {
            stratum,
            days: plan.days,
            costs,
        }
    }

    /// Fixes as a share of those at the fixed interval.
    pub fn share(&self, chosen: Chosen) -> f64 {
        let fixes = |chosen| {
            let cost = self.costs.iter().find(|cost| cost.chosen == chosen);
            cost.map_or(0.0, |cost| cost.fixes as f64)
        };
        fixes(chosen) / fixes(Chosen::Fixed)
    }
}

impl Stage {
    /// The fixes of a day, if it is never silent.
    fn taken(&self, truth: &Truth<'_>, kind: Kind, number: u64, chosen: Chosen) -> Vec<Taken> {
        let mut errors = self.errors(kind, number, 1);
        let random = &mut self.random(kind, number, 2);
        let (mut taken, mut second, mut hint) = (Vec::new(), random.between(0.0, FIXED_S), 0);
        while second < WINDOW_S {
            let place = truth.way.at(second, &mut hint);
            let stays = truth.way.stays.iter().enumerate();
            let stay = stays
                .map(|(n, stay)| (n, *stay))
                .find(|(_, stay)| (stay.from_s..stay.to_s).contains(&second));
            let sight = errors.sight(second, stay);
            let fix = truth.fix(second, place, sight, stay.is_none(), random);
            let verdict = judge_fix(
                &fix,
                &truth.ground.area,
                &self.policy.fix,
                self.policy.fix.edge_tolerance_m,
            );
            let edge_mm = verdict.edge_mm.filter(|_| verdict.place != PlaceVerdict::Unusable);
            let no_go = truth.no_go_edges_mm(&fix);
            let radius_mm = verdict.radius_mm.unwrap_or(0);
            let off_m = distance_m(Point::from(&fix), truth.ground.point(place));
            taken.push(Taken {
                at_s: second,
                holds: off_m * 1000.0 <= radius_mm as f64,
            });
            let next = match chosen {
                Chosen::Fixed => second + FIXED_S,
                Chosen::Distance => second + next_due_s(edge_mm, radius_mm, &no_go, &self.policy) as f64,
                Chosen::Motion => {
                    let pace = Pace {
                        still: stay.is_some(),
                        leaving: verdict.place == PlaceVerdict::Outside,
                        visit_s: stay.map(|(_, stay)| (second - stay.from_s) as i64),
                        left_s: (WINDOW_S - second) as i64,
                    };
                    let due = second + pace.next_fix_s(edge_mm, radius_mm, &no_go, &self.policy) as f64;
                    stay.map_or(due, |(_, stay)| due.min(stay.to_s + NOTICED_S))
                }
            };
            second = next;
        }
        taken
    }
}

impl fmt::Display for Costs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}, in boroughs: {} days, one in ten with an excursion",
            self.stratum.title(),
            self.days
        )?;
        writeln!(
            f,
            "  a fix is taken            fixes   share  leaves  seen after at most  misled by its error"
        )?;
        for cost in &self.costs {
            let how = match cost.chosen {
                Chosen::Fixed => "every 60 s",
                Chosen::Distance => "by distance",
                Chosen::Motion => "and not while still",
            };
            let Cost {
                fixes,
                leaves,
                latest_s,
                misled_s,
                ..
            } = cost;
            let share = self.share(cost.chosen);
            writeln!(
                f,
                "  {how:<20} {fixes:>10}  {share:>6.3}  {leaves:>6}  {latest_s:>16.1} s  {misled_s:>17.1} s"
            )?;
        }
        Ok(())
    }
}
