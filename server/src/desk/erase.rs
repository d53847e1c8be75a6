//! Erasing places for good. The hashes stay, so a log with erased bodies still checks; what was ruled on them
//! is frozen first, since it can't be ruled anew.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use onbeat_core::{
    record::{BodyLine, Payload},
    rules::{DayView, clock::Anchored, presence::FixTaken},
};
use serde::{Deserialize, Serialize};

use super::{
    Deed, Desk, DeskError, DeskResult, Fault, books,
    decide::Case,
    records::{BodiesErased, DayFrozen},
};
use crate::{
    auth::Actor,
    fold::{self, Times, frozen_cell},
    phones::StreamBody,
    store::{LogLine, LogRow},
};

pub use super::records::Erasure;

/// Records looked at together.
const PAGE: usize = 500;

/// What was erased, or (dry) would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// Nothing was written.
    pub dry_run: bool,
    /// Places, and what can't be read and so may hold one.
    pub fixes: u64,
    /// Days of reps whose account was frozen.
    pub days: u64,
    /// Days of reps that are under dispute: their places are kept until it is decided.
    pub disputed_days: u64,
}

/// Erases places.
///
/// # Errors
/// No such rep; `bad_date`: a day that is not over would be frozen as it stands. The store's. What was erased before an error stays erased: ask again.
pub async fn erase(desk: &Desk, actor: &Actor, what: Erasure, dry_run: bool) -> DeskResult<Erased> {
    if let Some(rep) = &what.rep {
        books::was_rep(desk, rep)?;
    }
    let rep = what.rep.as_deref().unwrap_or_default();
    let today = desk.app.documents().day_at(rep, desk.now_ms());
    if what.before > today {
        let why = format!(
            "{} is to come: a day's places go when it is over, so give {today} or earlier",
            what.before
        );
        return Err(DeskError::input("bad_date", why));
    }
    let mut report = Erased {
        dry_run,
        ..Erased::default()
    };
    // What is frozen is to be the last word: days that wait to be folded are folded first, by whichever server has them.
    fold::settle(&desk.app).await?;
    for cell in desk.app.store.cells("stream", "", desk.now_ms()).await? {
        let Ok(body) = serde_json::from_str::<StreamBody>(&cell.body) else {
            continue;
        };
        if what.rep.as_ref().is_none_or(|rep| *rep == body.rep) {
            let found = find(desk, &cell.key, &body.rep, &what).await?;
            report.fixes += found.fixes.len() as u64;
            report.days += found.days.len() as u64;
            report.disputed_days += found.disputed.len() as u64;
            if !dry_run && !found.fixes.is_empty() {
                erase_stream(desk, actor, &what, found).await?;
            }
        }
    }
    Ok(report)
}

/// What one phone's log holds of it.
struct Found {
    rep: String,
    fixes: Vec<(LogLine, u64)>,
    days: BTreeSet<NaiveDate>,
    disputed: BTreeSet<NaiveDate>,
}

async fn find(desk: &Desk, stream: &str, rep: &str, what: &Erasure) -> DeskResult<Found> {
    let documents = desk.app.documents();
    let boundary_ms = documents.schedule_of(rep, what.before).whole_day(what.before).from_ms;
    let mut found = Found {
        rep: rep.into(),
        fixes: Vec::new(),
        days: BTreeSet::new(),
        disputed: BTreeSet::new(),
    };
    for (line, first, _) in desk.app.store.lines(stream).await? {
        let mut from_seq = first;
        let mut clock = LineClock::default();
        loop {
            let rows = desk.app.store.records(&line, from_seq, PAGE).await?;
            for (row, at_ms) in clock.places(desk, &rows).await? {
                if at_ms < boundary_ms {
                    let day = documents.schedule_at(rep, at_ms).day_of(at_ms);
                    if found.may_erase(desk, day).await? {
                        found.fixes.push((line.clone(), row.seq));
                    }
                }
            }
            match rows.last() {
                // What follows on a signed time is later, and it comes later still.
                Some(last) if clock.floor_ms.min(last.received_ms) >= boundary_ms => break,
                Some(last) if rows.len() == PAGE => from_seq = last.seq + 1,
                _ => break,
            }
        }
    }
    Ok(found)
}

