//! A rep's trail: his fixes of a day, or all of his log. It opens for a reason only, and the rep sees who looked
//! and why.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use onbeat_core::{
    judge::{FixVerdict, judge_fix},
    place::Point,
    record::{Body, Hash},
    reference::{Document, Look},
    rules::{
        Basis, DayView, Explanation, FindingKind, Name,
        presence::FixTaken,
        visit::{CheckedIn, VisitView},
    },
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Deed, Desk, DeskError, DeskResult, books,
    decide::{Case, FindingView},
    said,
};
use crate::{
    auth::Actor,
    files::export::VisitRow,
    fold,
    store::{Field, LogRow, ViewRow},
};

/// Shortest reason in words: letters, of which a Chinese character says as much as two.
const REASON_MIN_LETTERS: usize = 4;
/// Longest reason in words.
const REASON_MAX_CHARS: usize = 500;

/// Looks of one person into one day for one reason are one within so long.
const SAME_LOOK_MS: i64 = 10 * 60_000;

/// A fix of the trail.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrailFix {
    /// The record: stream, epoch, branch, seq.
    pub name: Name,
    /// Wall clock of the phone, milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// The fix and the phone's own view of it; `null` where it was erased or can't be read.
    pub taken: Option<FixTaken>,
    /// The server's verdict of it, by the area in force that day.
    pub ruled: Option<FixVerdict>,
}

impl TrailFix {
    /// Where it says that the phone was, and within how many metres.
    pub fn circle(&self) -> Option<(Point, f64)> {
        let radius_mm = self.ruled.as_ref()?.radius_mm?;
        Some((Point::from(&self.taken.as_ref()?.fix), radius_mm as f64 / 1000.0))
    }
}

/// A record of the day.
#[derive(Debug, Clone)]
pub struct Event {
    /// The record: stream, epoch, branch, seq.
    pub name: Name,
    /// Wall clock of the phone, milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// Its type; `erased` where its body was.
    pub kind: String,
    /// Hash of its head line.
    pub hash: Hash,
    /// Its head, as it stands in the log.
    pub head: String,
    /// Its body, likewise; none where it was erased.
    pub body: Option<String>,
    /// What it says, if it is a fix.
    pub fix: Option<TrailFix>,
}

/// Opens a trail: the records of the day, in order of their time. The look is recorded first: if that fails nothing
/// is shown.
///
/// # Errors
/// `no_reason` for a `why` that names no finding or visit of the day, is not `emergency` and no sentence.
pub async fn opened(desk: &Desk, actor: &Actor, rep: &str, day: NaiveDate, why: &str) -> DeskResult<Vec<Event>> {
    let view = desk.app.store.view("day", &format!("{rep}/{day}")).await?;
    let view = view.and_then(|view| serde_json::from_str::<DayView>(&view.body).ok());
    let ids: BTreeSet<String> = view.iter().flat_map(ids_of).collect();
    let why = reason(why, ids.contains(why.trim()))?;
    note(desk, actor, rep, &day.to_string(), why).await?;
    let rows = desk.app.store.records_of(&fold::day_key(rep, day)).await?;
    events_of(desk, rep, day, rows).await
}

/// What the records of a day say, in order of their time.
async fn events_of(desk: &Desk, rep: &str, day: NaiveDate, rows: Vec<LogRow>) -> DeskResult<Vec<Event>> {
    let (basis, entries) = fold::standing(&desk.app, rep, day).await?;
    let counted: BTreeSet<&Name> = entries.iter().map(|entry| &entry.name).collect();
    let mut events: Vec<_> = rows.into_iter().filter_map(|row| event_of(row, &basis)).collect();
    for event in &mut events {
        // Where a phone lay that another took the place of is no place of the rep's.
        event.fix = event.fix.take().filter(|fix| counted.contains(&fix.name));
    }
    events.sort_by(|a, b| (a.at_ms, &a.name).cmp(&(b.at_ms, &b.name)));
    Ok(events)
}

/// The fixes of [`opened`].
///
/// # Errors
/// As [`opened`].
pub async fn trail(desk: &Desk, actor: &Actor, rep: &str, day: NaiveDate, why: &str) -> DeskResult<Vec<TrailFix>> {
    let events = opened(desk, actor, rep, day, why).await?;
    Ok(events.into_iter().filter_map(|event| event.fix).collect())
}

