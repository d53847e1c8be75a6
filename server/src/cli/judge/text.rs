//! What people read.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use onbeat_core::{
    judge::{PlaceVerdict, SpanStatus},
    rules::{Class, Fact, Finding, FindingKind},
    words::{Language, said},
};

use super::{
    input::Input,
    judged::{Day, Judged},
    lines::metres,
};

/// The account of the track: its fixes in numbers, then each day.
pub(super) fn write(input: &Input, judged: &Judged<'_>, out: &mut dyn Write) -> io::Result<()> {
    let schedule = &input.schedule;
    let zone: Tz = schedule.zone().parse().unwrap_or(Tz::UTC);
    writeln!(out, "Area: {}", input.area_name)?;
    write_fixes(input, judged, out)?;
    if judged.days.is_empty() {
        writeln!(
            out,
            "\nNo workday between the first and the last fix, so there is no window to rule on."
        )?;
    }
    judged.days.iter().try_for_each(|day| write_day(day, zone, judged, out))
}

fn write_fixes(input: &Input, judged: &Judged<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut districts: BTreeMap<&str, usize> = BTreeMap::new();
    for (fix, aside) in judged.fixes.iter().zip(&judged.asides) {
        *places.entry(place(fix.verdict.place)).or_default() += 1;
        *districts.entry(aside.district.unwrap_or("none")).or_default() += 1;
    }
    let list = |counts: BTreeMap<&str, usize>| {
        counts
            .iter()
            .map(|(name, count)| format!("{name} {count}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    writeln!(out, "Fixes: {} ({})", judged.fixes.len(), list(places))?;
    writeln!(out, "By district: {}", list(districts))?;
    match input.without_time {
        0 => Ok(()),
        skipped => writeln!(out, "Passed over: {skipped} points without a time"),
    }
}

fn write_day(day: &Day, zone: Tz, judged: &Judged<'_>, out: &mut dyn Write) -> io::Result<()> {
    let clock = Clock { zone, day: day.day };
    let (from, to) = (clock.time(day.window.from_ms), clock.time(day.window.to_ms));
    writeln!(
        out,
        "\n{}, window {from}-{to} {}",
        day.day.format("%A %Y-%m-%d"),
        zone.name()
    )?;
    for span in &day.ruled.spans {
        let excuse = span
            .excused_by
            .as_ref()
            .map(|by| format!(", excused: {by}"))
            .unwrap_or_default();
        let (from, to) = (clock.time(span.from_ms), clock.time(span.to_ms));
        writeln!(out, "  {from}-{to}  {}{excuse}", status(span.status))?;
    }
    for (finding, explanation) in day.findings() {
        write_finding(finding, clock, judged, out)?;
        let said = explanation.map(|explanation| said(explanation, Language::En));
        said.iter().flatten().try_for_each(|line| writeln!(out, "    {line}"))?;
    }
    match day.ruled.set_aside.len() {
        0 => Ok(()),
        fixes => writeln!(out, "  Set aside: {fixes} fixes reached and left at impossible speeds"),
    }
}

fn write_finding(finding: &Finding, clock: Clock, judged: &Judged<'_>, out: &mut dyn Write) -> io::Result<()> {
    let class = match finding.class {
        Class::Finding => "Finding",
        Class::Question => "Question",
    };
    let (from, to) = (clock.time(finding.from_ms), clock.time(finding.to_ms));
    writeln!(out, "  {class}: {}, {from}-{to}", kind(finding.kind))?;
    for fix in finding.evidence.iter().filter_map(|name| judged.fix(name)) {
        let edge = fix
            .verdict
            .edge_mm
            .map(|edge| format!("{:.0} m from the edge", metres(edge.abs())));
        writeln!(
            out,
            "    fix at {}: {}, {}",
            clock.time(fix.at_ms),
            place(fix.verdict.place),
            edge.unwrap_or_default()
        )?;
    }
    let facts = finding.facts.iter().map(|(name, value)| fact(name, value, clock));
    match facts.collect::<Vec<_>>().join(", ") {
        facts if facts.is_empty() => Ok(()),
        facts => writeln!(out, "    {facts}"),
    }
}

/// A fact with the unit that its name ends in.
fn fact(name: &str, value: &Fact, clock: Clock) -> String {
    let number = match value {
        Fact::Text(text) => return format!("{name} {text}"),
        Fact::Number(number) => *number,
    };
    match name.rsplit_once('_') {
        Some((name, "ms")) => format!("{name} {}", clock.time(number)),
        Some((name, "mm")) => format!("{name} {:.0} m", metres(number)),
        Some((name, "s")) => format!("{name} {number} s"),
        _ => format!("{name} {number}"),
    }
}

/// Local times of one day.
#[derive(Clone, Copy)]
struct Clock {
    zone: Tz,
    day: NaiveDate,
}

impl Clock {
    /// `HH:MM:SS`, without seconds where there are none; with the date on another day.
    fn time(self, at_ms: i64) -> String {
        let at = DateTime::from_timestamp_millis(at_ms)
            .unwrap_or_default()
            .with_timezone(&self.zone);
        let clock = at.format(if at_ms % 60_000 == 0 { "%H:%M" } else { "%H:%M:%S" });
        if at.date_naive() == self.day {
            clock.to_string()
        } else {
            format!("{} {clock}", at.date_naive())
        }
    }
}

fn place(place: PlaceVerdict) -> &'static str {
    match place {
        PlaceVerdict::Inside => "inside",
        PlaceVerdict::Edge => "edge",
        PlaceVerdict::Outside => "outside",
        PlaceVerdict::Unusable => "unusable",
    }
}

fn status(status: SpanStatus) -> &'static str {
    match status {
        SpanStatus::Inside => "inside",
        SpanStatus::Edge => "at the edge (compliant)",
        SpanStatus::Outside => "outside",
        SpanStatus::Unknown => "not known",
    }
}

fn kind(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::LeftArea => "left the area",
        FindingKind::OutsideAtOpening => "outside when the window opened",
        FindingKind::AtNoGo => "at a no-go place",
        FindingKind::SignedInLate => "signed in late",
        FindingKind::NotSignedIn => "not signed in",
        FindingKind::VisitFar => "a visit far from the customer",
        FindingKind::LogBroken => "the log does not check",
        FindingKind::Unaccounted => "time that nothing accounts for",
        FindingKind::PerhapsAtNoGo => "perhaps at a no-go place",
        FindingKind::LongStay => "a long stay away from customers",
        FindingKind::SimulatedFixes => "simulated fixes",
        FindingKind::ClockChanged => "the clock was changed",
        FindingKind::CheckInBurst => "many check-ins in a short time",
        FindingKind::ShortVisit => "a very short visit",
        FindingKind::PhotoReused => "a photo used twice",
        FindingKind::IdenticalFixes => "identical coordinates in a row",
        FindingKind::PhonesTogether => "two phones together for hours",
        FindingKind::LogForked => "the phone was restored from a copy, or copied",
        FindingKind::KeyReplaced => "the phone's key was replaced",
    }
}
