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
        Books, Desk, DeskResult,
        exceptions::{id_of, interval_of},
        reports,
    },
    files::export::{Cell, Table},
};

const COLUMNS: [&str; 15] = [
    "rep",
    "name",
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
    "taken_back_at",
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

/// An exception, when it was approved, and when it was taken back for the days to come, if it was.
struct Made {
    exception: Exception,
    at_ms: i64,
    taken_back_ms: Option<i64>,
    /// It excuses no day at all any more.
    is_gone: bool,
}

impl Made {
    fn by(&self) -> Act {
        (self.exception.approved_by.clone(), self.at_ms)
    }

    /// What was recorded of it next: cut off it stays as it was approved; else it is approved anew.
    fn take(&mut self, exception: Option<Exception>, at_ms: i64) {
        match exception {
            Some(cut) if !self.is_gone && cut.to_ms < self.exception.to_ms => {
                self.exception = cut;
                self.taken_back_ms = Some(at_ms);
            }
            Some(exception) => *self = Self::new(exception, at_ms),
            None => {
                self.taken_back_ms = Some(at_ms);
                self.is_gone = true;
            }
        }
    }

    fn new(exception: Exception, at_ms: i64) -> Self {
        Self {
            exception,
            at_ms,
            taken_back_ms: None,
            is_gone: false,
        }
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
    /// When days to come were taken out of it.
    taken_back_ms: Option<i64>,
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
        let books = Books::now(desk);
        let rows = lines.into_iter().map(|line| line.cells(desk, &books));
        Ok(Table::new(&COLUMNS, rows.collect()))
    }
}

/// The exceptions by rep, as they stand.
async fn made(desk: &Desk) -> DeskResult<BTreeMap<String, Vec<Made>>> {
    let mut newest: BTreeMap<String, Made> = BTreeMap::new();
    for row in desk.app.store.documents("exception", None).await? {
        let at_ms = row.recorded_ms;
        let exception = match row.body.as_deref().map(serde_json::from_str) {
            Some(Ok(Document::Exception(exception))) => Some(exception),
            Some(_) => continue,
            None => None,
        };
        match (newest.get_mut(&row.key), exception) {
            (Some(made), exception) => made.take(exception, at_ms),
            (None, Some(exception)) => drop(newest.insert(row.key, Made::new(exception, at_ms))),
            (None, None) => {}
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
        // What is gone answers nothing: the reason waits again.
        let answers = |made: &&Made| {
            let excuses = interval_of(&made.exception).intersect(&interval).is_some();
            !made.is_gone && made.exception.reason == reason && excuses
        };
        let answer = made.iter().filter(answers).min_by_key(|made| made.exception.id != own);
        let (state, decided, declined_why) = match (answer, seen.declined) {
            (Some(made), _) => ("approved", Some(made.by()), None),
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
            taken_back_ms: answer.and_then(|made| made.taken_back_ms),
        }
    }

    /// What the desk entered by itself: who asks for it approves it.
    fn entered(made: Made) -> Self {
        Self {
            asked: made.by(),
            decided: Some(made.by()),
            state: if made.is_gone { "taken_back" } else { "approved" },
            taken_back_ms: made.taken_back_ms,
            interval: interval_of(&made.exception),
            rep: made.exception.rep,
            exception: Some(made.exception.id),
            reason: made.exception.reason,
            note: String::new(),
            declined_why: None,
        }
    }

    fn cells(self, desk: &Desk, books: &Books) -> Vec<Cell> {
        let clocks = clocks(desk, &self.rep, self.interval.from_ms);
        let (decided_by, decided_ms) = self.decided.unzip();
        let name = books.rep_name(&self.rep).to_owned();
        vec![
            Cell::Text(self.rep),
            Cell::Text(name),
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
            clocks.time(self.taken_back_ms),
        ]
    }
}