/// Opens where reps were when they checked in at visits: the fix of each, by the visit's id, as far as it is kept. For each
/// day the look is recorded first, with a visit of it for the reason: if that fails nothing is shown.
///
/// # Errors
/// A day can't be judged; the store's.
pub async fn check_ins(desk: &Desk, actor: &Actor, visits: &[VisitRow]) -> DeskResult<BTreeMap<String, TrailFix>> {
    let mut days: BTreeMap<(&str, NaiveDate), Vec<&VisitView>> = BTreeMap::new();
    for row in visits {
        let day = row.day.parse().map_err(|_| DeskError::missing("day", &row.day))?;
        days.entry((&row.rep, day)).or_default().push(&row.visit);
    }
    let mut deed = Deed::new(actor);
    for ((rep, day), visits) in &days {
        let why = visits[0].visit.clone();
        deed = noted(desk, deed, rep, &day.to_string(), why)?;
    }
    deed.commit(desk).await?;
    let mut found = BTreeMap::new();
    for ((rep, day), visits) in days {
        let rows = desk.app.store.records_of(&fold::day_key(rep, day)).await?;
        let named = |visit: &&VisitView| Some((check_in_fix(&rows, visit)?, visit.visit.clone()));
        let mut wanted: BTreeMap<Name, String> = visits.iter().filter_map(named).collect();
        for event in events_of(desk, rep, day, rows).await? {
            let visit = event.fix.as_ref().and_then(|fix| wanted.remove(&fix.name));
            found.extend(visit.zip(event.fix));
        }
    }
    Ok(found)
}

/// The fix that a visit's check-in names.
fn check_in_fix(rows: &[LogRow], visit: &VisitView) -> Option<Name> {
    let name = visit.records.first()?;
    let row = rows.iter().find(|row| name_of(row) == *name)?;
    let check_in = Body::parse(row.body.as_deref()?).ok()?.read::<CheckedIn>()?.ok()?;
    Some(Name {
        epoch: check_in.fix_epoch?,
        seq: check_in.fix_seq?,
        ..name.clone()
    })
}

fn name_of(row: &LogRow) -> Name {
    Name {
        stream: row.line.stream.clone(),
        epoch: row.line.epoch,
        branch: row.line.branch.clone(),
        seq: row.seq,
    }
}

/// What made a finding. Where it shows fixes it opens a part of the trail, and the look is recorded first.
///
/// # Errors
/// No such finding; its day can't be judged.
pub async fn explained(desk: &Desk, actor: &Actor, finding: &str) -> DeskResult<Explanation> {
    let found = Case::read(desk, finding).await?.view;
    let missing = || DeskError::missing("finding", finding);
    let day = found.day.parse().map_err(|_| missing())?;
    let explanation = fold::explained(&desk.app, &found.rep, day, found.finding).await?;
    if !explanation.fixes.is_empty() {
        note(desk, actor, &found.rep, &found.day, explanation.finding.id.to_string()).await?;
    }
    Ok(explanation)
}

fn event_of(row: LogRow, basis: &Basis) -> Option<Event> {
    let body = row.body.as_deref().map(Body::parse).transpose().ok()?;
    let name = name_of(&row);
    let fix = body.as_ref().and_then(|body| fix_of(body, &name, basis));
    Some(Event {
        name,
        at_ms: body.as_ref().map_or(row.received_ms, |body| body.at.at_ms),
        kind: body.map_or_else(|| "erased".into(), |body| body.kind),
        hash: row.hash,
        head: row.head,
        body: row.body,
        fix,
    })
}

fn fix_of(body: &Body, name: &Name, basis: &Basis) -> Option<TrailFix> {
    let taken = body.read::<FixTaken>()?.ok();
    let (area, policy) = (&basis.area, &basis.policy.fix);
    let ruled = taken
        .as_ref()
        .map(|taken| judge_fix(&taken.fix, area, policy, basis.edge_tolerance_m));
    Some(TrailFix {
        name: name.clone(),
        at_ms: body.at.at_ms,
        taken,
        ruled,
    })
}

