use std::{error::Error, sync::Arc, time::Instant};

use onbeat_core::{
    phone::{Device, Phone},
    reading::{Reading, Stamp},
    record::Grade,
};

use super::{Figure, server::Bed};
use crate::{
    key::{FolderPlatform, database_key},
    load::quantile,
    story::{DayStory, Story, at},
    world::Binaries,
};

/// Recording a fix in the phone's encrypted log, from the call to its answer, over a whole day: this process is
/// the phone.
///
/// # Errors
/// Of the server that enrols it, or of the phone.
pub fn phone(binaries: &Binaries, story: &Story) -> Result<Vec<Figure>, Box<dyn Error>> {
    let bed = Bed::new(binaries, story)?;
    let day = &story.days[0];
    let (folder, link) = (bed.folder.path().join("phone"), bed.server.enrolment_link(day.rep)?);
    std::fs::create_dir_all(&folder)?;
    let platform = Arc::new(FolderPlatform::new(&folder)?);
    let phone = Phone::open(&folder, &database_key(&folder)?, Arc::clone(&platform) as _)?;
    let device = Device {
        platform: "figures".into(),
        model: "none".into(),
        app: env!("CARGO_PKG_VERSION").into(),
    };
    phone.enrol(&link, Grade::Software, &device)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let morning = stamp(at("07:05"));
    bed.server.set_clock(morning.at_ms)?;
    platform.set_elapsed_ms(Some(morning.elapsed_ms));
    runtime.block_on(phone.sync(morning))?;
    let mut times = Vec::new();
    for reading in readings(day) {
        platform.set_elapsed_ms(Some(reading.at.elapsed_ms));
        let begun = Instant::now();
        let kept = phone.on_fix(&reading)?.kept;
        times.push(begun.elapsed());
        assert!(kept, "a fix in the window is kept");
    }
    times.sort();
    let figure = |name, share, of| Figure {
        name,
        what: format!("recording one of {} fixes durably on a phone, {of}", times.len()),
        value: quantile(&times, share).as_secs_f64() * 1e3,
        unit: "ms",
    };
    Ok(vec![
        figure("phone_fix_p50_ms", 0.5, "median"),
        figure("phone_fix_p99_ms", 0.99, "99 of 100"),
    ])
}

/// The fixes of a day well within its window: the phone's clock and the server's are not set in the same instant.
fn readings(day: &DayStory) -> impl Iterator<Item = Reading> {
    let steps = day.timeline().into_iter();
    let within = steps.filter(|step| step.fix.is_some() && (at("08:01")..at("16:29")).contains(&step.at_ms));
    within.map(|step| Reading {
        at: stamp(step.at_ms),
        fix: step.fix,
    })
}

fn stamp(at_ms: i64) -> Stamp {
    Stamp {
        at_ms,
        elapsed_ms: at_ms - at("06:00"),
        boot: "00000000000000f1".into(),
    }
}
