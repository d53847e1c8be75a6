//! Days on which a rep leaves and sees to it that his phone can't tell.

use serde::Serialize;

use super::{Truth, leave::excursion, work::work_until};
use crate::{
    Stratum,
    errors::Errors,
    ground::Ground,
    random::Random,
    stratum::Sky,
    way::{Place, WINDOW_S, Way},
};

/// How.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evasion {
    /// Location off while he is away.
    Off,
    /// Approximate permission.
    Approximate,
    /// A mock app shows a customer's place.
    Mock,
    /// The wall clock is moved, so that the day seems over.
    Clock,
    /// A colleague carries the phone.
    Colleague,
}

impl Evasion {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Off, Self::Approximate, Self::Mock, Self::Clock, Self::Colleague];
}

/// A day away for an hour at least, hidden in this way. With a colleague the phone's way is all honest: it is his.
pub(crate) fn evader<'g>(
    evasion: Evasion,
    ground: &'g Ground,
    stratum: Stratum,
    sky: Sky,
    errors: &dyn Errors,
    shapes: &[Vec<Place>],
    random: &mut Random,
) -> Truth<'g> {
    let mut way = Way::begin(*random.one_of(&ground.spots));
    if evasion == Evasion::Colleague {
        work_until(&mut way, WINDOW_S, ground, stratum, sky, shapes, random);
        return Truth::new(ground, way);
    }
    let leaves_s = random.between(20.0, 240.0) * 60.0;
    work_until(&mut way, leaves_s, ground, stratum, sky, shapes, random);
    let hidden = way.end().1;
    let extra_s = random.between(45.0, 120.0) * 60.0;
    let (from_s, to_s) = excursion(&mut way, ground, errors, false, extra_s, random);
    work_until(&mut way, WINDOW_S, ground, stratum, sky, shapes, random);
    let mut truth = Truth::new(ground, way);
    let away = (from_s - random.between(0.0, 300.0), to_s + random.between(0.0, 300.0));
    match evasion {
        Evasion::Off => truth.silent.push(away),
        Evasion::Approximate => truth.approximate = Some(away),
        Evasion::Mock => truth.mock = Some((away.0, away.1, hidden)),
        Evasion::Clock | Evasion::Colleague => {}
    }
    truth
}
