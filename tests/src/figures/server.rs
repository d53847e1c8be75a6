use std::error::Error;

use chrono::{Datelike, NaiveDate, NaiveTime, TimeZone, Weekday};
use onbeat_core::record::Batch;
use tempfile::TempDir;

use super::Figure;
use crate::{
    load::{self, LoadReport, batches_of_fixes, push_all},
    raw_phone::RawPhone,
    story::{DATE, Story, ZONE, at},
    world::{Binaries, Server, World, set_up},
};

/// Fixes of a working day: one a minute.
const DAY_FIXES: usize = 500;
/// Pushes whose times are told.
const PUSHES: usize = 100;
/// Phones that push at the same time.
const PHONES: usize = 16;
/// What each of them has gathered: two months, in 200 pushes of 100 records. A phone may call 1,200 times at once.
const LOAD_DAYS: usize = 40;
const LOAD_BATCH: usize = 100;

/// A server on a fresh folder, set up, early on the story's day.
pub(super) struct Bed {
    pub(super) folder: TempDir,
    pub(super) server: Server,
}

impl Bed {
    pub(super) fn new(binaries: &Binaries, story: &Story) -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let server = Server::start(
            &binaries.onbeat,
            &folder.path().join("server"),
            "127.0.0.1:0",
            at("07:00"),
        )?;
        set_up(&server, story, &folder.path().join("import"))?;
        Ok(Self { folder, server })
    }

    /// Enrols a phone of a rep, and gathers what it would in so many days, in batches.
    async fn phone(&self, rep: &str, days: usize, batch: usize) -> Result<(RawPhone, Vec<Batch>), Box<dyn Error>> {
        let enrolled = RawPhone::enrol(load::client(), &self.server.enrolment_link(rep)?).await;
        let mut phone = enrolled.map_err(|answer| format!("no phone for {rep}: {answer:?}"))?;
        let batches = batches_of_fixes(&mut phone, workdays().take(days).flat_map(minutes), batch);
        Ok((phone, batches))
    }

    /// Moves the server's clock past so many working days: it rules on days that are over.
    fn after(&self, days: usize) -> Result<(), Box<dyn Error>> {
        let last = workdays().nth(days).expect("days do not end");
        Ok(self.server.set_clock(local_ms(last, 7))?)
    }
}

/// Working days from the story's on.
pub(super) fn workdays() -> impl Iterator<Item = NaiveDate> {
    let days = DATE.iter_days();
    days.filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
}

/// The minutes of a day's fixes, in milliseconds since 1970.
fn minutes(day: NaiveDate) -> impl Iterator<Item = i64> {
    let begin_ms = local_ms(day, 8);
    (0..DAY_FIXES as i64).map(move |n| begin_ms + 60_000 * n)
}

pub(super) fn local_ms(day: NaiveDate, hour: u32) -> i64 {
    let time = NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour");
    let local = ZONE.from_local_datetime(&day.and_time(time)).single();
    local.expect("clocks change at night").timestamp_millis()
}

/// Pushes of a day each, one after the other.
///
/// # Errors
/// Of the server, or if it refuses a push.
pub fn push(binaries: &Binaries, story: &Story) -> Result<Vec<Figure>, Box<dyn Error>> {
    let bed = Bed::new(binaries, story)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let phone = runtime.block_on(bed.phone(story.days[0].rep, PUSHES, DAY_FIXES))?;
    bed.after(PUSHES)?;
    let report = all_taken(runtime.block_on(push_all(vec![phone])))?;
    let figure = |name, value, of| Figure {
        name,
        what: format!("a push of {DAY_FIXES} records until it is acknowledged, {PUSHES} in a row, {of}"),
        value,
        unit: "ms",
    };
    Ok(vec![
        figure("push_500_p50_ms", report.p50_ms, "median"),
        figure("push_500_p99_ms", report.p99_ms, "99 of 100"),
    ])
}

/// Many phones that come back from weeks without a network at the same moment.
///
/// # Errors
/// Of the server, or if it refuses a push.
pub fn load(binaries: &Binaries, story: &Story) -> Result<Vec<Figure>, Box<dyn Error>> {
    let bed = Bed::new(binaries, story)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let mut phones = Vec::new();
    for day in &story.days[..PHONES] {
        phones.push(runtime.block_on(bed.phone(day.rep, LOAD_DAYS, LOAD_BATCH))?);
    }
    bed.after(LOAD_DAYS)?;
    let report = all_taken(runtime.block_on(push_all(phones)))?;
    let of = format!(
        "{LOAD_BATCH} a request, {PHONES} phones at once, {} requests",
        report.pushes
    );
    let figure = |name, what: &str, value, unit| Figure {
        name,
        what: format!("{what}, {of}"),
        value,
        unit,
    };
    Ok(vec![
        figure(
            "durable_records_per_s",
            "records acknowledged a second",
            report.records_per_s,
            "records/s",
        ),
        figure(
            "load_push_p50_ms",
            "a push under this load, median",
            report.p50_ms,
            "ms",
        ),
        figure(
            "load_push_p99_ms",
            "a push under this load, 99 of 100",
            report.p99_ms,
            "ms",
        ),
    ])
}

pub(super) fn all_taken(report: LoadReport) -> Result<LoadReport, Box<dyn Error>> {
    match report.errors {
        0 => Ok(report),
        n => Err(format!("{n} of {} pushes were refused", report.pushes).into()),
    }
}

/// The server's memory while sixteen reps' day is played.
///
/// # Errors
/// Of the world, or if a rep's day did not come out as the story says.
pub fn demo(binaries: &Binaries, story: Story) -> Result<Vec<Figure>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let reps = story.days.len();
    let mut world = World::start(story, binaries, folder.path(), "127.0.0.1:0")?;
    world.play_day(|_| {})?;
    if let Some(wrong) = world.results()?.iter().find(|rep| !rep.ok) {
        return Err(format!("the day of {} came out wrong: {:?}", wrong.rep, wrong.wrong).into());
    }
    let peak = world.server.rss_peak_mb().map(|value| Figure {
        name: "demo_server_rss_mb",
        what: format!("the server's memory at most, in the demo of {reps} reps"),
        value,
        unit: "MiB",
    });
    Ok(peak.into_iter().collect())
}
