//! Batches that do not check, forks, and times that cannot be true: what the desk is shown of them.

use onbeat_core::{
    reading::Stamp,
    record::{BodyLine, Hash, Line, Payload, Record, read_lines},
    rules::{
        log::{BatchQuarantined, RecordBackDated, StreamForked},
        presence::FixTaken,
    },
};

use super::{
    fault::{Fault, Refusal},
    place::Days,
};
use crate::{
    app::App,
    append::append,
    desk_log::Act,
    error::{ApiError, ApiResult},
    fold::Times,
    limits::QUARANTINES,
    phones::Caller,
    store::{Cell, Change, Guard, LogLine},
};

/// Keeps what the desk should know of a refused push: the bytes of a faulty batch, the fact of a fork. Asked
/// again with the same records, nothing more is kept.
pub(super) async fn keep(app: &App, caller: &Caller, text: &str, refusal: &Refusal) -> ApiResult<()> {
    let epoch = epoch_of(text);
    match refusal {
        Refusal::Fault(fault) => quarantine(app, caller, text, epoch, fault).await,
        Refusal::Fork(seq, _) => forked(app, caller, epoch, *seq).await,
        Refusal::Gap(_) | Refusal::TooBig => Ok(()),
    }
}

async fn quarantine(app: &App, caller: &Caller, text: &str, epoch: u32, fault: &Fault) -> ApiResult<()> {
    let kept = without_places(app, caller, text).await?;
    let seen = note("quarantine", format!("{}/{}", caller.stream, without_seal(&kept)));
    let known = app.store.cell(&seen.kind, &seen.key, app.now_ms()).await?.is_some();
    if known
        || app
            .limits
            .take("quarantine", &caller.stream, QUARANTINES, app.now_ms())
            .is_err()
    {
        return Ok(());
    }
    let blob = Hash::of(&kept);
    let act = Act::new(&BatchQuarantined {
        rep: caller.rep.clone(),
        stream: caller.stream.clone(),
        epoch,
        seq: fault.seq,
        fault: fault.code.into(),
        blob,
    });
    let mut change = once(seen);
    change.blobs.push((blob, kept.into_bytes()));
    append(app, vec![act], change).await?;
    Ok(())
}

/// Hash of a push's records: an ECDSA signature is another each time, so a retry differs in its seal.
fn without_seal(text: &str) -> Hash {
    let records = text.trim_end().rsplit_once('\n').map_or("", |(records, _)| records);
    Hash::of(records)
}

/// A cell that says that something was noted.
fn note(kind: &str, key: String) -> Cell {
    Cell {
        kind: kind.into(),
        key,
        body: "{}".into(),
        expires_ms: None,
    }
}

/// A change that happens only once: it puts a cell that is not there yet.
pub(super) fn once(cell: Cell) -> Change {
    Change {
        guards: vec![Guard::Cell(cell.kind.clone(), cell.key.clone(), None)],
        cells: vec![cell],
        ..Change::default()
    }
}

/// The text with `null` for every body that holds, or may hold, a place that must not be kept. Nothing is
/// erased from a quarantine later, so a fix stays only where its time is beyond doubt.
async fn without_places(app: &App, caller: &Caller, text: &str) -> ApiResult<String> {
    let bodies = text.split('\n').map(|line| BodyLine::parse(line.into()).ok());
    let bodies: Vec<Option<BodyLine>> = bodies.collect();
    let boots = bodies.iter().flatten().map(|body| body.at.boot.as_str());
    let drift_ppm = app.documents().policy(app.now_ms()).clock.drift_ppm;
    let times = Times::stored(&*app.store, &caller.stream, boots, drift_ppm).await?;
    let days = Days::new(app.documents(), &caller.rep);
    let within = |at: &Stamp| times.anchored(&at.boot) && !days.outside(times.when(at, app.now_ms()).at_ms);
    let keep = |line: &str, body: &Option<BodyLine>| match body {
        Some(body) => body.kind != FixTaken::TYPE || within(&body.at),
        None => !line.contains("lat_e9") && !line.contains("lon_e9"),
    };
    let lines = text.split('\n').zip(&bodies);
    let kept: Vec<&str> = lines
        .map(|(line, body)| if keep(line, body) { line } else { "null" })
        .collect();
    Ok(kept.join("\n"))
}

/// Notes a fork once an epoch. Alone it reads: the phone was restored from a copy, or copied.
async fn forked(app: &App, caller: &Caller, epoch: u32, seq: u64) -> ApiResult<()> {
    if !fork_noted(app, &caller.stream, epoch).await? {
        let (act, change) = fork_note(caller, epoch, seq);
        append(app, vec![act], change).await?;
    }
    Ok(())
}

/// Whether the desk was told that an epoch has two continuations.
pub(super) async fn fork_noted(app: &App, stream: &str, epoch: u32) -> ApiResult<bool> {
    let cell = app
        .store
        .cell("fork", &format!("{stream}/{epoch}"), app.now_ms())
        .await?;
    Ok(cell.is_some())
}

/// What tells the desk of a fork.
pub(super) fn fork_note(caller: &Caller, epoch: u32, seq: u64) -> (Act, Change) {
    let act = Act::new(&StreamForked {
        rep: caller.rep.clone(),
        stream: caller.stream.clone(),
        epoch,
        seq,
    });
    (act, once(note("fork", format!("{}/{epoch}", caller.stream))))
}

/// Tells the desk once a day of records whose times cannot be true; `record` is the first of them.
pub(super) async fn back_dated(app: &App, caller: &Caller, line: &LogLine, record: &Record) -> ApiResult<()> {
    let day = app.documents().day_at(&caller.rep, app.now_ms());
    let seen = note("back_dated", format!("{}/{day}", caller.stream));
    let noted = async || app.store.cell("back_dated", &seen.key, app.now_ms()).await;
    if noted().await?.is_some() {
        return Ok(());
    }
    let act = Act::new(&RecordBackDated {
        rep: caller.rep.clone(),
        stream: caller.stream.clone(),
        epoch: line.epoch,
        branch: line.branch.clone(),
        seq: record.head.seq,
        hash: record.hash,
    });
    let written = append(app, vec![act], once(seen.clone())).await?;
    if written.is_none() && noted().await?.is_none() {
        return Err(ApiError::busy());
    }
    Ok(())
}

/// The epoch of the first record that can be read.
fn epoch_of(text: &str) -> u32 {
    let epoch = |line| match line {
        Ok(Line::Record(record)) => Some(record.head.epoch),
        _ => None,
    };
    read_lines(text).find_map(epoch).unwrap_or(1)
}
