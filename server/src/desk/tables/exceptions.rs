//! Exceptions of a period as a table: each reason that a rep gave, whatever became of it, and what the desk entered by itself.

use std::collections::{BTreeMap, BTreeSet};

use onbeat_core::{
    reference::{Document, Exception, ExceptionKind},
    rules::presence::ReasonSeen,
    time::Interval,
};
use serde::Deserialize;

use super::{Asked, clocks};
use crate::{
    auth::Actor,
    desk::{
        Desk, DeskResult,
        exceptions::{id_of, interval_of},
        reports,
    },
    files::export::{Cell, Table},
};

const COLUMNS: [&str; 13] = [
    "rep",
    "exception",
    "reason",
    "zone",
    "from",
    "to",
    "note",
    "asked_by",
    "asked_at",
    "state",
    "decided_by",
    "decided_at",
    "declined_why",
];

/// What is read of a day's account.
#[derive(Deserialize)]
struct Given {
    rep: String,
    presence: Reasons,
}

#[derive(Deserialize)]
struct Reasons {
    reasons: Vec<ReasonSeen>,
}

/// An exception, and when it was approved.
struct Made {
    exception: Exception,
    at_ms: i64,
    /// Before its first day.
    taken_back: bool,
}

impl Made {
    fn by(&self) -> Act {
        (self.exception.approved_by.clone(), self.at_ms)
    }

    fn state(&self) -> &'static str {
        if self.taken_back { "taken_back" } else { "approved" }
    }
}

/// Who did something, and when.
type Act = (String, i64);

/// A row of the table.
struct Line {
    rep: String,
    /// Id of the exception, where one was approved.
    exception: Option<String>,
    reason: ExceptionKind,
    interval: Interval,
    note: String,
    asked: Act,
    state: &'static str,
    decided: Option<Act>,
    declined_why: Option<String>,
}

impl Asked {
    pub(super) async fn exceptions(&self, desk: &Desk, actor: &Actor) -> DeskResult<Table> {
        reports::bounded(&self.which)?;
        let documents = desk.app.documents();
        let given: Vec<Given> = reports::all(desk, self.which.query(desk, actor, "day")).await?;
        let made = made(desk).await?;
        let (mut lines, mut known) = (Vec::new(), BTreeSet::new());
        for Given { rep, presence } in given {
            let of_rep = made.get(&rep).map_or(&[][..], Vec::as_slice);
            // One that reaches over several days stands in the account of each.
            let reasons = presence.reasons.into_iter();
            let new = reasons.filter(|seen| known.insert(seen.record.clone()));
            lines.extend(new.map(|seen| Line::given(&rep, seen, of_rep)));
        }
        let told: BTreeSet<String> = lines.iter().filter_map(|line| line.exception.clone()).collect();
        let is_touched = self.which.touched(&documents, actor);
        let entered = made.into_values().flatten().filter(|Made { exception, .. }| {
            !told.contains(&exception.id) && is_touched(&exception.rep, interval_of(exception))
        });
        lines.extend(entered.map(Line::entered));
        lines.sort_by(|a, b| (b.interval.from_ms, &a.rep).cmp(&(a.interval.from_ms, &b.rep)));
        let rows = lines.into_iter().map(|line| line.cells(desk));
        Ok(Table::new(&COLUMNS, rows.collect()))
    }
}

/// The exceptions by rep, as they stand.
async fn made(desk: &Desk) -> DeskResult<BTreeMap<String, Vec<Made>>> {
    let mut newest: BTreeMap<String, Made> = BTreeMap::new();
    for row in desk.app.store.documents("exception", None).await? {
        let at_ms = row.recorded_ms;
        match row.body.as_deref().map(serde_json::from_str) {
            Some(Ok(Document::Exception(exception))) => {
                let taken_back = false;
                newest.insert(
                    row.key,
                    Made {
                        exception,
                        at_ms,
                        taken_back,
                    },
                );
            }
            Some(_) => {}
            None => {
                newest.entry(row.key).and_modify(|made| made.taken_back = true);
            }
        }
    }
    let mut of_reps: BTreeMap<String, Vec<Made>> = BTreeMap::new();
    for made in newest.into_values() {
        of_reps.entry(made.exception.rep.clone()).or_default().push(made);
    }
    Ok(of_reps)
}

impl Line {
    /// A reason that a rep gave. It is approved by itself, or by what was entered for the same time.
    fn given(rep: &str, seen: ReasonSeen, made: &[Made]) -> Self {
        let (reason, interval) = (seen.reason.reason, seen.reason.interval);
        let own = id_of(rep, reason, interval);
        let answers = |Made { exception, .. }: &&Made| {
            exception.reason == reason && interval_of(exception).intersect(&interval).is_some()
        };
        let answer = made.iter().filter(answers).min_by_key(|made| made.exception.id != own);
        let (state, decided, declined_why) = match (answer, seen.declined) {
            (Some(made), _) => (made.state(), Some(made.by()), None),
            (None, Some(declined)) => ("declined", Some((declined.by, declined.at_ms)), Some(declined.words)),
            (None, None) => ("waiting", None, None),
        };
        Self {
            rep: rep.to_owned(),
            exception: answer.map(|made| made.exception.id.clone()),
            reason,
            interval,
            note: seen.reason.note,
            asked: (rep.to_owned(), seen.given_ms),
            state,
            decided,
            declined_why,
        }
    }

    /// What the desk entered by itself: who asks for it approves it.
    fn entered(made: Made) -> Self {
        Self {
            asked: made.by(),
            decided: Some(made.by()),
            state: made.state(),
            interval: interval_of(&made.exception),
            rep: made.exception.rep,
            exception: Some(made.exception.id),
            reason: made.exception.reason,
            note: String::new(),
            declined_why: None,
        }
    }

    fn cells(self, desk: &Desk) -> Vec<Cell> {
        let clocks = clocks(desk, &self.rep, self.interval.from_ms);
        let (decided_by, decided_ms) = self.decided.unzip();
        vec![
            Cell::Text(self.rep),
            Cell::text(self.exception),
            Cell::code("reason", Some(&self.reason)),
            clocks.offset(self.interval.from_ms),
            clocks.time(Some(self.interval.from_ms)),
            clocks.time(Some(self.interval.to_ms)),
            Cell::Text(self.note),
            Cell::Text(self.asked.0),
            clocks.time(Some(self.asked.1)),
            Cell::Code("exceptions.state", self.state.to_owned()),
            Cell::text(decided_by),
            clocks.time(decided_ms),
            Cell::text(self.declined_why),
        ]
    }
}
