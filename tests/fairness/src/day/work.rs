//! Honest work: from customer to customer, with a break, never outside but on the way.

use super::Truth;
use crate::{
    Stratum,
    ground::Ground,
    random::Random,
    stratum::Sky,
    way::{Place, WINDOW_S, Way, distance},
};

/// Nobody is longer outside between two customers: below any allowance, with a margin for what a phone adds.
const OUT_ON_THE_WAY_S: f64 = 300.0;

/// A day of honest work; silences as the sky has them.
pub(crate) fn honest<'g>(
    ground: &'g Ground,
    stratum: Stratum,
    sky: Sky,
    shapes: &[Vec<Place>],
    random: &mut Random,
) -> Truth<'g> {
    let mut way = Way::begin(*random.one_of(&ground.spots));
    work_until(&mut way, WINDOW_S, ground, stratum, sky, shapes, random);
    let mut truth = Truth::new(ground, way);
    if random.chance(0.5) {
        let from_s = random.between(180.0, 300.0) * 60.0;
        truth.pause = Some((from_s, from_s + random.between(30.0, 60.0) * 60.0));
    }
    truth.silent = silences(sky, random);
    if stratum == Stratum::Gaps && random.chance(0.3) {
        let from_s = random.between(0.0, WINDOW_S);
        let to_s = from_s + random.between(60.0, 3600.0);
        if random.chance(0.5) {
            truth.approximate = Some((from_s, to_s));
        } else {
            truth.mock = Some((from_s, to_s, *random.one_of(&ground.spots)));
        }
    }
    truth
}

fn silences(sky: Sky, random: &mut Random) -> Vec<(f64, f64)> {
    let count = random.whole(sky.silences.0, sky.silences.1);
    let silence = |_| {
        let from_s = random.between(0.0, WINDOW_S);
        (from_s, from_s + random.log_within((120.0, 7200.0)))
    };
    (0..count).map(silence).collect()
}

/// Customer after customer until then.
pub(super) fn work_until(
    way: &mut Way,
    until_s: f64,
    ground: &Ground,
    stratum: Stratum,
    sky: Sky,
    shapes: &[Vec<Place>],
    random: &mut Random,
) {
    while way.end().0 < until_s {
        way.stay(random.between(8.0, 50.0) * 60.0, random.chance(sky.roofs));
        let inside_only = matches!(stratum, Stratum::Deep | Stratum::Clean);
        let here = way.end().1;
        let leg = (0..8).find_map(|_| {
            let to = *random.one_of(&ground.spots);
            let kmh = if distance(here, to) < 700.0 {
                random.between(3.0, 6.0)
            } else {
                random.between(10.0, 35.0)
            };
            let leg = leg(here, to, shapes, random);
            let short = distance(here, to) < 4000.0;
            let out_s = out_m(&leg, ground) / (kmh / 3.6);
            let limit_s = if inside_only { 1.0 } else { OUT_ON_THE_WAY_S };
            (short && out_s < limit_s).then_some((leg, kmh))
        });
        for (place, kmh) in leg
            .iter()
            .flat_map(|(leg, kmh)| leg.iter().skip(1).map(move |place| (*place, *kmh)))
        {
            way.go(place, kmh);
        }
    }
}

/// Straight, or in the shape of a recorded way.
fn leg(from: Place, to: Place, shapes: &[Vec<Place>], random: &mut Random) -> Vec<Place> {
    if distance(from, to) < 400.0 || random.chance(0.6) {
        return vec![from, to];
    }
    let (dn, de) = (to.0 - from.0, to.1 - from.1);
    let place = |(along, across): &Place| (from.0 + along * dn - across * de, from.1 + along * de + across * dn);
    random.one_of(shapes).iter().map(place).chain([to]).collect()
}

/// Metres of a leg that lie outside, to 20 m.
fn out_m(leg: &[Place], ground: &Ground) -> f64 {
    let piece = |pair: &[Place]| {
        let (a, b) = (pair[0], pair[1]);
        let length_m = distance(a, b);
        let steps = (length_m / 20.0).ceil().max(1.0);
        let out = (1..=steps as usize).filter(|i| {
            let part = *i as f64 / steps;
            !ground.holds((a.0 + (b.0 - a.0) * part, a.1 + (b.1 - a.1) * part))
        });
        out.count() as f64 * length_m / steps
    };
    leg.windows(2).map(piece).sum()
}
