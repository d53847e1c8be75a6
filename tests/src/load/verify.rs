//! How long it takes to check a log of millions of records, and how much memory.

use std::{
    error::Error,
    fs::File,
    io::{BufWriter, Write},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{Fleet, Ground, anchored, fixes, minutes, workdays};
use crate::{figures::Figure, world::Process};

/// Records under one seal.
const SEALED: usize = 100;
/// Records of one phone: a working year's.
const PHONE_RECORDS: usize = 100_000;
/// How often the verifier's memory is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Has `onbeat verify` check so many records of enrolled phones, each push under its seal.
///
/// # Errors
/// Of the server, of the disk, or where the log is said not to check.
pub async fn verify(
    records: usize,
    ground: &Ground<'_>,
    mut progress: impl FnMut(&str),
) -> Result<Vec<Figure>, Box<dyn Error>> {
    progress("enrolling the phones");
    let mut fleet = Fleet::enrolled(ground, records.div_ceil(PHONE_RECORDS)).await?;
    progress("writing their logs");
    let (log, keys) = (
        fleet.folder.path().join("log.ndjson"),
        fleet.folder.path().join("keys.json"),
    );
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&log)?);
    let mut left = records;
    for mut phone in std::mem::take(&mut fleet.phones) {
        let first = anchored(&mut phone)
            .await
            .map_err(|answer| format!("no time: {answer:?}"))?;
        writeln!(file, "{}", phone.certificate.line())?;
        file.write_all(first.to_ndjson().as_bytes())?;
        let own = left.min(PHONE_RECORDS) - 1;
        left -= own + 1;
        for push in fixes(&mut phone, workdays().flat_map(minutes).take(own), SEALED) {
            file.write_all(&push.bytes)?;
        }
    }
    file.into_inner()?.sync_all()?;
    std::fs::write(&keys, fleet.server.command(&["export", "keys"])?)?;
    fleet.server.kill();
    progress("checking");
    let begun = Instant::now();
    let mut checking = Command::new(&ground.binaries.onbeat)
        .arg("verify")
        .arg(&log)
        .arg("--keys")
        .arg(&keys)
        .stdout(Stdio::null())
        .spawn()?;
    let process = Process::of(&checking);
    let (mut rss_mb, mut cpu) = (0.0, Duration::ZERO);
    let status = loop {
        cpu = process.cpu().max(cpu);
        rss_mb = process.rss_peak_mb().unwrap_or(0.0).max(rss_mb);
        match checking.try_wait()? {
            Some(status) => break status,
            None => thread::sleep(LOOK_EVERY),
        }
    };
    let took = begun.elapsed();
    if !status.success() {
        return Err(format!("onbeat verify says that the log does not check: {status}").into());
    }
    let (took_s, per_s) = (took.as_secs_f64(), records as f64 / took.as_secs_f64());
    Ok(vec![
        Figure::new("verify_s", format!("checking {records} records"), took_s, "s"),
        Figure::new("verify_cpu_s", "CPU time of all cores", cpu.as_secs_f64(), "s"),
        Figure::new("verify_records_per_s", "records checked a second", per_s, "records/s"),
        Figure::new("rss_mb", "its memory at most", rss_mb, "MiB"),
    ])
}
