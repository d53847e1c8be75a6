//! Days with a true excursion, as the goal of `docs/verdicts.md` defines it.

use super::{Truth, work::work_until};
use crate::{
    Stratum,
    errors::Errors,
    ground::Ground,
    random::Random,
    stratum::Sky,
    way::{Place, WINDOW_S, Way, distance},
};

/// A day on which he works, leaves for longer than the way could explain by five minutes at least, and works on.
/// Where he stays he is max(200 m, 50 m + 8 times the widest accuracy that his phone claims there) out.
pub(crate) fn leaver<'g>(
    ground: &'g Ground,
    stratum: Stratum,
    sky: Sky,
    errors: &dyn Errors,
    shapes: &[Vec<Place>],
    random: &mut Random,
) -> Truth<'g> {
    let mut way = Way::begin(*random.one_of(&ground.spots));
    let leaves_s = random.between(0.0, 390.0) * 60.0;
    if random.chance(0.9) {
        work_until(&mut way, leaves_s, ground, stratum, sky, shapes, random);
    }
    let extra_s = random.wait(1200.0);
    let roof = random.chance(0.3);
    excursion(&mut way, ground, errors, roof, extra_s, random);
    work_until(&mut way, WINDOW_S, ground, stratum, sky, shapes, random);
    Truth {
        excursion_m: excursion_m(errors, roof),
        ..Truth::new(ground, way)
    }
}

fn excursion_m(errors: &dyn Errors, roof: bool) -> f64 {
    let accuracy_m = errors.widest_m(roof).max(errors.widest_m(false));
    f64::max(200.0, 50.0 + 8.0 * accuracy_m)
}

/// Out, there for the longest allowance and five minutes and so much more, and back. Leaves from and to seconds of
/// the time away.
pub(super) fn excursion(
    way: &mut Way,
    ground: &Ground,
    errors: &dyn Errors,
    roof: bool,
    extra_s: f64,
    random: &mut Random,
) -> (f64, f64) {
    let (from_s, here) = way.end();
    let out_m = excursion_m(errors, roof) * random.between(1.0, 2.5);
    let target = target(here, out_m, ground, random);
    let kmh = if distance(here, target) < 700.0 {
        random.between(3.5, 7.0)
    } else {
        random.between(12.0, 35.0)
    };
    way.go(target, kmh);
    let back = if random.chance(0.6) {
        here
    } else {
        *random.one_of(&ground.spots)
    };
    let allowance_s = 600.0 + 1.5 * distance(here, back) / (20.0 / 3.6);
    // Who goes in somewhere parks and walks to the door first.
    let (comes_s, goes_s) = (random.between(90.0, 240.0), random.between(90.0, 240.0));
    way.stay(comes_s, false);
    way.stay(allowance_s + 300.0 + extra_s - comes_s - goes_s, roof);
    way.stay(goes_s, false);
    way.go(back, kmh);
    (from_s, way.end().0)
}

/// The nearest place so far out in some directions.
fn target(here: Place, out_m: f64, ground: &Ground, random: &mut Random) -> Place {
    let out = |_| {
        let (north, east) = random.offset(1.0);
        let mut far_m = 50.0;
        loop {
            let place = (here.0 + far_m * north, here.1 + far_m * east);
            let edge_m = ground.edge_m(place);
            if edge_m <= -out_m {
                return (far_m, place);
            }
            far_m += f64::max(20.0, (edge_m + out_m) * 0.5);
        }
    };
    let tries = (0..6).map(out);
    tries
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(here, |(_, place)| place)
}
