use std::{
    error::Error,
    fs, mem,
    time::{Duration, Instant},
};

use super::{
    Figure, Goal,
    filled::{EVENTS, Filled},
};
use crate::{load::quantile, world::Process};

/// Fixes whose CPU time is told, and fixes whose syncs are counted.
const FIXES: usize = 300;
const TRACED: usize = 150;
/// Starts of the phone's process.
const OPENINGS: usize = 40;

const MOST_OPEN_MS: f64 = 100.0;
const MOST_FIX_MS: f64 = 5.0;
const MOST_SYNCS: f64 = 1.0;
const MOST_MEMORY_MIB: f64 = 30.0;

/// The CPU time of recording a fix, the reading of the command and the writing of the answer included.
pub(super) fn recordings(filled: &mut Filled) -> Result<Goal, Box<dyn Error>> {
    let fixes = filled.some_fixes(FIXES);
    filled.open()?;
    let mut times = Vec::new();
    for fix in fixes {
        let before = cpu(filled)?;
        kept(&filled.player.ask(fix)?)?;
        times.push(cpu(filled)? - before);
    }
    filled.player.exit()?;
    times.sort();
    let what = format!("CPU time of recording a fix durably, 99 of 100, beside {EVENTS} records");
    let figure = Figure::new("fix_cpu_p99_ms", what, milliseconds(quantile(&times, 0.99)), "ms");
    Ok(Goal::new(figure, MOST_FIX_MS))
}

/// How often a fix waits for the disk, as the system saw it.
pub(super) fn syncs(filled: &mut Filled) -> Result<Goal, Box<dyn Error>> {
    let fixes = filled.some_fixes(TRACED);
    let trace = filled.folder.path().join("trace");
    filled.player.start_traced(&trace)?;
    filled.player.ask(filled.today.clone())?;
    for fix in fixes {
        kept(&filled.player.ask(fix)?)?;
    }
    filled.player.exit()?;
    let all = synced(&fs::read_to_string(&trace)?);
    // What comes before the first answer is the opening, what comes after the last the closing.
    let fixes = all
        .get(1..=TRACED)
        .ok_or("the trace lacks answers: does strace work here?")?;
    let begins = |n: usize| n == 0 || fixes[n - 1].file > 0;
    let (plain, moving): (Vec<usize>, Vec<usize>) = (0..TRACED).partition(|n| fixes[*n].file == 0 && !begins(*n));
    let most = |of: &[usize]| {
        of.iter()
            .map(|n| fixes[*n].log + fixes[*n].file)
            .max()
            .unwrap_or_default()
    };
    let what = format!(
        "syncs of each of {} fixes at most; {} more moved the log into the file or began it anew, by {}",
        plain.len(),
        moving.len(),
        most(&moving)
    );
    let figure = Figure::new("fix_syncs", what, f64::from(most(&plain)), "syncs");
    Ok(Goal::new(figure, MOST_SYNCS))
}

/// How often something waited for the disk: for the write-ahead log, and for other files.
#[derive(Debug, Clone, Copy, Default)]
struct Syncs {
    log: u32,
    file: u32,
}

/// As `strace` writes the beginning of an answer, which may be written piece by piece.
const ANSWER: &str = r#""{\"ok\""#;

/// The syncs before each answer of the player.
fn synced(trace: &str) -> Vec<Syncs> {
    let (mut all, mut now) = (Vec::new(), Syncs::default());
    for line in trace.lines() {
        let call = line.split_whitespace().nth(1).unwrap_or_default();
        if call.starts_with("fsync(") || call.starts_with("fdatasync(") {
            match call.contains("-wal>") {
                true => now.log += 1,
                false => now.file += 1,
            }
        } else if call.starts_with("write(1<") && line.contains(ANSWER) {
            all.push(mem::take(&mut now));
        }
    }
    all
}

/// From the start of the process to the screen of the day.
pub(super) fn openings(filled: &mut Filled) -> Result<Goal, Box<dyn Error>> {
    let mut times = Vec::new();
    for _ in 0..OPENINGS {
        let begun = Instant::now();
        filled.open()?;
        times.push(begun.elapsed());
        filled.player.exit()?;
    }
    times.sort();
    let what = format!("from the start of the process to Today with {EVENTS} records, 95 of {OPENINGS}");
    let figure = Figure::new("open_p95_ms", what, milliseconds(quantile(&times, 0.95)), "ms");
    Ok(Goal::new(figure, MOST_OPEN_MS))
}

/// All that a process holds that opened the phone, showed the day and recorded.
pub(super) fn memory(filled: &mut Filled) -> Result<Goal, Box<dyn Error>> {
    filled.open()?;
    let left: Vec<_> = filled.fixes.by_ref().collect();
    filled.player.ask_all(&left)?;
    filled.player.ask(filled.today.clone())?;
    let held = filled.player.process().and_then(Process::rss_peak_mb);
    filled.player.exit()?;
    let what =
        "the most memory of a process that plays the phone (VmHWM), all of it, with a district of 27058 vertices";
    let figure = Figure::new(
        "memory_mib",
        what,
        held.ok_or("the system does not tell a process's memory")?,
        "MiB",
    );
    Ok(Goal::new(figure, MOST_MEMORY_MIB))
}

fn cpu(filled: &Filled) -> Result<Duration, Box<dyn Error>> {
    let used = filled.player.process().and_then(Process::main_thread_cpu);
    used.ok_or_else(|| "the system does not tell a process's CPU time".into())
}

fn kept(answer: &serde_json::Value) -> Result<(), Box<dyn Error>> {
    match answer["kept"] == true {
        true => Ok(()),
        false => Err(format!("a fix in the window is kept: {answer}").into()),
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
