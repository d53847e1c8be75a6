//! What excuses time: leave entered at the desk, and reasons the rep gave that a person approves.

use chrono::NaiveDate;
use onbeat_core::{
    record::Hash,
    reference::{Document, Exception, ExceptionKind},
    rules::{
        DayView, Name,
        presence::{ReasonDeclined, ReasonGiven, ReasonSeen},
    },
    time::{Interval, Until},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Deed, Desk, DeskError, DeskResult, books, days, said, version::Version};
use crate::{
    auth::Actor,
    documents::Documents,
    fold,
    store::{Field, LogLine, LogRow, ViewQuery},
};

/// Longest exception: a leave of a quarter.
const LENGTH_MAX_MS: i64 = 92 * 86_400_000;
/// Why a reason is declined.
const WORDS_MAX_CHARS: usize = 500;
/// Days searched for reasons that wait.
const WAITING_MS: i64 = 45 * 86_400_000;
/// Most rep-days with such reasons that are listed, the oldest first: they are the most urgent.
const WAITING_DAYS: usize = 1000;

/// An exception to make: either the record of a reason that is approved, or what is entered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewException {
    /// Whose.
    pub rep: String,
    /// The record of the reason the rep gave: it says why and when.
    #[serde(default)]
    pub record: Option<Name>,
    /// Why, where no record says so: `leave`, `help`, `hours`, `customer_called`, `goods`, `hospital`,
    /// `detour` or `trip`.
    #[serde(default)]
    pub reason: Option<ExceptionKind>,
    /// First instant excused, milliseconds since 1970 (UTC).
    #[serde(default)]
    pub from_ms: Option<i64>,
    /// First instant no longer excused.
    #[serde(default)]
    pub to_ms: Option<i64>,
}

/// A reason that is not taken for an excuse.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decline {
    /// Whose.
    pub rep: String,
    /// The record of the reason.
    pub record: Name,
    /// Why, in words: the rep reads it.
    pub words: String,
}

/// A reason that waits for a person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Waiting {
    /// Whose.
    pub rep: String,
    /// Which day, `YYYY-MM-DD`.
    pub day: String,
    /// The record, and what it says.
    #[serde(flatten)]
    pub seen: ReasonSeen,
    /// The last day on which it could be given, `YYYY-MM-DD`.
    pub give_until: String,
    /// It was given after that: it can't be approved.
    pub late: bool,
    /// The last day on which the desk should decide, `YYYY-MM-DD`.
    pub decide_until: String,
    /// That day is over. The desk is late, not the rep: it is still decided.
    pub overdue: bool,
}

/// Exceptions and what waits to become one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Exceptions {
    /// In force, newest first.
    pub exceptions: Vec<Exception>,
    /// Reasons that wait for a person, the oldest day first.
    pub waiting: Vec<Waiting>,
}

/// Exceptions of the reps this person sees.
///
/// # Errors
/// The store's.
pub async fn list(desk: &Desk, actor: &Actor) -> DeskResult<Exceptions> {
    let documents = desk.app.documents();
    let sees = |exception: &Exception| days::covers(&documents, actor, &exception.rep, Some(interval_of(exception)));
    let mut exceptions: Vec<_> = documents
        .all_in_force("exception", desk.now_ms())
        .filter_map(|(_, document)| match &**document {
            Document::Exception(exception) if sees(exception) => Some(exception.clone()),
            _ => None,
        })
        .collect();
    exceptions.sort_by_key(|exception| std::cmp::Reverse(exception.from_ms));
    let waiting = waiting(desk, actor).await?;
    Ok(Exceptions { exceptions, waiting })
}

/// The exceptions in force that excuse some of an interval.
pub fn touching(documents: &Documents, now_ms: i64, wanted: Interval) -> impl Iterator<Item = &Exception> {
    documents
        .all_in_force("exception", now_ms)
        .filter_map(move |(_, document)| match &**document {
            Document::Exception(exception) => interval_of(exception).intersect(&wanted).map(|_| exception),
            _ => None,
        })
}

