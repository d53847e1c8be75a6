use std::error::Error;

use tempfile::TempDir;

use super::Figure;
use crate::{
    load::{
        self, DAY_FIXES, Ground, LoadReport, Loaded, Throughput, fixes, local_ms, minutes, push_all, throughput,
        workdays,
    },
    raw_phone::RawPhone,
    story::{Story, at},
    world::{Binaries, Server, World, set_up},
};

/// Pushes whose times are told.
const PUSHES: usize = 100;

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

    /// Enrols a phone of a rep, and gathers what it would in so many days, a push a day.
    async fn phone(&self, rep: &str, days: usize) -> Result<Loaded, Box<dyn Error>> {
        let enrolled = RawPhone::enrol(load::client(), &self.server.enrolment_link(rep)?).await;
        let mut phone = enrolled.map_err(|answer| format!("no phone for {rep}: {answer:?}"))?;
        let pushes = fixes(&mut phone, workdays().take(days).flat_map(minutes), DAY_FIXES);
        Ok(Loaded { phone, pushes })
    }

    /// Moves the server's clock past so many working days: it rules on days that are over.
    fn after(&self, days: usize) -> Result<(), Box<dyn Error>> {
        let last = workdays().nth(days).expect("days do not end");
        Ok(self.server.set_clock(local_ms(last, 7))?)
    }
}

/// Pushes of a day each, one after the other.
///
/// # Errors
/// Of the server, or if it refuses a push.
pub fn push(binaries: &Binaries, story: &Story) -> Result<Vec<Figure>, Box<dyn Error>> {
    let bed = Bed::new(binaries, story)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let phone = runtime.block_on(bed.phone(story.days[0].rep, PUSHES))?;
    bed.after(PUSHES)?;
    let report = all_taken(runtime.block_on(push_all(vec![phone], 1)).0)?;
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

/// Many phones that come back from days without a network at the same moment.
///
/// # Errors
/// Of the server, or if it refuses a push.
pub fn load(binaries: &Binaries, story: &Story) -> Result<Vec<Figure>, Box<dyn Error>> {
    let runtime = tokio::runtime::Runtime::new()?;
    let ground = Ground {
        binaries,
        story,
        database: None,
    };
    let figures = runtime.block_on(throughput(Throughput::default(), &ground, |_| {}))?;
    match figures.iter().find(|figure| figure.name == "errors") {
        Some(errors) if errors.value > 0.0 => Err(format!("{} pushes were refused", errors.value).into()),
        _ => Ok(figures),
    }
}

fn all_taken(report: LoadReport) -> Result<LoadReport, Box<dyn Error>> {
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