/// Notes that more of a rep's log is opened than a day's trail: the bytes of a push that did not check, on a day, or
/// (no day) all of it.
///
/// # Errors
/// `no_reason` for a `why` that names no finding or visit of his, is not `emergency` and no sentence.
pub async fn log(desk: &Desk, actor: &Actor, rep: &str, day: Option<NaiveDate>, why: &str) -> DeskResult<()> {
    let mut is_named = false;
    for kind in ["finding", "visit"] {
        let view = desk.app.store.view(kind, why.trim()).await?;
        let of_rep = ("rep".to_owned(), Field::Text(rep.into()));
        is_named |= view.is_some_and(|view| view.fields.contains(&of_rep));
    }
    let day = day.map_or_else(|| Look::ALL_DAYS.into(), |day| day.to_string());
    note(desk, actor, rep, &day, reason(why, is_named)?).await
}

/// The reason that is one without words.
pub const EMERGENCY: &str = "emergency";

/// What a look was for, where its reason is an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// A finding that stands.
    Finding(FindingKind),
    /// One that is not for this person: of a day of another team.
    Unseen,
    /// One that does no longer.
    Gone,
    /// A visit.
    Visit,
}

impl Named {
    /// As programs call it.
    pub fn code(self) -> String {
        match self {
            Self::Finding(kind) => kind.code(),
            Self::Unseen => "finding".into(),
            Self::Gone => "gone".into(),
            Self::Visit => "visit".into(),
        }
    }
}

/// What the reason of a look names; nothing where it says something itself.
///
/// # Errors
/// The store's.
pub async fn named(desk: &Desk, actor: &Actor, why: &str) -> DeskResult<Option<Named>> {
    if why.parse::<Hash>().is_ok() {
        let view = desk.app.store.view("finding", why).await?;
        let read = |view: &ViewRow| serde_json::from_str::<FindingView>(&view.body).ok();
        return Ok(Some(match view {
            Some(view) if !actor.sees(&view.scope) => Named::Unseen,
            Some(view) => read(&view).map_or(Named::Gone, |view| Named::Finding(view.finding.kind)),
            None => Named::Gone,
        }));
    }
    // No reason in words is of hex digits alone.
    let is_id = !why.is_empty() && why.chars().all(|c| c.is_ascii_hexdigit());
    let is_visit = is_id && desk.app.store.view("visit", why).await?.is_some();
    Ok(is_visit.then_some(Named::Visit))
}

async fn note(desk: &Desk, actor: &Actor, rep: &str, day: &str, why: String) -> DeskResult<()> {
    noted(desk, Deed::new(actor), rep, day, why)?.commit(desk).await
}

/// A deed with a look, unless it is noted already.
fn noted(desk: &Desk, mut deed: Deed, rep: &str, day: &str, why: String) -> DeskResult<Deed> {
    books::was_rep(desk, rep)?;
    let (now_ms, by) = (desk.now_ms(), deed.by().to_owned());
    // Who looks again, or is told why a decision was not taken, looks once.
    let is_noted = |look: &Look| {
        let lately = (0..SAME_LOOK_MS).contains(&(now_ms - look.at_ms));
        lately && (look.by.as_str(), look.day.as_str(), look.why.as_str()) == (by.as_str(), day, why.as_str())
    };
    if desk.app.documents().looks(rep).any(|look| is_noted(&look)) {
        return Ok(deed);
    }
    let id = Hash::of(format!("onbeat/look/1\n{rep}\n{day}\n{by}\n{now_ms}")).branch();
    let look = Look {
        rep: rep.into(),
        by,
        at_ms: now_ms,
        day: day.into(),
        why,
    };
    deed.put(&id, now_ms, Document::Look(look));
    Ok(deed)
}

/// A reason that the rep can make something of; `is_named`: it is the id of what is looked into.
fn reason(why: &str, is_named: bool) -> DeskResult<String> {
    let why = why.trim();
    if why == EMERGENCY || is_named {
        return Ok(why.into());
    }
    let is_in_words = |why: &String| letters(why) >= REASON_MIN_LETTERS && why.chars().any(|c| !c.is_ascii_hexdigit());
    if let Some(why) = said::seen(why, REASON_MAX_CHARS).ok().filter(is_in_words) {
        return Ok(why);
    }
    let message = "a trail opens for a finding or a visit (its id), `emergency`, or a reason in words of 4 to 500 \
                   characters (2 of Chinese); the rep will see it";
    Err(DeskError::input("no_reason", message))
}

fn letters(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

fn ids_of(view: &DayView) -> Vec<String> {
    let findings = view.findings.iter().map(|finding| finding.id.to_string());
    findings
        .chain(view.visits.iter().map(|visit| visit.visit.clone()))
        .collect()
}