impl Found {
    /// Whether a day's places may go: not while the rep's word on a finding waits for a person's.
    async fn may_erase(&mut self, desk: &Desk, day: NaiveDate) -> DeskResult<bool> {
        if self.days.contains(&day) || self.disputed.contains(&day) {
            return Ok(self.days.contains(&day));
        }
        let disputed = match fold::stored_day(&desk.app, &self.rep, day).await? {
            Some(view) => in_dispute(desk, &view).await?,
            None => false,
        };
        let days = if disputed { &mut self.disputed } else { &mut self.days };
        days.insert(day);
        Ok(!disputed)
    }
}

/// Whether the rep's word on a finding of a day waits for a person's.
///
/// # Errors
/// The store's: what can't be read may be under dispute.
pub(super) async fn in_dispute(desk: &Desk, view: &DayView) -> DeskResult<bool> {
    for finding in &view.findings {
        match Case::read(desk, &finding.id.to_string()).await {
            Ok(case) if case.in_dispute() => return Ok(true),
            Err(error) if error.fault != Fault::Missing => return Err(error),
            _ => {}
        }
    }
    Ok(false)
}

/// Tells when the places of a line were taken, by the same trusted time as everything else: not before what the
/// server had signed before them, and not after they came, whatever a clock said.
#[derive(Default)]
struct LineClock {
    floor_ms: i64,
    newest_ms: i64,
}

impl LineClock {
    /// The next records that hold a place, or may hold one: what can't be read is of the time of the record
    /// before it.
    async fn places<'a>(&mut self, desk: &Desk, rows: &'a [LogRow]) -> DeskResult<Vec<(&'a LogRow, i64)>> {
        let Some(first) = rows.first() else {
            return Ok(Vec::new());
        };
        let (app, stream) = (&desk.app, &first.line.stream);
        let kept = rows.iter().filter(|row| row.body.is_some());
        let read: Vec<(&LogRow, Option<BodyLine>)> = kept.map(|row| (row, row.read())).collect();
        let boots = read.iter().flat_map(|(_, body)| body).map(|body| body.at.boot.as_str());
        let drift_ppm = app.documents().policy(desk.now_ms()).clock.drift_ppm;
        let times = Times::stored(&*app.store, stream, boots, drift_ppm).await?;
        let mut places = Vec::new();
        for (row, body) in &read {
            let Some(body) = body else {
                let at_ms = if self.newest_ms > 0 {
                    self.newest_ms
                } else {
                    row.received_ms
                };
                places.push((*row, at_ms.min(row.received_ms)));
                continue;
            };
            let stated_ms = times.when(&body.at, row.received_ms).at_ms;
            self.newest_ms = stated_ms.max(self.floor_ms).min(row.received_ms);
            if body.kind == FixTaken::TYPE {
                places.push((*row, self.newest_ms));
            }
            let word = body.read::<Anchored>().and_then(Result::ok).map(|word| word.anchor);
            if let Some(word) = word.filter(|word| word.stream == *stream && app.signer.signed(word)) {
                self.floor_ms = self.floor_ms.max(word.server_at);
            }
        }
        Ok(places)
    }
}

async fn erase_stream(desk: &Desk, actor: &Actor, what: &Erasure, found: Found) -> DeskResult<()> {
    let mut deed = Deed::new(actor);
    for day in found.days {
        let view = desk.app.store.view("day", &format!("{}/{day}", found.rep)).await?;
        // Frozen again it would be the same: a frozen day's view is what was frozen, and what was decided since.
        let Some(view) = view else { continue };
        let view = deed.blob(view.body.into_bytes());
        deed.change.cells.push(frozen_cell(&found.rep, day, &view));
        deed.record(&DayFrozen {
            rep: found.rep.clone(),
            day,
            view,
        });
    }
    deed.record(&BodiesErased {
        what: Erasure {
            rep: Some(found.rep),
            ..what.clone()
        },
        erased: found.fixes.len() as u64,
        by: actor.user.clone(),
    });
    deed.change.erase = found.fixes;
    deed.commit(desk).await
}
