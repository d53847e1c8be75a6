//! What excuses time: leave entered at the desk, and reasons the rep gave that a person approves.

use onbeat_core::{
    record::{Body, Hash},
    reference::{Document, Exception, ExceptionKind},
    rules::{
        DayView, Name,
        presence::{ReasonGiven, ReasonSeen},
    },
    time::Interval,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Deed, Desk, DeskError, DeskResult, books};
use crate::{
    auth::Actor,
    store::{LogLine, ViewQuery},
};

/// Longest exception: a leave of a quarter.
const LENGTH_MAX_MS: i64 = 92 * 86_400_000;
/// Days searched for reasons that wait.
const WAITING_MS: i64 = 45 * 86_400_000;

/// An exception to make: either the record of a reason that is approved, or what is entered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewException {
    /// Whose.
    pub rep: String,
    /// The record of the reason the rep gave: it says why and when.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub record: Option<Name>,
    /// Why, where no record says so: `leave`, `help`, `hours`, `customer_called`, `goods`, `hospital`,
    /// `detour` or `trip`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub reason: Option<ExceptionKind>,
    /// First instant excused, milliseconds since 1970 (UTC).
    #[serde(default)]
    pub from_ms: Option<i64>,
    /// First instant no longer excused.
    #[serde(default)]
    pub to_ms: Option<i64>,
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
    #[schema(value_type = Object)]
    pub seen: ReasonSeen,
}

/// Exceptions and what waits to become one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Exceptions {
    /// In force, newest first.
    #[schema(value_type = Vec<Object>)]
    pub exceptions: Vec<Exception>,
    /// Reasons that wait for a person.
    pub waiting: Vec<Waiting>,
}

/// Exceptions of the reps this person sees.
///
/// # Errors
/// The store's.
pub async fn list(desk: &Desk, actor: &Actor) -> DeskResult<Exceptions> {
    let reps = books::reps(desk);
    let sees = |rep: &str| reps.get(rep).is_some_and(|rep| actor.covers(&rep.team));
    let documents = desk.app.documents();
    let mut exceptions: Vec<_> = documents
        .all_in_force("exception", desk.now_ms())
        .filter_map(|(_, document)| match &**document {
            Document::Exception(exception) if sees(&exception.rep) => Some(exception.clone()),
            _ => None,
        })
        .collect();
    exceptions.sort_by_key(|exception| std::cmp::Reverse(exception.from_ms));
    let waiting = waiting(desk, actor).await?;
    Ok(Exceptions { exceptions, waiting })
}

async fn waiting(desk: &Desk, actor: &Actor) -> DeskResult<Vec<Waiting>> {
    let query = ViewQuery {
        kind: "day".into(),
        scopes: actor.scopes(),
        from_ms: Some(desk.now_ms() - WAITING_MS),
        descending: true,
        limit: 1000,
        ..ViewQuery::default()
    };
    let mut waiting = Vec::new();
    for view in desk.app.store.views(&query).await? {
        let Ok(day) = serde_json::from_str::<DayView>(&view.body) else {
            continue;
        };
        let open = day.presence.reasons.into_iter().filter(|seen| !seen.approved);
        waiting.extend(open.map(|seen| Waiting {
            rep: day.rep.clone(),
            day: day.day.to_string(),
            seen,
        }));
    }
    Ok(waiting)
}

/// Approves a reason, or enters leave.
///
/// # Errors
/// No such rep or record; `own_case` for the rep himself; `bad_interval`.
pub async fn make(desk: &Desk, actor: &Actor, new: NewException) -> DeskResult<Exception> {
    let now_ms = desk.now_ms();
    let rep = books::rep(desk, &new.rep)?;
    if !actor.covers(&rep.team) {
        return Err(DeskError::missing("rep", &new.rep));
    }
    if actor.user == new.rep {
        return Err(DeskError::conflict("own_case", "another person than the rep approves"));
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
    let exception = Exception {
        id: id_of(&new.rep, reason, interval),
        rep: new.rep,
        reason,
        from_ms: interval.from_ms,
        to_ms: interval.to_ms,
        approved_by: actor.user.clone(),
    };
    let mut deed = Deed::new(actor);
    deed.put(&exception.id, now_ms, Document::Exception(exception.clone()));
    deed.commit_and_fold(desk).await?;
    Ok(exception)
}

/// The same reason for the same time is the same exception: approving twice changes nothing.
fn id_of(rep: &str, reason: ExceptionKind, interval: Interval) -> String {
    let Interval { from_ms, to_ms } = interval;
    Hash::of(format!("onbeat/exception/1\n{rep}\n{reason:?}\n{from_ms}\n{to_ms}")).branch()
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
    let missing = || DeskError::missing("reason", &format!("{}/{}/{}", record.stream, record.epoch, record.seq));
    let line = LogLine {
        stream: record.stream.clone(),
        epoch: record.epoch,
        branch: record.branch.clone(),
    };
    if super::phones::rep_of(desk, &record.stream).await? != rep {
        return Err(missing());
    }
    let row = desk
        .app
        .store
        .records(&line, record.seq, 1)
        .await?
        .pop()
        .ok_or_else(missing)?;
    let body = row
        .body
        .as_deref()
        .filter(|_| row.seq == record.seq)
        .ok_or_else(missing)?;
    let body = Body::parse(body).map_err(|_| missing())?;
    let given = body.read::<ReasonGiven>().ok_or_else(missing)?.map_err(|_| missing())?;
    Ok((given.reason, given.interval))
}
