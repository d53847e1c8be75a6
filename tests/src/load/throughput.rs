//! How much the server takes in, beside how much its disk could.

use std::error::Error;

use super::{
    DAY_FIXES, Fleet, Ground, LoadReport, Loaded, Push, local_ms, minutes, on_all_cores, push_all, raw_ceiling_per_s,
    workdays,
};
use crate::{figures::Figure, raw_phone::RawPhone};

/// Pushes whose bytes measure the disk.
const CEILING_PUSHES: usize = 3_000;

/// How large a load.
#[derive(Debug, Clone, Copy)]
pub struct Throughput {
    /// Phones, each with a stream of its own.
    pub streams: usize,
    /// Pushes of each.
    pub pushes: usize,
    /// Records of a push.
    pub push_records: usize,
    /// Connections at once.
    pub connections: usize,
    /// Measured again once the server holds so many records.
    pub stored: Option<usize>,
}

impl Default for Throughput {
    /// Two days of a thousand phones.
    fn default() -> Self {
        Self {
            streams: 1_000,
            pushes: 10,
            push_records: 100,
            connections: 16,
            stored: None,
        }
    }
}

impl Throughput {
    /// Records of one phone.
    fn each(&self) -> usize {
        self.pushes * self.push_records
    }

    /// How often the load is brought: the last time the server holds as many records as it should.
    fn waves(&self) -> usize {
        let more = self
            .stored
            .map_or(0, |stored| stored.div_ceil(self.streams * self.each()));
        1 + more
    }
}

/// Many phones that come back from days without a network at the same moment; if that is asked for, again and again
/// until the server holds much.
///
/// # Errors
/// Of the server, or of the disk.
pub async fn throughput(
    load: Throughput,
    ground: &Ground<'_>,
    mut progress: impl FnMut(&str),
) -> Result<Vec<Figure>, Box<dyn Error>> {
    progress("enrolling the phones");
    let mut fleet = Fleet::enrolled(ground, load.streams).await?;
    let mut phones = fleet.anchored_phones().await?;
    let days = (load.waves() * load.each()).div_ceil(DAY_FIXES);
    let last = workdays().nth(days).expect("days do not end");
    fleet.server.set_clock(local_ms(last, 7))?;
    let (mut reports, mut sample) = (Vec::new(), Vec::new());
    for wave in 1..=load.waves() {
        progress(&format!(
            "writing and sealing what they gathered, {wave} of {}",
            load.waves()
        ));
        let loads = gathered(phones, (wave - 1) * load.each(), load);
        if sample.is_empty() {
            let pushes = loads.iter().flat_map(|loaded| &loaded.pushes).cloned();
            sample = pushes.take(CEILING_PUSHES).collect();
        }
        // What the wave before left to fold would be counted against this one.
        fleet.settle().await?;
        progress("pushing");
        let (report, done) = push_all(loads, load.connections).await;
        phones = done;
        reports.push(report);
    }
    let of = format!(
        "{} a request, {} connections, {} streams",
        load.push_records, load.connections, load.streams
    );
    let mut figures = reports[0].figures(&of);
    figures.extend(fleet.rss());
    let disk_bytes = fleet.bytes_on_disk()?;
    progress("measuring the disk");
    fleet.server.kill();
    figures.extend(beside_the_disk(reports[0].records_per_s, &fleet, &sample)?);
    figures.extend(held(&reports, disk_bytes));
    Ok(figures)
}

/// What all records take, and how the last wave went beside the first.
fn held(reports: &[LoadReport], disk_bytes: u64) -> Vec<Figure> {
    let records: usize = reports.iter().map(|report| report.stored).sum();
    let each_bytes = disk_bytes as f64 / records as f64;
    let what = "the data folder, views and indexes included";
    let mut figures = vec![Figure::new("disk_bytes_per_record", what, each_bytes, "bytes")];
    if let [first, .., last] = reports {
        let (per_s, share) = (last.records_per_s, last.records_per_s / first.records_per_s);
        let refused: usize = reports.iter().map(|report| report.errors).sum();
        let of = format!("the same load, up to {records} records stored");
        figures.push(Figure::new("full_records_per_s", of, per_s, "records/s"));
        figures.push(Figure::new("full_share", "of an empty server's", share, ""));
        figures.push(Figure::new(
            "full_errors",
            "of all pushes, not taken",
            refused as f64,
            "",
        ));
    }
    figures
}

fn beside_the_disk(records_per_s: f64, fleet: &Fleet, sample: &[Push]) -> Result<[Figure; 2], Box<dyn Error>> {
    let ceiling_per_s = raw_ceiling_per_s(fleet.folder.path(), sample)?;
    let (what, share) = (
        "plain inserts of the same bytes on the same disk",
        records_per_s / ceiling_per_s,
    );
    Ok([
        Figure::new("raw_ceiling_per_s", what, ceiling_per_s, "records/s"),
        Figure::new("share_of_ceiling", "of what the disk takes", share, ""),
    ])
}

/// What each phone gathered since `from` records, one fix a minute.
fn gathered(phones: Vec<RawPhone>, from: usize, load: Throughput) -> Vec<Loaded> {
    on_all_cores(phones, |phone| {
        let times_ms = workdays().flat_map(minutes).skip(from).take(load.each());
        Loaded::with_fixes(phone, times_ms, load.push_records)
    })
}