async fn waiting(desk: &Desk, actor: &Actor) -> DeskResult<Vec<Waiting>> {
    let query = ViewQuery {
        kind: "day".into(),
        scopes: actor.scopes(),
        from_ms: Some(desk.now_ms() - WAITING_MS),
        fields: vec![("waiting".into(), Field::Int(1))],
        limit: WAITING_DAYS,
        ..ViewQuery::default()
    };
    let mut waiting: Vec<Waiting> = Vec::new();
    for view in desk.app.store.views(&query).await? {
        let Ok(day) = serde_json::from_str::<DayView>(&view.body) else {
            continue;
        };
        for seen in day.presence.reasons.into_iter().filter(ReasonSeen::waits) {
            // One that reaches over several days stands in the view of each.
            if waiting.iter().all(|known| known.seen.record != seen.record) {
                waiting.push(waits(desk, &day.rep, day.day, seen).await?);
            }
        }
    }
    Ok(waiting)
}

async fn waits(desk: &Desk, rep: &str, day: NaiveDate, seen: ReasonSeen) -> DeskResult<Waiting> {
    let received_ms = row(desk, rep, &seen.record)
        .await?
        .map_or(seen.given_ms, |row| row.received_ms);
    let reasons = desk.app.documents().policy(seen.reason.interval.to_ms).reasons;
    let give = until(desk, rep, seen.reason.interval.to_ms - 1, reasons.give_workdays);
    // The desk's days count from when it could know.
    let decide = until(desk, rep, received_ms.max(seen.given_ms), reasons.decide_workdays);
    let late = seen.given_ms >= give.over_ms;
    Ok(Waiting {
        rep: rep.to_owned(),
        day: day.to_string(),
        give_until: give.day.to_string(),
        late,
        decide_until: decide.day.to_string(),
        overdue: !late && desk.now_ms() >= decide.over_ms,
        seen,
    })
}

/// The workday so many workdays after the day of an instant, by the rep's calendar.
fn until(desk: &Desk, rep: &str, at_ms: i64, workdays: u32) -> Until {
    desk.app.documents().schedule_at(rep, at_ms).until(at_ms, workdays)
}

/// Approves a reason, or enters leave.
///
/// # Errors
/// No such rep or record; `own_case` for the rep himself; `too_late` for a reason given after its time;
/// `bad_interval`; `decided` where somebody declined it already, `changed` where somebody approved or declined it at the
/// same time.
pub async fn make(desk: &Desk, actor: &Actor, new: NewException) -> DeskResult<Exception> {
    let now_ms = desk.now_ms();
    decides(desk, actor, &new.rep, None)?;
    let mut deed = Deed::new(actor);
    if let Some(record) = &new.record {
        version(desk, record).await?.raise(&mut deed, now_ms);
    }
    let (reason, interval) = match &new.record {
        Some(record) => given(desk, &new.rep, record).await?,
        None => entered(&new)?,
    };
    if interval.length_ms() <= 0 || interval.length_ms() > LENGTH_MAX_MS {
        return Err(DeskError::input(
            "bad_interval",
            "an exception lasts from a moment to 92 days",
        ));
    }
    decides(desk, actor, &new.rep, Some(interval))?;
    if let Some(record) = &new.record {
        let seen = seen(desk, &new.rep, record, interval).await?;
        if seen.declined.is_some() {
            return Err(decided());
        }
        in_time(desk, &new.rep, &seen)?;
    }
    let exception = Exception {
        id: id_of(&new.rep, reason, interval),
        rep: new.rep,
        reason,
        from_ms: interval.from_ms,
        to_ms: interval.to_ms,
        approved_by: actor.user.clone(),
    };
    deed.put(&exception.id, now_ms, Document::Exception(exception.clone()));
    deed.commit_and_fold(desk).await?;
    Ok(exception)
}

