//! The desk's log as people read it: who did what when.

use onbeat_core::{
    record::{Body, Hash, Payload},
    rules::log::{BatchQuarantined, RecordBackDated, StreamForked},
};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Desk, DeskError, DeskResult, books, customers, look};
use crate::{
    auth::Actor,
    store::{LogLine, LogRow},
};

/// Most records of one page.
pub const PAGE_MAX: usize = 200;
/// Most records looked through for one page of a few types.
const LOOKED_MAX: u64 = 10_000;

/// A desk record.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeskRecord {
    /// Its place in the desk's log.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
    /// When, milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// What kind of thing; empty where it can't be read.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it says.
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
}

/// A pushed batch that did not check, as the desk noted it.
pub struct Quarantined {
    /// When, milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// What it says.
    pub batch: BatchQuarantined,
}

impl DeskRecord {
    /// As this person is shown it: without customers' landlines for who takes no calls.
    #[must_use]
    pub fn shown_to(mut self, actor: &Actor) -> Self {
        if let Some(Value::Object(document)) = self.fields.get_mut("document")
            && !customers::sees_landlines(actor)
        {
            document.remove("landline");
        }
        self
    }
}

/// Types of what phones sent that did not check, of forks, and of times that cannot be true.
pub const UNCHECKED: [&str; 3] = [BatchQuarantined::TYPE, StreamForked::TYPE, RecordBackDated::TYPE];

/// Whether a record is of a rep whom this person sees.
pub fn of_own_rep<'a>(desk: &'a Desk, actor: &'a Actor) -> impl Fn(&DeskRecord) -> bool + 'a {
    |record| {
        let rep = record.fields.get("rep").and_then(Value::as_str).unwrap_or_default();
        actor.own_teams().is_none() || books::rep(desk, rep).is_ok_and(|rep| actor.covers(&rep.team))
    }
}

/// The bytes of a batch that did not check. They may hold the rep's places: the look is recorded first.
///
/// # Errors
/// `not_found`; `no_reason`.
pub async fn opened(desk: &Desk, actor: &Actor, seq: &str, why: &str) -> DeskResult<Vec<u8>> {
    let kept = quarantined(desk, seq).await?;
    let (rep, blob) = (&kept.batch.rep, &kept.batch.blob);
    let day = desk.app.documents().day_at(rep, kept.at_ms);
    look::log(desk, actor, rep, Some(day), why).await?;
    let bytes = desk.app.store.blob(blob).await?;
    bytes.ok_or_else(|| DeskError::missing("quarantined batch", seq))
}

/// The quarantined batch that a desk record tells of.
///
/// # Errors
/// `not_found` where the record is of something else.
pub async fn quarantined(desk: &Desk, seq: &str) -> DeskResult<Quarantined> {
    let missing = || DeskError::missing("quarantined batch", seq);
    let seq: u64 = seq.parse().map_err(|_| missing())?;
    let rows = desk.app.store.records(&line(desk), seq, 1).await?;
    let row = rows.first().filter(|row| row.seq == seq).ok_or_else(missing)?;
    let body = row.read().ok_or_else(missing)?;
    let batch = body
        .read::<BatchQuarantined>()
        .and_then(Result::ok)
        .ok_or_else(missing)?;
    let at_ms = body.at.at_ms;
    Ok(Quarantined { at_ms, batch })
}

pub(super) fn line(desk: &Desk) -> LogLine {
    LogLine {
        stream: desk.app.desk.stream().clone(),
        epoch: 1,
        branch: String::new(),
    }
}

/// Records before a seq (none: the newest), newest first, of some types (none: all) that `wanted` wants; and the
/// seq to go on before.
///
/// # Errors
/// The store's.
pub async fn page(
    desk: &Desk,
    before: Option<u64>,
    types: &[&str],
    wanted: impl Fn(&DeskRecord) -> bool,
    limit: usize,
) -> DeskResult<(Vec<DeskRecord>, Option<u64>)> {
    let line = line(desk);
    let wanted = |record: &DeskRecord| (types.is_empty() || types.contains(&record.kind.as_str())) && wanted(record);
    let newest = desk.app.desk.head().await?.seq;
    let mut end = before.unwrap_or(u64::MAX).min(newest + 1);
    let floor = end.saturating_sub(LOOKED_MAX).max(1);
    let mut found = Vec::new();
    while end > floor && found.len() < limit {
        let from = end.saturating_sub(PAGE_MAX as u64).max(floor);
        let rows = desk.app.store.records(&line, from, (end - from) as usize).await?;
        for record in rows.into_iter().rev().map(read) {
            if found.len() < limit {
                end = record.seq;
                found.extend(Some(record).filter(wanted));
            }
        }
        if found.len() < limit {
            end = from;
        }
    }
    Ok((found, (end > 1).then_some(end)))
}

/// The records between two instants, oldest first, of some types (none: all) that `wanted` wants.
///
/// # Errors
/// `too_many` where there are more than `most`; the store's.
pub async fn between(
    desk: &Desk,
    (from_ms, to_ms): (i64, i64),
    types: &[&str],
    wanted: impl Fn(&DeskRecord) -> bool,
    most: usize,
) -> DeskResult<Vec<DeskRecord>> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let is_before = |record: &DeskRecord| record.at_ms < to_ms && wanted(record);
        let (page, next) = page(desk, before, types, is_before, PAGE_MAX).await?;
        let is_over = page.last().is_some_and(|oldest| oldest.at_ms < from_ms);
        all.extend(page.into_iter().filter(|record| record.at_ms >= from_ms));
        if all.len() > most {
            let why = format!("more than {most} records: choose a shorter period, or one type");
            return Err(DeskError::input("too_many", why));
        }
        before = next.filter(|_| !is_over);
        if before.is_none() {
            all.reverse();
            return Ok(all);
        }
    }
}

fn read(row: LogRow) -> DeskRecord {
    let body = row.body.as_deref().and_then(|line| Body::parse(line).ok());
    let (at_ms, kind, fields) = body.map_or_else(Default::default, |body| (body.at.at_ms, body.kind, body.fields));
    DeskRecord {
        seq: row.seq,
        hash: row.hash,
        at_ms,
        kind,
        fields,
    }
}
