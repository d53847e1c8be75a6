//! A day as a table: what is true of each fix around what was said falsely, or missed.

use std::fmt::Write;

use crate::{
    day::{Day, second},
    rules::Stretch,
    score::{is_excursion, is_true, touches},
    way::{Outside, WINDOW_S},
};

/// Seconds shown before and after.
const AROUND_S: f64 = 900.0;

/// What a table of a day begins with, and the seconds it shows.
struct Part {
    title: String,
    from_s: f64,
    to_s: f64,
}

/// The parts of a day at which a finding was false or an excursion was missed; nothing where all is well.
pub(crate) fn wrong(day: &Day<'_>, number: u64, said: &[Stretch], outside: &[Outside]) -> String {
    let missed = outside
        .iter()
        .filter(|away| is_excursion(away, day.truth.excursion_m) && !said.iter().any(|stretch| touches(stretch, away)));
    let missed = missed.map(|away| part("MISSED", number, away.from_s.max(0.0), away.to_s.min(WINDOW_S)));
    let false_ones = said.iter().filter(|stretch| !is_true(stretch, outside, false));
    let false_ones = false_ones.map(|stretch| part("FALSE", number, second(stretch.from_ms), second(stretch.to_ms)));
    missed.chain(false_ones).fold(String::new(), |mut shown, part| {
        let _ = writeln!(shown, "{}", table(day, &part));
        shown
    })
}

fn part(what: &str, number: u64, from_s: f64, to_s: f64) -> Part {
    Part {
        title: format!("{what}, day {number}, {from_s:.0} to {to_s:.0} s"),
        from_s: from_s - AROUND_S,
        to_s: to_s + AROUND_S,
    }
}

/// A line a fix: second, true metres inside, seen ones, offset north and east, claimed radius, satellites, verdict.
fn table(day: &Day<'_>, part: &Part) -> String {
    let mut shown = part.title.clone();
    let (ground, way, mut hint) = (day.truth.ground, &day.truth.way, 0);
    for judged in &day.fixes {
        let at_s = second(judged.at_ms);
        let truth = way.at(at_s, &mut hint);
        if !(part.from_s..=part.to_s).contains(&at_s) {
            continue;
        }
        let seen = ground.place((&judged.fix).into());
        let stay = way.stays.iter().find(|stay| (stay.from_s..=stay.to_s).contains(&at_s));
        let where_to = stay.map_or("way", |stay| if stay.roof { "roof" } else { "stay" });
        let _ = write!(
            shown,
            "\n{at_s:7.0} {where_to:4} true {:6.0} seen {:6.0} off {:6.0} {:6.0} claims {:3.0} satellites {:2} {:?}",
            ground.edge_m(truth),
            judged.verdict.edge_mm.unwrap_or(0) as f64 / 1000.0,
            seen.0 - truth.0,
            seen.1 - truth.1,
            judged.fix.accuracy_mm.unwrap_or(0) as f64 / 1000.0,
            judged.fix.satellites.map_or(String::from("-"), |n| n.to_string()),
            judged.verdict.place,
        );
    }
    shown + "\n"
}