/// Says that a reason is no excuse, and why.
///
/// # Errors
/// No such rep or record; `own_case` for the rep himself; `no_reason`, `too_long`; `decided` where somebody approved or declined
/// it already, `changed` where it was at the same time.
pub async fn decline(desk: &Desk, actor: &Actor, declining: Decline) -> DeskResult<()> {
    let Decline { rep, record, words } = declining;
    decides(desk, actor, &rep, None)?;
    let words = said::seen(&words, WORDS_MAX_CHARS)?;
    let version = version(desk, &record).await?;
    let (_, interval) = given(desk, &rep, &record).await?;
    decides(desk, actor, &rep, Some(interval))?;
    let seen = seen(desk, &rep, &record, interval).await?;
    if !seen.waits() {
        return Err(decided());
    }
    let mut deed = Deed::new(actor);
    version.raise(&mut deed, desk.now_ms());
    deed.record(&ReasonDeclined {
        rep,
        record,
        interval,
        words,
        by: actor.user.clone(),
    });
    deed.commit_and_fold(desk).await
}

/// Takes an exception back for the days that have not begun: what a rep was told is excused stays so.
///
/// # Errors
/// No such exception, or of another team; `own_case` for the rep himself; `begun` where no day of it is to come that this person sees.
pub async fn take_back(desk: &Desk, actor: &Actor, id: &str) -> DeskResult<()> {
    let (documents, now_ms) = (desk.app.documents(), desk.now_ms());
    let exception = match documents.in_force("exception", id, now_ms).map(|found| &**found) {
        Some(Document::Exception(exception)) => exception.clone(),
        _ => return Err(DeskError::missing("exception", id)),
    };
    let interval = interval_of(&exception);
    if !days::covers(&documents, actor, &exception.rep, Some(interval)) {
        // Nobody learns of another team's by its id.
        return Err(DeskError::missing("exception", id));
    }
    decides(desk, actor, &exception.rep, Some(interval))?;
    let Some(from_ms) = to_come(desk, actor, &exception) else {
        let why = "its last day has begun, and a rep keeps what he was told is excused";
        return Err(DeskError::conflict("begun", why));
    };
    let mut deed = Deed::new(actor);
    if exception.from_ms >= from_ms {
        deed.drop_document("exception", id, now_ms);
    } else {
        let to_ms = from_ms;
        deed.put(id, now_ms, Document::Exception(Exception { to_ms, ..exception }));
    }
    deed.commit_and_fold(desk).await
}

/// Whether an exception excuses days that have not begun and are this person's to see: from when the first of them can be.
pub fn to_come(desk: &Desk, actor: &Actor, exception: &Exception) -> Option<i64> {
    let (documents, now_ms) = (desk.app.documents(), desk.now_ms());
    let schedule = documents.schedule_at(&exception.rep, now_ms);
    let tomorrow_ms = schedule.whole_day(schedule.day_of(now_ms)).to_ms;
    let left = Interval {
        from_ms: tomorrow_ms.max(exception.from_ms),
        to_ms: exception.to_ms,
    };
    let is_seen = left.length_ms() > 0 && days::covers(&documents, actor, &exception.rep, Some(left));
    is_seen.then_some(tomorrow_ms)
}

fn decided() -> DeskError {
    DeskError::conflict("decided", "somebody approved or declined it already")
}

/// Of two who approve or decline a reason at once the second is told so.
async fn version(desk: &Desk, record: &Name) -> DeskResult<Version> {
    let Name {
        stream,
        epoch,
        branch,
        seq,
    } = record;
    Version::read(desk, format!("reason/{stream}/{epoch}/{branch}/{seq}")).await
}

