//! What an employer owes before anybody's position is recorded: PIPL art. 13, 17, 51 and 55, GDPR art. 6, 13,
//! 35 and 88. No phone is enrolled until all of it is laid down, with dates.

use chrono::{NaiveDate, TimeZone, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Deed, Desk, DeskError, DeskResult, records::DutyRecorded};
use crate::{auth::Actor, store::Cell};

pub use super::records::Duty;

const CELL: &str = "duty";

/// A duty done: when, and where it is laid down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DutyDone {
    /// Which.
    pub duty: Duty,
    /// When it was done.
    #[schema(value_type = String, format = Date)]
    pub date: NaiveDate,
    /// Where it is laid down.
    pub note: String,
}

/// The checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Duties {
    /// Recorded.
    pub done: Vec<DutyShown>,
    /// Still to be done: until then no phone is enrolled.
    pub missing: Vec<Duty>,
}

/// A recorded duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DutyShown {
    /// What was done.
    #[serde(flatten)]
    pub done: DutyDone,
    /// Who recorded it.
    pub by: String,
    /// The demo's: nobody did it.
    pub demo: bool,
}

/// The checklist as it stands.
///
/// # Errors
/// The store's.
pub async fn show(desk: &Desk) -> DeskResult<Duties> {
    let cells = desk.app.store.cells(CELL, "", 0).await?;
    let mut done: Vec<DutyShown> = cells
        .iter()
        .filter_map(|cell| serde_json::from_str(&cell.body).ok())
        .collect();
    done.sort_by_key(|shown| shown.done.duty);
    let lacks = |duty: &Duty| !done.iter().any(|shown| shown.done.duty == *duty);
    let missing = Duty::ALL.into_iter().filter(lacks).collect();
    Ok(Duties { done, missing })
}

/// Records one duty.
///
/// # Errors
/// `bad_date` for one that has not come, `bad_note` for none.
pub async fn record(desk: &Desk, actor: &Actor, done: DutyDone) -> DeskResult<Duties> {
    if done.note.trim().is_empty() {
        return Err(DeskError::input(
            "bad_note",
            "say where it is laid down: a file, a meeting, a page",
        ));
    }
    // A day more, since the date is of the place where it was done.
    if done.date > today(desk)?.succ_opt().unwrap_or(NaiveDate::MAX) {
        let why = format!("{} has not come yet: a duty is recorded once it is done", done.date);
        return Err(DeskError::input("bad_date", why));
    }
    let mut deed = Deed::new(actor);
    put(&mut deed, done, false);
    deed.commit(desk).await?;
    show(desk).await
}

/// Marks all duties as the demo's.
///
/// # Errors
/// `not_a_demo` on a real folder.
pub async fn record_demo(desk: &Desk, actor: &Actor) -> DeskResult<Duties> {
    if !desk.app.demo {
        let why = "this is no demo folder: record each duty with its date and note";
        return Err(DeskError::conflict("not_a_demo", why));
    }
    let date = today(desk)?;
    let mut deed = Deed::new(actor);
    for duty in Duty::ALL {
        let note = "demo: nobody's positions are recorded".into();
        put(&mut deed, DutyDone { duty, date, note }, true);
    }
    deed.commit(desk).await?;
    show(desk).await
}

/// Lets nobody enrol before the list is complete.
///
/// # Errors
/// `duties_missing`.
pub async fn must_be_done(desk: &Desk) -> DeskResult<()> {
    let missing = show(desk).await?.missing;
    if missing.is_empty() {
        return Ok(());
    }
    let missing: Vec<_> = missing.into_iter().map(Duty::as_str).collect();
    let why = format!(
        "no phone is enrolled before the employer's duties are recorded; missing: {}. \
         Record each with: onbeat duties record <duty> --date YYYY-MM-DD --note TEXT",
        missing.join(", ")
    );
    Err(DeskError::conflict("duties_missing", why))
}

fn today(desk: &Desk) -> DeskResult<NaiveDate> {
    let now = Utc.timestamp_millis_opt(desk.now_ms()).single();
    now.map(|now| now.date_naive())
        .ok_or_else(|| DeskError::environment("bad_clock", "the server's clock is out of all range"))
}

fn put(deed: &mut Deed, done: DutyDone, demo: bool) {
    let by = deed.by().to_owned();
    deed.record(&DutyRecorded {
        duty: done.duty,
        date: done.date,
        note: done.note.clone(),
        by: by.clone(),
        demo,
    });
    let shown = DutyShown { done, by, demo };
    deed.change.cells.push(Cell {
        kind: CELL.into(),
        key: shown.done.duty.as_str().into(),
        body: serde_json::to_string(&shown).expect("a duty is JSON"),
        expires_ms: None,
    });
}