/// Another person than the rep, of his team on a day that an interval touches; without one, on any.
fn decides(desk: &Desk, actor: &Actor, rep: &str, interval: Option<Interval>) -> DeskResult<()> {
    books::was_rep(desk, rep)?;
    if !days::covers(&desk.app.documents(), actor, rep, interval) {
        return Err(DeskError::missing("rep", rep));
    }
    if actor.is_rep(rep) {
        return Err(DeskError::conflict("own_case", "another person than the rep approves"));
    }
    Ok(())
}

/// The same reason for the same time is the same exception: approving twice changes nothing.
pub(super) fn id_of(rep: &str, reason: ExceptionKind, interval: Interval) -> String {
    let Interval { from_ms, to_ms } = interval;
    Hash::of(format!("onbeat/exception/1\n{rep}\n{reason:?}\n{from_ms}\n{to_ms}")).branch()
}

/// The time that an exception excuses.
pub(super) fn interval_of(exception: &Exception) -> Interval {
    let Exception { from_ms, to_ms, .. } = *exception;
    Interval { from_ms, to_ms }
}

fn entered(new: &NewException) -> DeskResult<(ExceptionKind, Interval)> {
    match (new.reason, new.from_ms, new.to_ms) {
        (Some(reason), Some(from_ms), Some(to_ms)) => Ok((reason, Interval { from_ms, to_ms })),
        _ => Err(DeskError::input(
            "incomplete",
            "give either record, or reason, from_ms and to_ms",
        )),
    }
}

/// What the rep said in a record of his own.
async fn given(desk: &Desk, rep: &str, record: &Name) -> DeskResult<(ExceptionKind, Interval)> {
    let missing = || no_reason(record);
    let row = row(desk, rep, record).await?.ok_or_else(missing)?;
    let body = row.read().ok_or_else(missing)?;
    let given = body.read::<ReasonGiven>().ok_or_else(missing)?.map_err(|_| missing())?;
    Ok((given.reason, given.interval))
}

fn no_reason(record: &Name) -> DeskError {
    DeskError::missing("reason", &format!("{}/{}/{}", record.stream, record.epoch, record.seq))
}

/// A record of the rep's own phones.
async fn row(desk: &Desk, rep: &str, record: &Name) -> DeskResult<Option<LogRow>> {
    let line = LogLine {
        stream: record.stream.clone(),
        epoch: record.epoch,
        branch: record.branch.clone(),
    };
    if super::phones::rep_of(desk, &record.stream).await? != rep {
        return Ok(None);
    }
    let row = desk.app.store.records(&line, record.seq, 1).await?.pop();
    Ok(row.filter(|row| row.seq == record.seq))
}

/// How a reason stands.
async fn seen(desk: &Desk, rep: &str, record: &Name, interval: Interval) -> DeskResult<ReasonSeen> {
    let day = desk.app.documents().day_at(rep, interval.from_ms);
    let view = fold::day_now(&desk.app, rep, day).await?;
    let mut reasons = view.presence.reasons.into_iter();
    reasons
        .find(|seen| seen.record == *record)
        .ok_or_else(|| no_reason(record))
}

/// A reason counts if the rep recorded it, by trusted time, within the policy's workdays after what it is for.
fn in_time(desk: &Desk, rep: &str, seen: &ReasonSeen) -> DeskResult<()> {
    let interval = seen.reason.interval;
    let day = desk.app.documents().day_at(rep, interval.from_ms);
    let workdays = desk.app.documents().policy(interval.to_ms).reasons.give_workdays;
    let last = until(desk, rep, interval.to_ms - 1, workdays);
    if seen.given_ms < last.over_ms {
        return Ok(());
    }
    let given = desk
        .app
        .documents()
        .schedule_at(rep, seen.given_ms)
        .day_of(seen.given_ms);
    let why = format!(
        "the reason was given on {given}; one for {day} could be given until {} ({workdays} workdays): what the \
         desk knows of itself it can enter as an exception of its own",
        last.day
    );
    Err(DeskError::conflict("too_late", why))
}
